//! The exchange room's own tests: the core in a simulation, the driver over memory and TCP.

mod calls;
mod hostile;
mod leaving;
mod reconnect;
mod serving;
mod simulation;
mod support;
