package org.tenfold.interop.peer;

import static org.tenfold.interop.peer.Samples.bytes;
import static org.tenfold.interop.peer.Samples.list;

import java.io.IOException;
import java.util.concurrent.ExecutionException;

import org.apache.dubbo.rpc.RpcException;
import org.tenfold.interop.BusinessException;
import org.tenfold.interop.Everything;
import org.tenfold.interop.OddException;

/** Failures: the service's own, and the framework's. */
final class FailureCases {
    /** A mebibyte more than the payload limit allows by default. */
    private static final int TOO_LARGE = 9 << 20;

    private FailureCases() {}

    static void add(Cases cases) {
        business(cases);
        undeclared(cases);
        framework(cases);
    }

    private static void business(Cases cases) {
        cases.add("fail.declared", peer -> {
            BusinessException failure = Check.fails(BusinessException.class, () -> {
                peer.everything().failDeclared("out of stock", 42);
                return null;
            });
            Check.same("out of stock", failure.getMessage());
            Check.same(42, failure.getCode());
            Check.same(null, failure.getCause());
        });
        cases.add("fail.cause", peer -> {
            BusinessException failure = Check.fails(BusinessException.class, () -> {
                peer.everything().failCaused("outer");
                return null;
            });
            Check.same("outer", failure.getMessage());
            Check.same(7, failure.getCode());
            Check.same(IllegalArgumentException.class, failure.getCause().getClass());
            Check.same("root of outer", failure.getCause().getMessage());
        });
        cases.add("fail.io", peer -> {
            Check.same("kept", peer.everything().mayFail(false));
            IOException failure = Check.fails(IOException.class, () -> peer.everything().mayFail(true));
            Check.same("asked to fail", failure.getMessage());
        });
        cases.add("fail.future", peer -> {
            ExecutionException failure =
                    Check.fails(ExecutionException.class, () -> peer.everything().laterFail("too late").get());
            Check.same(BusinessException.class, failure.getCause().getClass());
            Check.same("too late", failure.getCause().getMessage());
            Check.same(9, ((BusinessException) failure.getCause()).getCode());
        });
    }

    private static void undeclared(Cases cases) {
        cases.add("fail.unchecked", peer -> {
            IllegalStateException failure = Check.fails(IllegalStateException.class, () -> {
                peer.everything().failUnchecked("not open");
                return null;
            });
            Check.same("not open", failure.getMessage());
        });
        cases.add("fail.odd", peer -> {
            OddException failure = Check.fails(OddException.class, () -> {
                peer.everything().failOdd("odd");
                return null;
            });
            Check.same("odd", failure.getMessage());
            Check.same(list("first", "second"), failure.getHints());
        });
        cases.add("fail.foreign", peer -> {
            RuntimeException failure = Check.fails(RuntimeException.class, () -> {
                peer.everything().failForeign("hidden reason");
                return null;
            });
            Check.same(RuntimeException.class, failure.getClass());
            Check.contains(failure.getMessage(), "hidden reason");
        });
        cases.add("fail.sneaky", peer -> {
            Throwable failure = Check.fails(Throwable.class, () -> {
                peer.everything().failSneaky("sneaked");
                return null;
            });
            while (!(failure instanceof IOException) && failure.getCause() != null) {
                failure = failure.getCause();
            }
            Check.same(IOException.class, failure.getClass());
            Check.same("sneaked", failure.getMessage());
        });
    }

    private static void framework(Cases cases) {
        cases.add("timeout", peer -> {
            Everything impatient = peer.everything(null, null, 400, 0);
            // The first call opens the connection and loads classes, which is not what is timed here.
            Check.same("warm", impatient.sleep(0, "warm"));
            long start = System.nanoTime();
            RpcException failure = Check.fails(RpcException.class, () -> impatient.sleep(3000, "late"));
            long millis = (System.nanoTime() - start) / 1_000_000;
            Check.that(failure.isTimeout(), "not a timeout: " + failure);
            Check.that(millis >= 390 && millis < 2500, "failed after " + millis + " ms");
            Check.same("next", impatient.sleep(0, "next"));
        });
        cases.add("variant.none", peer -> {
            long start = System.nanoTime();
            RpcException failure =
                    Check.fails(RpcException.class, () -> peer.everything("red", "9.9.9", 10_000, 0).whoami());
            long millis = (System.nanoTime() - start) / 1_000_000;
            Check.that(!failure.isTimeout() && millis < 9000, "a timeout after " + millis + " ms: " + failure);
        });
        cases.add("payload.request", peer -> {
            RpcException failure =
                    Check.fails(RpcException.class, () -> peer.everything().echoBytes(bytes(TOO_LARGE)));
            Check.contains(String.valueOf(failure), "too large");
            Check.same("after", peer.everything().echoString("after"));
        });
        cases.add("payload.response", peer -> {
            RpcException failure = Check.fails(RpcException.class, () -> peer.everything().blob(TOO_LARGE));
            Check.that(!failure.isTimeout(), "a timeout: " + failure);
            Check.same("after", peer.everything().echoString("after"));
        });
    }
}
