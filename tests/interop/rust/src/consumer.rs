//! Runs the cases against a provider: one line for each, exit code 1 when one failed.

use std::{sync::Arc, time::Duration};

use crate::{
    Fault,
    cases::{Case, Cases},
    options::Options,
    peer::Peer,
};

/// How long one case may take.
const CASE_LIMIT: Duration = Duration::from_secs(120);

/// Runs the cases that the options choose; true when all hold.
pub async fn run(options: &Options) -> Result<bool, Fault> {
    let all = match options.text("cases", "") {
        chosen if chosen.starts_with("scenario.") => Cases::scenarios(),
        _ => Cases::all(),
    };
    if options.text("list", "") == "true" {
        for case in all.iter() {
            println!("{}", case.name);
        }
        return Ok(true);
    }
    let chosen = choose(&all, options.text("cases", "*"))?;
    let peer = Arc::new(Peer::open(options).await?);
    println!("READY 0");
    let mut failed = 0;
    for case in &chosen {
        match outcome(case, &peer).await {
            Ok(()) => println!("ok {}", case.name),
            Err(error) => {
                failed += 1;
                let text = error.to_string();
                let line: Vec<_> = text.split_whitespace().collect();
                println!("FAIL {} {}", case.name, line.join(" "));
            }
        }
    }
    println!("DONE {} ok, {failed} failed", chosen.len() - failed);
    tokio::time::sleep(options.millis("hold", 0)?).await;
    peer.close().await;
    Ok(failed == 0)
}

async fn outcome(case: &Case, peer: &Arc<Peer>) -> Result<(), Fault> {
    // A task of its own, so that a panic is an outcome too.
    let running = tokio::spawn((case.run)(Arc::clone(peer)));
    match tokio::time::timeout(CASE_LIMIT, running).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(panicked)) => Err(panicked.to_string().into()),
        Err(_) => Err(format!("no outcome within {CASE_LIMIT:?}").into()),
    }
}

/// Names separated by commas; one that ends with `*` stands for all that begin so, one that begins
/// with `-` takes away.
fn choose<'a>(all: &'a Cases, wanted: &str) -> Result<Vec<&'a Case>, Fault> {
    let mut chosen: Vec<&Case> = Vec::new();
    for word in wanted.split(',') {
        let pattern = word.trim_start_matches('-');
        let found: Vec<&Case> = all
            .iter()
            .filter(|case| match pattern.strip_suffix('*') {
                Some(beginning) => case.name.starts_with(beginning),
                None => case.name == pattern,
            })
            .collect();
        if found.is_empty() {
            return Err(format!("no case is named {pattern}").into());
        }
        if word.starts_with('-') {
            chosen.retain(|case| !found.iter().any(|gone| gone.name == case.name));
        } else {
            chosen.extend(found);
        }
    }
    Ok(chosen)
}
