//! The config room from outside: what a user writes, what comes out.

mod documentation;
mod explanation;
mod files;
mod precedence;
mod problems;
mod urls;
