//! The text of a field inside a path, and back.
//!
//! What a component (the name of one folder) looks like:
//!
//! * It holds letters and digits of any script (frozen at Unicode 17), `_ - ~ = @ + ,`, single inner spaces, and `%`
//!   followed by two upper-case hexadecimal digits; `%` alone is the empty field. It holds none of
//!   `/ \ . : * ? " < > |` and no control character: it cannot leave its folder, and cannot meet a side file, whose
//!   name has a `.`.
//! * The separator only stands between fields, never inside one.
//! * Windows does not reserve its name for a device. It does not start or end with a space (a separating space has
//!   fields around it, which are never empty), and has 1 to 200 bytes.
//! * A value has one text: decoding accepts exactly what encoding gives.

use std::borrow::Cow;

use super::letters::is_letter_or_digit;

/// The longest component in bytes. File names may have 255; the rest is room for the suffixes of side files.
pub const MAX_COMPONENT: usize = 200;

/// What is wrong with an encoded field.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Malformed {
    /// A `%` without two upper-case hexadecimal digits, or bytes that are not UTF-8.
    Escape { found: String },
    /// Encoding the decoded text gives another text.
    NotCanonical { expected: String, found: String },
}

/// Appends a field's text, encoded.
pub(super) fn push_field(out: &mut String, text: &str, separator: char) {
    if text.is_empty() {
        out.push('%');
        return;
    }
    let mut chars = text.chars().peekable();
    let mut previous = None;
    while let Some(c) = chars.next() {
        if c != separator && stands_for_itself(c, previous, chars.peek().is_none()) {
            out.push(c);
        } else {
            push_escaped(out, c);
        }
        previous = Some(c);
    }
}

/// The text of an encoded field. An encoding that [`push_field`] would not give is refused, so that a value has one
/// path.
pub(super) fn parse_field(encoded: &str, separator: char) -> Result<Cow<'_, str>, Malformed> {
    if encoded == "%" {
        return Ok(Cow::Borrowed(""));
    }
    if is_plain(encoded, separator) {
        return Ok(Cow::Borrowed(encoded));
    }
    let text = unescape(encoded)?;
    let mut again = String::with_capacity(encoded.len());
    push_field(&mut again, &text, separator);
    if again == encoded {
        Ok(Cow::Owned(text))
    } else {
        Err(Malformed::NotCanonical { expected: again, found: encoded.to_owned() })
    }
}

/// Encodes the first letter of the component that starts at the offset, if Windows reserves the component's name.
pub(super) fn disguise_reserved(path: &mut String, start: usize) {
    let Some(component) = path.get(start..) else { return };
    if !is_reserved(component) {
        return;
    }
    let Some(first) = component.chars().next() else { return };
    let mut escaped = String::with_capacity(3);
    push_escaped(&mut escaped, first);
    path.replace_range(start..start + first.len_utf8(), &escaped);
}

/// The reserved name behind a component whose first letter [`disguise_reserved`] encoded; `None` for any other.
pub(super) fn undisguise(component: &str) -> Option<String> {
    let escape = component.get(..3).filter(|escape| escape.starts_with('%'))?;
    let first = unescape(escape).ok()?;
    let name = first + component.get(3..)?;
    // Encoding again tells `%4eUL` and the like apart from the one right text.
    let mut again = name.clone();
    disguise_reserved(&mut again, 0);
    (again == component).then_some(name)
}

/// Whether Windows reserves the name for a device, in any case.
pub(super) fn is_reserved(component: &str) -> bool {
    let Some(head) = component.get(..3) else { return false };
    let tail = component.get(3..).unwrap_or_default();
    if tail.is_empty() {
        return ["con", "prn", "aux", "nul"].iter().any(|name| head.eq_ignore_ascii_case(name));
    }
    let mut tail = tail.chars();
    let digit = tail.next().is_some_and(|c| c.is_ascii_digit() || matches!(c, '¹' | '²' | '³'));
    digit && tail.next().is_none() && ["com", "lpt"].iter().any(|name| head.eq_ignore_ascii_case(name))
}

