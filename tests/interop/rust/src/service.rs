//! The implementations: `CASES.md` says what each method answers.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI32, Ordering},
    },
    time,
};

use tenfold::{
    Context, DynamicService, Exception, RpcError,
    hessian2::{
        BigDecimal, BigInteger, Date, JavaArray, LinkedMap, Value,
        time::{
            DayOfWeek, Duration, Instant, LocalDate, LocalDateTime, LocalTime, Month, MonthDay,
            OffsetDateTime, OffsetTime, Period, Year, YearMonth, ZoneId, ZoneOffset, ZonedDateTime,
        },
        types::{
            AtomicInteger, AtomicLong, BitSet, Calendar, Currency, File, JavaClass, Locale,
            SqlDate, SqlTime, Timestamp, Uri, Uuid,
        },
    },
};

use crate::{
    everything::{Answer, Everything, Failure, Nested, Reduced},
    samples,
    types::{AllTypes, AnyAnimal, Color, EnumSet, Pair, Person, Reply, Shadow},
};

/// Serves `Everything`.
pub struct EverythingService {
    id: String,
    one_ways: Counters,
    counts: Counters,
    running: AtomicI32,
    peak: AtomicI32,
}

/// Serves `Reduced`.
pub struct ReducedService {
    id: String,
}

#[derive(Default)]
struct Counters(Mutex<HashMap<String, i32>>);

impl EverythingService {
    /// A service that calls itself `id`.
    pub fn new(id: String) -> Self {
        Self {
            id,
            one_ways: Counters::default(),
            counts: Counters::default(),
            running: AtomicI32::new(0),
            peak: AtomicI32::new(0),
        }
    }
}

impl ReducedService {
    /// A service that calls itself `id`.
    pub fn new(id: String) -> Self {
        Self { id }
    }
}

/// `Dynamic`, described at run time.
pub fn dynamic() -> DynamicService {
    DynamicService::builder("org.tenfold.interop.Dynamic")
        .method("join", &["java.lang.String", "int"], "java.lang.String")
        .method("fail", &["java.lang.String"], "java.lang.String")
        .handler(|_context, method, arguments| async move {
            let text = |at: usize| match arguments.get(at) {
                Some(Value::Int(number)) => number.to_string(),
                Some(value) => value.as_str().unwrap_or("null").to_owned(),
                None => "nothing".to_owned(),
            };
            match method.as_str() {
                "join" => Ok(Value::from(format!("{}-{}", text(0), text(1)))),
                _ => Err(Exception::new("java.lang.IllegalStateException", text(0))),
            }
        })
}

impl Counters {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, i32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, token: String) -> i32 {
        let mut counters = self.lock();
        let counter = counters.entry(token).or_default();
        *counter += 1;
        *counter
    }

    fn seen(&self, token: &str) -> i32 {
        self.lock().get(token).copied().unwrap_or_default()
    }
}

/// The methods that answer their argument.
macro_rules! echoes {
    ($($name:ident($value:ty),)*) => {$(
        async fn $name(&self, _cx: &Context, value: $value) -> Answer<$value> {
            Ok(value)
        }
    )*};
}

async fn pause(millis: i32) {
    let millis = u64::try_from(millis).unwrap_or_default();
    tokio::time::sleep(time::Duration::from_millis(millis)).await;
}

/// What came beside the arguments and is meant for the test.
fn received(cx: &Context) -> HashMap<String, String> {
    let ours = cx
        .attachments()
        .iter()
        .filter(|(key, _)| key.starts_with("it."));
    ours.map(|(key, value)| (key.to_owned(), value.to_string()))
        .collect()
}

