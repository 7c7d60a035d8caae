//! Parquet and Arrow files as other programs write them. Polars 1 (whole numbers of 128 bits) and pyarrow (encrypted)
//! wrote those under `data`.

use std::fs::{self, File};
use std::sync::Arc;

use arrow::array::{
    ArrayRef, DictionaryArray, Int32Array, Int64Array, NullArray, RecordBatch, StringArray, StringViewArray,
};
use arrow::datatypes::{DataType, Field, Int8Type, Schema};
use arrow::ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use arrow::ipc::{CompressionType, MetadataVersion};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::data_type::{Int96, Int96Type};
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader, ParquetMetaDataWriter, RowGroupMetaData};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use crate::sandbox::Sandbox;

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::empty();
    sandbox.stdout("oups init data --schema name:str");
    sandbox
}

fn data(sandbox: &Sandbox, name: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/data").join(name);
    fs::copy(path, sandbox.path(name)).unwrap();
}

/// The message of a refused write of the file into a new dataset. Checks that no dataset was made.
fn refused(sandbox: &Sandbox, file: &str) -> String {
    let said = sandbox.session(&[&format!("oups write data a {file} --ordered-on t")]);
    assert!(said.contains("oups: error: "), "{said}");
    assert!(!said.contains("panicked") && !said.contains("Parquet error") && !said.contains("Arrow"), "{said}");
    assert_eq!(sandbox.stdout("oups ls data"), "");
    said
}

fn read(sandbox: &Sandbox, file: &str) -> String {
    sandbox.stdout(&format!("oups write data a {file} --ordered-on t"));
    sandbox.stdout("oups read data a --format csv")
}

fn numbers() -> RecordBatch {
    let columns = ["t", "x"].map(|name| (name, Arc::new(Int64Array::from_iter_values(0..6)) as ArrayRef));
    RecordBatch::try_from_iter(columns).unwrap()
}

const SIX: &str = "t,x\n0,0\n1,1\n2,2\n3,3\n4,4\n5,5\n";

/// Writes a file of two row groups, in pages without dictionary, with this packing.
fn parquet(sandbox: &Sandbox, name: &str, packing: Compression) {
    let properties = WriterProperties::builder()
        .set_max_row_group_row_count(Some(3))
        .set_dictionary_enabled(false)
        .set_compression(packing)
        .build();
    let file = File::create(sandbox.path(name)).unwrap();
    let mut writer = ArrowWriter::try_new(file, numbers().schema(), Some(properties)).unwrap();
    writer.write(&numbers()).unwrap();
    writer.close().unwrap();
}

/// Changes the footer of the file.
fn with_footer(sandbox: &Sandbox, name: &str, change: impl Fn(ParquetMetaData) -> ParquetMetaData) {
    let mut bytes = fs::read(sandbox.path(name)).unwrap();
    let metadata = ParquetMetaDataReader::new().parse_and_finish(&File::open(sandbox.path(name)).unwrap()).unwrap();
    let size = u32::from_le_bytes(bytes[bytes.len() - 8..bytes.len() - 4].try_into().unwrap()) as usize;
    bytes.truncate(bytes.len() - 8 - size);
    ParquetMetaDataWriter::new(&mut bytes, &change(metadata)).finish().unwrap();
    sandbox.file(name, bytes);
}

/// Changes the row count of the file's footer from six. The writer itself would not write a wrong count.
fn counting(sandbox: &Sandbox, name: &str, rows: u8) {
    // Field 3 of the footer is a number; field 4, a list of two structs, follows.
    const SIX_ROWS: [u8; 4] = [0x16, 12, 0x19, 0x2c];
    let mut bytes = fs::read(sandbox.path(name)).unwrap();
    let at = bytes.windows(4).rposition(|window| window == SIX_ROWS).unwrap();
    bytes[at + 1] = 2 * rows;
    sandbox.file(name, bytes);
}

#[test]
fn a_footer_that_counts_too_few_rows_loses_none() {
    for rows in [0, 3] {
        let sandbox = sandbox();
        parquet(&sandbox, "a.parquet", Compression::SNAPPY);
        counting(&sandbox, "a.parquet", rows);
        assert_eq!(read(&sandbox, "a.parquet"), SIX);
    }
}

