//! Failures: the service's own, and the framework's.

use std::time::{Duration, Instant};

use tenfold::{CallOptions, Context, ErrorKind, RpcError, hessian2::Value};

use super::Cases;
use crate::{
    Fault,
    check::{contains, fails, same, that},
    everything::{Everything, Failure},
    samples::bytes,
};

/// A mebibyte more than the payload limit allows by default.
const TOO_LARGE: usize = 9 << 20;

pub(super) fn add(cases: &mut Cases) {
    business(cases);
    undeclared(cases);
    framework(cases);
    payload(cases);
}

/// The framework's error in a failure.
fn rpc(failure: Failure) -> Result<RpcError, Fault> {
    match failure {
        Failure::Rpc(error) => Ok(error),
        other => Err(format!("not the framework's error: {other:?}").into()),
    }
}

fn business(cases: &mut Cases) {
    cases.add("fail.declared", |peer| async move {
        let it = peer.everything().await?;
        match fails(
            it.fail_declared(&Context::new(), "out of stock".to_owned(), 42)
                .await,
        )? {
            Failure::Business { message, code } => same(&("out of stock", 42), &(&*message, code)),
            other => Err(format!("failed with {other:?}").into()),
        }
    });
    cases.add("fail.cause", |peer| async move {
        let it = peer.everything().await?;
        let error = fails(it.fail_caused(&Context::new(), "outer".to_owned()).await)?;
        let thrown = error
            .exception()
            .ok_or_else(|| format!("no exception: {error:?}"))?;
        same("org.tenfold.interop.BusinessException", &thrown.class)?;
        same(&Some("outer"), &thrown.message.as_deref())?;
        same(&Some(&Value::from(7)), &thrown.get("code"))?;
        let cause = thrown.cause.as_deref().ok_or("no cause")?;
        same("java.lang.IllegalArgumentException", &cause.class)?;
        same(&Some("root of outer"), &cause.message.as_deref())
    });
    cases.add("fail.io", |peer| async move {
        let it = peer.everything().await?;
        same("kept", &it.may_fail(&Context::new(), false).await?)?;
        match fails(it.may_fail(&Context::new(), true).await)? {
            Failure::Io(message) => same("asked to fail", &message),
            other => Err(format!("failed with {other:?}").into()),
        }
    });
    cases.add("fail.future", |peer| async move {
        let it = peer.everything().await?;
        match fails(it.later_fail(&Context::new(), "too late".to_owned()).await)? {
            Failure::Business { message, code } => same(&("too late", 9), &(&*message, code)),
            other => Err(format!("failed with {other:?}").into()),
        }
    });
}

fn undeclared(cases: &mut Cases) {
    cases.add("fail.unchecked", |peer| async move {
        let it = peer.everything().await?;
        match fails(
            it.fail_unchecked(&Context::new(), "not open".to_owned())
                .await,
        )? {
            Failure::IllegalState(message) => same("not open", &message),
            other => Err(format!("failed with {other:?}").into()),
        }
    });
    cases.add("fail.odd", |peer| async move {
        let it = peer.everything().await?;
        match fails(it.fail_odd(&Context::new(), "odd".to_owned()).await)? {
            Failure::Odd { message, hints } => {
                same("odd", &message)?;
                same(&vec!["first".to_owned(), "second".to_owned()], &hints)
            }
            other => Err(format!("failed with {other:?}").into()),
        }
    });
    cases.add("fail.foreign", |peer| async move {
        let it = peer.everything().await?;
        match fails(
            it.fail_foreign(&Context::new(), "hidden reason".to_owned())
                .await,
        )? {
            Failure::Other(thrown) => {
                same("java.lang.RuntimeException", &thrown.class)?;
                contains(
                    thrown.message.as_deref().unwrap_or_default(),
                    "hidden reason",
                )
            }
            other => Err(format!("failed with {other:?}").into()),
        }
    });
    cases.add("fail.sneaky", |peer| async move {
        let it = peer.everything().await?;
        match fails(it.fail_sneaky(&Context::new(), "sneaked".to_owned()).await)? {
            Failure::Io(message) => same("sneaked", &message),
            Failure::Other(thrown) => {
                let cause = thrown.cause.as_deref().ok_or("no cause")?;
                same("java.io.IOException", &cause.class)?;
                same(&Some("sneaked"), &cause.message.as_deref())
            }
            other => Err(format!("failed with {other:?}").into()),
        }
    });
}

fn framework(cases: &mut Cases) {
    cases.add("timeout", |peer| async move {
        let it = peer.impatient(Duration::from_millis(400)).await?;
        let cx = Context::new();
        same("warm", &it.sleep(&cx, 0, "warm".to_owned()).await?)?;
        let start = Instant::now();
        let error = rpc(fails(it.sleep(&cx, 3000, "late".to_owned()).await)?)?;
        let took = start.elapsed();
        same(&ErrorKind::Timeout, &error.kind())?;
        that((390..2500).contains(&took.as_millis()), || {
            format!("failed after {took:?}")
        })?;
        same("next", &it.sleep(&cx, 0, "next".to_owned()).await?)
    });
    cases.add("variant.none", |peer| async move {
        let start = Instant::now();
        let it = match peer.variant("red", "9.9.9").await {
            Ok(it) => it,
            // Through a registry the reference itself finds nobody.
            Err(error) => return contains(&error.to_string(), "red"),
        };
        let error = rpc(fails(it.whoami(&Context::new()).await)?)?;
        let took = start.elapsed();
        that(
            error.kind() != ErrorKind::Timeout && took < Duration::from_secs(9),
            || format!("after {took:?}: {error:?}"),
        )
    });
}

fn payload(cases: &mut Cases) {
    cases.add("payload.request", |peer| async move {
        let it = peer.everything().await?;
        let error = rpc(fails(
            it.echo_bytes(&Context::new(), Some(bytes(TOO_LARGE))).await,
        )?)?;
        same(&ErrorKind::PayloadTooLarge, &error.kind())?;
        same(
            &Some("after".to_owned()),
            &it.echo_string(&Context::new(), Some("after".to_owned()))
                .await?,
        )
    });
    cases.add("payload.response", |peer| async move {
        let it = peer.everything().await?;
        let it = it.with(CallOptions::new().retries(0));
        let error = fails(it.blob(&Context::new(), i32::try_from(TOO_LARGE)?).await)?;
        if let Failure::Rpc(error) = &error {
            that(error.kind() != ErrorKind::Timeout, || {
                format!("a timeout: {error:?}")
            })?;
        }
        same(
            &Some("after".to_owned()),
            &it.echo_string(&Context::new(), Some("after".to_owned()))
                .await?,
        )
    });
}
