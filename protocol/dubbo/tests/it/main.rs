//! The protocol over real sockets: a provider that is spoken to byte by byte, a consumer that is
//! answered byte by byte, and the frames of the real programs.

mod consumer;
mod golden;
mod provider;
mod support;