#[test]
fn a_footer_that_counts_too_many_rows_is_refused() {
    let sandbox = sandbox();
    parquet(&sandbox, "a.parquet", Compression::SNAPPY);
    counting(&sandbox, "a.parquet", 7);
    assert!(refused(&sandbox, "a.parquet").contains("counts more rows than its row groups hold"));
}

#[test]
fn row_groups_with_other_rows_than_they_count_are_refused() {
    let sandbox = sandbox();
    parquet(&sandbox, "a.parquet", Compression::SNAPPY);
    with_footer(&sandbox, "a.parquet", |metadata| {
        let more = |group: &RowGroupMetaData| group.clone().into_builder().set_num_rows(4).build().unwrap();
        let groups = metadata.row_groups().iter().map(more).collect();
        ParquetMetaData::new(metadata.file_metadata().clone(), groups)
    });
    assert!(refused(&sandbox, "a.parquet").contains("it is damaged: "));
}

#[test]
fn a_dictionary_at_offset_0_is_none() {
    let sandbox = sandbox();
    parquet(&sandbox, "a.parquet", Compression::SNAPPY);
    with_footer(&sandbox, "a.parquet", |metadata| {
        let group = |group: &RowGroupMetaData| {
            let columns = group.columns().iter().cloned();
            let columns = columns.map(|c| c.into_builder().set_dictionary_page_offset(Some(0)).build().unwrap());
            group.clone().into_builder().set_column_metadata(columns.collect()).build().unwrap()
        };
        let groups = metadata.row_groups().iter().map(group).collect();
        ParquetMetaData::new(metadata.file_metadata().clone(), groups)
    });
    assert_eq!(read(&sandbox, "a.parquet"), SIX);
}

#[test]
fn every_packing_of_the_formats_is_read() {
    let packings = [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::GZIP(Default::default()),
        Compression::BROTLI(Default::default()),
        Compression::ZSTD(Default::default()),
        Compression::LZ4,
        Compression::LZ4_RAW,
    ];
    for packing in packings {
        let sandbox = sandbox();
        parquet(&sandbox, "a.parquet", packing);
        assert_eq!(read(&sandbox, "a.parquet"), SIX, "{packing}");
    }
    for packing in [CompressionType::LZ4_FRAME, CompressionType::ZSTD] {
        let sandbox = sandbox();
        let options = || IpcWriteOptions::try_new(64, false, MetadataVersion::V5).unwrap();
        let options = || options().try_with_compression(Some(packing)).unwrap();
        let (file, schema) = (File::create(sandbox.path("a.feather")).unwrap(), numbers().schema());
        let mut writer = FileWriter::try_new_with_options(file, &schema, options()).unwrap();
        writer.write(&numbers()).unwrap();
        writer.finish().unwrap();
        assert_eq!(read(&sandbox, "a.feather"), SIX, "{packing:?}");
        let file = File::create(sandbox.path("a.arrows")).unwrap();
        let mut writer = StreamWriter::try_new_with_options(file, &schema, options()).unwrap();
        writer.write(&numbers()).unwrap();
        writer.finish().unwrap();
        sandbox.stdout("oups rm data a");
        assert_eq!(read(&sandbox, "a.arrows"), SIX, "{packing:?}");
    }
}

/// Writes a column `t` of days and a column `x` of 96-bit times: the day since 1970 and the nanosecond in it.
fn int96(sandbox: &Sandbox, values: &[(i32, u64)]) {
    int96_file(sandbox, "a.parquet", values);
}

