package org.tenfold.interop.peer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.apache.dubbo.config.bootstrap.DubboBootstrap;

/** Runs the cases against a provider: one line for each, exit code 1 when one failed. README.md names the options. */
public final class Consumer {
    private static final int CASE_SECONDS = 40;

    private Consumer() {}

    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        Map<String, Cases.Body> all = Cases.all();
        if (options.text("list", "").equals("true")) {
            all.keySet().forEach(System.out::println);
            return;
        }
        List<String> chosen = choose(all, options.text("cases", "*"));
        DubboBootstrap.getInstance()
                .application(Provider.application(options))
                .registry(Provider.registry(options.text("registry", "")))
                .start();
        Peer peer = new Peer(
                options.text("address", ""), options.number("timeout", 10_000), options.under("reference."));
        System.out.println("READY 0");
        int failed = 0;
        for (String name : chosen) {
            String why = run(all.get(name), peer);
            System.out.println(why == null ? "ok " + name : "FAIL " + name + " " + why);
            failed += why == null ? 0 : 1;
        }
        System.out.println("DONE " + (chosen.size() - failed) + " ok, " + failed + " failed");
        int hold = options.number("hold", 0);
        if (hold > 0) {
            Thread.sleep(hold);
        }
        System.exit(failed == 0 ? 0 : 1);
    }

    /** Names separated by commas; one that ends with * stands for all that begin so, one that begins with - takes away. */
    private static List<String> choose(Map<String, Cases.Body> all, String wanted) {
        List<String> chosen = new ArrayList<>();
        for (String word : wanted.split(",")) {
            boolean without = word.startsWith("-");
            String pattern = without ? word.substring(1) : word;
            List<String> found = new ArrayList<>();
            for (String name : all.keySet()) {
                boolean fits = pattern.endsWith("*")
                        ? name.startsWith(pattern.substring(0, pattern.length() - 1))
                        : name.equals(pattern);
                if (fits) {
                    found.add(name);
                }
            }
            if (found.isEmpty()) {
                throw new IllegalArgumentException("no case is named " + pattern);
            }
            if (without) {
                chosen.removeAll(found);
            } else {
                chosen.addAll(found);
            }
        }
        return chosen;
    }

    /** Null when the case holds, else the reason in one line. */
    private static String run(Cases.Body body, Peer peer) throws InterruptedException {
        ExecutorService thread = Executors.newSingleThreadExecutor(work -> {
            Thread daemon = new Thread(work, "case");
            daemon.setDaemon(true);
            return daemon;
        });
        Future<?> outcome = thread.submit(() -> {
            try {
                body.run(peer);
            } catch (Exception | Error failure) {
                throw failure;
            } catch (Throwable failure) {
                throw new ExecutionException(failure);
            }
            return null;
        });
        try {
            outcome.get(CASE_SECONDS, TimeUnit.SECONDS);
            return null;
        } catch (ExecutionException e) {
            return oneLine(e.getCause());
        } catch (TimeoutException e) {
            return "no outcome within " + CASE_SECONDS + " s";
        } finally {
            thread.shutdownNow();
        }
    }

    private static String oneLine(Throwable failure) {
        String text = failure instanceof AssertionError ? String.valueOf(failure.getMessage()) : failure.toString();
        // The parameters of the URLs in Dubbo's messages hide what is of interest behind them.
        StringBuilder line = new StringBuilder(text.replaceAll("\\?[\\w.-]+=[^\\s,)]*", "").replaceAll("\\s+", " "));
        for (StackTraceElement frame : failure.getStackTrace()) {
            if (frame.getClassName().endsWith("Cases")) {
                line.append(" (").append(frame.getFileName()).append(':').append(frame.getLineNumber()).append(')');
                break;
            }
        }
        return line.length() <= 1000 ? line.toString() : line.substring(0, 1000) + "…";
    }
}
