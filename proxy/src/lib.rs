//! The proxy room: typed stubs and skeletons, generic calls.
