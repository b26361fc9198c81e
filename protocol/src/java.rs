//! Java type names and JVM descriptors.
//!
//! A request carries descriptors (`I`, `[Ljava/lang/String;`), a generic call carries names
//! (`int`, `java.lang.String[]`).

use std::borrow::Cow;

const PRIMITIVES: [(&str, &str); 9] = [
    ("boolean", "Z"),
    ("byte", "B"),
    ("char", "C"),
    ("double", "D"),
    ("float", "F"),
    ("int", "I"),
    ("long", "J"),
    ("short", "S"),
    ("void", "V"),
];

/// The descriptor of a Java type name; names that are in descriptor form already (`[I`,
/// `[Ljava.lang.String;`) are taken too, as Dubbo's `ReflectUtils.name2desc` does.
///
/// ```
/// use tenfold_protocol::descriptor_of_name;
/// assert_eq!(descriptor_of_name("int[]"), "[I");
/// assert_eq!(descriptor_of_name("java.lang.String"), "Ljava/lang/String;");
/// assert_eq!(descriptor_of_name("[Ljava.lang.String;"), "[Ljava/lang/String;");
/// ```
pub fn descriptor_of_name(name: &str) -> Cow<'static, str> {
    let mut element = name.trim();
    if element.starts_with('[') {
        return Cow::Owned(element.replace('.', "/"));
    }
    let mut dimensions = 0_usize;
    while let Some(inner) = element.strip_suffix("[]") {
        element = inner.trim_end();
        dimensions += 1;
    }
    let primitive = PRIMITIVES.iter().find(|(known, _)| *known == element);
    match (primitive, dimensions) {
        (Some((_, descriptor)), 0) => Cow::Borrowed(descriptor),
        (Some((_, descriptor)), _) => Cow::Owned("[".repeat(dimensions) + descriptor),
        (None, _) => Cow::Owned(format!(
            "{}L{};",
            "[".repeat(dimensions),
            element.replace('.', "/")
        )),
    }
}

/// The Java type name of one descriptor; a text that is none is given back as it is.
///
/// ```
/// use tenfold_protocol::name_of_descriptor;
/// assert_eq!(name_of_descriptor("[[I"), "int[][]");
/// assert_eq!(name_of_descriptor("Ljava/util/List;"), "java.util.List");
/// ```
pub fn name_of_descriptor(descriptor: &str) -> String {
    let element = descriptor.trim_start_matches('[');
    let dimensions = descriptor.len() - element.len();
    let name = match PRIMITIVES.iter().find(|(_, known)| *known == element) {
        Some((name, _)) => (*name).to_owned(),
        None => element
            .strip_prefix('L')
            .and_then(|class| class.strip_suffix(';'))
            .unwrap_or(element)
            .replace('/', "."),
    };
    name + &"[]".repeat(dimensions)
}

/// Splits concatenated descriptors; `None` when the text is not a sequence of them.
///
/// ```
/// use tenfold_protocol::split_descriptors;
/// assert_eq!(split_descriptors("I[ZLa/B;"), Some(vec!["I", "[Z", "La/B;"]));
/// assert_eq!(split_descriptors("Lopen"), None);
/// ```
pub fn split_descriptors(text: &str) -> Option<Vec<&str>> {
    let mut descriptors = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let element = rest.trim_start_matches('[');
        let dimensions = rest.len() - element.len();
        let length = match element.bytes().next()? {
            b'L' => element.find(';')? + 1,
            b'Z' | b'B' | b'C' | b'D' | b'F' | b'I' | b'J' | b'S' | b'V' => 1,
            _ => return None,
        };
        let (descriptor, others) = rest.split_at_checked(dimensions + length)?;
        descriptors.push(descriptor);
        rest = others;
    }
    Some(descriptors)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_descriptors_are_each_others_inverse() {
        for (name, descriptor) in [
            ("int", "I"),
            ("void", "V"),
            ("java.lang.String", "Ljava/lang/String;"),
            ("long[][]", "[[J"),
            ("com.acme.Order$Line[]", "[Lcom/acme/Order$Line;"),
        ] {
            assert_eq!(descriptor_of_name(name), descriptor);
            assert_eq!(name_of_descriptor(descriptor), name);
        }
    }

    #[test]
    fn broken_descriptors_are_no_sequence() {
        for bad in ["Q", "L", "[", "I[", "Lé", "é"] {
            assert_eq!(split_descriptors(bad), None, "{bad}");
        }
        assert_eq!(split_descriptors(""), Some(vec![]));
    }
}
