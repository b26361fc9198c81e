//! A class with a field of every type.

use std::collections::{HashMap, HashSet};

use tenfold::{
    Wire,
    hessian2::{
        BigDecimal, BigInteger, Date, JavaArray, Value,
        time::{Duration, Instant, LocalDate, LocalDateTime, LocalTime, ZonedDateTime},
        types::{Locale, SqlDate, SqlTime, Timestamp, Uuid},
    },
};

use super::{Color, Person};

/// Has a field of every type.
#[derive(Clone, Debug, Default, PartialEq, Wire)]
#[wire(class = "org.tenfold.interop.AllTypes")]
pub struct AllTypes {
    pub flag: bool,
    pub tiny: i8,
    pub small: i16,
    pub medium: i32,
    pub large: i64,
    pub real: f64,
    pub letter: char,
    pub boxed_flag: Option<bool>,
    pub boxed_tiny: Option<i8>,
    pub boxed_small: Option<i16>,
    pub boxed_medium: Option<i32>,
    pub boxed_large: Option<i64>,
    pub boxed_float: Option<f32>,
    pub boxed_real: Option<f64>,
    pub boxed_letter: Option<char>,
    pub text: Option<String>,
    pub bytes: Option<Vec<u8>>,
    pub ints: Option<JavaArray<i32>>,
    pub longs: Option<JavaArray<i64>>,
    pub reals: Option<JavaArray<f64>>,
    pub texts: Option<JavaArray<Option<String>>>,
    pub matrix: Option<JavaArray<JavaArray<i32>>>,
    pub people: Option<JavaArray<Option<Person>>>,
    pub decimal: Option<BigDecimal>,
    pub integer: Option<BigInteger>,
    pub date: Option<Date>,
    pub sql_date: Option<SqlDate>,
    pub sql_time: Option<SqlTime>,
    pub sql_timestamp: Option<Timestamp>,
    pub local_date: Option<LocalDate>,
    pub local_time: Option<LocalTime>,
    pub local_date_time: Option<LocalDateTime>,
    pub zoned_date_time: Option<ZonedDateTime>,
    pub instant: Option<Instant>,
    pub duration: Option<Duration>,
    pub uuid: Option<Uuid>,
    pub locale: Option<Locale>,
    pub color: Option<Color>,
    pub list: Option<Vec<String>>,
    pub set: Option<HashSet<i32>>,
    pub map: Option<HashMap<String, i64>>,
    pub person: Option<Person>,
    pub anything: Value,
    pub absent: Option<String>,
}
