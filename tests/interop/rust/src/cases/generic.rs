//! Calls without the interface's types, and a provider without them.

use tenfold::{Context, GenericClient, RpcError, hessian2::Value};

use super::Cases;
use crate::{
    Fault,
    check::{alike, contains, fails, same, that},
    everything::Dynamic,
    peer::Peer,
};

const STRING: &str = "java.lang.String";
const PERSON: &str = "org.tenfold.interop.Person";
const EVERYTHING: &str = "org.tenfold.interop.Everything";

pub(super) fn add(cases: &mut Cases) {
    values(cases);
    pojos(cases);
    failures(cases);
    dynamic(cases);
    super::calls::reduced(cases);
}

async fn generic(peer: &Peer) -> Result<GenericClient, Fault> {
    peer.generic(EVERYTHING).await
}

async fn call<const N: usize>(
    it: &GenericClient,
    method: &str,
    arguments: [(&str, Value); N],
) -> Result<Value, RpcError> {
    let types: Vec<_> = arguments
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    let values = arguments.into_iter().map(|(_, value)| value).collect();
    it.invoke(&Context::new(), method, Some(&types), values)
        .await
}

fn values(cases: &mut Cases) {
    cases.add("generic.scalars", |peer| async move {
        let it = generic(&peer).await?;
        for (method, name, value) in [
            ("echoString", STRING, Value::from("你好")),
            ("echoInt", "int", Value::from(7)),
            ("echoLong", "long", Value::from(7_i64)),
            ("echoBoolean", "boolean", Value::from(true)),
            ("echoDouble", "double", Value::from(0.5)),
            ("echoString", STRING, Value::Null),
        ] {
            same(&value, &call(&it, method, [(name, value.clone())]).await?)?;
        }
        same(&Value::Null, &call(&it, "nothing", []).await?)
    });
    cases.add("generic.converted", |peer| async move {
        let it = generic(&peer).await?;
        same(
            &Value::from(7_i64),
            &call(&it, "echoLong", [("long", Value::from(7))]).await?,
        )?;
        let green = Value::from("GREEN");
        let color = call(
            &it,
            "echoColor",
            [("org.tenfold.interop.Color", green.clone())],
        )
        .await?;
        same(&green, &color)?;
        let decimal = ("java.math.BigDecimal", Value::from("1.10"));
        let answer = call(&it, "echoBigDecimal", [decimal]).await?;
        same(&Some("1.10"), &answer.get("value").and_then(Value::as_str))
    });
    cases.add("generic.containers", |peer| async move {
        let it = generic(&peer).await?;
        for (method, name, value) in [
            ("echoStringList", "java.util.List", Value::list(["a", "b"])),
            ("echoInts", "int[]", Value::typed_list("[int", [1, 2])),
            ("echoIntMap", "java.util.Map", Value::map([("k", 1)])),
        ] {
            alike(&value, &call(&it, method, [(name, value.clone())]).await?)?;
        }
        Ok(())
    });
    cases.add("generic.overload", |peer| async move {
        let it = generic(&peer).await?;
        for (name, value, expected) in [
            ("java.lang.Integer", Value::from(7), "(Integer):7"),
            ("int", Value::from(7), "(int):7"),
            (STRING, Value::from("7"), "(String):7"),
        ] {
            same(
                &Value::from(expected),
                &call(&it, "over", [(name, value)]).await?,
            )?;
        }
        Ok(())
    });
}

/// Ada as a map, with or without the entries that name the classes.
fn ada(classes: bool) -> Value {
    let class = |name: &str| classes.then(|| ("class", Value::from(name)));
    let home = class("org.tenfold.interop.Address").into_iter().chain([
        ("street", Value::from("St James's Square 12")),
        ("zip", Value::from("SW1Y")),
    ]);
    let home = Value::map(home);
    Value::map(class(PERSON).into_iter().chain([
        ("name", Value::from("Ada")),
        ("age", Value::from(36)),
        ("active", Value::from(true)),
        ("score", Value::from(9_007_199_254_740_993_i64)),
        ("tags", Value::list(["math", "engine"])),
        ("home", home),
    ]))
}

fn pojos(cases: &mut Cases) {
    for (name, classes) in [("generic.pojo", true), ("generic.pojo.noclass", false)] {
        cases.add(name, move |peer| async move {
            let it = generic(&peer).await?;
            alike(
                &ada(true),
                &call(&it, "echoPerson", [(PERSON, ada(classes))]).await?,
            )
        });
    }
    cases.add("generic.wrapper", |peer| async move {
        let it = generic(&peer).await?;
        let answer = call(&it, "findPerson", [(STRING, Value::from("Eve"))]).await?;
        let entry = |of: &Value, key: &str| of.get(key).cloned().unwrap_or_default();
        same(&Value::from(200), &entry(&answer, "code"))?;
        same(
            &Value::from("org.tenfold.interop.Result"),
            &entry(&answer, "class"),
        )?;
        same(&Value::from("Eve"), &entry(&entry(&answer, "data"), "name"))
    });
}

fn failures(cases: &mut Cases) {
    cases.add("generic.fail", |peer| async move {
        let it = generic(&peer).await?;
        let arguments = [
            (STRING, Value::from("out of stock")),
            ("int", Value::from(42)),
        ];
        let error = fails(call(&it, "failDeclared", arguments).await)?;
        let thrown = error
            .exception()
            .ok_or_else(|| format!("no exception: {error:?}"))?;
        same("org.tenfold.interop.BusinessException", &thrown.class)?;
        same(&Some("out of stock"), &thrown.message.as_deref())
    });
    cases.add("generic.nomethod", |peer| async move {
        let it = generic(&peer).await?;
        let error = fails(call(&it, "noSuchMethod", [(STRING, Value::from("x"))]).await)?;
        contains(&error.to_string(), "noSuchMethod")
    });
}

fn dynamic(cases: &mut Cases) {
    cases.add("dynamic.typed", |peer| async move {
        let it = peer.dynamic().await?;
        same("a-7", &it.join(&Context::new(), "a".to_owned(), 7).await?)
    });
    cases.add("dynamic.generic", |peer| async move {
        let it = peer.generic("org.tenfold.interop.Dynamic").await?;
        let arguments = [(STRING, Value::from("a")), ("int", Value::from(7))];
        same(&Value::from("a-7"), &call(&it, "join", arguments).await?)
    });
    cases.add("dynamic.fail", |peer| async move {
        let it = peer.dynamic().await?;
        let failure = fails(it.fail(&Context::new(), "made up".to_owned()).await)?;
        let text = format!("{failure:?}");
        that(text.contains("made up"), || text.clone())
    });
}
