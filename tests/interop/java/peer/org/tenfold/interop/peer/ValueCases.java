package org.tenfold.interop.peer;

import java.io.File;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.util.BitSet;
import java.util.Calendar;
import java.util.Currency;
import java.util.Date;
import java.util.EnumSet;
import java.util.GregorianCalendar;
import java.util.Locale;
import java.util.TimeZone;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.tenfold.interop.Color;
import org.tenfold.interop.Person;

/** Value classes of the JDK other than java.time. */
final class ValueCases {
    private static final long[] INSTANTS = {0, Samples.MILLIS, Samples.MINUTE, -1, -60_000, 253_402_300_799_999L};

    private ValueCases() {}

    static void add(Cases cases) {
        numbers(cases);
        dates(cases);
        others(cases);
        concurrent(cases);
        network(cases);
    }

    private static void numbers(Cases cases) {
        cases.add("bigdecimal", peer -> {
            for (String text : new String[] {"0", "1.10", "-0.001", "1E+10", "1234567890.123456789000"}) {
                BigDecimal value = new BigDecimal(text);
                Check.same(value, peer.everything().echoBigDecimal(value));
            }
            Check.same(null, peer.everything().echoBigDecimal(null));
        });
        cases.add("biginteger", peer -> {
            for (String text : new String[] {
                "0", "1", "-1", "4294967295", "4294967296", "-9223372036854775809", "123456789012345678901234567890"
            }) {
                BigInteger value = new BigInteger(text);
                Check.same(value, peer.everything().echoBigInteger(value));
            }
        });
    }

    private static void dates(Cases cases) {
        cases.add("date", peer -> {
            for (long millis : INSTANTS) {
                Check.same(new Date(millis), peer.everything().echoDate(new Date(millis)));
            }
            Check.same(null, peer.everything().echoDate(null));
        });
        cases.add("sql.date", peer -> {
            java.sql.Date value = new java.sql.Date(Samples.MINUTE);
            Check.same(value, peer.everything().echoSqlDate(value));
        });
        cases.add("sql.time", peer -> {
            java.sql.Time value = new java.sql.Time(Samples.MILLIS);
            Check.same(value, peer.everything().echoSqlTime(value));
        });
        cases.add("sql.timestamp", peer -> {
            java.sql.Timestamp value = new java.sql.Timestamp(Samples.MILLIS);
            Check.same(value, peer.everything().echoSqlTimestamp(value));
        });
        cases.add("calendar", peer -> {
            Calendar value = new GregorianCalendar(TimeZone.getTimeZone("UTC"));
            value.setTimeInMillis(Samples.MILLIS);
            Check.same(value, peer.everything().echoCalendar(value));
        });
    }

    private static void others(Cases cases) {
        cases.add("uuid", peer -> {
            UUID value = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
            Check.same(value, peer.everything().echoUuid(value));
        });
        cases.add("locale", peer -> {
            for (Locale value : new Locale[] {Locale.ENGLISH, Locale.SIMPLIFIED_CHINESE}) {
                Check.same(value, peer.everything().echoLocale(value));
            }
        });
        cases.add("class", peer -> {
            Check.same(String.class, peer.everything().echoClass(String.class));
            Check.same(Person.class, peer.everything().echoClass(Person.class));
            Check.same(int.class, peer.everything().echoClass(int.class));
        });
        cases.add("currency", peer -> {
            Currency value = Currency.getInstance("EUR");
            Check.same(value, peer.everything().echoCurrency(value));
        });
        cases.add("bitset", peer -> {
            BitSet value = new BitSet();
            value.set(0);
            value.set(63, 66);
            Check.same(value, peer.everything().echoBitSet(value));
        });
        cases.add("enumset", peer -> {
            EnumSet<Color> value = EnumSet.of(Color.RED, Color.BLUE);
            Check.same(value, peer.everything().echoEnumSet(value));
        });
    }

    private static void concurrent(Cases cases) {
        cases.add("atomic.integer", peer -> {
            AtomicInteger value = new AtomicInteger(-7);
            Check.same(value, peer.everything().echoAtomicInteger(value));
        });
        cases.add("atomic.long", peer -> {
            AtomicLong value = new AtomicLong(1L << 40);
            Check.same(value, peer.everything().echoAtomicLong(value));
        });
    }

    private static void network(Cases cases) {
        cases.add("file", peer -> {
            File value = new File("/a dir/b.txt");
            Check.same(value, peer.everything().echoFile(value));
        });
        cases.add("uri", peer -> {
            URI value = URI.create("https://example.org:8443/p%20q?x=1#f");
            Check.same(value, peer.everything().echoUri(value));
        });
    }
}
