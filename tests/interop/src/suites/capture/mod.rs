//! Writes golden files from the real programs. Run by hand, when a version changes.

use std::fs;
use std::path::Path;

use super::Run;
use crate::error::{Error, Result};

mod frames;
mod registry;

pub(super) use frames::{frames, go_frames};
pub(super) use registry::{decoded, registry};

fn head(who: &str, what: &str, suite: &str) -> String {
    format!(
        "# {who}: {what}.\n# Made by: cargo run --manifest-path tests/interop/Cargo.toml -- {suite}\n"
    )
}

fn write(run: &mut Run, path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).map_err(Error::while_doing(format!("write {}", path.display())))?;
    run.check("a golden file is written", !text.is_empty(), String::new);
    println!("  {} lines in {}", text.lines().count(), path.display());
    Ok(())
}
