package org.tenfold.interop.peer;

import java.io.File;
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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.tenfold.interop.AllTypes;
import org.tenfold.interop.Animal;
import org.tenfold.interop.Color;
import org.tenfold.interop.Everything;
import org.tenfold.interop.Node;
import org.tenfold.interop.Pair;
import org.tenfold.interop.Person;
import org.tenfold.interop.Result;
import org.tenfold.interop.Shadow;

/** The methods of {@link Everything} that answer their argument. */
abstract class EchoingService implements Everything {
    @Override
    public boolean echoBoolean(boolean value) {
        return value;
    }

    @Override
    public byte echoByte(byte value) {
        return value;
    }

    @Override
    public short echoShort(short value) {
        return value;
    }

    @Override
    public int echoInt(int value) {
        return value;
    }

    @Override
    public long echoLong(long value) {
        return value;
    }

    @Override
    public float echoFloat(float value) {
        return value;
    }

    @Override
    public double echoDouble(double value) {
        return value;
    }

    @Override
    public char echoChar(char value) {
        return value;
    }

    @Override
    public Boolean echoBoxedBoolean(Boolean value) {
        return value;
    }

    @Override
    public Byte echoBoxedByte(Byte value) {
        return value;
    }

    @Override
    public Short echoBoxedShort(Short value) {
        return value;
    }

    @Override
    public Integer echoBoxedInt(Integer value) {
        return value;
    }

    @Override
    public Long echoBoxedLong(Long value) {
        return value;
    }

    @Override
    public Float echoBoxedFloat(Float value) {
        return value;
    }

    @Override
    public Double echoBoxedDouble(Double value) {
        return value;
    }

    @Override
    public Character echoBoxedChar(Character value) {
        return value;
    }

    @Override
    public String echoString(String value) {
        return value;
    }

    @Override
    public byte[] echoBytes(byte[] value) {
        return value;
    }

    @Override
    public Object echoObject(Object value) {
        return value;
    }

    @Override
    public boolean[] echoBooleans(boolean[] value) {
        return value;
    }

    @Override
    public short[] echoShorts(short[] value) {
        return value;
    }

    @Override
    public int[] echoInts(int[] value) {
        return value;
    }

    @Override
    public long[] echoLongs(long[] value) {
        return value;
    }

    @Override
    public float[] echoFloats(float[] value) {
        return value;
    }

    @Override
    public double[] echoDoubles(double[] value) {
        return value;
    }

    @Override
    public char[] echoChars(char[] value) {
        return value;
    }

    @Override
    public String[] echoStrings(String[] value) {
        return value;
    }

    @Override
    public Integer[] echoIntegers(Integer[] value) {
        return value;
    }

    @Override
    public Date[] echoDates(Date[] value) {
        return value;
    }

    @Override
    public Object[] echoObjects(Object[] value) {
        return value;
    }

    @Override
    public Person[] echoPersons(Person[] value) {
        return value;
    }

    @Override
    public Color[] echoColors(Color[] value) {
        return value;
    }

    @Override
    public int[][] echoMatrix(int[][] value) {
        return value;
    }

    @Override
    public byte[][] echoByteRows(byte[][] value) {
        return value;
    }

    @Override
    public String[][] echoStringRows(String[][] value) {
        return value;
    }

    @Override
    public BigDecimal echoBigDecimal(BigDecimal value) {
        return value;
    }

    @Override
    public BigInteger echoBigInteger(BigInteger value) {
        return value;
    }

    @Override
    public Date echoDate(Date value) {
        return value;
    }

    @Override
    public java.sql.Date echoSqlDate(java.sql.Date value) {
        return value;
    }

    @Override
    public java.sql.Time echoSqlTime(java.sql.Time value) {
        return value;
    }

    @Override
    public java.sql.Timestamp echoSqlTimestamp(java.sql.Timestamp value) {
        return value;
    }

    @Override
    public LocalDate echoLocalDate(LocalDate value) {
        return value;
    }

    @Override
    public LocalTime echoLocalTime(LocalTime value) {
        return value;
    }

