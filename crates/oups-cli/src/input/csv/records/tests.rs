use std::io::{Cursor, Read};

use proptest::prelude::*;

use super::*;

/// A reader that returns one byte at a time, so that every byte is a block of its own.
struct Bytewise(Cursor<Vec<u8>>);

impl Read for Bytewise {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = buffer.len().min(1);
        self.0.read(&mut buffer[..length])
    }
}

/// The text of a field, its line, and whether it was quoted.
type Seen = (String, u64, bool);

fn all(text: &[u8], dialect: &Dialect, bytewise: bool) -> Result<Vec<Vec<Seen>>, Wrong> {
    let cursor = Cursor::new(text.to_vec());
    let bytes: Bytes = if bytewise { Box::new(Bytewise(cursor)) } else { Box::new(cursor) };
    let mut records = Records::new(bytes, dialect);
    let mut found = Vec::new();
    while let Some(record) = records.next()? {
        found.push(record.fields().map(|field| (field.text.to_owned(), field.line, field.quoted)).collect());
    }
    Ok(found)
}

fn texts(text: &str) -> Vec<Vec<String>> {
    let found = all(text.as_bytes(), &Dialect::default(), false).unwrap();
    assert_eq!(found, all(text.as_bytes(), &Dialect::default(), true).unwrap());
    found.into_iter().map(|record| record.into_iter().map(|(text, ..)| text).collect()).collect()
}

fn lines(text: &str) -> Vec<u64> {
    let found = all(text.as_bytes(), &Dialect::default(), true).unwrap();
    found.iter().map(|record| record[0].1).collect()
}

fn refused(text: impl AsRef<[u8]>) -> String {
    let wrong = all(text.as_ref(), &Dialect::default(), false).unwrap_err();
    assert_eq!(wrong, all(text.as_ref(), &Dialect::default(), true).unwrap_err());
    wrong.to_string()
}

#[test]
fn fields_are_as_they_stand() {
    assert_eq!(texts("a,b\n1,\n"), [["a", "b"], ["1", ""]]);
    assert_eq!(texts("a,b"), [["a", "b"]]);
    assert_eq!(texts(" a , b "), [[" a ", " b "]]);
    assert_eq!(texts("\"a,\"\"b\"\"\",\"two\nlines\""), [["a,\"b\"", "two\nlines"]]);
    assert_eq!(texts("5\" nail,a\"b\"c\n"), [["5\" nail", "a\"b\"c"]]);
    assert_eq!(texts(",\n"), [["", ""]]);
    assert_eq!(texts("").len(), 0);
    assert_eq!(texts("\n\r\n\r").len(), 0);
}

