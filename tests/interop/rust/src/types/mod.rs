//! The classes of `java/api`, as a Rust program would declare them.

mod all_types;
mod animals;
mod people;

pub use all_types::AllTypes;
pub use animals::{Animal, AnyAnimal, Dog, Puppy};
pub use people::{Address, Color, EnumSet, Pair, Person, Reply, Shadow, ShadowBase};
