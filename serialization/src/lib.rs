//! The serialization room: what writes values to bytes and reads them back.
