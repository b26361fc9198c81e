//! Derived types against each other, against maps and against foreign definitions.

use std::collections::HashMap;
use std::sync::Arc;

use tenfold_hessian2::{
    Date, DecodeErrorKind, Decoder, Encoder, JavaType, Limits, Value, from_slice, to_vec,
};
use tenfold_macros::Wire;

use crate::hex;

#[derive(Wire, Clone, Debug, Default, PartialEq)]
#[wire(class = "demo.V$Small", crate = "::tenfold_hessian2")]
struct Small {
    a: String,
    b: i32,
}

#[derive(Wire, Clone, Debug, Default, PartialEq)]
#[wire(class = "demo.Page", crate = "::tenfold_hessian2")]
struct Page<T> {
    #[wire(name = "rows")]
    items: Vec<T>,
    page_number: i32,
    next: Option<Box<Page<T>>>,
    #[wire(skip)]
    cached: usize,
}

#[derive(Wire, Clone, Copy, Debug, Default, PartialEq)]
#[wire(class = "demo.Status", crate = "::tenfold_hessian2")]
enum Status {
    #[default]
    Active,
    PaidInFull,
    #[wire(name = "Odd")]
    Strange,
}

#[derive(Wire, Clone, Debug, Default, PartialEq)]
#[wire(class = "demo.Base", crate = "::tenfold_hessian2")]
struct Base {
    id: i64,
    name: String,
}

#[derive(Wire, Clone, Debug, Default, PartialEq)]
#[wire(class = "demo.Derived", crate = "::tenfold_hessian2")]
struct Derived {
    #[wire(parent)]
    base: Base,
    name: String,
    status: Status,
    #[wire(default)]
    small: Small,
}

#[derive(Wire, Clone, Debug, PartialEq)]
#[wire(class = "demo.Shape", crate = "::tenfold_hessian2")]
enum Shape {
    Small(Small),
    #[wire(class = "demo.Base")]
    Base(Base),
    #[wire(other)]
    Unknown(Value),
}

#[derive(Wire, Clone, Debug, PartialEq)]
#[wire(class = "demo.Shared", crate = "::tenfold_hessian2")]
struct Shared {
    left: Arc<Small>,
    right: Arc<Small>,
}

#[derive(Wire, Debug)]
#[wire(class = "demo.Tree", crate = "::tenfold_hessian2")]
struct Tree {
    children: Vec<Tree>,
}

fn small() -> Small {
    Small {
        a: "x".to_owned(),
        b: 1,
    }
}

#[test]
fn a_struct_is_written_in_javas_field_order() {
    let bytes = hex("43 0c \"demo.V$Small\" 92 0162 0161 60 91 0178");
    assert_eq!(to_vec(&small()).unwrap(), bytes);
    assert_eq!(from_slice::<Small>(&bytes).unwrap(), small());
    assert_eq!(Small::DESCRIPTOR, "Ldemo/V$Small;");
    assert_eq!(<Option<Small> as JavaType>::NAME, "demo.V$Small");
}

#[test]
fn a_definition_is_written_once_a_stream() {
    let mut out = Vec::new();
    let mut e = Encoder::new(&mut out);
    e.write(&small()).unwrap();
    e.write(&Value::from_encode(&small()).unwrap()).unwrap();
    e.write(&small()).unwrap();
    let bytes = hex("43 0c \"demo.V$Small\" 92 0162 0161 60 91 0178 60 91 0178 60 91 0178");
    assert_eq!(out, bytes);
}

#[test]
fn other_definitions_are_read_by_name() {
    let foreign = hex("43 08 \"demo.Sub\" 94 0161 05 \"extra\" 0162 04 \"more\"
         60 0179 7a 91 92 e2 43 05 \"o.The\" 91 0161 61 4e");
    let read: Small = from_slice(&foreign).unwrap();
    assert_eq!((read.a.as_str(), read.b), ("y", 2));
}

#[test]
fn maps_are_read_by_key_and_absent_fields_are_empty() {
    let read: Small = from_slice(&hex("48 0162 97 91 92 0163 4e 5a")).unwrap();
    assert_eq!((read.a.as_str(), read.b), ("", 7));
    let map: HashMap<String, Value> = from_slice(&to_vec(&small()).unwrap()).unwrap();
    assert_eq!(map["a"], Value::from("x"));
}

