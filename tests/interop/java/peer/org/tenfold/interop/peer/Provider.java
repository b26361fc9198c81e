package org.tenfold.interop.peer;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.apache.dubbo.config.ApplicationConfig;
import org.apache.dubbo.config.ProtocolConfig;
import org.apache.dubbo.config.RegistryConfig;
import org.apache.dubbo.config.ServiceConfig;
import org.apache.dubbo.config.bootstrap.DubboBootstrap;
import org.apache.dubbo.rpc.service.GenericService;
import org.tenfold.interop.Everything;
import org.tenfold.interop.Reduced;

/** Serves every interface of the package. Prints "READY port" once calls are answered; README.md names the options. */
public final class Provider {
    private final String id;
    private final Map<String, String> parameters;
    private final List<ServiceConfig<?>> services = new ArrayList<>();

    private Provider(String id, Map<String, String> parameters) {
        this.id = id;
        this.parameters = parameters;
    }

    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        int port = options.number("port", 0);
        if (port == 0) {
            port = freePort();
        }
        ProtocolConfig protocol = new ProtocolConfig("dubbo", port);
        Provider provider = new Provider(options.text("id", "java"), options.under("service."));
        provider.everything(null, null);
        if (options.text("only", "").isEmpty()) {
            provider.everything("blue", "1.0.0");
            provider.everything("green", "2.0.0");
            provider.reduced();
            provider.dynamic();
        }
        DubboBootstrap bootstrap = DubboBootstrap.getInstance()
                .application(application(options))
                .registry(registry(options.text("registry", "")))
                .protocol(protocol);
        for (ServiceConfig<?> service : provider.services) {
            bootstrap.service(service);
        }
        bootstrap.start();
        System.out.println("READY " + port);
        bootstrap.await();
    }

    static ApplicationConfig application(Options options) {
        ApplicationConfig application = new ApplicationConfig(options.text("application", "interop-java"));
        application.setQosEnable(false);
        return application;
    }

    static RegistryConfig registry(String address) {
        RegistryConfig registry = new RegistryConfig(address.isEmpty() ? RegistryConfig.NO_AVAILABLE : address);
        registry.setTimeout(10_000);
        return registry;
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void everything(String group, String version) {
        String name = group == null ? id : id + "@" + group + ":" + version;
        ServiceConfig<Everything> service = new ServiceConfig<>();
        service.setInterface(Everything.class);
        service.setRef(new EverythingService(name));
        service.setGroup(group);
        service.setVersion(version);
        service.setMethods(new ArrayList<>(List.of(Peer.callBack())));
        add(service);
    }

    private void reduced() {
        ServiceConfig<Reduced> service = new ServiceConfig<>();
        service.setInterface(Reduced.class);
        service.setRef(new ReducedService(id));
        add(service);
    }

    private void dynamic() {
        ServiceConfig<GenericService> service = new ServiceConfig<>();
        service.setInterface("org.tenfold.interop.Dynamic");
        service.setRef(new DynamicService());
        add(service);
    }

    private void add(ServiceConfig<?> service) {
        // Dubbo 2.7 drops the second of two services without an id.
        service.setId("service" + services.size());
        service.setParameters(new HashMap<>(parameters));
        services.add(service);
    }
}
