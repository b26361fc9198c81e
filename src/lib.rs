//! A Dubbo-compatible RPC framework with a built-in registry.
