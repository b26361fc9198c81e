//! ZooKeeper's client protocol: records, opcodes, errors, no I/O.
