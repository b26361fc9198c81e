//! A family of classes: each holds its superclass, and a choice between them stands where Java
//! declares the superclass.

use tenfold::Wire;

use super::Address;

/// The superclass.
#[derive(Clone, Debug, Default, PartialEq, Wire)]
#[wire(class = "org.tenfold.interop.Animal")]
pub struct Animal {
    pub name: Option<String>,
    pub den: Option<Address>,
}

/// A subclass.
#[derive(Clone, Debug, Default, PartialEq, Wire)]
#[wire(class = "org.tenfold.interop.Dog")]
pub struct Dog {
    #[wire(parent)]
    pub animal: Animal,
    pub loudness: i32,
    pub good: bool,
}

/// A subclass of the subclass.
#[derive(Clone, Debug, Default, PartialEq, Wire)]
#[wire(class = "org.tenfold.interop.Puppy")]
pub struct Puppy {
    #[wire(parent)]
    pub dog: Dog,
    pub siblings: Vec<Dog>,
}

/// Where Java says `Animal`: any of them.
#[derive(Clone, Debug, PartialEq, Wire)]
#[wire(java = "org.tenfold.interop.Animal")]
pub enum AnyAnimal {
    Animal(Animal),
    Dog(Dog),
    Puppy(Puppy),
}