impl Everything for EverythingService {
    echoes! {
        echo_boolean(bool),
        echo_byte(i8),
        echo_short(i16),
        echo_int(i32),
        echo_long(i64),
        echo_float(f32),
        echo_double(f64),
        echo_char(char),
        echo_boxed_boolean(Option<bool>),
        echo_boxed_byte(Option<i8>),
        echo_boxed_short(Option<i16>),
        echo_boxed_int(Option<i32>),
        echo_boxed_long(Option<i64>),
        echo_boxed_float(Option<f32>),
        echo_boxed_double(Option<f64>),
        echo_boxed_char(Option<char>),
        echo_string(Option<String>),
        echo_bytes(Option<Vec<u8>>),
        echo_object(Value),
        echo_booleans(Option<JavaArray<bool>>),
        echo_shorts(Option<JavaArray<i16>>),
        echo_ints(Option<JavaArray<i32>>),
        echo_longs(Option<JavaArray<i64>>),
        echo_floats(Option<JavaArray<f32>>),
        echo_doubles(Option<JavaArray<f64>>),
        echo_chars(Option<JavaArray<char>>),
        echo_strings(Option<JavaArray<Option<String>>>),
        echo_integers(Option<JavaArray<Option<i32>>>),
        echo_dates(Option<JavaArray<Option<Date>>>),
        echo_objects(Option<JavaArray<Value>>),
        echo_persons(Option<JavaArray<Option<Person>>>),
        echo_colors(Option<JavaArray<Option<Color>>>),
        echo_matrix(Option<JavaArray<JavaArray<i32>>>),
        echo_byte_rows(Option<JavaArray<Vec<u8>>>),
        echo_string_rows(Option<JavaArray<JavaArray<Option<String>>>>),
        echo_big_decimal(Option<BigDecimal>),
        echo_big_integer(Option<BigInteger>),
        echo_date(Option<Date>),
        echo_sql_date(Option<SqlDate>),
        echo_sql_time(Option<SqlTime>),
        echo_sql_timestamp(Option<Timestamp>),
        echo_local_date(Option<LocalDate>),
        echo_local_time(Option<LocalTime>),
        echo_local_date_time(Option<LocalDateTime>),
        echo_instant(Option<Instant>),
        echo_duration(Option<Duration>),
        echo_period(Option<Period>),
        echo_zone_offset(Option<ZoneOffset>),
        echo_zone_id(Option<ZoneId>),
        echo_zoned_date_time(Option<ZonedDateTime>),
        echo_offset_date_time(Option<OffsetDateTime>),
        echo_offset_time(Option<OffsetTime>),
        echo_year(Option<Year>),
        echo_year_month(Option<YearMonth>),
        echo_month_day(Option<MonthDay>),
        echo_day_of_week(Option<DayOfWeek>),
        echo_month(Option<Month>),
        echo_uuid(Option<Uuid>),
        echo_locale(Option<Locale>),
        echo_class(Option<JavaClass>),
        echo_currency(Option<Currency>),
        echo_calendar(Option<Calendar>),
        echo_bit_set(Option<BitSet>),
        echo_enum_set(Option<EnumSet>),
        echo_atomic_integer(Option<AtomicInteger>),
        echo_atomic_long(Option<AtomicLong>),
        echo_file(Option<File>),
        echo_uri(Option<Uri>),
        echo_string_list(Option<Vec<Option<String>>>),
        echo_int_list(Option<Vec<Option<i32>>>),
        echo_long_list(Option<Vec<Option<i64>>>),
        echo_person_list(Option<Vec<Option<Arc<Person>>>>),
        echo_string_set(Option<HashSet<String>>),
        echo_string_map(Option<LinkedMap<String, Option<String>>>),
        echo_int_map(Option<HashMap<String, i32>>),
        echo_person_map(Option<HashMap<i64, Option<Person>>>),
        echo_enum_map(Option<HashMap<Color, Vec<String>>>),
        echo_nested(Option<Nested>),
        echo_color(Option<Color>),
        echo_person(Option<Person>),
        echo_all_types(Option<AllTypes>),
        echo_animal(Option<AnyAnimal>),
        echo_animals(Option<Vec<Option<AnyAnimal>>>),
        echo_shadow(Option<Shadow>),
        echo_node(Value),
        echo_pair(Option<Pair>),
        echo_result(Option<Reply<Person>>),
    }

    async fn whoami(&self, _cx: &Context) -> Answer<String> {
        Ok(self.id.clone())
    }

    async fn nothing(&self, _cx: &Context) -> Answer<()> {
        Ok(())
    }

    async fn blob(&self, _cx: &Context, size: i32) -> Answer<Vec<u8>> {
        Ok(samples::bytes(usize::try_from(size).unwrap_or_default()))
    }

    async fn find_person(&self, _cx: &Context, name: String) -> Answer<Reply<Person>> {
        if name.is_empty() {
            return Ok(Reply {
                code: 404,
                message: Some("no such person".to_owned()),
                data: None,
            });
        }
        Ok(Reply {
            code: 200,
            message: Some("ok".to_owned()),
            data: Some(Person::new(&name, 30)),
        })
    }

    async fn find_persons(&self, _cx: &Context, count: i32) -> Answer<Reply<Vec<Person>>> {
        let persons = (0..count)
            .map(|number| Person::new(&format!("p{number}"), number))
            .collect();
        Ok(Reply {
            code: 200,
            message: Some("ok".to_owned()),
            data: Some(persons),
        })
    }

    async fn over_nothing(&self, _cx: &Context) -> Answer<String> {
        Ok("():".to_owned())
    }

    async fn over_int(&self, _cx: &Context, value: i32) -> Answer<String> {
        Ok(format!("(int):{value}"))
    }

    async fn over_long(&self, _cx: &Context, value: i64) -> Answer<String> {
        Ok(format!("(long):{value}"))
    }

    async fn over_integer(&self, _cx: &Context, value: Option<i32>) -> Answer<String> {
        Ok(match value {
            Some(value) => format!("(Integer):{value}"),
            None => "(Integer):null".to_owned(),
        })
    }

    async fn over_string(&self, _cx: &Context, value: String) -> Answer<String> {
        Ok(format!("(String):{value}"))
    }

    async fn over_list(&self, _cx: &Context, value: Vec<String>) -> Answer<String> {
        Ok(format!("(List):{}", value.join(",")))
    }

