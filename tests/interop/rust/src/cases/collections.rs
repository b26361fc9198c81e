//! Lists, sets and maps, plain and of classes that only Java has.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use tenfold::{
    Context,
    hessian2::{LinkedMap, Value},
};

use super::{Cases, echoed};
use crate::{
    Fault,
    check::{alike, same, that},
    everything::{Everything, Loose, LooseClient},
    peer::Peer,
    samples::{ada, bob},
    types::Color,
};

pub(super) fn add(cases: &mut Cases) {
    lists(cases);
    sets(cases);
    maps(cases);
    unmodifiable(cases);
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn strings(items: &[&str]) -> Option<Vec<Option<String>>> {
    Some(items.iter().map(|item| text(item)).collect())
}

fn lists(cases: &mut Cases) {
    echoed! { cases:
        "list.string" echo_string_list [
            Some(vec![text("a"), None, text(""), text("你😀")]),
            strings(&["1", "2", "3", "4", "5", "6", "7", "8"]),
            Some(vec![]),
            Some((0..1000).map(|i| Some(format!("element {i}"))).collect()),
            None,
        ];
    }
    as_class(cases, "list.linked", "java.util.LinkedList", &["a", "b"]);
    as_class(
        cases,
        "list.aslist",
        "java.util.Arrays$ArrayList",
        &["a", "b"],
    );
    as_class(
        cases,
        "list.emptylist",
        "java.util.Collections$EmptyList",
        &[],
    );
    echoed! { cases:
        "list.int" echo_int_list [Some(vec![Some(0), Some(-17), Some(48), Some(262_144), None])];
        "list.long" echo_long_list [Some(vec![Some(0), Some(16), Some(1 << 31), Some(i64::MIN)])];
        "list.person" echo_person_list
            [Some(vec![Some(Arc::new(ada())), None, Some(Arc::new(bob()))])];
    }
    cases.add("list.shared", |peer| async move {
        let ada = Arc::new(ada());
        let sent = Some(vec![Some(Arc::clone(&ada)), Some(ada)]);
        let answer = peer
            .everything()
            .await?
            .echo_person_list(&Context::new(), sent)
            .await?;
        match answer.as_deref() {
            Some([Some(first), Some(second)]) => that(Arc::ptr_eq(first, second), || {
                "one object came back as two".to_owned()
            }),
            other => Err(format!("answered {other:?}").into()),
        }
    });
}

/// A case that sends a list of a class that only Java has. What a Java program gets to hold is of
/// that class; it may write it back as another.
fn as_class(cases: &mut Cases, name: &'static str, class: &'static str, items: &'static [&str]) {
    cases.add(name, move |peer| async move {
        let sent = Value::typed_list(class, items.iter().copied());
        let answer = loose(&peer)
            .await?
            .echo_string_list(&Context::new(), sent.clone())
            .await?;
        alike(&sent, &answer)
    });
}

async fn loose(peer: &Peer) -> Result<LooseClient, Fault> {
    peer.client().await
}

fn sets(cases: &mut Cases) {
    echoed! { cases:
        "set.hash" echo_string_set [Some(HashSet::from(["a", "b", "c"].map(str::to_owned)))];
    }
    cases.add("set.linked", |peer| async move {
        let sent = Value::typed_list("java.util.LinkedHashSet", ["z", "a"]);
        let answer = loose(&peer)
            .await?
            .echo_string_set(&Context::new(), sent)
            .await?;
        let answer: HashSet<String> = answer.to_decode()?;
        same(&HashSet::from(["a", "z"].map(str::to_owned)), &answer)
    });
}

fn maps(cases: &mut Cases) {
    cases.add("map.string", |peer| async move {
        let it = peer.everything().await?;
        let some = LinkedMap(vec![
            ("a".to_owned(), text("1")),
            (String::new(), None),
            ("你".to_owned(), text("😀")),
        ]);
        for sent in [Some(some), Some(LinkedMap(vec![])), None] {
            let answer = it.echo_string_map(&Context::new(), sent.clone()).await?;
            let plain = |map: Option<LinkedMap<String, Option<String>>>| {
                map.map(|map| map.0.into_iter().collect::<HashMap<_, _>>())
            };
            same(&plain(sent), &plain(answer))?;
        }
        Ok(())
    });
    cases.add("map.linked", |peer| async move {
        let sent = Value::typed_map("java.util.LinkedHashMap", [("z", "1"), ("a", "2")]);
        let answer = loose(&peer)
            .await?
            .echo_string_map(&Context::new(), sent.clone())
            .await?;
        alike(&sent, &answer)
    });
    cases.add("map.tree", |peer| async move {
        let sent = Value::typed_map("java.util.TreeMap", [("a", 1), ("b", 2)]);
        let answer = loose(&peer)
            .await?
            .echo_int_map(&Context::new(), sent.clone())
            .await?;
        alike(&sent, &answer)
    });
    echoed! { cases:
        "map.person" echo_person_map
            [Some(HashMap::from([(1, Some(ada())), (1 << 40, Some(bob())), (-1, None)]))];
        "map.enum" echo_enum_map [Some(HashMap::from([
            (Color::Red, vec!["rose".to_owned()]),
            (Color::Blue, vec!["sky".to_owned(), "sea".to_owned()]),
        ]))];
        "map.nested" echo_nested [Some(HashMap::from([
            (
                "two".to_owned(),
                vec![HashMap::from([("ada".to_owned(), ada())]), HashMap::new()],
            ),
            ("none".to_owned(), vec![]),
        ]))];
    }
}

/// `List.of` and its like exist in Java only, where they travel as the handle class that Java's
/// Hessian library has for them.
fn unmodifiable(cases: &mut Cases) {
    echoed! { cases:
        "list.of" echo_string_list [strings(&["a", "b"])];
        "set.of" echo_string_set [Some(HashSet::from(["a".to_owned()]))];
        "map.of" echo_string_map [Some(LinkedMap(vec![("k".to_owned(), text("v"))]))];
    }
}
