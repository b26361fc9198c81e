package org.tenfold.interop.peer;

import org.apache.dubbo.config.bootstrap.DubboBootstrap;
import org.apache.dubbo.rpc.RpcException;
import org.tenfold.interop.Everything;

/**
 * Calls whoami again and again and prints each change of what becomes of it: "FROM id", or "NONE" when the registry
 * lists no provider, or "LOST why". Takes the consumer's options; starts without a provider.
 */
public final class Follower {
    private static final int PAUSE_MILLIS = 50;

    private Follower() {}

    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        DubboBootstrap.getInstance()
                .application(Provider.application(options))
                .registry(Provider.registry(options.text("registry", "")))
                .start();
        Peer peer = new Peer(
                options.text("address", ""), options.number("timeout", 2_000), options.under("reference."));
        Everything everything = peer.everything(null, null, options.number("timeout", 2_000), 0);
        System.out.println("READY 0");
        String last = "";
        while (true) {
            String outcome = ask(everything);
            if (!outcome.equals(last)) {
                System.out.println(outcome);
                last = outcome;
            }
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    private static String ask(Everything everything) {
        try {
            return "FROM " + everything.whoami();
        } catch (RpcException e) {
            // 3.3 and 2.7 say it with different codes, and in the same words.
            return String.valueOf(e.getMessage()).contains("No provider available") ? "NONE" : "LOST code " + e.getCode();
        }
    }
}