/// Whether the encoded field is its own text. Most are, and need no copy.
fn is_plain(encoded: &str, separator: char) -> bool {
    let mut chars = encoded.chars().peekable();
    let mut previous = None;
    while let Some(c) = chars.next() {
        if c == separator || !stands_for_itself(c, previous, chars.peek().is_none()) {
            return false;
        }
        previous = Some(c);
    }
    previous.is_some()
}

/// Whether the character is written unencoded. A space is, if it stands between two characters and does not follow a
/// space.
fn stands_for_itself(c: char, previous: Option<char>, last: bool) -> bool {
    match c {
        '_' | '-' | '~' | '=' | '@' | '+' | ',' => true,
        ' ' => !last && previous.is_some_and(|previous| previous != ' '),
        _ => is_letter_or_digit(c),
    }
}

fn push_escaped(out: &mut String, c: char) {
    const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    for byte in c.encode_utf8(&mut [0; 4]).bytes() {
        out.push('%');
        out.push(HEX[usize::from(byte >> 4)]);
        out.push(HEX[usize::from(byte & 0xf)]);
    }
}

/// Decodes `%` and two hexadecimal digits wherever they occur. The result must be UTF-8.
fn unescape(encoded: &str) -> Result<String, Malformed> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded;
    while let Some(at) = rest.find('%') {
        let (before, escape) = rest.split_at(at);
        bytes.extend_from_slice(before.as_bytes());
        let byte = escape.get(1..3).and_then(hex_byte);
        bytes.push(byte.ok_or_else(|| Malformed::Escape { found: escape.chars().take(3).collect() })?);
        rest = escape.get(3..).unwrap_or_default();
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).map_err(|_| Malformed::Escape { found: encoded.to_owned() })
}

/// Lower-case digits pass here; encoding again finds that they are not canonical.
fn hex_byte(digits: &str) -> Option<u8> {
    let both_hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
    if both_hex { u8::from_str_radix(digits, 16).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(text: &str, separator: char) -> String {
        let mut out = String::new();
        push_field(&mut out, text, separator);
        out
    }

    #[test]
    fn fields_are_written_as_documented() {
        for (text, encoded) in [
            ("berlin", "berlin"),
            ("", "%"),
            ("a-b", "a%2Db"),
            ("a_b~=@+,", "a_b~=@+,"),
            ("a  b", "a %20b"),
            ("a   b", "a %20%20b"),
            (" a ", "%20a%20"),
            (" ", "%20"),
            ("東京", "東京"),
            ("..", "%2E%2E"),
            ("a\0/\\", "a%00%2F%5C"),
            ("e\u{301}", "e%CC%81"),
            ("\u{feff}\u{200d}", "%EF%BB%BF%E2%80%8D"),
        ] {
            assert_eq!(encode(text, '-'), encoded);
            assert_eq!(parse_field(encoded, '-').as_deref(), Ok(text));
        }
        assert_eq!(encode("a b", ' '), "a%20b");
    }

    #[test]
    fn other_spellings_are_refused() {
        for text in ["%41", "%2d", "%2", "%%", "%2G", "%+1", "%FF", "a ", " a", "a  b", "a.b", "", "%2D%", "a%zzé"] {
            assert!(parse_field(text, '-').is_err(), "{text:?}");
        }
    }

    #[test]
    fn windows_names_get_their_first_letter_encoded() {
        for (name, disguised) in
            [("NUL", "%4EUL"), ("con", "%63on"), ("Com0", "%43om0"), ("LPT³", "%4CPT³"), ("aux", "%61ux")]
        {
            let mut path = format!("a/{name}");
            disguise_reserved(&mut path, 2);
            assert_eq!(path, format!("a/{disguised}"));
            assert_eq!(undisguise(disguised).as_deref(), Some(name));
        }
        for name in ["com10", "com", "conx", "COM⁴", "nul-1", "çon", "c", "com٣"] {
            assert!(!is_reserved(name), "{name}");
        }
        for text in ["a_b", "%4eUL", "%41b", "%6", "%63é", "NUL"] {
            assert_eq!(undisguise(text), None, "{text}");
        }
    }
}
