package org.tenfold.interop.peer;

import static org.tenfold.interop.peer.Samples.bytes;
import static org.tenfold.interop.peer.Samples.repeated;

import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;

import org.tenfold.interop.Everything;

/** Primitives, boxes, text, bytes, untyped values. */
final class ScalarCases {
    private ScalarCases() {}

    /** The first and last value of each encoding of an int. */
    static final int[] INTS = {
        0, 1, -1, -16, 47, -17, 48, -2048, 2047, -2049, 2048, -262144, 262143, -262145, 262144, Integer.MIN_VALUE,
        Integer.MAX_VALUE
    };

    /** The same of a long. */
    static final long[] LONGS = {
        0, -8, 15, -9, 16, -2048, 2047, -2049, 2048, -262144, 262143, -262145, 262144, Integer.MIN_VALUE,
        Integer.MAX_VALUE, Integer.MIN_VALUE - 1L, Integer.MAX_VALUE + 1L, Long.MIN_VALUE, Long.MAX_VALUE
    };

    static final double[] DOUBLES = {
        0, 1, -1, -128, 127, 128, -32768, 32767, 32768, 0.001, 0.1, 12.25, -12.25, 65.536, 3.14159, 1e10, 2147483.647,
        2147483.648, Double.MIN_VALUE, Double.MAX_VALUE, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY
    };

    static final float[] FLOATS = {0, 1, -1, 0.1f, 12.3f, 12.25f, 1e10f, Float.MAX_VALUE, Float.NaN, Float.POSITIVE_INFINITY};

    static void add(Cases cases) {
        identity(cases);
        primitives(cases);
        boxes(cases);
        texts(cases);
        binaries(cases);
        untyped(cases);
    }

    private static void identity(Cases cases) {
        cases.add("whoami", peer -> {
            String id = peer.everything().whoami();
            Check.that(id != null && !id.isEmpty() && !id.contains("@"), "the id is " + id);
        });
        cases.add("nothing", peer -> peer.everything().nothing());
    }

    private static void primitives(Cases cases) {
        cases.add("boolean", peer -> {
            Check.same(true, peer.everything().echoBoolean(true));
            Check.same(false, peer.everything().echoBoolean(false));
        });
        cases.add("byte", peer -> {
            for (int value : new int[] {0, 1, -1, -128, 127}) {
                Check.same((byte) value, peer.everything().echoByte((byte) value));
            }
        });
        cases.add("short", peer -> {
            for (int value : new int[] {0, 1, -1, 47, 48, -32768, 32767}) {
                Check.same((short) value, peer.everything().echoShort((short) value));
            }
        });
        cases.add("int", peer -> {
            for (int value : INTS) {
                Check.same(value, peer.everything().echoInt(value));
            }
        });
        cases.add("long", peer -> {
            for (long value : LONGS) {
                Check.same(value, peer.everything().echoLong(value));
            }
        });
        cases.add("float", peer -> {
            for (float value : FLOATS) {
                Check.same(value, peer.everything().echoFloat(value));
            }
        });
        cases.add("double", peer -> {
            for (double value : DOUBLES) {
                Check.same(value, peer.everything().echoDouble(value));
            }
        });
        cases.add("char", peer -> {
            for (char value : new char[] {'a', '0', 'é', '你', '\u0000', '\uffff'}) {
                Check.same(value, peer.everything().echoChar(value));
            }
        });
    }

    private static void boxes(Cases cases) {
        cases.add("boxed.boolean", peer -> {
            for (Boolean value : new Boolean[] {true, false, null}) {
                Check.same(value, peer.everything().echoBoxedBoolean(value));
            }
        });
        cases.add("boxed.byte", peer -> {
            for (Byte value : new Byte[] {-128, 127, null}) {
                Check.same(value, peer.everything().echoBoxedByte(value));
            }
        });
        cases.add("boxed.short", peer -> {
            for (Short value : new Short[] {-32768, 32767, null}) {
                Check.same(value, peer.everything().echoBoxedShort(value));
            }
        });
        cases.add("boxed.int", peer -> {
            for (Integer value : new Integer[] {Integer.MIN_VALUE, 0, Integer.MAX_VALUE, null}) {
                Check.same(value, peer.everything().echoBoxedInt(value));
            }
        });
        cases.add("boxed.long", peer -> {
            for (Long value : new Long[] {Long.MIN_VALUE, 0L, Long.MAX_VALUE, null}) {
                Check.same(value, peer.everything().echoBoxedLong(value));
            }
        });
        cases.add("boxed.float", peer -> {
            for (Float value : new Float[] {12.3f, -0.5f, Float.MIN_VALUE, null}) {
                Check.same(value, peer.everything().echoBoxedFloat(value));
            }
        });
        cases.add("boxed.double", peer -> {
            for (Double value : new Double[] {0.1, Double.MIN_VALUE, null}) {
                Check.same(value, peer.everything().echoBoxedDouble(value));
            }
        });
        cases.add("boxed.char", peer -> {
            for (Character value : new Character[] {'x', '你', null}) {
                Check.same(value, peer.everything().echoBoxedChar(value));
            }
        });
    }

    private static void texts(Cases cases) {
        cases.add("string", peer -> {
            Everything it = peer.everything();
            for (String value : Arrays.asList("", "a", "é", "你好", "a😀b", "\u0000\t\r\n\"\\", null)) {
                Check.same(value, it.echoString(value));
            }
        });
        cases.add("string.lengths", peer -> {
            for (int length : new int[] {31, 32, 1023, 1024, 32767, 32768, 32769, 65535, 65536}) {
                Check.same(repeated("a", length), peer.everything().echoString(repeated("a", length)));
            }
        });
        cases.add("string.chunks", peer -> {
            String split = repeated("a", 32767) + "😀zz";
            Check.same(split, peer.everything().echoString(split));
            String wide = repeated("你😀é", 25_000);
            Check.same(wide, peer.everything().echoString(wide));
        });
    }

    private static void binaries(Cases cases) {
        cases.add("bytes", peer -> {
            for (int size : new int[] {0, 1, 15, 16, 1023, 1024, 4096, 8189, 8190, 65535, 65536}) {
                Check.same(bytes(size), peer.everything().echoBytes(bytes(size)));
            }
            Check.same(null, peer.everything().echoBytes(null));
        });
        cases.add("bytes.mebibyte", peer -> Check.same(bytes(1 << 20), peer.everything().echoBytes(bytes(1 << 20))));
        cases.add("blob", peer -> {
            for (int size : new int[] {0, 1000, 1 << 20}) {
                Check.same(bytes(size), peer.everything().blob(size));
            }
        });
    }

    private static void untyped(Cases cases) {
        cases.add("object", peer -> {
            Map<String, Object> map = new HashMap<>();
            map.put("n", 1);
            map.put("l", 1L);
            map.put("list", Samples.list("x", 2, 3.5));
            for (Object value : Arrays.asList(
                    null, true, 7, 7L, 0.5, "text", new Date(Samples.MILLIS), Samples.ada(), Samples.list(1, "two", 3L), map)) {
                Check.same(value, peer.everything().echoObject(value));
            }
        });
        cases.add("object.bytes", peer -> Check.same(bytes(300), peer.everything().echoObject(bytes(300))));
    }
}
