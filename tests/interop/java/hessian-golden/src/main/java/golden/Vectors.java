package golden;

import java.io.File;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.URI;
import java.time.*;
import java.util.*;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Named values, in a fixed order. */
final class Vectors {
    private final Map<String, Object> all = new LinkedHashMap<>();

    static Map<String, Object> all() throws Exception {
        Vectors vectors = new Vectors();
        vectors.scalars();
        vectors.collections();
        vectors.small();
        vectors.time();
        vectors.objects();
        return vectors.all;
    }

    private void put(String name, Object value) {
        if (all.put(name, value) != null || name.contains(" ")) {
            throw new IllegalStateException(name);
        }
    }

    private void scalars() {
        put("null", null);
        put("true", true);
        for (int v : new int[] {0, -16, 47, -17, 48, -2048, 2047, -2049, 2048, -262144, 262143, -262145, 262144,
                Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            put("int:" + v, v);
        }
        for (long v : new long[] {0, -8, 15, -9, 16, -2048, 2047, -2049, 2048, -262144, 262143, -262145, 262144,
                1L << 31, Long.MIN_VALUE, Long.MAX_VALUE}) {
            put("long:" + v, v);
        }
        for (double v : new double[] {0, 1, -1, 127, -128, 128, -129, 32767, -32768, 32768, 12.25, -12.25, 3.14159,
                1e10, 0.1, 65.536, 100000.0, 1e-17, Double.MAX_VALUE, Double.MIN_VALUE, Double.NaN,
                Double.POSITIVE_INFINITY, 2147483.647, -2147483.648, 2147483.648, 0.001, 0.3}) {
            put("double:" + v, v);
        }
        put("float:12.3", 12.3f);
        put("byte:-3", (byte) -3);
        put("short:300", (short) 300);
        put("char:x", 'x');
        put("date:millis", new Date(894621091000L));
        put("date:minutes", new Date(894621060000L));
        put("date:before", new Date(-1L));
        put("string:empty", "");
        for (int n : new int[] {1, 31, 32, 1023, 1024, 32768, 32769, 70000}) {
            put("string:a*" + n, "a".repeat(n));
        }
        put("string:split", "a".repeat(32767) + "\ud83d\ude00zz");
        put("string:emoji", "a\ud83d\ude00b");
        put("string:chinese", "\u4f60\u597d");
        put("string:accent", "\u00e9");
        put("string:nul", "\0");
        for (int n : new int[] {0, 3, 15, 16, 1023, 1024, 10000}) {
            byte[] bytes = new byte[n];
            for (int i = 0; i < n; i++) {
                bytes[i] = (byte) i;
            }
            put("bytes:" + n, bytes);
        }
    }

    private void collections() {
        put("list:2", new ArrayList<>(List.of(1, 2)));
        put("list:8", new ArrayList<>(List.of(1, 2, 3, 4, 5, 6, 7, 8)));
        put("list:linked", new LinkedList<>(List.of(1, 2)));
        put("list:asList", Arrays.asList("a", "b"));
        put("list:of", List.of("a", "b"));
        put("list:empty", Collections.emptyList());
        put("set:hash", new HashSet<>(List.of(1)));
        put("set:of", Set.of("a"));
        put("set:tree", new TreeSet<>(List.of("a", "b")));
        put("deque", new ArrayDeque<>(List.of(1, 2)));
        put("keySet", new HashMap<>(Map.of("k", 1)).keySet());
        put("map:hash", new HashMap<>(Map.of("a", 1)));
        put("map:linked", new LinkedHashMap<>(Map.of("a", 1)));
        put("map:tree", new TreeMap<>(Map.of("a", 1)));
        put("map:concurrent", new ConcurrentHashMap<>(Map.of("a", 1)));
        put("map:of", Map.of("a", 1));
        put("map:empty", Collections.emptyMap());
        Map<Object, Object> nulls = new HashMap<>();
        nulls.put(null, null);
        put("map:null", nulls);
        put("array:int", new int[] {1, 2, 3});
        put("array:long", new long[] {1, 2});
        put("array:short", new short[] {1, 2});
        put("array:double", new double[] {0.5, 1});
        put("array:float", new float[] {0.5f, 1});
        put("array:boolean", new boolean[] {true, false});
        put("array:char", new char[] {'a', 'b'});
        put("array:string", new String[] {"a", null});
        put("array:object", new Object[] {"a", 1, null});
        put("array:Integer", new Integer[] {1, null});
        put("array:date", new Date[] {new Date(0)});
        put("array:int2", new int[][] {{1}, {1, 2}});
        put("array:byte2", new byte[][] {{1}, {1, 2}});
        put("array:list", new List[] {new ArrayList<>(List.of(1))});
        put("array:small", new Model.Small[] {new Model.Small("x", 1)});
        put("types", new ArrayList<>(List.of(new int[] {1}, new int[] {2}, new LinkedHashMap<>(), new LinkedHashMap<>())));
    }

    private void small() throws Exception {
        put("decimal", new BigDecimal("12.30"));
        put("decimal:exponent", new BigDecimal("1E+3"));
        put("integer", new BigInteger("-18446744073709551616"));
        put("integer:zero", BigInteger.ZERO);
        put("enum", Model.Color.GREEN);
        put("enum:twice", new ArrayList<>(List.of(Model.Color.GREEN, Model.Color.GREEN, Model.Color.RED)));
        put("uuid", UUID.fromString("123e4567-e89b-12d3-a456-426614174000"));
        put("file", new File("/tmp/x"));
        put("class", String.class);
        put("locale", new Locale("zh", "CN"));
        put("currency", Currency.getInstance("EUR"));
        put("uri", new URI("http://example.com/a?b"));
        put("atomic:int", new AtomicInteger(7));
        put("atomic:long", new AtomicLong(7));
        put("bitset", BitSet.valueOf(new long[] {5}));
        put("inet", InetAddress.getByAddress("host", new byte[] {127, 0, 0, 1}));
        GregorianCalendar calendar = new GregorianCalendar(TimeZone.getTimeZone("UTC"));
        calendar.setTimeInMillis(894621091000L);
        put("calendar", calendar);
        put("sql:date", new java.sql.Date(894621091000L));
        put("sql:time", new java.sql.Time(894621091000L));
        put("sql:timestamp", new java.sql.Timestamp(894621091123L));
    }

    private void time() {
        LocalDateTime moment = LocalDateTime.of(2024, 2, 29, 13, 5, 7, 123_000_000);
        ZoneId zone = ZoneId.of("Asia/Shanghai");
        put("time:LocalDate", moment.toLocalDate());
        put("time:LocalTime", moment.toLocalTime());
        put("time:LocalDateTime", moment);
        put("time:Instant", Instant.ofEpochSecond(1_700_000_000L, 5));
        put("time:Duration", Duration.ofMillis(-1500));
        put("time:Period", Period.of(1, 2, 3));
        put("time:ZoneOffset", ZoneOffset.ofHoursMinutes(5, 30));
        put("time:ZoneId", zone);
        put("time:ZonedDateTime", moment.atZone(zone));
        put("time:OffsetDateTime", moment.atOffset(ZoneOffset.ofHours(-3)));
        put("time:OffsetTime", moment.toLocalTime().atOffset(ZoneOffset.UTC));
        put("time:Year", Year.of(2024));
        put("time:YearMonth", YearMonth.of(2024, 2));
        put("time:MonthDay", MonthDay.of(2, 29));
        put("time:DayOfWeek", DayOfWeek.FRIDAY);
        put("time:Month", Month.MAY);
    }

    private void objects() {
        Model.Small small = new Model.Small("x", 1);
        put("small", small);
        put("small:twice", new ArrayList<>(List.of(small, small)));
        put("small:equal", new ArrayList<>(List.of(small, new Model.Small("x", 1))));
        put("order", order(small));
        Model.Order empty = new Model.Order();
        put("order:empty", empty);
        Model.Derived derived = new Model.Derived();
        ((Model.Base) derived).name = "parent";
        derived.id = 5;
        derived.rows = new ArrayList<>(List.of("r"));
        derived.name = "child";
        derived.level = 3;
        derived.extra = new HashMap<>(Map.of("k", "v"));
        put("derived", derived);
        Model.Node node = new Model.Node();
        node.name = "loop";
        node.next = node;
        put("cycle", node);
        Throwable cause = new IllegalStateException("disk");
        cause.setStackTrace(new StackTraceElement[0]);
        Model.StockException exception = new Model.StockException("none left", 7, cause);
        exception.setStackTrace(new StackTraceElement[] {new StackTraceElement("demo.S", "m", "S.java", 7)});
        exception.addSuppressed(withoutStack(new RuntimeException("also")));
        put("exception", exception);
        put("exception:plain", withoutStack(new RuntimeException("bad")));
        put("exception:noMessage", withoutStack(new RuntimeException()));
    }

    private static Throwable withoutStack(Throwable throwable) {
        throwable.setStackTrace(new StackTraceElement[0]);
        return throwable;
    }

    private static Model.Order order(Model.Small small) {
        Model.Order order = new Model.Order();
        order.id = 7;
        order.quantity = 1000;
        order.account = 1L << 40;
        order.paid = true;
        order.price = 12.25;
        order.customer = "Ann";
        order.note = null;
        order.created = new Date(894621091000L);
        order.tags = new ArrayList<>(List.of("a", "b"));
        order.stock = new HashMap<>(Map.of("n", 3));
        order.total = new BigDecimal("12.30");
        order.serial = new BigInteger("123456789012345678901234567890");
        order.color = Model.Color.RED;
        order.codes = new int[] {1, 2};
        order.small = small;
        return order;
    }
}