#[test]
fn generic_structs_nest() {
    let page = Page {
        items: vec![small()],
        page_number: 1,
        next: Some(Box::new(Page {
            items: vec![small(), small()],
            ..Page::default()
        })),
        cached: 0,
    };
    let bytes = to_vec(&page).unwrap();
    assert_eq!(from_slice::<Page<Small>>(&bytes).unwrap(), page);
    let value: Value = from_slice(&bytes).unwrap();
    assert_eq!(
        value
            .get("rows")
            .and_then(|rows| rows.at(0))
            .unwrap()
            .class_name(),
        Some(Small::NAME)
    );
    assert_eq!(value.get("pageNumber"), Some(&Value::Int(1)));
    assert_eq!(to_vec(&value).unwrap(), bytes);
}

#[test]
fn enums_are_constants_and_read_from_text_too() {
    let bytes = to_vec(&vec![
        Status::PaidInFull,
        Status::PaidInFull,
        Status::Strange,
    ])
    .unwrap();
    let expected = "7b 43 0b \"demo.Status\" 91 04 \"name\" 60 0c \"PAID_IN_FULL\"
        60 0c \"PAID_IN_FULL\" 60 03 \"Odd\"";
    assert_eq!(bytes, hex(expected));
    let read: Vec<Status> = from_slice(&bytes).unwrap();
    assert_eq!(read[2], Status::Strange);
    assert_eq!(
        from_slice::<Status>(&hex("06 \"ACTIVE\"")).unwrap(),
        Status::Active
    );
    assert_eq!(
        from_slice::<Status>(&hex("48 04 \"name\" 06 \"ACTIVE\" 5a")).unwrap(),
        Status::Active
    );
    // Java refers back to a constant that came before.
    let java = hex("7a 43 0b \"demo.Status\" 91 04 \"name\" 60 06 \"ACTIVE\" 51 91");
    assert_eq!(
        from_slice::<Vec<Status>>(&java).unwrap(),
        [Status::Active; 2]
    );
    let error = from_slice::<Status>(&hex("04 \"GONE\"")).unwrap_err();
    assert!(matches!(
        error.kind(),
        DecodeErrorKind::UnknownConstant { .. }
    ));
}

#[test]
fn a_name_in_parent_and_child_goes_to_both() {
    let derived = Derived {
        base: Base {
            id: 5,
            name: "parent".to_owned(),
        },
        name: "child".to_owned(),
        status: Status::Strange,
        small: small(),
    };
    let bytes = to_vec(&derived).unwrap();
    assert_eq!(from_slice::<Derived>(&bytes).unwrap(), derived);
    // The same through a foreign definition: the superclass value comes first.
    let value: Value = from_slice(&bytes).unwrap();
    assert_eq!(value.get("name").unwrap().as_str(), Some("child"));
    let java = hex("43 0c \"demo.Derived\" 93 04 \"name\" 04 \"name\" 02 \"id\"
         60 06 \"parent\" 05 \"child\" e5");
    let error = from_slice::<Derived>(&java).unwrap_err();
    assert!(
        matches!(
            error.kind(),
            DecodeErrorKind::MissingField {
                field: "status",
                ..
            }
        ),
        "{error}"
    );
    let java = hex(
        "43 0c \"demo.Derived\" 94 06 \"status\" 04 \"name\" 04 \"name\" 02 \"id\"
         60 03 \"Odd\" 06 \"parent\" 05 \"child\" e5",
    );
    let read: Derived = from_slice(&java).unwrap();
    assert_eq!(
        (read.base.name.as_str(), read.name.as_str(), read.base.id),
        ("parent", "child", 5)
    );
    assert_eq!(read.small, Small::default());
}

#[test]
fn a_choice_goes_by_class() {
    let shapes = vec![
        Shape::Small(small()),
        Shape::Base(Base::default()),
        Shape::Small(small()),
        Shape::Unknown(Value::object("demo.New").field("z", 1).build()),
        Shape::Unknown(Value::Null),
    ];
    let bytes = to_vec(&shapes).unwrap();
    assert_eq!(from_slice::<Vec<Shape>>(&bytes).unwrap(), shapes);
    let java = hex("7a 43 0c \"demo.V$Small\" 92 0162 0161 60 91 0178 51 91");
    assert_eq!(
        from_slice::<Vec<Shape>>(&java).unwrap(),
        vec![Shape::Small(small()); 2]
    );
}

