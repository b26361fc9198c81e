//! The text rules: what no tracked file may hold, and how long a source file may be.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
};

use crate::run;

/// The greatest number of lines of a source file.
const LINES_MAX: usize = 1_000;
/// From this length on a file is named in the report: there may be a seam.
const LINES_LONG: usize = 600;

/// The one source of crates in a lock file.
const CRATES_IO: &str = "\"registry+https://github.com/rust-lang/crates.io-index\"";
/// The one source of packages in npm's lock file.
const NPM: &str = "https://registry.npmjs.org/";

/// Crates that may not come in, with the reason.
const BANNED: [(&str, &str); 3] = [
    ("openssl", "TLS is rustls"),
    ("openssl-sys", "TLS is rustls"),
    ("serde_yaml", "it is deprecated; YAML is serde-saphyr"),
];

/// Crates of which there may be one version only: two of them would not fit together.
const SINGLE: [&str; 4] = ["h2", "hyper", "rustls", "tokio"];

/// A tracked file.
struct File {
    path: String,
    text: String,
}

/// Applies the rules to every tracked file.
pub(crate) fn run() -> Result<(), String> {
    let root = run::root();
    let files = tracked(&root)?;
    let machine = machine_paths(&root);
    let mut problems = Vec::new();
    let mut long = Vec::new();
    for file in &files {
        problems.extend(of_every_file(file, &machine));
        match file.path.rsplit(['.', '/']).next() {
            Some("rs") => problems.extend(of_source(file, &mut long)),
            _ if file.path.ends_with("Cargo.lock") => problems.extend(of_lock(file)),
            _ => {}
        }
    }
    if !long.is_empty() {
        eprintln!("longer than {LINES_LONG} lines: {}", long.join(", "));
    }
    if problems.is_empty() {
        println!("text rules: {} tracked files", files.len());
        Ok(())
    } else {
        Err(problems.join("\n"))
    }
}

/// The tracked files that are text, with their contents.
fn tracked(root: &Path) -> Result<Vec<File>, String> {
    let mut command = Command::new("git");
    command.current_dir(root).args(["ls-files", "-z"]);
    let names = run::output(&mut command)?;
    let mut files = Vec::new();
    for path in names.split('\0').filter(|name| !name.is_empty()) {
        let full = root.join(path);
        // A file that was deleted and not committed yet is listed too.
        if !full.is_file() {
            continue;
        }
        let bytes = std::fs::read(&full).map_err(|error| format!("{path}: {error}"))?;
        if let Ok(text) = String::from_utf8(bytes) {
            files.push(File {
                path: path.to_owned(),
                text,
            });
        }
    }
    Ok(files)
}

/// The beginnings of paths that tell where this machine keeps things.
fn machine_paths(root: &Path) -> Vec<String> {
    let mut paths = Vec::new();
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let folders = [
        Some(root.to_path_buf()),
        root.parent().map(Path::to_path_buf),
        home,
    ];
    for folder in folders.into_iter().flatten() {
        // Temporary folders stand in tests and scripts for good reason.
        if folder.components().count() > 1 && !folder.starts_with(std::env::temp_dir()) {
            // A hidden folder marks a real home; `/root/x` may well be a node of a tree.
            let end = if folder == Path::new("/root") {
                "/."
            } else {
                "/"
            };
            paths.push(format!("{}{end}", folder.display()));
        }
    }
    paths
}

/// What no file may hold: paths of one machine, and sources of packages that others cannot reach.
fn of_every_file(file: &File, machine: &[String]) -> Vec<String> {
    let sources: [String; 4] = [
        ["replace", "with"].join("-"),
        ["index", "url"].join("-"),
        ["<mirror", ">"].concat(),
        ["GOPROXY", "="].concat(),
    ];
    let mut out = Vec::new();
    for (number, line) in (1..).zip(file.text.lines()) {
        for path in machine {
            if begins_a_path(line, path) {
                out.push(format!(
                    "{}:{number}: a path of one machine: `{path}`",
                    file.path
                ));
            }
        }
        if let Some(source) = sources.iter().find(|source| line.contains(source.as_str())) {
            out.push(format!(
                "{}:{number}: a package source: `{source}`",
                file.path
            ));
        }
        let foreign = file.path.ends_with("package-lock.json")
            && line.contains("\"resolved\"")
            && !line.contains(NPM);
        if foreign {
            out.push(format!(
                "{}:{number}: a package that is not from {NPM}",
                file.path
            ));
        }
    }
    out
}

/// Whether a line holds an absolute path that begins so; `https://host/path` does not count.
fn begins_a_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        before.is_none_or(|letter| {
            !letter.is_alphanumeric() && !matches!(letter, '/' | '.' | '}' | '_' | '-' | '*')
        })
    })
}

