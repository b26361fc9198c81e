package org.tenfold.interop.peer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import org.apache.dubbo.rpc.service.EchoService;
import org.tenfold.interop.Everything;

/** Ways of calling: attachments, one-way, futures, many at once, retries, group and version, call-backs. */
final class CallCases {
    private CallCases() {}

    static void add(Cases cases) {
        attachments(cases);
        oneWay(cases);
        futures(cases);
        concurrency(cases);
        variants(cases);
        callBacks(cases);
    }

    private static void attachments(Cases cases) {
        cases.add("attach.request", peer -> {
            Everything it = peer.everything();
            Attachments.send("it.text", "你好😀");
            Attachments.send("it.empty", "");
            Map<String, String> expected = new HashMap<>();
            expected.put("it.text", "你好😀");
            expected.put("it.empty", "");
            Check.same(expected, it.attachments());
        });
        cases.add("attach.object", peer -> {
            Everything it = peer.everything();
            Attachments.send("it.number", 7);
            Attachments.send("it.flag", true);
            Map<String, String> expected = new HashMap<>();
            expected.put("it.number", "7");
            expected.put("it.flag", "true");
            Check.same(expected, it.attachments());
        });
        cases.add("attach.cleared", peer -> {
            Everything it = peer.everything();
            Attachments.send("it.once", "1");
            it.attachments();
            Check.same(new HashMap<>(), it.attachments());
        });
        cases.add("attach.response", peer -> {
            Check.same("back", peer.everything().answerWith("it.answer", "back"));
            Check.same("back", Attachments.answered("it.").get("it.answer"));
        });
    }

    private static void oneWay(Cases cases) {
        cases.add("oneway", peer -> {
            String token = UUID.randomUUID().toString();
            peer.everything().oneWay(token);
            long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
            while (peer.everything().oneWaySeen(token) != 1) {
                Check.that(System.nanoTime() < limit, "not seen within 5 s");
            }
        });
        cases.add("echo", peer -> {
            EchoService it = (EchoService) peer.everything();
            Check.same("ping", it.$echo("ping"));
            Check.same(7L, it.$echo(7L));
            Check.same(null, it.$echo(null));
        });
    }

    private static void futures(Cases cases) {
        cases.add("future", peer -> Check.same("soon", peer.everything().later(50, "soon").get(5, TimeUnit.SECONDS)));
        cases.add("future.overtakes", peer -> {
            CompletableFuture<String> slow = peer.everything().later(1500, "slow");
            Check.same("fast", peer.everything().later(0, "fast").get(1, TimeUnit.SECONDS));
            Check.that(!slow.isDone(), "the slow call ended first");
            Check.same("slow", slow.get(5, TimeUnit.SECONDS));
        });
    }

    private static void concurrency(Cases cases) {
        cases.add("parallel", peer -> {
            Everything it = peer.everything();
            together(32, index -> {
                for (int i = 0; i < 50; i++) {
                    String value = index + "/" + i;
                    Check.same(value, it.echoString(value));
                }
            });
        });
        cases.add("concurrent", peer -> {
            Everything it = peer.everything();
            it.resetConcurrent();
            Check.same(1, it.concurrent(0));
            it.resetConcurrent();
            together(16, index -> it.concurrent(1000));
            int peak = it.concurrent(0);
            Check.that(peak >= 12 && peak <= 16, "at most " + peak + " ran at once");
        });
        cases.add("retry", peer -> {
            Everything it = peer.everything();
            String token = UUID.randomUUID().toString();
            Check.same(1, it.count(token));
            Check.same(2, it.count(token));
            Check.same(3, it.slowFirst(token, 1, 5000));
        });
    }

    private interface Work {
        void run(int index) throws Exception;
    }

    private static void together(int threads, Work work) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int index = i;
                running.add(pool.submit(() -> {
                    work.run(index);
                    return null;
                }));
            }
            for (Future<?> one : running) {
                one.get(30, TimeUnit.SECONDS);
            }
        } finally {
            pool.shutdownNow();
        }
    }

    private static void variants(Cases cases) {
        cases.add("variant.blue", peer -> {
            String id = peer.everything("blue", "1.0.0", 10_000, 0).whoami();
            Check.that(id.endsWith("@blue:1.0.0"), "the id is " + id);
        });
        cases.add("variant.green", peer -> {
            String id = peer.everything("green", "2.0.0", 10_000, 0).whoami();
            Check.that(id.endsWith("@green:2.0.0"), "the id is " + id);
        });
    }

    private static void callBacks(Cases cases) {
        cases.add("callback", peer -> {
            List<String> heard = new ArrayList<>();
            String answer = peer.everything().callBack("word", 3, word -> {
                heard.add(word);
                return word.toUpperCase();
            });
            Check.same("WORD#0,WORD#1,WORD#2", answer);
            Check.same(Samples.list("word#0", "word#1", "word#2"), heard);
        });
    }
}
