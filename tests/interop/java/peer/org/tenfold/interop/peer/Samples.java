package org.tenfold.interop.peer;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

import org.tenfold.interop.Address;
import org.tenfold.interop.AllTypes;
import org.tenfold.interop.Color;
import org.tenfold.interop.Dog;
import org.tenfold.interop.Node;
import org.tenfold.interop.Person;
import org.tenfold.interop.Puppy;

/** The values that CASES.md gives names to. */
final class Samples {
    /** 2023-11-14T22:13:20.123Z, with milliseconds that are no whole minute. */
    static final long MILLIS = 1_700_000_000_123L;

    /** A whole minute, which Hessian writes in a shorter form. */
    static final long MINUTE = 1_699_999_980_000L;

    private Samples() {}

    static Person ada() {
        Person ada = new Person("Ada", 36);
        ada.setActive(true);
        ada.setScore(9_007_199_254_740_993L);
        ada.setTags(list("math", "engine"));
        ada.setHome(new Address("St James's Square 12", "SW1Y"));
        return ada;
    }

    static Person bob() {
        return new Person("Bob", -1);
    }

    @SafeVarargs
    static <T> List<T> list(T... elements) {
        return new ArrayList<>(Arrays.asList(elements));
    }

    static byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (31 * i);
        }
        return bytes;
    }

    static String repeated(String unit, int times) {
        return unit.repeat(times);
    }

    static AllTypes allTypes() {
        AllTypes all = new AllTypes();
        all.flag = true;
        all.tiny = -128;
        all.small = 32767;
        all.medium = Integer.MIN_VALUE;
        all.large = Long.MAX_VALUE;
        all.real = 3.14159;
        all.letter = 'é';
        all.boxedFlag = false;
        all.boxedTiny = 127;
        all.boxedSmall = -32768;
        all.boxedMedium = 262144;
        all.boxedLarge = -2049L;
        all.boxedFloat = 12.3f;
        all.boxedReal = 1e10;
        all.boxedLetter = '你';
        all.text = "a😀b";
        all.bytes = bytes(20);
        all.ints = new int[] {1, -1, 262144};
        all.longs = new long[] {0, Long.MIN_VALUE};
        all.reals = new double[] {0.0, 1.0, 0.1};
        all.texts = new String[] {"x", null, ""};
        all.matrix = new int[][] {{1, 2}, {}, {3}};
        all.people = new Person[] {ada(), null, bob()};
        all.decimal = new BigDecimal("1234567890.123456789000");
        all.integer = new BigInteger("-123456789012345678901234567890");
        all.date = new Date(MILLIS);
        all.sqlDate = new java.sql.Date(MINUTE);
        all.sqlTime = new java.sql.Time(MILLIS);
        all.sqlTimestamp = new java.sql.Timestamp(MILLIS);
        all.localDate = LocalDate.of(2024, 2, 29);
        all.localTime = LocalTime.of(23, 59, 59, 999_999_999);
        all.localDateTime = LocalDateTime.of(2024, 2, 29, 1, 2, 3, 4);
        all.zonedDateTime = ZonedDateTime.of(2024, 2, 29, 1, 2, 3, 4, ZoneId.of("Europe/Berlin"));
        all.instant = Instant.ofEpochSecond(1_700_000_000L, 123_456_789);
        all.duration = Duration.ofSeconds(-3, 5);
        all.uuid = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
        all.locale = Locale.SIMPLIFIED_CHINESE;
        all.color = Color.GREEN;
        all.list = list("one", "two");
        all.set = new HashSet<>(Arrays.asList(1, 2, 3));
        all.map = new HashMap<>();
        all.map.put("k", 1L);
        all.map.put("big", 1L << 40);
        all.person = ada();
        all.anything = "untyped";
        return all;
    }

    static Dog dog() {
        Dog dog = new Dog();
        dog.name = "Rex";
        dog.den = new Address("Kennel 1", "00001");
        dog.loudness = 11;
        dog.good = true;
        return dog;
    }

    static Puppy puppy() {
        Puppy puppy = new Puppy();
        puppy.name = "Bit";
        puppy.loudness = 2;
        puppy.siblings.add(dog());
        puppy.siblings.add(new Dog());
        return puppy;
    }

    /** a → b → c → a, and a is its own first child. */
    static Node ring() {
        Node a = new Node("a");
        Node b = new Node("b");
        Node c = new Node("c");
        a.next = b;
        b.next = c;
        c.next = a;
        a.children.add(a);
        a.children.add(c);
        return a;
    }
}
