//! The built-in registry: a server of ZooKeeper's client protocol.
