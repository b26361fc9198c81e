//! Where a value comes from.

use std::{fmt, sync::Arc};

/// Where a value comes from, in words that lead a person to it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// The command line.
    Argument {
        /// The property as it was given.
        property: Arc<str>,
    },
    /// An environment variable.
    Environment {
        /// Its name.
        variable: Arc<str>,
    },
    /// The application's own file.
    File(Position),
    /// The program's own code.
    Code,
    /// A `dubbo.properties` file, which stands below the code.
    Properties(Position),
    /// What holds when nobody says otherwise.
    Default,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Position {
    /// The file's name as it was given.
    pub file: Arc<str>,
    /// The line, from 1.
    pub line: u64,
    /// The column, from 1.
    pub column: u64,
}

impl Origin {
    /// Where the origin stands in Dubbo's order of sources; the lowest number wins.
    pub(crate) fn rank(&self) -> u8 {
        match self {
            Self::Argument { .. } => 0,
            Self::Environment { .. } => 1,
            Self::File(_) => 2,
            Self::Code => 3,
            Self::Properties(_) => 4,
            Self::Default => 5,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument { property } => write!(f, "argument {property}"),
            Self::Environment { variable } => write!(f, "environment {variable}"),
            Self::File(position) | Self::Properties(position) => position.fmt(f),
            Self::Code => f.write_str("code"),
            Self::Default => f.write_str("default"),
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}