#[test]
fn an_empty_text_is_told_from_nothing() {
    let found = all(b"\"\",\n", &Dialect::default(), false).unwrap();
    assert_eq!(found[0].iter().map(|field| field.2).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn lines_are_counted_as_an_editor_does() {
    assert_eq!(lines("a\nb\nc"), [1, 2, 3]);
    assert_eq!(lines("a\r\nb\r\nc"), [1, 2, 3]);
    assert_eq!(lines("a\rb\rc\r"), [1, 2, 3]);
    assert_eq!(lines("\n\na\n\r\nb"), [3, 5]);
    assert_eq!(lines("\"a\nb\"\nc"), [1, 3]);
    assert_eq!(lines("\"a\r\nb\"\r\nc"), [1, 3]);
    assert_eq!(lines("\"a\rb\"\rc"), [1, 3]);
    assert_eq!(lines("\"a\n\r\n\n\rb\"\nc"), [1, 6]);
    let found = all(b"\"a\nb\",c\n", &Dialect::default(), true).unwrap();
    assert_eq!(found[0][1].1, 2, "a field begins where the one before it has ended");
}

#[test]
fn lines_of_comments_are_left_out() {
    let dialect = Dialect { comment: Some(b'#'), ..Dialect::default() };
    let found = all(b"# one\na\n#\n#two\r\n1#\n# end", &dialect, true).unwrap();
    let found: Vec<_> = found.iter().map(|record| (record[0].0.as_str(), record[0].1)).collect();
    assert_eq!(found, [("a", 2), ("1#", 5)]);
}

#[test]
fn other_delimiters_and_quotes() {
    let dialect = Dialect { delimiter: b';', quote: Some(b'\''), ..Dialect::default() };
    let found = all(b"'a;''b''';\"c\"\n", &dialect, true).unwrap();
    assert_eq!([&found[0][0].0, &found[0][1].0], ["a;'b'", "\"c\""]);
    let none = Dialect { quote: None, ..Dialect::default() };
    assert_eq!(all(b"\"a,b\"\n", &none, true).unwrap()[0][0].0, "\"a");
}

#[test]
fn a_quote_that_is_never_closed_is_refused_where_it_opens() {
    let never = "the quote that opens here is never closed: is the file cut short?";
    assert_eq!(refused("t,note\n1,fine\n2,\"open\n3,fine\n"), format!("line 3, field 2: {never}"));
    assert_eq!(refused("t,note\n1,\"two\nlines\"\n\"open"), format!("line 4, field 1: {never}"));
    assert_eq!(refused("\""), format!("line 1, field 1: {never}"));
}

#[test]
fn what_is_behind_a_closing_quote_is_refused() {
    assert_eq!(refused("t\n\"d\"e\n"), "line 2, field 1: `e` behind a closing quote");
    assert_eq!(refused("t,x\n1,\"a\\\"b\\\"\"\n"), "line 2, field 2: `b\\\"\"` behind a closing quote");
    assert_eq!(refused("\"a\n\" ,b\n"), "line 2, field 1: ` ` behind a closing quote");
}

#[test]
fn what_is_not_text_is_refused() {
    assert_eq!(refused(b"t,x\n1,gr\xFC\xDFe\n"), "line 2, field 2: `gr\u{fffd}\u{fffd}e` is not UTF-8");
    assert_eq!(refused(b"t,x\n\xC3,\xA9\n"), "line 2, field 1: `\u{fffd}` is not UTF-8");
    assert_eq!(refused(b"t,x\n1,a\0b\n"), "line 2, field 2: `a\\u{0}b` holds a NUL byte, which no text has");
}

fn field() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{0,3}", "[\" ,;a'\n\r#ü🌊]{0,6}",]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_another_writer_writes_comes_back(
        records in prop::collection::vec(prop::collection::vec(field(), 2..5), 1..5),
        ends in 0..3_usize,
        always in any::<bool>(),
    ) {
        let terminator = [csv::Terminator::Any(b'\n'), csv::Terminator::CRLF, csv::Terminator::Any(b'\r')][ends];
        let style = if always { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary };
        let mut writer = csv::WriterBuilder::new().flexible(true).terminator(terminator).quote_style(style).from_writer(Vec::new());
        records.iter().for_each(|record| writer.write_record(record).unwrap());
        let text = writer.into_inner().unwrap();
        for bytewise in [false, true] {
            let found = all(&text, &Dialect::default(), bytewise).unwrap();
            let found: Vec<Vec<String>> =
                found.into_iter().map(|record| record.into_iter().map(|(text, ..)| text).collect()).collect();
            prop_assert_eq!(&found, &records);
        }
    }

    #[test]
    fn what_is_taken_is_taken_as_another_reader_does(text in "[a,\"\n\r]{0,12}") {
        let Ok(found) = all(text.as_bytes(), &Dialect::default(), false) else { return Ok(()) };
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let theirs: Vec<Vec<String>> =
            reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect();
        let ours: Vec<Vec<String>> =
            found.into_iter().map(|record| record.into_iter().map(|(text, ..)| text).collect()).collect();
        prop_assert_eq!(ours, theirs);
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(prop_oneof![any::<u8>(), Just(b'"'), Just(b','), Just(b'\n')], 0..40)) {
        let whole = all(&bytes, &Dialect::default(), false);
        let bytewise = all(&bytes, &Dialect::default(), true);
        prop_assert_eq!(whole.is_ok(), bytewise.is_ok());
    }
}