fn int96_file(sandbox: &Sandbox, name: &str, values: &[(i32, u64)]) {
    let schema = parse_message_type("message m { required int32 t; required int96 x; }").unwrap();
    let file = File::create(sandbox.path(name)).unwrap();
    let mut writer = SerializedFileWriter::new(file, Arc::new(schema), Default::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    let times: Vec<i32> = (0..).take(values.len()).collect();
    column.typed::<parquet::data_type::Int32Type>().write_batch(&times, None, None).unwrap();
    column.close().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    let value = |(day, nanos): &(i32, u64)| {
        let mut value = Int96::new();
        value.set_data(*nanos as u32, (*nanos >> 32) as u32, (day + 2_440_588).cast_unsigned());
        value
    };
    let values: Vec<Int96> = values.iter().map(value).collect();
    column.typed::<Int96Type>().write_batch(&values, None, None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.close().unwrap();
}

#[test]
fn times_of_96_bits_are_in_a_unit_that_holds_them() {
    let hour = 3_600_000_000_000;
    // 0001-01-01, 1970-01-02, 9999-12-31.
    let cases: [(&[(i32, u64)], &str); 4] = [
        (&[(1, 1), (2, hour)], "t,x\n0,1970-01-02T00:00:00.000000001\n1,1970-01-03T01:00:00\n"),
        (&[(-719_162, hour), (2_932_896, 1000)], "t,x\n0,0001-01-01T01:00:00\n1,9999-12-31T00:00:00.000001\n"),
        (&[(-135_140, 0)], "t,x\n0,1600-01-01T00:00:00\n"),
        (&[(106_751, hour)], "t,x\n0,2262-04-11T01:00:00\n"),
    ];
    for (values, expected) in cases {
        let sandbox = sandbox();
        int96(&sandbox, values);
        assert_eq!(read(&sandbox, "a.parquet"), expected);
    }
}

#[test]
fn times_of_96_bits_that_no_unit_holds_are_refused() {
    let sandbox = sandbox();
    int96(&sandbox, &[(2_932_896, 0), (1, 1)]);
    let said = refused(&sandbox, "a.parquet");
    assert!(said.contains("column `x` holds 9999-12-31T00:00:00"), "{said}");
    assert!(said.contains("1970-01-02T00:00:00.000000001"), "{said}");
}

#[test]
fn times_of_96_bits_have_the_unit_of_what_they_come_to() {
    let sandbox = sandbox();
    let hour = 3_600_000_000_000;
    int96_file(&sandbox, "near.parquet", &[(1, hour)]);
    int96_file(&sandbox, "far.parquet", &[(2_932_896, 1000)]);
    int96_file(&sandbox, "fine.parquet", &[(1, 1)]);
    let rows = "t,x\n0,1970-01-02T01:00:00\n0,9999-12-31T00:00:00.000001\n";
    sandbox.stdout("oups write data a near.parquet far.parquet --ordered-on t");
    assert_eq!(sandbox.stdout("oups read data a --format csv"), rows);
    sandbox.stdout("oups write data b far.parquet --ordered-on t");
    sandbox.stdout("oups write data b near.parquet");
    assert_eq!(sandbox.stdout("oups read data b --format csv").lines().count(), 3);
    // No type holds the values of both files.
    for line in ["oups write data c far.parquet fine.parquet --ordered-on t", "oups write data b fine.parquet"] {
        let said = sandbox.session(&[line]);
        assert!(said.contains("oups: error: ") && said.contains("Timestamp(ns)"), "{said}");
    }
    sandbox.stdout("oups write data d fine.parquet near.parquet --ordered-on t");
}

#[test]
fn a_column_of_nothing_but_nulls_fits_any_that_takes_nulls() {
    let sandbox = sandbox();
    let table = |name: &str, t: i64, x: ArrayRef| {
        let t: ArrayRef = Arc::new(Int64Array::from(vec![t]));
        let batch = RecordBatch::try_from_iter_with_nullable([("t", t, false), ("x", x, true)]).unwrap();
        let mut writer = FileWriter::try_new(File::create(sandbox.path(name)).unwrap(), &batch.schema()).unwrap();
        writer.write(&batch).unwrap();
        writer.finish().unwrap();
    };
    table("nulls.arrow", 1, Arc::new(NullArray::new(1)));
    table("texts.arrow", 2, Arc::new(StringArray::from(vec!["a"])));
    sandbox.stdout("oups write data a nulls.arrow texts.arrow --ordered-on t");
    sandbox.stdout("oups write data b texts.arrow --ordered-on t");
    sandbox.stdout("oups write data b nulls.arrow");
    sandbox.stdout("oups write data c nulls.arrow --ordered-on t");
    sandbox.stdout("oups write data c texts.arrow --evolve-schema");
    for key in ["a", "b", "c"] {
        assert_eq!(sandbox.stdout(&format!("oups read data {key} --format csv")), "t,x\n1,\n2,a\n", "{key}");
    }
}

#[test]
fn categories_of_polars_are_read() {
    let sandbox = sandbox();
    let keys = Int32Array::from(vec![Some(0), None, Some(1)]);
    let texts: ArrayRef = Arc::new(StringViewArray::from(vec!["a", "longer than twelve bytes"]));
    let categories: ArrayRef = Arc::new(DictionaryArray::new(keys, texts));
    let t: ArrayRef = Arc::new(Int64Array::from(vec![1, 2, 3]));
    let batch = RecordBatch::try_from_iter([("t", t), ("c", categories)]).unwrap();
    let mut writer = StreamWriter::try_new(File::create(sandbox.path("a.arrows")).unwrap(), &batch.schema()).unwrap();
    writer.write(&batch).unwrap();
    writer.finish().unwrap();
    assert_eq!(read(&sandbox, "a.arrows"), "t,c\n1,a\n2,\n3,longer than twelve bytes\n");
    assert!(sandbox.stdout("oups info data a").contains("Dictionary(Int32, Utf8)"));
}

#[test]
fn what_has_no_rows_and_what_is_not_a_file_is_told() {
    let sandbox = sandbox();
    let none = numbers().slice(0, 0);
    let mut writer = FileWriter::try_new(File::create(sandbox.path("none.arrow")).unwrap(), &none.schema()).unwrap();
    writer.write(&none).unwrap();
    writer.finish().unwrap();
    let said = sandbox.session(&["oups write data a none.arrow --ordered-on t"]);
    assert!(said.contains("a: version 1: made without rows"), "{said}");
    let schema = Arc::new(Schema::empty());
    ArrowWriter::try_new(File::create(sandbox.path("none.parquet")).unwrap(), schema, None).unwrap().close().unwrap();
    let said = sandbox.session(&["oups write data b none.parquet --ordered-on t"]);
    assert!(said.contains("oups: error: ") && !said.contains("error:  "), "{said}");
    fs::create_dir(sandbox.path("days")).unwrap();
    let said = sandbox.session(&["oups write data b days --ordered-on t"]);
    assert!(said.contains("days is a folder, not a file") && said.contains("'days/*.parquet'"), "{said}");
}

#[test]
fn what_is_not_read_is_named() {
    let sandbox = sandbox();
    for (file, words) in [
        ("whole_numbers_of_128_bits.parquet", "column `i` is whole numbers of 128 bits"),
        ("whole_numbers_of_128_bits.arrow", "column `i` is whole numbers of 128 bits"),
        ("encrypted_plain_footer.parquet", "it is encrypted"),
        ("encrypted_whole.parquet", "it is encrypted"),
    ] {
        data(&sandbox, file);
        let said = refused(&sandbox, file);
        assert!(said.contains(&format!("cannot read {file}: ")) && said.contains(words), "{said}");
    }
    parquet(&sandbox, "other.parquet", Compression::SNAPPY);
    with_footer(&sandbox, "other.parquet", |metadata| {
        let group = |group: &RowGroupMetaData| {
            let columns = group.columns().iter().cloned();
            let columns = columns.map(|c| c.into_builder().set_compression(Compression::LZO).build().unwrap());
            group.clone().into_builder().set_column_metadata(columns.collect()).build().unwrap()
        };
        let groups = metadata.row_groups().iter().map(group).collect();
        ParquetMetaData::new(metadata.file_metadata().clone(), groups)
    });
    let said = refused(&sandbox, "other.parquet");
    assert!(said.contains("column `t` is packed with LZO"), "{said}");
}

#[test]
fn damaged_and_cut_files_are_refused_in_words_of_ours() {
    let sandbox = sandbox();
    parquet(&sandbox, "whole.parquet", Compression::SNAPPY);
    let whole = fs::read(sandbox.path("whole.parquet")).unwrap();
    for length in [0, 3, 11, 40, whole.len() / 2, whole.len() - 1] {
        sandbox.file("cut.parquet", &whole[..length]);
        let said = refused(&sandbox, "cut.parquet");
        assert!(said.contains("cut short"), "{length}: {said}");
    }
    sandbox.file("text.parquet", "t,x\n1,2\n3,4\n");
    assert!(refused(&sandbox, "text.parquet").contains("it is not a Parquet file"));
    for at in [60, whole.len() - 40] {
        let mut damaged = whole.clone();
        damaged[at..at + 12].fill(0xff);
        sandbox.file("damaged.parquet", damaged);
        assert!(refused(&sandbox, "damaged.parquet").contains("damaged"), "{at}");
    }
    let mut stream = Vec::new();
    let mut writer = StreamWriter::try_new(&mut stream, &numbers().schema()).unwrap();
    writer.write(&numbers()).unwrap();
    writer.finish().unwrap();
    for length in [0, 3, 40, stream.len() / 2] {
        sandbox.file("cut.arrows", &stream[..length]);
        let said = sandbox.session(&["oups write data a cut.arrows --ordered-on t"]);
        assert!(said.contains("it is damaged, cut short, or of another format"), "{length}: {said}");
    }
    sandbox.file("old.feather", "FEA1 and more");
    assert!(sandbox.session(&["oups write data a old.feather --ordered-on t"]).contains("Feather file of version 1"));
}

#[test]
fn two_columns_of_one_name_are_refused() {
    let sandbox = sandbox();
    let field = |name| Field::new(name, DataType::Int32, false);
    let schema = Arc::new(Schema::new(vec![field("t"), field("x"), field("x")]));
    let columns = [1, 2, 3].map(|value| Arc::new(Int32Array::from(vec![value])) as ArrayRef);
    let batch = RecordBatch::try_new(schema.clone(), columns.to_vec()).unwrap();
    let mut writer = FileWriter::try_new(File::create(sandbox.path("a.arrow")).unwrap(), &schema).unwrap();
    writer.write(&batch).unwrap();
    writer.finish().unwrap();
    let mut writer = ArrowWriter::try_new(File::create(sandbox.path("a.parquet")).unwrap(), schema, None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    for file in ["a.arrow", "a.parquet"] {
        assert!(refused(&sandbox, file).contains("two columns named `x`"), "{file}");
    }
}

#[test]
fn dictionaries_may_be_other_ones_from_batch_to_batch() {
    let sandbox = sandbox();
    let batch = |from: i32, texts: [&str; 2]| {
        let texts: DictionaryArray<Int8Type> = texts.into_iter().collect();
        let times: ArrayRef = Arc::new(Int32Array::from(vec![from, from + 1]));
        RecordBatch::try_from_iter([("t", times), ("d", Arc::new(texts))]).unwrap()
    };
    let batches = [batch(1, ["a", "b"]), batch(3, ["x", "a"]), batch(5, ["b", "b"])];
    let file = File::create(sandbox.path("a.arrows")).unwrap();
    let mut writer = StreamWriter::try_new(file, &batches[0].schema()).unwrap();
    batches.iter().for_each(|batch| writer.write(batch).unwrap());
    writer.finish().unwrap();
    assert_eq!(read(&sandbox, "a.arrows"), "t,d\n1,a\n2,b\n3,x\n4,a\n5,b\n6,b\n");
    sandbox.stdout("cat a.arrows | oups write data b - --ordered-on t");
    assert_eq!(sandbox.stdout("oups read data b --format csv"), sandbox.stdout("oups read data a --format csv"));
}

#[test]
fn nothing_behind_the_end_of_a_stream_is_dropped() {
    let sandbox = sandbox();
    let mut stream = Vec::new();
    let mut writer = StreamWriter::try_new(&mut stream, &numbers().schema()).unwrap();
    writer.write(&numbers()).unwrap();
    writer.finish().unwrap();
    sandbox.file("a.arrows", &stream).file("twice.arrows", stream.repeat(2));
    for line in
        ["oups write data a twice.arrows --ordered-on t", "cat a.arrows a.arrows | oups write data a - --ordered-on t"]
    {
        let said = sandbox.session(&[line]);
        assert!(said.contains("it goes on behind the end of its stream"), "{said}");
        assert_eq!(sandbox.stdout("oups ls data"), "");
    }
    assert_eq!(read(&sandbox, "a.arrows"), SIX);
}
