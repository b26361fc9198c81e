//! The one error of this crate: a sentence for the person who runs the suites.

use std::fmt;

/// What went wrong, in one sentence that names the peer and the limit.
#[derive(Debug)]
pub struct Error(String);

/// The result of everything that can fail here.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error that says `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Puts what was being done in front of a foreign error.
    pub fn while_doing(what: impl fmt::Display) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self(format!("{what}: {source}"))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}
