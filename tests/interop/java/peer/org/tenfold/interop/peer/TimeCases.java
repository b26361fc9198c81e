package org.tenfold.interop.peer;

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

/** java.time, each class with a value that has every part. */
final class TimeCases {
    private static final LocalDate DATE = LocalDate.of(2024, 2, 29);
    private static final LocalTime TIME = LocalTime.of(23, 59, 58, 123_456_789);
    private static final ZoneOffset OFFSET = ZoneOffset.ofHoursMinutes(5, 30);

    private TimeCases() {}

    static void add(Cases cases) {
        local(cases);
        zoned(cases);
        amounts(cases);
        parts(cases);
    }

    private static void local(Cases cases) {
        cases.add("time.localdate", peer -> {
            Check.same(DATE, peer.everything().echoLocalDate(DATE));
            Check.same(LocalDate.of(-1, 1, 1), peer.everything().echoLocalDate(LocalDate.of(-1, 1, 1)));
            Check.same(null, peer.everything().echoLocalDate(null));
        });
        cases.add("time.localtime", peer -> {
            Check.same(TIME, peer.everything().echoLocalTime(TIME));
            Check.same(LocalTime.MIDNIGHT, peer.everything().echoLocalTime(LocalTime.MIDNIGHT));
        });
        cases.add("time.localdatetime", peer -> {
            LocalDateTime value = LocalDateTime.of(DATE, TIME);
            Check.same(value, peer.everything().echoLocalDateTime(value));
        });
    }

    private static void zoned(Cases cases) {
        cases.add("time.instant", peer -> {
            for (Instant value : new Instant[] {
                Instant.EPOCH, Instant.ofEpochSecond(1_700_000_000L, 123_456_789), Instant.ofEpochSecond(-1, 5)
            }) {
                Check.same(value, peer.everything().echoInstant(value));
            }
        });
        cases.add("time.zoneoffset", peer -> {
            for (ZoneOffset value : new ZoneOffset[] {ZoneOffset.UTC, OFFSET, ZoneOffset.ofHours(-11)}) {
                Check.same(value, peer.everything().echoZoneOffset(value));
            }
        });
        cases.add("time.zoneid", peer -> {
            ZoneId value = ZoneId.of("Europe/Berlin");
            Check.same(value, peer.everything().echoZoneId(value));
        });
        cases.add("time.zoneddatetime", peer -> {
            ZonedDateTime value = ZonedDateTime.of(DATE, TIME, ZoneId.of("Europe/Berlin"));
            Check.same(value, peer.everything().echoZonedDateTime(value));
        });
        cases.add("time.offsetdatetime", peer -> {
            OffsetDateTime value = OffsetDateTime.of(DATE, TIME, OFFSET);
            Check.same(value, peer.everything().echoOffsetDateTime(value));
        });
        cases.add("time.offsettime", peer -> {
            OffsetTime value = OffsetTime.of(TIME, OFFSET);
            Check.same(value, peer.everything().echoOffsetTime(value));
        });
    }

    private static void amounts(Cases cases) {
        cases.add("time.duration", peer -> {
            for (Duration value : new Duration[] {Duration.ZERO, Duration.ofSeconds(90, 7), Duration.ofSeconds(-3, 5)}) {
                Check.same(value, peer.everything().echoDuration(value));
            }
        });
        cases.add("time.period", peer -> {
            Period value = Period.of(1, -2, 30);
            Check.same(value, peer.everything().echoPeriod(value));
        });
    }

    private static void parts(Cases cases) {
        cases.add("time.year", peer -> Check.same(Year.of(2024), peer.everything().echoYear(Year.of(2024))));
        cases.add("time.yearmonth", peer -> {
            YearMonth value = YearMonth.of(2024, 2);
            Check.same(value, peer.everything().echoYearMonth(value));
        });
        cases.add("time.monthday", peer -> {
            MonthDay value = MonthDay.of(2, 29);
            Check.same(value, peer.everything().echoMonthDay(value));
        });
        cases.add("time.dayofweek", peer ->
                Check.same(DayOfWeek.SUNDAY, peer.everything().echoDayOfWeek(DayOfWeek.SUNDAY)));
        cases.add("time.month", peer -> Check.same(Month.FEBRUARY, peer.everything().echoMonth(Month.FEBRUARY)));
    }
}
