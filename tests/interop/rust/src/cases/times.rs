//! `java.time`.

use tenfold::hessian2::time::{
    DayOfWeek, Duration, Instant, LocalDate, LocalDateTime, LocalTime, Month, MonthDay,
    OffsetDateTime, OffsetTime, Period, Year, YearMonth, ZoneId, ZoneOffset, ZonedDateTime,
};

use super::{Cases, echoed};
use crate::everything::Everything;

pub(super) fn add(cases: &mut Cases) {
    echoed! { cases:
        "time.localdate" echo_local_date [Some(date()), Some(LocalDate::new(-1, 1, 1)), None];
        "time.localtime" echo_local_time [Some(time()), Some(LocalTime::new(0, 0, 0, 0))];
        "time.localdatetime" echo_local_date_time [Some(date_time())];
        "time.instant" echo_instant [
            Some(Instant { seconds: 0, nanos: 0 }),
            Some(Instant { seconds: 1_700_000_000, nanos: 123_456_789 }),
            Some(Instant { seconds: -1, nanos: 5 }),
        ];
        "time.zoneoffset" echo_zone_offset [0, OFFSET, -11 * 3600]
            .map(|seconds| Some(ZoneOffset { seconds }));
        "time.zoneid" echo_zone_id [Some(ZoneId { zone_id: "Europe/Berlin".to_owned() })];
        "time.zoneddatetime" echo_zoned_date_time [Some(ZonedDateTime {
            offset: ZoneOffset { seconds: 3600 },
            date_time: date_time(),
            zone_id: "Europe/Berlin".to_owned(),
        })];
        "time.offsetdatetime" echo_offset_date_time
            [Some(OffsetDateTime { offset: ZoneOffset { seconds: OFFSET }, date_time: date_time() })];
        "time.offsettime" echo_offset_time
            [Some(OffsetTime { offset: ZoneOffset { seconds: OFFSET }, time: time() })];
        "time.duration" echo_duration [
            Some(Duration { seconds: 0, nanos: 0 }),
            Some(Duration { seconds: 90, nanos: 7 }),
            Some(Duration { seconds: -3, nanos: 5 }),
        ];
        "time.period" echo_period [Some(Period { years: 1, months: -2, days: 30 })];
        "time.year" echo_year [Some(Year { year: 2024 })];
        "time.yearmonth" echo_year_month [Some(YearMonth { year: 2024, month: 2 })];
        "time.monthday" echo_month_day [Some(MonthDay { month: 2, day: 29 })];
        "time.dayofweek" echo_day_of_week [Some(DayOfWeek::Sunday)];
        "time.month" echo_month [Some(Month::February)];
    }
}

const OFFSET: i32 = 5 * 3600 + 30 * 60;

fn date() -> LocalDate {
    LocalDate::new(2024, 2, 29)
}

fn time() -> LocalTime {
    LocalTime::new(23, 59, 58, 123_456_789)
}

fn date_time() -> LocalDateTime {
    LocalDateTime {
        time: time(),
        date: date(),
    }
}
