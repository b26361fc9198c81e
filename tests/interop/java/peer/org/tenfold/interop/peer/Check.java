package org.tenfold.interop.peer;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.util.Calendar;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Assertions. A failed one is an AssertionError whose message becomes the reason of the FAIL line. */
final class Check {
    private Check() {}

    /** Equal by contents, through arrays, collections and the POJOs of the interface, cycles included. */
    static void same(Object expected, Object actual) {
        String difference = difference("value", expected, actual, new IdentityHashMap<>());
        if (difference != null) {
            throw new AssertionError(difference);
        }
    }

    static void that(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }

    interface Body {
        Object run() throws Throwable;
    }

    /** The failure of the body, which must be of that class. */
    static <E extends Throwable> E fails(Class<E> kind, Body body) {
        Object value;
        try {
            value = body.run();
        } catch (Throwable failure) {
            if (kind.isInstance(failure)) {
                return kind.cast(failure);
            }
            throw new AssertionError("failed with " + failure + " where " + kind.getName() + " is due", failure);
        }
        throw new AssertionError("answered " + show(value) + " where " + kind.getName() + " is due");
    }

    static void contains(String text, String part) {
        that(text != null && text.contains(part), "\"" + text + "\" does not contain \"" + part + "\"");
    }

    private static String difference(String where, Object expected, Object actual, Map<Object, Object> seen) {
        if (expected == actual) {
            return null;
        }
        if (expected == null || actual == null) {
            return unlike(where, expected, actual);
        }
        if (seen.put(expected, actual) == actual && expected.getClass().getName().startsWith("org.tenfold.")) {
            return null;
        }
        if (expected.getClass().isArray()) {
            return arrays(where, expected, actual, seen);
        }
        if (expected instanceof List) {
            return lists(where, (List<?>) expected, actual, seen);
        }
        if (expected instanceof Map) {
            return maps(where, (Map<?, ?>) expected, actual, seen);
        }
        if (expected instanceof Enum) {
            return unlike(where, expected, actual);
        }
        if (expected.getClass().getName().startsWith("org.tenfold.")) {
            return fields(where, expected, actual, seen);
        }
        boolean equal;
        if (expected instanceof AtomicInteger && actual instanceof AtomicInteger) {
            equal = ((AtomicInteger) expected).get() == ((AtomicInteger) actual).get();
        } else if (expected instanceof AtomicLong && actual instanceof AtomicLong) {
            equal = ((AtomicLong) expected).get() == ((AtomicLong) actual).get();
        } else if (expected instanceof Calendar && actual instanceof Calendar) {
            equal = ((Calendar) expected).getTimeInMillis() == ((Calendar) actual).getTimeInMillis();
        } else if (expected instanceof URI && actual instanceof URI) {
            // The reader of Dubbo 2.7 fills in the text alone, and URI.equals compares the parts.
            equal = expected.toString().equals(actual.toString());
        } else {
            equal = expected.equals(actual);
        }
        return equal ? null : unlike(where, expected, actual);
    }

    private static String arrays(String where, Object expected, Object actual, Map<Object, Object> seen) {
        if (expected.getClass() != actual.getClass()) {
            return where + " is a " + actual.getClass().getTypeName() + " where " + expected.getClass().getTypeName()
                    + " is due";
        }
        int length = Array.getLength(expected);
        if (length != Array.getLength(actual)) {
            return where + " has " + Array.getLength(actual) + " elements where " + length + " are due";
        }
        for (int i = 0; i < length; i++) {
            String found = difference(where + "[" + i + "]", Array.get(expected, i), Array.get(actual, i), seen);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private static String lists(String where, List<?> expected, Object actual, Map<Object, Object> seen) {
        if (!(actual instanceof List)) {
            return unlike(where, expected, actual);
        }
        List<?> other = (List<?>) actual;
        if (expected.size() != other.size()) {
            return where + " has " + other.size() + " elements where " + expected.size() + " are due";
        }
        Iterator<?> theirs = other.iterator();
        int i = 0;
        for (Object mine : expected) {
            String found = difference(where + "[" + i++ + "]", mine, theirs.next(), seen);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private static String maps(String where, Map<?, ?> expected, Object actual, Map<Object, Object> seen) {
        if (!(actual instanceof Map) || ((Map<?, ?>) actual).size() != expected.size()) {
            return unlike(where, expected, actual);
        }
        Map<?, ?> other = (Map<?, ?>) actual;
        for (Map.Entry<?, ?> entry : expected.entrySet()) {
            String name = where + "{" + entry.getKey() + "}";
            if (!other.containsKey(entry.getKey())) {
                return name + " is missing from " + show(actual);
            }
            String found = difference(name, entry.getValue(), other.get(entry.getKey()), seen);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private static String fields(String where, Object expected, Object actual, Map<Object, Object> seen) {
        if (expected.getClass() != actual.getClass()) {
            return where + " is a " + actual.getClass().getName() + " where " + expected.getClass().getName() + " is due";
        }
        for (Class<?> type = expected.getClass(); type != Object.class; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (Modifier.isStatic(field.getModifiers())) {
                    continue;
                }
                try {
                    field.setAccessible(true);
                    String found =
                            difference(where + "." + field.getName(), field.get(expected), field.get(actual), seen);
                    if (found != null) {
                        return found;
                    }
                } catch (IllegalAccessException e) {
                    throw new AssertionError(e);
                }
            }
        }
        return null;
    }

    private static String unlike(String where, Object expected, Object actual) {
        return Objects.equals(expected, actual)
                ? null
                : where + " is " + show(actual) + " where " + show(expected) + " is due";
    }

    private static String show(Object value) {
        if (value == null) {
            return "null";
        }
        String text = value.getClass().getName() + " " + value;
        return text.length() <= 200 ? text : text.substring(0, 200) + "…";
    }
}
