package org.tenfold.interop.peer;

import java.util.Map;
import java.util.TreeMap;

import org.apache.dubbo.rpc.RpcContext;

/** Attachments as Dubbo 2.7 has them: one context, and one more for the response. */
final class Attachments {
    private Attachments() {}

    /** What the provider received and begins with the prefix. */
    static Map<String, String> received(String prefix) {
        return filter(RpcContext.getContext().getObjectAttachments(), prefix);
    }

    /** Adds to the response of the running call. */
    static void answer(String key, String value) {
        RpcContext.getServerContext().setAttachment(key, value);
    }

    /** Adds to the next call that this thread makes. */
    static void send(String key, Object value) {
        RpcContext.getContext().setObjectAttachment(key, value);
    }

    /** What came back with the last call. */
    static Map<String, String> answered(String prefix) {
        return filter(RpcContext.getServerContext().getObjectAttachments(), prefix);
    }

    private static Map<String, String> filter(Map<String, Object> all, String prefix) {
        Map<String, String> found = new TreeMap<>();
        all.forEach((key, value) -> {
            if (key.startsWith(prefix)) {
                found.put(key, String.valueOf(value));
            }
        });
        return found;
    }
}
