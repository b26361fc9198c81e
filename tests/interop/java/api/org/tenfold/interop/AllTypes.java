package org.tenfold.interop;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZonedDateTime;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * A field of every type. There is no primitive float on purpose: the Hessian reader of Dubbo 3
 * stores eight bytes into that field's four and can crash the JVM.
 */
public class AllTypes implements Serializable {
    private static final long serialVersionUID = 1L;

    public boolean flag;
    public byte tiny;
    public short small;
    public int medium;
    public long large;
    public double real;
    public char letter;
    public Boolean boxedFlag;
    public Byte boxedTiny;
    public Short boxedSmall;
    public Integer boxedMedium;
    public Long boxedLarge;
    public Float boxedFloat;
    public Double boxedReal;
    public Character boxedLetter;
    public String text;
    public byte[] bytes;
    public int[] ints;
    public long[] longs;
    public double[] reals;
    public String[] texts;
    public int[][] matrix;
    public Person[] people;
    public BigDecimal decimal;
    public BigInteger integer;
    public Date date;
    public java.sql.Date sqlDate;
    public java.sql.Time sqlTime;
    public java.sql.Timestamp sqlTimestamp;
    public LocalDate localDate;
    public LocalTime localTime;
    public LocalDateTime localDateTime;
    public ZonedDateTime zonedDateTime;
    public Instant instant;
    public Duration duration;
    public UUID uuid;
    public Locale locale;
    public Color color;
    public List<String> list;
    public Set<Integer> set;
    public Map<String, Long> map;
    public Person person;
    public Object anything;
    public String absent;
}
