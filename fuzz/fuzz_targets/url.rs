//! Any text is a URL or an error; what a URL prints is read as the same URL again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tenfold_common::{Url, encode};

fuzz_target!(|text: &str| {
    let _ = Url::parse_encoded(text);
    assert_eq!(encode::decode(&encode::encode(text)).as_deref(), Some(text));

    let Ok(url) = Url::parse(text) else { return };
    let _ = (url.service_key().to_string(), url.address(), url.category());
    assert_eq!(url.to_builder().build(), url);
    let printed = url.to_full_string();
    let encoded = Url::parse_encoded(&url.to_encoded_string());
    // The reader is lenient, as Java's is, and lets parts be texts that hold another part's marks.
    // The URL of anything that exists is regular, and reads again as what it is.
    if is_regular(&url) {
        assert_eq!(Url::parse(&printed).as_ref(), Ok(&url), "{printed}");
        assert_eq!(encoded.as_ref(), Ok(&url), "{printed}");
    }
});

fn is_regular(url: &Url) -> bool {
    let free_of = |text: &str, marks: &[char]| !text.contains(marks) && text.trim() == text;
    free_of(url.protocol(), &[':', '/', '?'])
        && !url.protocol().is_empty()
        && free_of(url.host(), &['@', '/', '?', '[', ']'])
        && free_of(url.username().unwrap_or_default(), &[':', '/', '?'])
        && free_of(url.password().unwrap_or_default(), &['/', '?'])
        && free_of(url.path(), &['?', '#'])
        && !url.path().starts_with('/')
        && url.params().all(|(key, value)| {
            !value.is_empty() && free_of(key, &['&', ';', '=']) && free_of(value, &['&', ';'])
        })
}
