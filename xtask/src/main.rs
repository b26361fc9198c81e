//! The checks and chores of this repository: `cargo xtask help` lists them.
fn main() {}
