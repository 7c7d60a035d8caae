//! Packed files, byte order marks, other encodings, files that were cut short.

use std::io::Write;

use super::tried::Tried;

const TEXT: &str = "t,x\n1,größe\n2,b\n";
const ROWS: &str = "{\"t\":1,\"x\":\"größe\"}\n{\"t\":2,\"x\":\"b\"}\n";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 0).unwrap()
}

fn utf_16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(bytes).collect()
}

#[test]
fn texts_are_read_however_they_are_packed_and_encoded() {
    let tried = Tried::new();
    let marked = format!("\u{feff}{TEXT}");
    let (little, big) = (utf_16(TEXT, u16::to_le_bytes), utf_16(TEXT, u16::to_be_bytes));
    for text in [TEXT.as_bytes(), marked.as_bytes(), &little, &big] {
        // The bytes say how a file is packed. The name only says its format.
        for (file, bytes) in [
            ("a.csv", text.to_vec()),
            ("a.csv.gz", gzip(text)),
            ("a.csv.zst", zstd(text)),
            ("b.csv", gzip(text)),
            ("b.csv.gz", text.to_vec()),
        ] {
            assert_eq!(tried.taken(file, &bytes, ""), ROWS, "{file}");
            tried.sandbox().stdout(&format!(
                "oups write data pipe - --format csv --ordered-on t --types t:i64 < {file} && oups rm data pipe"
            ));
        }
    }
    assert_eq!(tried.taken("a.jsonl.gz", gzip(ROWS.as_bytes()), ""), ROWS);
    assert_eq!(tried.taken("a.csv", TEXT.replace('\n', "\r"), ""), ROWS);
}

#[test]
fn what_was_cut_short_is_refused() {
    let tried = Tried::new();
    let long = format!("t,x\n{}", (0..5_000).map(|t| format!("{t},{}\n", t * 7919 % 1000)).collect::<String>());
    for (file, whole) in [("a.csv.gz", gzip(long.as_bytes())), ("a.csv.zst", zstd(long.as_bytes()))] {
        for cut in [7, whole.len() / 2, whole.len() - 1] {
            let said = tried.refused(file, &whole[..cut], "");
            assert!(said.contains(&format!("{file} ends too early: the file was cut short")), "{said}");
        }
    }
    let mut half = utf_16("t,x\n1,2", u16::to_le_bytes);
    half.pop();
    assert!(tried.refused("a.csv", half, "").contains("a.csv is not the UTF-16LE that its byte order mark says"));
    assert!(tried.refused("a.parquet", "PAR1 is not enough", "").contains("a.parquet"));
}

#[test]
fn what_cannot_be_read_names_what_can() {
    let tried = Tried::new();
    for (file, bytes, wrong) in [
        ("a.csv", &b"t,x\n1,a\n\n2,gr\xFC\xDFe\n"[..], "a.csv: line 4, column `x`: `gr\u{fffd}\u{fffd}e` is not UTF-8"),
        ("a.csv", b"t,gr\xFCn\n1,a\n", "a.csv: line 1, field 2: `gr\u{fffd}n` is not UTF-8"),
        ("a.jsonl", b"{\"t\":1}\n{\"t\":2,\"x\":\"\xFC\"}\n", "a.jsonl: line 2: character 13 is not UTF-8"),
        ("a.csv", b"t\0,\0x\0\n\0", "a.csv: line 1, field 1: `t\\u{0}` holds a NUL byte"),
    ] {
        let said = tried.refused(file, bytes, "");
        assert!(said.contains(wrong) && said.contains("hint: convert it first: `iconv "), "{said}");
    }
    let said = tried.refused("a.csv.bz2", b"BZh91AY&SY", "");
    assert!(said.contains("a.csv.bz2 is packed with bzip2") && said.contains("`bzip2 -dc`"), "{said}");
    let said = tried.refused("a.parquet", gzip(b"PAR1"), "");
    assert!(said.contains("a.parquet is packed with gzip") && said.contains("`gzip -dc`"), "{said}");
}