    @Override
    public LocalDateTime echoLocalDateTime(LocalDateTime value) {
        return value;
    }

    @Override
    public Instant echoInstant(Instant value) {
        return value;
    }

    @Override
    public Duration echoDuration(Duration value) {
        return value;
    }

    @Override
    public Period echoPeriod(Period value) {
        return value;
    }

    @Override
    public ZoneOffset echoZoneOffset(ZoneOffset value) {
        return value;
    }

    @Override
    public ZoneId echoZoneId(ZoneId value) {
        return value;
    }

    @Override
    public ZonedDateTime echoZonedDateTime(ZonedDateTime value) {
        return value;
    }

    @Override
    public OffsetDateTime echoOffsetDateTime(OffsetDateTime value) {
        return value;
    }

    @Override
    public OffsetTime echoOffsetTime(OffsetTime value) {
        return value;
    }

    @Override
    public Year echoYear(Year value) {
        return value;
    }

    @Override
    public YearMonth echoYearMonth(YearMonth value) {
        return value;
    }

    @Override
    public MonthDay echoMonthDay(MonthDay value) {
        return value;
    }

    @Override
    public DayOfWeek echoDayOfWeek(DayOfWeek value) {
        return value;
    }

    @Override
    public Month echoMonth(Month value) {
        return value;
    }

    @Override
    public UUID echoUuid(UUID value) {
        return value;
    }

    @Override
    public Locale echoLocale(Locale value) {
        return value;
    }

    @Override
    public Class<?> echoClass(Class<?> value) {
        return value;
    }

    @Override
    public Currency echoCurrency(Currency value) {
        return value;
    }

    @Override
    public Calendar echoCalendar(Calendar value) {
        return value;
    }

    @Override
    public BitSet echoBitSet(BitSet value) {
        return value;
    }

    @Override
    public EnumSet<Color> echoEnumSet(EnumSet<Color> value) {
        return value;
    }

    @Override
    public AtomicInteger echoAtomicInteger(AtomicInteger value) {
        return value;
    }

    @Override
    public AtomicLong echoAtomicLong(AtomicLong value) {
        return value;
    }

    @Override
    public File echoFile(File value) {
        return value;
    }

    @Override
    public URI echoUri(URI value) {
        return value;
    }

    @Override
    public List<String> echoStringList(List<String> value) {
        return value;
    }

    @Override
    public List<Integer> echoIntList(List<Integer> value) {
        return value;
    }

    @Override
    public List<Long> echoLongList(List<Long> value) {
        return value;
    }

    @Override
    public List<Person> echoPersonList(List<Person> value) {
        return value;
    }

    @Override
    public Set<String> echoStringSet(Set<String> value) {
        return value;
    }

    @Override
    public Map<String, String> echoStringMap(Map<String, String> value) {
        return value;
    }

    @Override
    public Map<String, Integer> echoIntMap(Map<String, Integer> value) {
        return value;
    }

    @Override
    public Map<Long, Person> echoPersonMap(Map<Long, Person> value) {
        return value;
    }

    @Override
    public Map<Color, List<String>> echoEnumMap(Map<Color, List<String>> value) {
        return value;
    }

    @Override
    public Map<String, List<Map<String, Person>>> echoNested(Map<String, List<Map<String, Person>>> value) {
        return value;
    }

    @Override
    public Color echoColor(Color value) {
        return value;
    }

    @Override
    public Person echoPerson(Person value) {
        return value;
    }

    @Override
    public AllTypes echoAllTypes(AllTypes value) {
        return value;
    }

    @Override
    public Animal echoAnimal(Animal value) {
        return value;
    }

    @Override
    public List<Animal> echoAnimals(List<Animal> value) {
        return value;
    }

    @Override
    public Shadow echoShadow(Shadow value) {
        return value;
    }

    @Override
    public Node echoNode(Node value) {
        return value;
    }

    @Override
    public Pair echoPair(Pair value) {
        return value;
    }

    @Override
    public Result<Person> echoResult(Result<Person> value) {
        return value;
    }
}