/// The rules for source files.
fn of_source(file: &File, long: &mut Vec<String>) -> Vec<String> {
    // Put together here, so that this file keeps its own rules.
    let marks: [String; 6] = [
        ["TO", "DO"].concat(),
        ["FIX", "ME"].concat(),
        ["dbg", "!("].concat(),
        ["todo", "!("].concat(),
        ["unimplemented", "!("].concat(),
        ["#[", "ignore"].concat(),
    ];
    let mut out = Vec::new();
    let lines = file.text.lines().count();
    if lines > LINES_MAX {
        out.push(format!("{}: {lines} lines exceed {LINES_MAX}", file.path));
    } else if lines > LINES_LONG {
        long.push(format!("{} ({lines})", file.path));
    }
    if !is_exempt_from_head(&file.path) && !opens_with_doc(&file.text) {
        out.push(format!(
            "{}:1: does not open with `//!`, which says what it is for",
            file.path
        ));
    }
    for (number, line) in (1..).zip(file.text.lines()) {
        if let Some(mark) = marks.iter().find(|mark| line.contains(mark.as_str())) {
            out.push(format!("{}:{number}: `{mark}` is left over", file.path));
        }
    }
    out
}

/// The cases of compile-fail tests are shown to the compiler, not to readers, and unit tests that
/// stand in a file of their own belong to the module beside them.
fn is_exempt_from_head(path: &str) -> bool {
    format!("/{path}").contains("/tests/ui/")
        || format!("/{path}").contains("/tests/derive/")
        || path.ends_with("/tests.rs")
}

/// Whether the first thing in a file, but for attributes, is its documentation.
fn opens_with_doc(text: &str) -> bool {
    text.lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with("#!["))
        .is_some_and(|line| line.starts_with("//!"))
}

/// The rules for the lock file: where crates come from, which are banned, which may be there once.
fn of_lock(file: &File) -> Vec<String> {
    let mut out = Vec::new();
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut name = "";
    for (number, line) in (1..).zip(file.text.lines()) {
        if let Some(value) = line.strip_prefix("name = ") {
            name = value.trim_matches('"');
            if let Some((_, reason)) = BANNED.iter().find(|(banned, _)| *banned == name) {
                out.push(format!(
                    "{}:{number}: `{name}` is banned: {reason}",
                    file.path
                ));
            }
        } else if let Some(value) = line.strip_prefix("version = ") {
            versions
                .entry(name)
                .or_default()
                .push(value.trim_matches('"'));
        } else if line
            .strip_prefix("source = ")
            .is_some_and(|value| value != CRATES_IO)
        {
            out.push(format!(
                "{}:{number}: `{name}` is not from crates.io",
                file.path
            ));
        }
    }
    for single in SINGLE {
        if let Some(found) = versions.get(single).filter(|found| found.len() > 1) {
            out.push(format!(
                "{}: two versions of `{single}`: {}",
                file.path,
                found.join(", ")
            ));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn paths_of_one_machine_are_found_and_addresses_are_not() {
        let machine = ["/ho".to_owned() + "me/"];
        for (line, expected) in [
            ("include \"/ho|me/joe/x\"", 1),
            ("/ho|me/joe", 1),
            ("https://host/ho|me/page", 0),
            ("$ROOT}/ho|me/x and ../ho|me/y", 0),
        ] {
            let text = line.replace('|', "");
            let found = of_every_file(&file("a.md", &text), &machine);
            assert_eq!(found.len(), expected, "{line}: {found:?}");
        }
    }

    #[test]
    fn left_over_marks_and_missing_heads_are_found() {
        let text = format!("fn a() {{}}\n// {}: later\n", ["TO", "DO"].concat());
        let found = of_source(&file("a/src/lib.rs", &text), &mut Vec::new());
        assert_eq!(
            found,
            [
                "a/src/lib.rs:1: does not open with `//!`, which says what it is for".to_owned(),
                format!("a/src/lib.rs:2: `{}` is left over", ["TO", "DO"].concat()),
            ]
        );
        let long = "//! Head.\n".repeat(LINES_MAX + 1);
        let found = of_source(&file("b.rs", &long), &mut Vec::new());
        assert_eq!(found, ["b.rs: 1001 lines exceed 1000"]);
    }

    #[test]
    fn a_lock_file_keeps_to_one_source_and_one_version() {
        let text = format!(
            "[[package]]\nname = \"tokio\"\nversion = \"1.0.0\"\nsource = {CRATES_IO}\n\n[[package]]\nname = \"tokio\"\nversion = \"0.2.0\"\nsource = \"registry+https://elsewhere\"\n\n[[package]]\nname = \"openssl\"\nversion = \"0.10.0\"\n"
        );
        assert_eq!(
            of_lock(&file("Cargo.lock", &text)),
            [
                "Cargo.lock:9: `tokio` is not from crates.io",
                "Cargo.lock:12: `openssl` is banned: TLS is rustls",
                "Cargo.lock: two versions of `tokio`: 1.0.0, 0.2.0",
            ]
        );
    }
}
