//! dubbo-go against Java, for the interface that both have.

use super::{Run, options};
use crate::build;
use crate::error::Result;
use crate::golang;
use crate::java::Dubbo;
use crate::ports::HOST;
use crate::zookeeper::ZooKeeper;

pub(super) fn run(run: &mut Run) -> Result<()> {
    build::require(&["go"])?;
    direct(run)?;
    registered(run)
}

fn direct(run: &mut Run) -> Result<()> {
    let (go, go_port) = golang::provider("go", &options(&[("id", "go".into())]), run.folder())?;
    for java in Dubbo::ALL {
        let (serving, port) = java.provider("java", &options(&[]), run.folder())?;
        let wanted = options(&[("address", format!("127.0.0.1:{port}"))]);
        let report = golang::consumer("go-consumer", &wanted, run.folder())?;
        run.tally(&format!("dubbo-go calls {java}"), &report, |_| false);
        serving.stop()?;
        let wanted = options(&[
            ("address", format!("{HOST}:{go_port}")),
            ("cases", "reduced.*".into()),
        ]);
        let report = java.consumer("java-consumer", &wanted, run.folder())?;
        run.tally(&format!("{java} calls dubbo-go"), &report, |_| false);
    }
    go.stop().map(|_| ())
}

fn registered(run: &mut Run) -> Result<()> {
    let registry = ZooKeeper::start(run.folder())?;
    let plain = format!("127.0.0.1:{}", registry.port());
    for java in Dubbo::ALL {
        let wanted = options(&[("registry", registry.address())]);
        let (serving, _) = java.provider("java", &wanted, run.folder())?;
        let report = golang::consumer(
            "go-consumer",
            &options(&[("registry", plain.clone())]),
            run.folder(),
        )?;
        run.tally(&format!("dubbo-go finds {java}"), &report, |_| false);
        serving.stop()?;
    }
    // Java does not connect to a registered 127.0.0.1.
    let wanted = options(&[("registry", plain), ("host", HOST.into())]);
    let (go, _) = golang::provider("go", &wanted, run.folder())?;
    for java in Dubbo::ALL {
        let wanted = options(&[
            ("registry", registry.address()),
            ("cases", "reduced.*".into()),
        ]);
        let report = java.consumer("java-consumer", &wanted, run.folder())?;
        run.tally(&format!("{java} finds dubbo-go"), &report, |_| false);
    }
    go.stop()?;
    registry.stop().map(|_| ())
}
