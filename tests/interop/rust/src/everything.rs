//! The interfaces that every peer serves, and how their methods fail.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use tenfold::{
    Context, Exception, RpcError, ServiceError,
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

use crate::types::{AllTypes, AnyAnimal, Color, EnumSet, Pair, Person, Reply, Shadow};

/// What the methods answer.
pub type Answer<T> = Result<T, Failure>;

/// What `echoNested` takes: a map of lists of maps of persons.
pub type Nested = HashMap<String, Vec<HashMap<String, Person>>>;

/// How the methods fail.
#[derive(Debug, thiserror::Error, ServiceError)]
pub enum Failure {
    #[error("{message}")]
    #[exception(class = "org.tenfold.interop.BusinessException")]
    Business { message: String, code: i32 },
    #[error("{message}")]
    #[exception(class = "org.tenfold.interop.OddException")]
    Odd { message: String, hints: Vec<String> },
    #[error("{0}")]
    #[exception(class = "java.lang.IllegalStateException")]
    IllegalState(String),
    #[error("{0}")]
    #[exception(class = "java.io.IOException")]
    Io(String),
    #[error("{0:?}")]
    #[exception(other)]
    Other(Exception),
    #[error(transparent)]
    Rpc(#[from] RpcError),
}

/// `org.tenfold.interop.Everything`.
#[tenfold::service(interface = "org.tenfold.interop.Everything")]
pub trait Everything {
    async fn whoami(&self, cx: &Context) -> Answer<String>;
    async fn nothing(&self, cx: &Context) -> Answer<()>;

