package org.tenfold.interop.peer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.apache.dubbo.config.ArgumentConfig;
import org.apache.dubbo.config.MethodConfig;
import org.apache.dubbo.config.ReferenceConfig;
import org.apache.dubbo.rpc.service.GenericService;
import org.tenfold.interop.Dynamic;
import org.tenfold.interop.Everything;
import org.tenfold.interop.Reduced;

/** The provider under test, reached by a direct address or through the registry. */
final class Peer {
    private final String address;
    private final Map<String, String> parameters;
    private final int timeout;
    private final Map<String, Object> proxies = new HashMap<>();

    /** An empty address means: ask the registry. */
    Peer(String address, int timeout, Map<String, String> parameters) {
        this.address = address;
        this.timeout = timeout;
        this.parameters = parameters;
    }

    synchronized Everything everything() {
        return (Everything) proxies.computeIfAbsent("everything", unused -> {
            ReferenceConfig<Everything> reference = reference(Everything.class.getName(), "callBack.2.callback=true");
            MethodConfig oneWay = new MethodConfig();
            oneWay.setName("oneWay");
            oneWay.setReturn(false);
            reference.setMethods(new ArrayList<>(List.of(oneWay, callBack())));
            return reference.get();
        });
    }

    /** The same with a group, a version, a timeout and a number of retries of its own. */
    Everything everything(String group, String version, int timeout, int retries) {
        ReferenceConfig<Everything> reference = reference(Everything.class.getName(), "");
        reference.setGroup(group);
        reference.setVersion(version);
        reference.setTimeout(timeout);
        reference.setRetries(retries);
        reference.setCheck(false);
        return reference.get();
    }

    synchronized Reduced reduced() {
        return (Reduced) proxies.computeIfAbsent(
                "reduced", unused -> this.<Reduced>reference(Reduced.class.getName(), "").get());
    }

    synchronized Dynamic dynamic() {
        return (Dynamic) proxies.computeIfAbsent(
                "dynamic", unused -> this.<Dynamic>reference(Dynamic.class.getName(), "generic=true").get());
    }

    synchronized GenericService generic(String interfaceName) {
        return (GenericService) proxies.computeIfAbsent("generic " + interfaceName, unused -> {
            ReferenceConfig<GenericService> reference = reference(interfaceName, "");
            reference.setGeneric("true");
            return reference.get();
        });
    }

    /** Dubbo 3 takes an argument for a call-back only when both the consumer's settings and the provider's URL say so. */
    static MethodConfig callBack() {
        ArgumentConfig listener = new ArgumentConfig();
        listener.setIndex(2);
        listener.setCallback(true);
        MethodConfig callBack = new MethodConfig();
        callBack.setName("callBack");
        callBack.setArguments(new ArrayList<>(List.of(listener)));
        return callBack;
    }

    private <T> ReferenceConfig<T> reference(String interfaceName, String query) {
        ReferenceConfig<T> reference = new ReferenceConfig<>();
        reference.setInterface(interfaceName);
        reference.setTimeout(timeout);
        reference.setRetries(0);
        reference.setParameters(new HashMap<>(parameters));
        if (!address.isEmpty()) {
            reference.setUrl("dubbo://" + address + "/" + interfaceName + (query.isEmpty() ? "" : "?" + query));
        }
        return reference;
    }
}
