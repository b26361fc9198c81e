//! Statistics as filters, tables and metrics.

mod export;
mod filters;
mod table;
mod world;
