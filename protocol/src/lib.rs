//! The protocol room: Invoker, Invocation, Filter, Protocol, Exporter.