#[test]
fn references_become_copies_in_trees_and_one_object_in_arcs() {
    let java = hex("7b 43 0c \"demo.V$Small\" 92 0162 0161 60 91 0178 51 91 51 91");
    assert_eq!(from_slice::<Vec<Small>>(&java).unwrap(), vec![small(); 3]);
    let arcs: Vec<Arc<Small>> = from_slice(&java).unwrap();
    assert!(Arc::ptr_eq(&arcs[0], &arcs[2]));
    assert_eq!(to_vec(&arcs).unwrap(), java);
    let one = Arc::new(small());
    let shared = Shared {
        left: Arc::clone(&one),
        right: one,
    };
    let back: Shared = from_slice(&to_vec(&shared).unwrap()).unwrap();
    assert!(Arc::ptr_eq(&back.left, &back.right));
    assert_eq!(back, shared);
}

#[test]
fn a_reference_into_a_skipped_field_is_followed() {
    let java = hex("43 06 \"demo.X\" 92 07 \"unknown\" 04 \"rows\"
         60 43 0c \"demo.V$Small\" 92 0162 0161 61 91 0178 79 51 91");
    let page: Page<Small> = from_slice(&java).unwrap();
    assert_eq!(page.items, [small()]);
    let page: Page<Value> = from_slice(&java).unwrap();
    assert_eq!(page.items[0].get("a").unwrap().as_str(), Some("x"));
}

#[test]
fn a_cycle_is_an_error_for_a_tree_and_fine_for_a_value() {
    let cyclic = hex("43 09 \"demo.Tree\" 91 08 \"children\" 60 79 51 90");
    let error = from_slice::<Tree>(&cyclic).unwrap_err();
    assert!(
        matches!(error.kind(), DecodeErrorKind::Cycle { index: 0 }),
        "{error}"
    );
    assert_eq!(
        error.path().collect::<Vec<_>>(),
        [("demo.Tree", "children")]
    );
    let value: Value = from_slice(&cyclic).unwrap();
    assert_eq!(
        value.get("children").unwrap().at(0).unwrap().resolved(),
        value
    );
    assert_eq!(to_vec(&value).unwrap(), cyclic);
}

#[test]
fn errors_name_the_field() {
    let bytes = hex("43 0c \"demo.V$Small\" 92 0162 0161 60 4a0000000000000000 0178");
    let error = from_slice::<Small>(&bytes).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("demo.V$Small.b: expected an int"),
        "{error}"
    );
}

#[test]
fn null_is_an_error_only_where_rust_has_nothing_for_it() {
    assert!(from_slice::<Small>(&hex("4e")).is_err());
    assert_eq!(from_slice::<Option<Small>>(&hex("4e")).unwrap(), None);
    assert!(from_slice::<Date>(&hex("4e")).is_err());
}

#[test]
fn nesting_is_bounded_on_both_sides() {
    let mut page = Page::<i32>::default();
    for _ in 0..70 {
        page = Page {
            next: Some(Box::new(page)),
            ..Page::default()
        };
    }
    assert!(to_vec(&page).is_err());
    let mut out = Vec::new();
    Encoder::with_depth(&mut out, 200).write(&page).unwrap();
    assert!(from_slice::<Page<i32>>(&out).unwrap_err().is_limit());
    let limits = Limits::default().depth(200);
    let deep: Page<i32> = Decoder::with_limits(&out, &limits).read().unwrap();
    assert_eq!(deep, page);
}

#[test]
fn wrong_uses_are_reported_where_they_stand() {
    trybuild::TestCases::new().compile_fail("tests/derive/*.rs");
}

/// A choice without a variant for everything else.
#[derive(Wire, Clone, Debug, PartialEq)]
#[wire(class = "demo.Shape", crate = "::tenfold_hessian2")]
enum Closed {
    #[wire(class = "demo.Base")]
    Base(Base),
}

#[test]
fn a_choice_without_other_refuses_a_class_that_it_does_not_name() {
    let known = to_vec(&Closed::Base(Base::default())).unwrap();
    assert_eq!(
        from_slice::<Closed>(&known).unwrap(),
        Closed::Base(Base::default())
    );
    let unknown = to_vec(&Value::object("demo.Circle").field("r", 1).build()).unwrap();
    let error = from_slice::<Closed>(&unknown).unwrap_err().to_string();
    assert!(
        error.contains("Closed") && error.contains("demo.Circle"),
        "{error}"
    );
}
