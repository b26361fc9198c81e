package org.tenfold.interop;

import java.io.File;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Month;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.BitSet;
import java.util.Calendar;
import java.util.Currency;
import java.util.Date;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One method for everything a Dubbo call can carry. What each method must do is written down once,
 * in CASES.md; every implementation, in whatever language, follows that table.
 *
 * <p>A method whose name begins with "echo" returns its argument.
 */
public interface Everything {
    // Identity.

    /** The provider's id, followed by {@code @group:version} when it has them. */
    String whoami();

    void nothing();

    // Primitives.

    boolean echoBoolean(boolean value);

    byte echoByte(byte value);

    short echoShort(short value);

    int echoInt(int value);

    long echoLong(long value);

    float echoFloat(float value);

    double echoDouble(double value);

    char echoChar(char value);

    // Boxes, which can be null.

    Boolean echoBoxedBoolean(Boolean value);

    Byte echoBoxedByte(Byte value);

    Short echoBoxedShort(Short value);

    Integer echoBoxedInt(Integer value);

    Long echoBoxedLong(Long value);

    Float echoBoxedFloat(Float value);

    Double echoBoxedDouble(Double value);

    Character echoBoxedChar(Character value);

    // Text, bytes, untyped values.

    String echoString(String value);

    byte[] echoBytes(byte[] value);

    Object echoObject(Object value);

    /** {@code size} bytes, byte i being the low eight bits of 31 × i. */
    byte[] blob(int size);

    // Arrays.

    boolean[] echoBooleans(boolean[] value);

    short[] echoShorts(short[] value);

    int[] echoInts(int[] value);

    long[] echoLongs(long[] value);

    float[] echoFloats(float[] value);

    double[] echoDoubles(double[] value);

    char[] echoChars(char[] value);

    String[] echoStrings(String[] value);

    Integer[] echoIntegers(Integer[] value);

    Date[] echoDates(Date[] value);

    Object[] echoObjects(Object[] value);

    Person[] echoPersons(Person[] value);

    Color[] echoColors(Color[] value);

    int[][] echoMatrix(int[][] value);

    byte[][] echoByteRows(byte[][] value);

    String[][] echoStringRows(String[][] value);

    // Numbers and dates that are objects.

    BigDecimal echoBigDecimal(BigDecimal value);

    BigInteger echoBigInteger(BigInteger value);

    Date echoDate(Date value);

    java.sql.Date echoSqlDate(java.sql.Date value);

    java.sql.Time echoSqlTime(java.sql.Time value);

    java.sql.Timestamp echoSqlTimestamp(java.sql.Timestamp value);

    // java.time.

    LocalDate echoLocalDate(LocalDate value);

    LocalTime echoLocalTime(LocalTime value);

    LocalDateTime echoLocalDateTime(LocalDateTime value);

    Instant echoInstant(Instant value);

    Duration echoDuration(Duration value);

    Period echoPeriod(Period value);

    ZoneOffset echoZoneOffset(ZoneOffset value);

    ZoneId echoZoneId(ZoneId value);

    ZonedDateTime echoZonedDateTime(ZonedDateTime value);

    OffsetDateTime echoOffsetDateTime(OffsetDateTime value);

    OffsetTime echoOffsetTime(OffsetTime value);

    Year echoYear(Year value);

    YearMonth echoYearMonth(YearMonth value);

    MonthDay echoMonthDay(MonthDay value);

    DayOfWeek echoDayOfWeek(DayOfWeek value);

    Month echoMonth(Month value);

    // Other value classes of the JDK.

    UUID echoUuid(UUID value);

    Locale echoLocale(Locale value);

    Class<?> echoClass(Class<?> value);

    Currency echoCurrency(Currency value);

    Calendar echoCalendar(Calendar value);

    BitSet echoBitSet(BitSet value);

    EnumSet<Color> echoEnumSet(EnumSet<Color> value);

    AtomicInteger echoAtomicInteger(AtomicInteger value);

    AtomicLong echoAtomicLong(AtomicLong value);

    File echoFile(File value);

    URI echoUri(URI value);

    // Collections.

    List<String> echoStringList(List<String> value);

    List<Integer> echoIntList(List<Integer> value);

    List<Long> echoLongList(List<Long> value);

    List<Person> echoPersonList(List<Person> value);

    Set<String> echoStringSet(Set<String> value);

    Map<String, String> echoStringMap(Map<String, String> value);

    Map<String, Integer> echoIntMap(Map<String, Integer> value);

    Map<Long, Person> echoPersonMap(Map<Long, Person> value);

    Map<Color, List<String>> echoEnumMap(Map<Color, List<String>> value);

    Map<String, List<Map<String, Person>>> echoNested(Map<String, List<Map<String, Person>>> value);

    // POJOs.

    Color echoColor(Color value);

    Person echoPerson(Person value);

    AllTypes echoAllTypes(AllTypes value);

    Animal echoAnimal(Animal value);

    List<Animal> echoAnimals(List<Animal> value);

    Shadow echoShadow(Shadow value);

    Node echoNode(Node value);

    Pair echoPair(Pair value);

    /**
     * Code 200, message "ok" and a person of that name, age 30; code 404, "no such person" and no data when the name
     * is empty.
     */
    Result<Person> findPerson(String name);

    /** Code 200, "ok" and {@code count} persons named p0, p1…, each as old as its number. */
    Result<List<Person>> findPersons(int count);

    Result<Person> echoResult(Result<Person> value);

    // Overloads. Each answers the text of its signature, a colon and its arguments.

    String over();

    String over(int value);

    String over(long value);

    String over(Integer value);

    String over(String value);

    String over(List<String> value);

    String over(int first, String second);

    String over(String first, int second);

    // Failures.

    void failDeclared(String message, int code) throws BusinessException;

    /** BusinessException(message, 7) caused by IllegalArgumentException("root of " + message). */
    void failCaused(String message) throws BusinessException;

    /** IllegalStateException, a class of the JDK that nothing declares. */
    void failUnchecked(String message);

    /** OddException, undeclared but shipped beside this interface. */
    void failOdd(String message);

    /** A runtime exception whose class the consumer does not have. */
    void failForeign(String message);

    /** An IOException although the signature does not allow one. */
    void failSneaky(String message);

    /** IOException when {@code fail}, else the text "kept". */
    String mayFail(boolean fail) throws IOException;

    // Context.

    /** The attachments of this call whose keys begin with "it.", as text. */
    Map<String, String> attachments();

    /** Puts {@code key} = {@code value} into the attachments of the response and answers {@code value}. */
    String answerWith(String key, String value);

    // Ways of calling.

    /** Called one-way: counts the token. */
    void oneWay(String token);

    /** How often {@link #oneWay} saw the token. */
    int oneWaySeen(String token);

    /** {@code value}, after so many milliseconds, from another thread. */
    CompletableFuture<String> later(int millis, String value);

    /** A future that fails with BusinessException(message, 9). */
    CompletableFuture<Person> laterFail(String message);

    /** {@code value}, after so many milliseconds in the calling thread. */
    String sleep(int millis, String value);

    /** Sleeps so long and answers the highest number of calls of this method that ran at once since the last reset. */
    int concurrent(int millis);

    void resetConcurrent();

    /** Counts the token; answers how often it has been counted. */
    int count(String token);

    /** As {@link #count}, but the first {@code slowCalls} calls of a token sleep so long before they answer. */
    int slowFirst(String token, int slowCalls, int millis);

    /**
     * Calls the listener {@code times} times with {@code word + "#" + i}, i from 0, and answers its answers joined with
     * commas.
     */
    String callBack(String word, int times, Listener listener);
}
