//! The registry server as a whole: the core against a naive model, the server over loopback.

mod loopback;
mod model;