    async fn echo_boolean(&self, cx: &Context, value: bool) -> Answer<bool>;
    async fn echo_byte(&self, cx: &Context, value: i8) -> Answer<i8>;
    async fn echo_short(&self, cx: &Context, value: i16) -> Answer<i16>;
    async fn echo_int(&self, cx: &Context, value: i32) -> Answer<i32>;
    async fn echo_long(&self, cx: &Context, value: i64) -> Answer<i64>;
    async fn echo_float(&self, cx: &Context, value: f32) -> Answer<f32>;
    async fn echo_double(&self, cx: &Context, value: f64) -> Answer<f64>;
    async fn echo_char(&self, cx: &Context, value: char) -> Answer<char>;
    async fn echo_boxed_boolean(&self, cx: &Context, value: Option<bool>) -> Answer<Option<bool>>;
    async fn echo_boxed_byte(&self, cx: &Context, value: Option<i8>) -> Answer<Option<i8>>;
    async fn echo_boxed_short(&self, cx: &Context, value: Option<i16>) -> Answer<Option<i16>>;
    async fn echo_boxed_int(&self, cx: &Context, value: Option<i32>) -> Answer<Option<i32>>;
    async fn echo_boxed_long(&self, cx: &Context, value: Option<i64>) -> Answer<Option<i64>>;
    async fn echo_boxed_float(&self, cx: &Context, value: Option<f32>) -> Answer<Option<f32>>;
    async fn echo_boxed_double(&self, cx: &Context, value: Option<f64>) -> Answer<Option<f64>>;
    async fn echo_boxed_char(&self, cx: &Context, value: Option<char>) -> Answer<Option<char>>;
    async fn echo_string(&self, cx: &Context, value: Option<String>) -> Answer<Option<String>>;
    async fn echo_bytes(&self, cx: &Context, value: Option<Vec<u8>>) -> Answer<Option<Vec<u8>>>;
    async fn echo_object(&self, cx: &Context, value: Value) -> Answer<Value>;
    async fn echo_booleans(
        &self,
        cx: &Context,
        value: Option<JavaArray<bool>>,
    ) -> Answer<Option<JavaArray<bool>>>;
    async fn echo_shorts(
        &self,
        cx: &Context,
        value: Option<JavaArray<i16>>,
    ) -> Answer<Option<JavaArray<i16>>>;
    async fn echo_ints(
        &self,
        cx: &Context,
        value: Option<JavaArray<i32>>,
    ) -> Answer<Option<JavaArray<i32>>>;
    async fn echo_longs(
        &self,
        cx: &Context,
        value: Option<JavaArray<i64>>,
    ) -> Answer<Option<JavaArray<i64>>>;
    async fn echo_floats(
        &self,
        cx: &Context,
        value: Option<JavaArray<f32>>,
    ) -> Answer<Option<JavaArray<f32>>>;
    async fn echo_doubles(
        &self,
        cx: &Context,
        value: Option<JavaArray<f64>>,
    ) -> Answer<Option<JavaArray<f64>>>;
    async fn echo_chars(
        &self,
        cx: &Context,
        value: Option<JavaArray<char>>,
    ) -> Answer<Option<JavaArray<char>>>;
    async fn echo_strings(
        &self,
        cx: &Context,
        value: Option<JavaArray<Option<String>>>,
    ) -> Answer<Option<JavaArray<Option<String>>>>;
    async fn echo_integers(
        &self,
        cx: &Context,
        value: Option<JavaArray<Option<i32>>>,
    ) -> Answer<Option<JavaArray<Option<i32>>>>;
    async fn echo_dates(
        &self,
        cx: &Context,
        value: Option<JavaArray<Option<Date>>>,
    ) -> Answer<Option<JavaArray<Option<Date>>>>;
    async fn echo_objects(
        &self,
        cx: &Context,
        value: Option<JavaArray<Value>>,
    ) -> Answer<Option<JavaArray<Value>>>;
    async fn echo_persons(
        &self,
        cx: &Context,
        value: Option<JavaArray<Option<Person>>>,
    ) -> Answer<Option<JavaArray<Option<Person>>>>;
    async fn echo_colors(
        &self,
        cx: &Context,
        value: Option<JavaArray<Option<Color>>>,
    ) -> Answer<Option<JavaArray<Option<Color>>>>;
    async fn echo_matrix(
        &self,
        cx: &Context,
        value: Option<JavaArray<JavaArray<i32>>>,
    ) -> Answer<Option<JavaArray<JavaArray<i32>>>>;
    async fn echo_byte_rows(
        &self,
        cx: &Context,
        value: Option<JavaArray<Vec<u8>>>,
    ) -> Answer<Option<JavaArray<Vec<u8>>>>;
    async fn echo_string_rows(
        &self,
        cx: &Context,
        value: Option<JavaArray<JavaArray<Option<String>>>>,
    ) -> Answer<Option<JavaArray<JavaArray<Option<String>>>>>;
    async fn echo_big_decimal(
        &self,
        cx: &Context,
        value: Option<BigDecimal>,
    ) -> Answer<Option<BigDecimal>>;
    async fn echo_big_integer(
        &self,
        cx: &Context,
        value: Option<BigInteger>,
    ) -> Answer<Option<BigInteger>>;
    async fn echo_date(&self, cx: &Context, value: Option<Date>) -> Answer<Option<Date>>;
    async fn echo_sql_date(&self, cx: &Context, value: Option<SqlDate>) -> Answer<Option<SqlDate>>;
    async fn echo_sql_time(&self, cx: &Context, value: Option<SqlTime>) -> Answer<Option<SqlTime>>;
    async fn echo_sql_timestamp(
        &self,
        cx: &Context,
        value: Option<Timestamp>,
    ) -> Answer<Option<Timestamp>>;
    async fn echo_local_date(
        &self,
        cx: &Context,
        value: Option<LocalDate>,
    ) -> Answer<Option<LocalDate>>;
    async fn echo_local_time(
        &self,
        cx: &Context,
        value: Option<LocalTime>,
    ) -> Answer<Option<LocalTime>>;
    async fn echo_local_date_time(
        &self,
        cx: &Context,
        value: Option<LocalDateTime>,
    ) -> Answer<Option<LocalDateTime>>;
    async fn echo_instant(&self, cx: &Context, value: Option<Instant>) -> Answer<Option<Instant>>;
    async fn echo_duration(
        &self,
        cx: &Context,
        value: Option<Duration>,
    ) -> Answer<Option<Duration>>;
    async fn echo_period(&self, cx: &Context, value: Option<Period>) -> Answer<Option<Period>>;
    async fn echo_zone_offset(
        &self,
        cx: &Context,
        value: Option<ZoneOffset>,
    ) -> Answer<Option<ZoneOffset>>;
    async fn echo_zone_id(&self, cx: &Context, value: Option<ZoneId>) -> Answer<Option<ZoneId>>;
    async fn echo_zoned_date_time(
        &self,
        cx: &Context,
        value: Option<ZonedDateTime>,
    ) -> Answer<Option<ZonedDateTime>>;
    async fn echo_offset_date_time(
        &self,
        cx: &Context,
        value: Option<OffsetDateTime>,
    ) -> Answer<Option<OffsetDateTime>>;
    async fn echo_offset_time(
        &self,
        cx: &Context,
        value: Option<OffsetTime>,
    ) -> Answer<Option<OffsetTime>>;
    async fn echo_year(&self, cx: &Context, value: Option<Year>) -> Answer<Option<Year>>;
    async fn echo_year_month(
        &self,
        cx: &Context,
        value: Option<YearMonth>,
    ) -> Answer<Option<YearMonth>>;
    async fn echo_month_day(
        &self,
        cx: &Context,
        value: Option<MonthDay>,
    ) -> Answer<Option<MonthDay>>;
    async fn echo_day_of_week(
        &self,
        cx: &Context,
        value: Option<DayOfWeek>,
    ) -> Answer<Option<DayOfWeek>>;
    async fn echo_month(&self, cx: &Context, value: Option<Month>) -> Answer<Option<Month>>;
    async fn echo_uuid(&self, cx: &Context, value: Option<Uuid>) -> Answer<Option<Uuid>>;
    async fn echo_locale(&self, cx: &Context, value: Option<Locale>) -> Answer<Option<Locale>>;
    async fn echo_class(&self, cx: &Context, value: Option<JavaClass>)
    -> Answer<Option<JavaClass>>;
    async fn echo_currency(
        &self,
        cx: &Context,
        value: Option<Currency>,
    ) -> Answer<Option<Currency>>;
    async fn echo_calendar(
        &self,
        cx: &Context,
        value: Option<Calendar>,
    ) -> Answer<Option<Calendar>>;
    async fn echo_bit_set(&self, cx: &Context, value: Option<BitSet>) -> Answer<Option<BitSet>>;
    async fn echo_enum_set(&self, cx: &Context, value: Option<EnumSet>) -> Answer<Option<EnumSet>>;
    async fn echo_atomic_integer(
        &self,
        cx: &Context,
        value: Option<AtomicInteger>,
    ) -> Answer<Option<AtomicInteger>>;
    async fn echo_atomic_long(
        &self,
        cx: &Context,
        value: Option<AtomicLong>,
    ) -> Answer<Option<AtomicLong>>;
    async fn echo_file(&self, cx: &Context, value: Option<File>) -> Answer<Option<File>>;
    async fn echo_uri(&self, cx: &Context, value: Option<Uri>) -> Answer<Option<Uri>>;
    async fn echo_string_list(
        &self,
        cx: &Context,
        value: Option<Vec<Option<String>>>,
    ) -> Answer<Option<Vec<Option<String>>>>;
    async fn echo_int_list(
        &self,
        cx: &Context,
        value: Option<Vec<Option<i32>>>,
    ) -> Answer<Option<Vec<Option<i32>>>>;
    async fn echo_long_list(
        &self,
        cx: &Context,
        value: Option<Vec<Option<i64>>>,
    ) -> Answer<Option<Vec<Option<i64>>>>;
    async fn echo_person_list(
        &self,
        cx: &Context,
        value: Option<Vec<Option<Arc<Person>>>>,
    ) -> Answer<Option<Vec<Option<Arc<Person>>>>>;
    async fn echo_string_set(
        &self,
        cx: &Context,
        value: Option<HashSet<String>>,
    ) -> Answer<Option<HashSet<String>>>;
    async fn echo_string_map(
        &self,
        cx: &Context,
        value: Option<LinkedMap<String, Option<String>>>,
    ) -> Answer<Option<LinkedMap<String, Option<String>>>>;
    async fn echo_int_map(
        &self,
        cx: &Context,
        value: Option<HashMap<String, i32>>,
    ) -> Answer<Option<HashMap<String, i32>>>;
    async fn echo_person_map(
        &self,
        cx: &Context,
        value: Option<HashMap<i64, Option<Person>>>,
    ) -> Answer<Option<HashMap<i64, Option<Person>>>>;
    async fn echo_enum_map(
        &self,
        cx: &Context,
        value: Option<HashMap<Color, Vec<String>>>,
    ) -> Answer<Option<HashMap<Color, Vec<String>>>>;
    async fn echo_nested(&self, cx: &Context, value: Option<Nested>) -> Answer<Option<Nested>>;
    async fn echo_color(&self, cx: &Context, value: Option<Color>) -> Answer<Option<Color>>;
    async fn echo_person(&self, cx: &Context, value: Option<Person>) -> Answer<Option<Person>>;
    async fn echo_all_types(
        &self,
        cx: &Context,
        value: Option<AllTypes>,
    ) -> Answer<Option<AllTypes>>;
    async fn echo_animal(
        &self,
        cx: &Context,
        value: Option<AnyAnimal>,
    ) -> Answer<Option<AnyAnimal>>;
    async fn echo_animals(
        &self,
        cx: &Context,
        value: Option<Vec<Option<AnyAnimal>>>,
    ) -> Answer<Option<Vec<Option<AnyAnimal>>>>;
    async fn echo_shadow(&self, cx: &Context, value: Option<Shadow>) -> Answer<Option<Shadow>>;
    async fn echo_node(
        &self,
        cx: &Context,
        #[java("org.tenfold.interop.Node")] value: Value,
    ) -> Answer<Value>;
    async fn echo_pair(&self, cx: &Context, value: Option<Pair>) -> Answer<Option<Pair>>;
    async fn echo_result(
        &self,
        cx: &Context,
        value: Option<Reply<Person>>,
    ) -> Answer<Option<Reply<Person>>>;

