//! `cargo xtask layers`: a crate may depend only on crates of a lower rank.
//!
//! The ranks stand in a table in ARCHITECTURE.md, for people; this compares it with the crates.

use crate::{
    metadata::{self, Member},
    run,
};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rank {
    rank: u32,
    name: String,
    folder: String,
}

/// Compares the table with the crates.
pub(crate) fn run() -> Result<(), String> {
    let path = run::root().join("ARCHITECTURE.md");
    let text = std::fs::read_to_string(&path)
        .map_err(|error| format!("ARCHITECTURE.md cannot be read: {error}"))?;
    let members = metadata::members()?;
    let problems = problems(&table(&text), &members);
    if problems.is_empty() {
        println!("layers: {} crates, every arrow points down", members.len());
        Ok(())
    } else {
        Err(problems.join("\n"))
    }
}

/// Reads the rows `| rank | crate | folder | room |`.
fn table(text: &str) -> Vec<Rank> {
    text.lines()
        .filter_map(|line| {
            let mut cells = line.trim().strip_prefix('|')?.split('|').map(str::trim);
            Some(Rank {
                rank: cells.next()?.parse().ok()?,
                name: cells.next()?.trim_matches('`').to_owned(),
                folder: cells.next()?.trim_matches('`').to_owned(),
            })
        })
        .collect()
}

fn problems(table: &[Rank], members: &[Member]) -> Vec<String> {
    let mut out = Vec::new();
    let rank_of = |name: &str| table.iter().find(|row| row.name == name);
    for row in table {
        if !members.iter().any(|member| member.name == row.name) {
            out.push(format!(
                "ARCHITECTURE.md ranks `{}`, which is no crate of the workspace",
                row.name
            ));
        }
    }
    for member in members {
        let Some(own) = rank_of(&member.name) else {
            out.push(format!(
                "`{}` ({}) has no rank in ARCHITECTURE.md",
                member.name, member.folder
            ));
            continue;
        };
        if own.folder != member.folder {
            out.push(format!(
                "ARCHITECTURE.md puts `{}` into `{}`; it lies in `{}`",
                own.name, own.folder, member.folder
            ));
        }
        for dependency in &member.dependencies {
            // What has no rank is either foreign or has been told above.
            let Some(other) = rank_of(dependency) else {
                continue;
            };
            if other.rank >= own.rank {
                out.push(format!(
                    "`{}` (rank {}) depends on `{}` (rank {}); only lower ranks are allowed",
                    own.name, own.rank, other.name, other.rank
                ));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "text\n\n| rank | crate | folder | room |\n| ---: | --- | --- | --- |\n| 0 | low | low | ground |\n| 1 | `high` | rooms/high | top |\n";

    fn member(name: &str, folder: &str, dependencies: &[&str]) -> Member {
        Member {
            name: name.to_owned(),
            folder: folder.to_owned(),
            dependencies: dependencies.iter().map(|name| (*name).to_owned()).collect(),
            ..Member::default()
        }
    }

    #[test]
    fn arrows_that_point_down_are_fine() {
        let members = [
            member("low", "low", &["serde"]),
            member("high", "rooms/high", &["low"]),
        ];
        assert_eq!(problems(&table(TABLE), &members), [""; 0]);
    }

    #[test]
    fn every_difference_is_told() {
        let members = [
            member("low", "elsewhere", &["high", "low"]),
            member("extra", "extra", &[]),
        ];
        assert_eq!(
            problems(&table(TABLE), &members),
            [
                "ARCHITECTURE.md ranks `high`, which is no crate of the workspace",
                "ARCHITECTURE.md puts `low` into `low`; it lies in `elsewhere`",
                "`low` (rank 0) depends on `high` (rank 1); only lower ranks are allowed",
                "`low` (rank 0) depends on `low` (rank 0); only lower ranks are allowed",
                "`extra` (extra) has no rank in ARCHITECTURE.md",
            ]
        );
    }
}
