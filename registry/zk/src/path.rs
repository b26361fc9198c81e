//! Node paths: validity, parent and name.
//!
//! Validity is what ZooKeeper's `PathUtils` says. Spaces, `%`, `?`, `:` and non-ASCII letters are
//! legal: Dubbo puts whole percent-encoded URLs in node names.

/// Why a text is not a node path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PathError {
    /// The path is empty.
    #[error("path is empty")]
    Empty,
    /// The path does not start with `/`.
    #[error("path `{0}` does not start with `/`")]
    NotAbsolute(String),
    /// The path ends with `/`.
    #[error("path `{0}` ends with `/`")]
    TrailingSlash(String),
    /// There are two slashes in a row.
    #[error("path `{0}` has an empty element")]
    EmptyElement(String),
    /// There is an element `.` or `..`.
    #[error("path `{0}` has an element `.` or `..`")]
    Relative(String),
    /// There is a character that ZooKeeper does not allow.
    #[error("path has the character U+{character:04X} at byte {at}")]
    BadCharacter {
        /// The character's number.
        character: u32,
        /// Where it stands.
        at: usize,
    },
}

/// Checks a path in full.
///
/// # Errors
///
/// [`PathError`] with the first rule that is broken.
pub fn validate(path: &str) -> Result<(), PathError> {
    let Some(relative) = path.strip_prefix('/') else {
        return Err(if path.is_empty() {
            PathError::Empty
        } else {
            PathError::NotAbsolute(path.to_owned())
        });
    };
    if relative.is_empty() {
        return Ok(());
    }
    if relative.ends_with('/') {
        return Err(PathError::TrailingSlash(path.to_owned()));
    }
    if let Some((at, character)) = path.char_indices().find(|(_, c)| is_forbidden(*c)) {
        return Err(PathError::BadCharacter {
            character: u32::from(character),
            at,
        });
    }
    for element in relative.split('/') {
        match element {
            "" => return Err(PathError::EmptyElement(path.to_owned())),
            "." | ".." => return Err(PathError::Relative(path.to_owned())),
            _ => {}
        }
    }
    Ok(())
}

/// Checks the path of a create request.
///
/// A sequential node gets its number before the check, so that `/a/` stands for `/a/0000000000`.
///
/// # Errors
///
/// [`PathError`] with the first rule that is broken.
pub fn validate_for_create(path: &str, sequential: bool) -> Result<(), PathError> {
    if sequential {
        validate(&format!("{path}1"))
    } else {
        validate(path)
    }
}

/// Characters that no path may hold: NUL, controls, surrogates with the private use area, and the
/// specials at the end of the basic plane.
pub const fn is_forbidden(character: char) -> bool {
    matches!(
        character,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{e000}'..='\u{f8ff}' | '\u{fff0}'..='\u{ffff}'
    )
    // Java sees a character beyond the basic plane as two surrogates, which it refuses.
    || character as u32 > 0xffff
}

/// The parent of a path: `/` for top-level nodes, `None` for `/` and for what is not absolute.
pub fn parent(path: &str) -> Option<&str> {
    if path == "/" {
        return None;
    }
    match path.rsplit_once('/')? {
        ("", _) => Some("/"),
        (parent, _) => Some(parent),
    }
}

/// The last element of a path; empty for `/`.
pub fn name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// A child's path.
pub fn join(parent: &str, name: &str) -> String {
    if parent == "/" || parent.is_empty() {
        format!("/{name}")
    } else {
        format!("{parent}/{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legal_paths_pass() {
        for path in ["/", "/a", "/a/b", "/a b/%2F?:=", "/é/ü", "/...", "/.a/b."] {
            assert_eq!(validate(path), Ok(()), "{path}");
        }
        assert_eq!(validate_for_create("/a/", true), Ok(()));
    }

    #[test]
    fn illegal_paths_name_their_fault() {
        assert_eq!(validate(""), Err(PathError::Empty));
        assert_eq!(validate("a"), Err(PathError::NotAbsolute("a".into())));
        assert_eq!(validate("/a/"), Err(PathError::TrailingSlash("/a/".into())));
        assert_eq!(
            validate("/a//b"),
            Err(PathError::EmptyElement("/a//b".into()))
        );
        for path in ["/a/../b", "/./a", "/a/.", "/.."] {
            assert_eq!(validate(path), Err(PathError::Relative(path.into())));
        }
        for character in [
            '\0', '\u{1f}', '\u{7f}', '\u{9f}', '\u{e000}', '\u{fffd}', '😀',
        ] {
            assert_eq!(
                validate(&format!("/a{character}")),
                Err(PathError::BadCharacter {
                    character: u32::from(character),
                    at: 2
                })
            );
        }
    }

    #[test]
    fn parents_and_names_are_found() {
        assert_eq!((parent("/a/b"), name("/a/b")), (Some("/a"), "b"));
        assert_eq!((parent("/a"), name("/a")), (Some("/"), "a"));
        assert_eq!((parent("/"), name("/")), (None, ""));
        assert_eq!(
            (join("/", "a"), join("/a", "b")),
            ("/a".into(), "/a/b".into())
        );
    }
}
