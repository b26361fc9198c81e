package org.tenfold.interop.peer;

import static org.tenfold.interop.peer.Samples.bytes;

import java.util.Date;

import org.tenfold.interop.Color;
import org.tenfold.interop.Person;

final class ArrayCases {
    private ArrayCases() {}

    static void add(Cases cases) {
        primitives(cases);
        objects(cases);
        nested(cases);
    }

    private static void primitives(Cases cases) {
        cases.add("array.boolean", peer -> {
            boolean[] value = {true, false, true};
            Check.same(value, peer.everything().echoBooleans(value));
        });
        cases.add("array.short", peer -> {
            short[] value = {0, -32768, 32767};
            Check.same(value, peer.everything().echoShorts(value));
        });
        cases.add("array.int", peer -> {
            Check.same(ScalarCases.INTS, peer.everything().echoInts(ScalarCases.INTS));
            Check.same(new int[0], peer.everything().echoInts(new int[0]));
            Check.same(null, peer.everything().echoInts(null));
            int[] many = new int[10_000];
            for (int i = 0; i < many.length; i++) {
                many[i] = i * 31;
            }
            Check.same(many, peer.everything().echoInts(many));
        });
        cases.add("array.long", peer -> Check.same(ScalarCases.LONGS, peer.everything().echoLongs(ScalarCases.LONGS)));
        cases.add("array.float", peer -> Check.same(ScalarCases.FLOATS, peer.everything().echoFloats(ScalarCases.FLOATS)));
        cases.add("array.double", peer ->
                Check.same(ScalarCases.DOUBLES, peer.everything().echoDoubles(ScalarCases.DOUBLES)));
        cases.add("array.char", peer -> {
            char[] value = "a你é".toCharArray();
            Check.same(value, peer.everything().echoChars(value));
        });
    }

    private static void objects(Cases cases) {
        cases.add("array.string", peer -> {
            String[] value = {"a", null, "", "你😀"};
            Check.same(value, peer.everything().echoStrings(value));
            Check.same(new String[0], peer.everything().echoStrings(new String[0]));
        });
        cases.add("array.integer", peer -> {
            Integer[] value = {1, null, Integer.MAX_VALUE};
            Check.same(value, peer.everything().echoIntegers(value));
        });
        cases.add("array.date", peer -> {
            Date[] value = {new Date(0), new Date(Samples.MILLIS), new Date(Samples.MINUTE), null};
            Check.same(value, peer.everything().echoDates(value));
        });
        cases.add("array.object", peer -> {
            Object[] value = {1, "two", 3L, null, true, Samples.ada(), Samples.list("x")};
            Check.same(value, peer.everything().echoObjects(value));
        });
        cases.add("array.person", peer -> {
            Person[] value = {Samples.ada(), null, Samples.bob()};
            Check.same(value, peer.everything().echoPersons(value));
        });
        cases.add("array.enum", peer -> {
            Color[] value = {Color.RED, null, Color.BLUE, Color.RED};
            Check.same(value, peer.everything().echoColors(value));
        });
    }

    private static void nested(Cases cases) {
        cases.add("array.matrix", peer -> {
            int[][] value = {{1, 2, 3}, {}, {4}};
            Check.same(value, peer.everything().echoMatrix(value));
        });
        cases.add("array.byteRows", peer -> {
            byte[][] value = {bytes(3), bytes(0), bytes(2000)};
            Check.same(value, peer.everything().echoByteRows(value));
        });
        cases.add("array.stringRows", peer -> {
            String[][] value = {{"a", "b"}, {}, {null}};
            Check.same(value, peer.everything().echoStringRows(value));
        });
    }
}
