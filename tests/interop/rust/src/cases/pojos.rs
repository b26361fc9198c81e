//! Classes with fields, inheritance, shared and cyclic objects, wrappers, overloads.

use std::sync::Arc;

use tenfold::{Context, hessian2::Value};

use super::{Cases, echoed};
use crate::{
    check::{same, that},
    everything::Everything,
    samples::{ada, all_types, bit, bob, rex, ring},
    types::{Address, AllTypes, Animal, AnyAnimal, Color, Pair, Person, Reply, Shadow, ShadowBase},
};

pub(super) fn add(cases: &mut Cases) {
    plain(cases);
    shadowed(cases);
    graphs(cases);
    wrappers(cases);
    overloads(cases);
}

fn plain(cases: &mut Cases) {
    echoed! { cases:
        "enum" echo_color [Some(Color::Red), Some(Color::Green), Some(Color::Blue), None];
        "pojo" echo_person [Some(ada()), Some(bob()), None];
        "pojo.alltypes" echo_all_types [Some(all_types())];
        "pojo.defaults" echo_all_types [Some(AllTypes::default())];
        "inherited" echo_animal [
            Some(AnyAnimal::Animal(cave_dweller())),
            Some(AnyAnimal::Dog(rex())),
            Some(AnyAnimal::Puppy(bit())),
        ];
        "inherited.list" echo_animals [Some(vec![
            Some(AnyAnimal::Dog(rex())),
            Some(AnyAnimal::Puppy(bit())),
            Some(AnyAnimal::Animal(Animal::default())),
        ])];
    }
}

fn cave_dweller() -> Animal {
    Animal {
        name: Some("It".to_owned()),
        den: Some(Address {
            street: Some("Cave".to_owned()),
            zip: None,
        }),
    }
}

fn child_and_parent() -> Shadow {
    Shadow {
        name: Some("child".to_owned()),
        base: ShadowBase {
            name: Some("parent".to_owned()),
        },
    }
}

fn shadowed(cases: &mut Cases) {
    cases.add("shadowed", |peer| async move {
        let it = peer.everything().await?;
        let answer = it
            .echo_shadow(&Context::new(), Some(child_and_parent()))
            .await?;
        same(&Some("child"), &answer.and_then(|it| it.name).as_deref())
    });
    cases.add("shadowed.parent", |peer| async move {
        let it = peer.everything().await?;
        let answer = it
            .echo_shadow(&Context::new(), Some(child_and_parent()))
            .await?;
        same(
            &Some("parent"),
            &answer.and_then(|it| it.base.name).as_deref(),
        )
    });
}

fn graphs(cases: &mut Cases) {
    cases.add("cycle", |peer| async move {
        let a = peer
            .everything()
            .await?
            .echo_node(&Context::new(), ring())
            .await?;
        let field = |of: &Value, name: &str| of.get(name).map(Value::resolved).unwrap_or_default();
        let label = |of: &Value| field(of, "label");
        let one = |left: &Value, right: &Value| match (left, right) {
            (Value::Object(left), Value::Object(right)) => Arc::ptr_eq(left, right),
            _ => false,
        };
        let b = field(&a, "next");
        let c = field(&b, "next");
        let labels = [label(&a), label(&b), label(&c)];
        same(&["a", "b", "c"].map(Value::from), &labels)?;
        that(one(&a, &field(&c, "next")), || {
            "the ring is not closed".to_owned()
        })?;
        let children = field(&a, "children");
        let child = |at| children.at(at).map(Value::resolved).unwrap_or_default();
        that(one(&a, &child(0)), || {
            "the first child is not the node itself".to_owned()
        })?;
        that(one(&c, &child(1)), || {
            "the second child is not c".to_owned()
        })
    });
    cases.add("shared", |peer| async move {
        let it = peer.everything().await?;
        for shared in [true, false] {
            let left = Arc::new(ada());
            let right = if shared {
                Arc::clone(&left)
            } else {
                Arc::new(ada())
            };
            let sent = Pair {
                left: Some(left),
                right: Some(right),
            };
            let answer = it.echo_pair(&Context::new(), Some(sent.clone())).await?;
            same(&Some(&sent), &answer.as_ref())?;
            let Some(Pair {
                left: Some(left),
                right: Some(right),
            }) = answer
            else {
                continue;
            };
            that(Arc::ptr_eq(&left, &right) == shared, || {
                format!("sent as one object: {shared}, answered otherwise")
            })?;
        }
        Ok(())
    });
}

fn reply<T>(code: i32, message: &str, data: Option<T>) -> Reply<T> {
    Reply {
        code,
        message: Some(message.to_owned()),
        data,
    }
}

fn wrappers(cases: &mut Cases) {
    cases.add("wrapper", |peer| async move {
        let it = peer.everything().await?;
        let eve = it.find_person(&Context::new(), "Eve".to_owned()).await?;
        same(&reply(200, "ok", Some(Person::new("Eve", 30))), &eve)?;
        let nobody = it.find_person(&Context::new(), String::new()).await?;
        same(&reply(404, "no such person", None), &nobody)
    });
    cases.add("wrapper.list", |peer| async move {
        let it = peer.everything().await?;
        let three = (0..3)
            .map(|number| Person::new(&format!("p{number}"), number))
            .collect();
        same(
            &reply(200, "ok", Some(three)),
            &it.find_persons(&Context::new(), 3).await?,
        )?;
        same(
            &reply(200, "ok", Some(vec![])),
            &it.find_persons(&Context::new(), 0).await?,
        )
    });
    echoed! { cases:
        "wrapper.argument" echo_result [Some(Reply { code: -1, message: None, data: Some(ada()) })];
    }
}

fn overloads(cases: &mut Cases) {
    cases.add("overload", |peer| async move {
        let (it, cx) = (peer.everything().await?, Context::new());
        same("():", &it.over_nothing(&cx).await?)?;
        same("(int):7", &it.over_int(&cx, 7).await?)?;
        same("(long):7", &it.over_long(&cx, 7).await?)?;
        same("(Integer):7", &it.over_integer(&cx, Some(7)).await?)?;
        same("(Integer):null", &it.over_integer(&cx, None).await?)?;
        same(
            "(String):seven",
            &it.over_string(&cx, "seven".to_owned()).await?,
        )?;
        same(
            "(List):a,b",
            &it.over_list(&cx, vec!["a".to_owned(), "b".to_owned()])
                .await?,
        )
    });
    cases.add("overload.two", |peer| async move {
        let (it, cx) = (peer.everything().await?, Context::new());
        same(
            "(int,String):7,seven",
            &it.over_int_string(&cx, 7, "seven".to_owned()).await?,
        )?;
        same(
            "(String,int):seven,7",
            &it.over_string_int(&cx, "seven".to_owned(), 7).await?,
        )
    });
}