    async fn over_int_string(&self, _cx: &Context, first: i32, second: String) -> Answer<String> {
        Ok(format!("(int,String):{first},{second}"))
    }

    async fn over_string_int(&self, _cx: &Context, first: String, second: i32) -> Answer<String> {
        Ok(format!("(String,int):{first},{second}"))
    }

    async fn fail_declared(&self, _cx: &Context, message: String, code: i32) -> Answer<()> {
        Err(Failure::Business { message, code })
    }

    async fn fail_caused(&self, _cx: &Context, message: String) -> Result<(), RpcError> {
        let cause = Exception::new(
            "java.lang.IllegalArgumentException",
            format!("root of {message}"),
        );
        let thrown = Exception::new("org.tenfold.interop.BusinessException", message)
            .field("code", 7)
            .caused_by(cause);
        Err(RpcError::from_exception(thrown))
    }

    async fn fail_unchecked(&self, _cx: &Context, message: String) -> Answer<()> {
        Err(Failure::IllegalState(message))
    }

    async fn fail_odd(&self, _cx: &Context, message: String) -> Answer<()> {
        Err(Failure::Odd {
            message,
            hints: vec!["first".to_owned(), "second".to_owned()],
        })
    }

    /// Java's filter turns what the consumer cannot know into a `RuntimeException`; a Rust service
    /// has no such class in the first place.
    async fn fail_foreign(&self, _cx: &Context, message: String) -> Answer<()> {
        Err(Failure::Other(Exception::new(
            "java.lang.RuntimeException",
            message,
        )))
    }

    async fn fail_sneaky(&self, _cx: &Context, message: String) -> Answer<()> {
        Err(Failure::Io(message))
    }

    async fn may_fail(&self, _cx: &Context, fail: bool) -> Answer<String> {
        if fail {
            return Err(Failure::Io("asked to fail".to_owned()));
        }
        Ok("kept".to_owned())
    }

    async fn attachments(&self, cx: &Context) -> Answer<HashMap<String, String>> {
        Ok(received(cx))
    }

    async fn answer_with(&self, cx: &Context, key: String, value: String) -> Answer<String> {
        cx.respond_with(key, value.clone());
        Ok(value)
    }

    async fn one_way(&self, _cx: &Context, token: String) -> Answer<()> {
        self.one_ways.count(token);
        Ok(())
    }

    async fn one_way_seen(&self, _cx: &Context, token: String) -> Answer<i32> {
        Ok(self.one_ways.seen(&token))
    }

    async fn later(&self, _cx: &Context, millis: i32, value: String) -> Answer<String> {
        pause(millis).await;
        Ok(value)
    }

    async fn later_fail(&self, _cx: &Context, message: String) -> Answer<Option<Person>> {
        tokio::task::yield_now().await;
        Err(Failure::Business { message, code: 9 })
    }

    async fn sleep(&self, _cx: &Context, millis: i32, value: String) -> Answer<String> {
        pause(millis).await;
        Ok(value)
    }

    async fn concurrent(&self, _cx: &Context, millis: i32) -> Answer<i32> {
        let reached = self.running.fetch_add(1, Ordering::SeqCst) + 1;
        self.peak.fetch_max(reached, Ordering::SeqCst);
        pause(millis).await;
        self.running.fetch_sub(1, Ordering::SeqCst);
        Ok(self.peak.load(Ordering::SeqCst))
    }

    async fn reset_concurrent(&self, _cx: &Context) -> Answer<()> {
        self.peak.store(0, Ordering::SeqCst);
        Ok(())
    }

    async fn count(&self, _cx: &Context, token: String) -> Answer<i32> {
        Ok(self.counts.count(token))
    }

    async fn slow_first(
        &self,
        _cx: &Context,
        token: String,
        slow_calls: i32,
        millis: i32,
    ) -> Answer<i32> {
        let number = self.counts.count(token);
        if number <= slow_calls {
            pause(millis).await;
        }
        Ok(number)
    }

    async fn call_back(
        &self,
        _cx: &Context,
        _word: String,
        _times: i32,
        _listener: Value,
    ) -> Answer<String> {
        Err(Failure::Other(Exception::new(
            "java.lang.UnsupportedOperationException",
            "argument call-backs are not offered",
        )))
    }
}

impl Reduced for ReducedService {
    echoes! {
        echo_string(Option<String>),
        echo_long(i64),
        echo_person(Option<Person>),
        echo_string_list(Option<Vec<String>>),
        echo_string_map(Option<HashMap<String, String>>),
    }

    async fn whoami(&self, _cx: &Context) -> Answer<String> {
        Ok(self.id.clone())
    }

    async fn fail(&self, _cx: &Context, message: String) -> Answer<String> {
        Err(Failure::IllegalState(message))
    }

    async fn attachments(&self, cx: &Context) -> Answer<HashMap<String, String>> {
        Ok(received(cx))
    }
}
