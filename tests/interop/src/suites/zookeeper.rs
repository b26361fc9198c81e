//! Java against Java through a real ZooKeeper.

use super::{Run, options};
use crate::cases::{Table, Way};
use crate::error::Result;
use crate::java::Dubbo;
use crate::zookeeper::ZooKeeper;

pub(super) fn run(run: &mut Run) -> Result<()> {
    let table = Table::read()?;
    let registry = ZooKeeper::start(run.folder())?;
    run.check(
        "a fresh ZooKeeper has no nodes of ours",
        registry.tree()?.is_empty(),
        || "it has some".into(),
    );
    for provider in Dubbo::ALL {
        let name = format!("provider-{}", provider.short());
        let wanted = options(&[("id", name.clone()), ("registry", registry.address())]);
        let (serving, port) = provider.provider(&name, &wanted, run.folder())?;
        for consumer in Dubbo::ALL {
            let report = consumer.consumer(
                &format!("consumer-{}-{}", consumer.short(), provider.short()),
                &options(&[("registry", registry.address())]),
                run.folder(),
            )?;
            run.tally(&format!("{consumer} finds {provider}"), &report, |case| {
                table.java_fails(case, consumer, provider, Way::Registry)
            });
        }
        serving.stop()?;
        let mark = format!("%3A{port}%2F");
        let left: Vec<_> = registry
            .tree()?
            .into_iter()
            .filter(|node| node.path.contains(&mark))
            .collect();
        run.check(
            &format!("{provider} unregisters when it is stopped"),
            left.is_empty(),
            || format!("{left:?}"),
        );
    }
    registry.stop().map(|_| ())
}
