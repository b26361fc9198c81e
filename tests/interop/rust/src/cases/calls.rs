//! Ways of calling: attachments, one-way, futures, many at once, retries, group and version, and the
//! interface that peers in other languages have too.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use tenfold::{AttachmentValue, Context, hessian2::Value};
use tokio::task::JoinSet;

use super::Cases;
use crate::{
    Fault,
    check::{contains, fails, same, that},
    everything::{Echo, Everything, Reduced},
    samples::{LONGS, ada},
};

pub(super) fn add(cases: &mut Cases) {
    attachments(cases);
    one_way(cases);
    futures(cases);
    together(cases);
    retry(cases);
    variants(cases);
}

/// A word that no other case and no other run uses.
fn token() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    format!(
        "{}-{}-{}",
        std::process::id(),
        now.as_nanos(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    )
}

fn texts<const N: usize>(entries: [(&str, &str); N]) -> HashMap<String, String> {
    entries
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

fn attachments(cases: &mut Cases) {
    cases.add("attach.request", |peer| async move {
        let cx = Context::new()
            .with_attachment("it.text", "你好😀")
            .with_attachment("it.empty", "");
        let expected = texts([("it.text", "你好😀"), ("it.empty", "")]);
        same(&expected, &peer.everything().await?.attachments(&cx).await?)
    });
    cases.add("attach.object", |peer| async move {
        let cx = Context::new()
            .with_attachment("it.number", 7)
            .with_attachment("it.flag", true);
        let expected = texts([("it.number", "7"), ("it.flag", "true")]);
        same(&expected, &peer.everything().await?.attachments(&cx).await?)
    });
    cases.add("attach.cleared", |peer| async move {
        let it = peer.everything().await?;
        let once = Context::new().with_attachment("it.once", "1");
        same(&texts([("it.once", "1")]), &it.attachments(&once).await?)?;
        same(&texts([]), &it.attachments(&Context::new()).await?)
    });
    cases.add("attach.response", |peer| async move {
        let (it, cx) = (peer.everything().await?, Context::new());
        same(
            "back",
            &it.answer_with(&cx, "it.answer".to_owned(), "back".to_owned())
                .await?,
        )?;
        let beside = cx.response_attachments();
        same(&Some("back"), &beside.text("it.answer"))
    });
}

fn one_way(cases: &mut Cases) {
    cases.add("oneway", |peer| async move {
        let (it, cx, token) = (peer.everything().await?, Context::new(), token());
        it.one_way(&cx, token.clone()).await?;
        let limit = Instant::now() + Duration::from_secs(5);
        while it.one_way_seen(&cx, token.clone()).await? != 1 {
            that(Instant::now() < limit, || "not seen within 5 s".to_owned())?;
        }
        Ok(())
    });
    cases.add("echo", |peer| async move {
        let it = peer.echo().await?;
        for value in [Value::from("ping"), Value::from(7_i64), Value::Null] {
            same(&value, &it.echo(&Context::new(), value.clone()).await?)?;
        }
        Ok(())
    });
}

fn futures(cases: &mut Cases) {
    cases.add("future", |peer| async move {
        let it = peer.everything().await?;
        same(
            "soon",
            &it.later(&Context::new(), 50, "soon".to_owned()).await?,
        )
    });
    cases.add("future.overtakes", |peer| async move {
        let it = peer.everything().await?;
        let slow = tokio::spawn({
            let it = it.clone();
            async move { it.later(&Context::new(), 1500, "slow".to_owned()).await }
        });
        same(
            "fast",
            &it.later(&Context::new(), 0, "fast".to_owned()).await?,
        )?;
        that(!slow.is_finished(), || {
            "the slow call ended first".to_owned()
        })?;
        same("slow", &slow.await??)
    });
}

fn together(cases: &mut Cases) {
    cases.add("parallel", |peer| async move {
        let it = peer.everything().await?;
        let mut callers = JoinSet::new();
        for caller in 0..32 {
            let it = it.clone();
            callers.spawn(async move {
                for number in 0..50 {
                    let value = Some(format!("{caller}/{number}"));
                    same(
                        &value,
                        &it.echo_string(&Context::new(), value.clone()).await?,
                    )?;
                }
                Ok::<(), Fault>(())
            });
        }
        while let Some(caller) = callers.join_next().await {
            caller??;
        }
        Ok(())
    });
    cases.add("concurrent", |peer| async move {
        let (it, cx) = (peer.everything().await?, Context::new());
        it.reset_concurrent(&cx).await?;
        same(&1, &it.concurrent(&cx, 0).await?)?;
        it.reset_concurrent(&cx).await?;
        let mut callers = JoinSet::new();
        for _ in 0..16 {
            let it = it.clone();
            callers.spawn(async move { it.concurrent(&Context::new(), 1000).await });
        }
        while let Some(caller) = callers.join_next().await {
            caller??;
        }
        let peak = it.concurrent(&cx, 0).await?;
        that((12..=16).contains(&peak), || {
            format!("at most {peak} ran at once")
        })
    });
}

fn retry(cases: &mut Cases) {
    cases.add("retry", |peer| async move {
        let (it, cx, token) = (peer.everything().await?, Context::new(), token());
        same(&1, &it.count(&cx, token.clone()).await?)?;
        same(&2, &it.count(&cx, token.clone()).await?)?;
        same(&3, &it.slow_first(&cx, token, 1, 5000).await?)
    });
}

fn variants(cases: &mut Cases) {
    for (name, group, version) in [
        ("variant.blue", "blue", "1.0.0"),
        ("variant.green", "green", "2.0.0"),
    ] {
        cases.add(name, move |peer| async move {
            let id = peer
                .variant(group, version)
                .await?
                .whoami(&Context::new())
                .await?;
            that(id.ends_with(&format!("@{group}:{version}")), || {
                format!("the id is {id}")
            })
        });
    }
    cases.add("callback", |_peer| async move {
        Err("argument call-backs are not offered".into())
    });
}

/// What peers in other languages can do as well.
pub(super) fn reduced(cases: &mut Cases) {
    cases.add("reduced.whoami", |peer| async move {
        let id = peer.reduced().await?.whoami(&Context::new()).await?;
        that(!id.is_empty(), || "the id is empty".to_owned())
    });
    cases.add("reduced.string", |peer| async move {
        let it = peer.reduced().await?;
        for value in ["", "a", "你好", "a😀b", &"a".repeat(70_000)] {
            let value = Some(value.to_owned());
            same(
                &value,
                &it.echo_string(&Context::new(), value.clone()).await?,
            )?;
        }
        Ok(())
    });
    cases.add("reduced.long", |peer| async move {
        let it = peer.reduced().await?;
        for value in LONGS {
            same(&value, &it.echo_long(&Context::new(), value).await?)?;
        }
        Ok(())
    });
    cases.add("reduced.person", |peer| async move {
        let it = peer.reduced().await?;
        let mut plain = ada();
        plain.score = Some(0);
        for value in [Some(ada()), Some(plain)] {
            same(
                &value,
                &it.echo_person(&Context::new(), value.clone()).await?,
            )?;
        }
        Ok(())
    });
    cases.add("reduced.list", |peer| async move {
        let value = Some(["a", "", "你"].map(str::to_owned).to_vec());
        let it = peer.reduced().await?;
        same(
            &value,
            &it.echo_string_list(&Context::new(), value.clone()).await?,
        )
    });
    cases.add("reduced.map", |peer| async move {
        let value = Some(texts([("a", "1"), ("你", "😀")]));
        let it = peer.reduced().await?;
        same(
            &value,
            &it.echo_string_map(&Context::new(), value.clone()).await?,
        )
    });
    cases.add("reduced.fail", |peer| async move {
        let failure = fails(
            peer.reduced()
                .await?
                .fail(&Context::new(), "made up".to_owned())
                .await,
        )?;
        contains(&format!("{failure:?}"), "made up")
    });
    cases.add("reduced.attachments", |peer| async move {
        let cx = Context::new().with_attachment("it.text", AttachmentValue::from("x"));
        same(
            &texts([("it.text", "x")]),
            &peer.reduced().await?.attachments(&cx).await?,
        )
    });
}
