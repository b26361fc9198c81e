//! Java against Java: what cannot work between its own versions cannot be asked of us.

use super::{Run, options};
use crate::cases::{Table, Way};
use crate::error::Result;
use crate::java::Dubbo;
use crate::ports::HOST;

pub(super) fn run(run: &mut Run) -> Result<()> {
    let table = Table::read()?;
    let known = Dubbo::V3.case_names(run.folder())?;
    run.check(
        "CASES.md lists the cases of the consumer",
        known == table.names(),
        || {
            let differing = known
                .iter()
                .zip(table.names())
                .find(|(code, text)| code != text);
            format!(
                "{} cases in the code, {} in the table, first difference {differing:?}",
                known.len(),
                table.names().len()
            )
        },
    );
    for provider in Dubbo::ALL {
        let name = format!("provider-{}", provider.short());
        let (serving, port) =
            provider.provider(&name, &options(&[("id", name.clone())]), run.folder())?;
        for consumer in Dubbo::ALL {
            let wanted = options(&[("address", format!("{HOST}:{port}"))]);
            let report = consumer.consumer(
                &format!("consumer-{}-{}", consumer.short(), provider.short()),
                &wanted,
                run.folder(),
            )?;
            run.tally(&format!("{consumer} calls {provider}"), &report, |case| {
                table.java_fails(case, consumer, provider, Way::Direct)
            });
        }
        serving.stop()?;
    }
    Ok(())
}
