//! Calls between a consumer and a provider of one process.
