package org.tenfold.interop.peer;

import java.util.List;
import java.util.Map;

import org.tenfold.interop.Person;
import org.tenfold.interop.Reduced;

final class ReducedService implements Reduced {
    private final String id;

    ReducedService(String id) {
        this.id = id;
    }

    @Override
    public String whoami() {
        return id;
    }

    @Override
    public String echoString(String value) {
        return value;
    }

    @Override
    public long echoLong(long value) {
        return value;
    }

    @Override
    public Person echoPerson(Person value) {
        return value;
    }

    @Override
    public List<String> echoStringList(List<String> value) {
        return value;
    }

    @Override
    public Map<String, String> echoStringMap(Map<String, String> value) {
        return value;
    }

    @Override
    public String fail(String message) {
        throw new IllegalStateException(message);
    }

    @Override
    public Map<String, String> attachments() {
        return Attachments.received("it.");
    }
}