    async fn blob(&self, cx: &Context, size: i32) -> Answer<Vec<u8>>;
    async fn find_person(&self, cx: &Context, name: String) -> Answer<Reply<Person>>;
    async fn find_persons(&self, cx: &Context, count: i32) -> Answer<Reply<Vec<Person>>>;

    #[rpc(name = "over")]
    async fn over_nothing(&self, cx: &Context) -> Answer<String>;
    #[rpc(name = "over")]
    async fn over_int(&self, cx: &Context, value: i32) -> Answer<String>;
    #[rpc(name = "over")]
    async fn over_long(&self, cx: &Context, value: i64) -> Answer<String>;
    #[rpc(name = "over")]
    async fn over_integer(&self, cx: &Context, value: Option<i32>) -> Answer<String>;
    #[rpc(name = "over")]
    async fn over_string(&self, cx: &Context, value: String) -> Answer<String>;
    #[rpc(name = "over")]
    async fn over_list(&self, cx: &Context, value: Vec<String>) -> Answer<String>;
    #[rpc(name = "over")]
    async fn over_int_string(&self, cx: &Context, first: i32, second: String) -> Answer<String>;
    #[rpc(name = "over")]
    async fn over_string_int(&self, cx: &Context, first: String, second: i32) -> Answer<String>;

