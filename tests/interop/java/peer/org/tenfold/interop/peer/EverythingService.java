package org.tenfold.interop.peer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.tenfold.interop.BusinessException;
import org.tenfold.interop.Listener;
import org.tenfold.interop.OddException;
import org.tenfold.interop.Person;
import org.tenfold.interop.Result;

/** The methods of {@link org.tenfold.interop.Everything} that do more than echo. */
final class EverythingService extends EchoingService {
    private final String id;
    private final Map<String, AtomicInteger> oneWays = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> counts = new ConcurrentHashMap<>();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger peak = new AtomicInteger();

    EverythingService(String id) {
        this.id = id;
    }

    @Override
    public String whoami() {
        return id;
    }

    @Override
    public void nothing() {}

    @Override
    public byte[] blob(int size) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (31 * i);
        }
        return bytes;
    }

    @Override
    public Result<Person> findPerson(String name) {
        if (name.isEmpty()) {
            return new Result<>(404, "no such person", null);
        }
        return new Result<>(200, "ok", new Person(name, 30));
    }

    @Override
    public Result<List<Person>> findPersons(int count) {
        List<Person> persons = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            persons.add(new Person("p" + i, i));
        }
        return new Result<>(200, "ok", persons);
    }

    @Override
    public String over() {
        return "():";
    }

    @Override
    public String over(int value) {
        return "(int):" + value;
    }

    @Override
    public String over(long value) {
        return "(long):" + value;
    }

    @Override
    public String over(Integer value) {
        return "(Integer):" + value;
    }

    @Override
    public String over(String value) {
        return "(String):" + value;
    }

    @Override
    public String over(List<String> value) {
        return "(List):" + String.join(",", value);
    }

    @Override
    public String over(int first, String second) {
        return "(int,String):" + first + "," + second;
    }

    @Override
    public String over(String first, int second) {
        return "(String,int):" + first + "," + second;
    }

    @Override
    public void failDeclared(String message, int code) throws BusinessException {
        throw new BusinessException(message, code);
    }

    @Override
    public void failCaused(String message) throws BusinessException {
        throw new BusinessException(message, 7, new IllegalArgumentException("root of " + message));
    }

    @Override
    public void failUnchecked(String message) {
        throw new IllegalStateException(message);
    }

    @Override
    public void failOdd(String message) {
        throw new OddException(message, new ArrayList<>(List.of("first", "second")));
    }

    @Override
    public void failForeign(String message) {
        throw new HiddenException(message);
    }

    @Override
    public void failSneaky(String message) {
        EverythingService.<RuntimeException>sneak(new IOException(message));
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void sneak(Throwable failure) throws E {
        throw (E) failure;
    }

    @Override
    public String mayFail(boolean fail) throws IOException {
        if (fail) {
            throw new IOException("asked to fail");
        }
        return "kept";
    }

    @Override
    public Map<String, String> attachments() {
        return Attachments.received("it.");
    }

    @Override
    public String answerWith(String key, String value) {
        Attachments.answer(key, value);
        return value;
    }

    @Override
    public void oneWay(String token) {
        counter(oneWays, token).incrementAndGet();
    }

    @Override
    public int oneWaySeen(String token) {
        return counter(oneWays, token).get();
    }

    @Override
    public CompletableFuture<String> later(int millis, String value) {
        return CompletableFuture.supplyAsync(() -> value, CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS));
    }

    @Override
    public CompletableFuture<Person> laterFail(String message) {
        CompletableFuture<Person> failing = new CompletableFuture<>();
        CompletableFuture.runAsync(() -> failing.completeExceptionally(new BusinessException(message, 9)));
        return failing;
    }

    @Override
    public String sleep(int millis, String value) {
        pause(millis);
        return value;
    }

    @Override
    public int concurrent(int millis) {
        int reached = running.incrementAndGet();
        peak.accumulateAndGet(reached, Math::max);
        pause(millis);
        running.decrementAndGet();
        return peak.get();
    }

    @Override
    public void resetConcurrent() {
        peak.set(0);
    }

    @Override
    public int count(String token) {
        return counter(counts, token).incrementAndGet();
    }

    @Override
    public int slowFirst(String token, int slowCalls, int millis) {
        int number = count(token);
        if (number <= slowCalls) {
            pause(millis);
        }
        return number;
    }

    @Override
    public String callBack(String word, int times, Listener listener) {
        List<String> answers = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            answers.add(listener.onEvent(word + "#" + i));
        }
        return String.join(",", answers);
    }

    private static AtomicInteger counter(Map<String, AtomicInteger> counters, String token) {
        return counters.computeIfAbsent(token, unused -> new AtomicInteger());
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
