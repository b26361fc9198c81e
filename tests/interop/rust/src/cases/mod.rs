//! The cases of `CASES.md`, in its order.

mod arrays;
mod calls;
mod collections;
mod failures;
mod generic;
mod pojos;
mod scalars;
mod scenarios;
mod times;
mod values;

use std::{future::Future, pin::Pin, sync::Arc};

use crate::{Fault, peer::Peer};

type Outcome = Pin<Box<dyn Future<Output = Result<(), Fault>> + Send>>;

/// One case.
pub struct Case {
    /// Its name in the table.
    pub name: &'static str,
    /// Runs it.
    pub run: Box<dyn Fn(Arc<Peer>) -> Outcome + Send + Sync>,
}

/// The cases in order.
#[derive(Default)]
pub struct Cases {
    all: Vec<Case>,
}

impl Cases {
    /// Every case.
    pub fn all() -> Self {
        let mut cases = Self::default();
        scalars::add(&mut cases);
        arrays::add(&mut cases);
        values::add(&mut cases);
        times::add(&mut cases);
        collections::add(&mut cases);
        pojos::add(&mut cases);
        failures::add(&mut cases);
        calls::add(&mut cases);
        generic::add(&mut cases);
        cases
    }

    /// What the suites choose by name.
    pub fn scenarios() -> Self {
        let mut cases = Self::default();
        scenarios::add(&mut cases);
        cases
    }

    /// The cases in order.
    pub fn iter(&self) -> impl Iterator<Item = &Case> {
        self.all.iter()
    }

    fn add<F, R>(&mut self, name: &'static str, run: F)
    where
        F: Fn(Arc<Peer>) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), Fault>> + Send + 'static,
    {
        self.all.push(Case {
            name,
            run: Box::new(move |peer| Box::pin(run(peer))),
        });
    }
}

/// Cases that call one method of `Everything` with each of some values and expect the value back.
macro_rules! echoed {
    ($cases:ident: $($name:literal $method:ident $values:expr;)*) => {$(
        $cases.add($name, |peer| async move {
            let it = peer.everything().await?;
            for value in $values {
                let sent = Clone::clone(&value);
                let answer = it.$method(&tenfold::Context::new(), sent).await?;
                $crate::check::same(&value, &answer)?;
            }
            Ok(())
        });
    )*};
}
use echoed;
