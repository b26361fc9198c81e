//! Wrong use of the macros is refused at the right place.

#[test]
fn wrong_use_of_the_macros_is_refused_at_its_span() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*.rs");
}
