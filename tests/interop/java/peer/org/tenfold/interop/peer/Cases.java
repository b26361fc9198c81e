package org.tenfold.interop.peer;

import java.util.LinkedHashMap;
import java.util.Map;

/** All cases by name, in the order of CASES.md. */
final class Cases {
    interface Body {
        void run(Peer peer) throws Throwable;
    }

    private final Map<String, Body> bodies = new LinkedHashMap<>();

    static Map<String, Body> all() {
        Cases cases = new Cases();
        ScalarCases.add(cases);
        ArrayCases.add(cases);
        ValueCases.add(cases);
        TimeCases.add(cases);
        CollectionCases.add(cases);
        PojoCases.add(cases);
        OverloadCases.add(cases);
        FailureCases.add(cases);
        CallCases.add(cases);
        GenericCases.add(cases);
        ReducedCases.add(cases);
        return cases.bodies;
    }

    void add(String name, Body body) {
        if (bodies.put(name, body) != null) {
            throw new IllegalStateException("two cases named " + name);
        }
    }
}