    async fn fail_declared(&self, cx: &Context, message: String, code: i32) -> Answer<()>;
    async fn fail_caused(&self, cx: &Context, message: String) -> Result<(), RpcError>;
    async fn fail_unchecked(&self, cx: &Context, message: String) -> Answer<()>;
    async fn fail_odd(&self, cx: &Context, message: String) -> Answer<()>;
    async fn fail_foreign(&self, cx: &Context, message: String) -> Answer<()>;
    async fn fail_sneaky(&self, cx: &Context, message: String) -> Answer<()>;
    async fn may_fail(&self, cx: &Context, fail: bool) -> Answer<String>;

    async fn attachments(&self, cx: &Context) -> Answer<HashMap<String, String>>;
    async fn answer_with(&self, cx: &Context, key: String, value: String) -> Answer<String>;

    #[rpc(oneway)]
    async fn one_way(&self, cx: &Context, token: String) -> Answer<()>;
    async fn one_way_seen(&self, cx: &Context, token: String) -> Answer<i32>;
    async fn later(&self, cx: &Context, millis: i32, value: String) -> Answer<String>;
    async fn later_fail(&self, cx: &Context, message: String) -> Answer<Option<Person>>;
    async fn sleep(&self, cx: &Context, millis: i32, value: String) -> Answer<String>;
    async fn concurrent(&self, cx: &Context, millis: i32) -> Answer<i32>;
    async fn reset_concurrent(&self, cx: &Context) -> Answer<()>;
    async fn count(&self, cx: &Context, token: String) -> Answer<i32>;
    #[rpc(idempotent)]
    async fn slow_first(
        &self,
        cx: &Context,
        token: String,
        slow_calls: i32,
        millis: i32,
    ) -> Answer<i32>;
    async fn call_back(
        &self,
        cx: &Context,
        word: String,
        times: i32,
        #[java("org.tenfold.interop.Listener")] listener: Value,
    ) -> Answer<String>;
}

/// `org.tenfold.interop.Reduced`: what peers in other languages serve as well.
#[tenfold::service(interface = "org.tenfold.interop.Reduced")]
pub trait Reduced {
    async fn whoami(&self, cx: &Context) -> Answer<String>;
    async fn echo_string(&self, cx: &Context, value: Option<String>) -> Answer<Option<String>>;
    async fn echo_long(&self, cx: &Context, value: i64) -> Answer<i64>;
    async fn echo_person(&self, cx: &Context, value: Option<Person>) -> Answer<Option<Person>>;
    async fn echo_string_list(
        &self,
        cx: &Context,
        value: Option<Vec<String>>,
    ) -> Answer<Option<Vec<String>>>;
    async fn echo_string_map(
        &self,
        cx: &Context,
        value: Option<HashMap<String, String>>,
    ) -> Answer<Option<HashMap<String, String>>>;
    async fn fail(&self, cx: &Context, message: String) -> Answer<String>;
    async fn attachments(&self, cx: &Context) -> Answer<HashMap<String, String>>;
}

/// `org.tenfold.interop.Dynamic`, for calls; it is served without this trait.
#[tenfold::service(interface = "org.tenfold.interop.Dynamic")]
pub trait Dynamic {
    async fn join(&self, cx: &Context, first: String, second: i32) -> Answer<String>;
    async fn fail(&self, cx: &Context, message: String) -> Answer<String>;
}

/// `$echo`, which every provider answers for every service that it has.
#[tenfold::service(interface = "org.tenfold.interop.Everything")]
pub trait Echo {
    #[rpc(name = "$echo")]
    async fn echo(&self, cx: &Context, value: Value) -> Answer<Value>;
}

/// Methods of `Everything` that are sent collections of classes that only Java has.
#[tenfold::service(interface = "org.tenfold.interop.Everything")]
pub trait Loose {
    async fn echo_string_list(
        &self,
        cx: &Context,
        #[java("java.util.List")] value: Value,
    ) -> Answer<Value>;
    async fn echo_string_set(
        &self,
        cx: &Context,
        #[java("java.util.Set")] value: Value,
    ) -> Answer<Value>;
    async fn echo_string_map(
        &self,
        cx: &Context,
        #[java("java.util.Map")] value: Value,
    ) -> Answer<Value>;
    async fn echo_int_map(
        &self,
        cx: &Context,
        #[java("java.util.Map")] value: Value,
    ) -> Answer<Value>;
}

/// A method that no provider of `Everything` has.
#[tenfold::service(interface = "org.tenfold.interop.Everything")]
pub trait Missing {
    async fn no_such_method(&self, cx: &Context, value: i32) -> Answer<i32>;
}
