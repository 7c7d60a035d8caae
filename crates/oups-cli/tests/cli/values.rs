//! Values of every type: a test writes them as texts, and the texts into a new dataset of the same columns.

use std::fs::File;
use std::sync::Arc;

use arrow::array::*;
use arrow::buffer::Buffer;
use arrow::compute::cast;
use arrow::datatypes::*;
use arrow::ipc::reader::FileReader;
use arrow::ipc::writer::FileWriter;

use crate::sandbox::Sandbox;

const UNITS: [TimeUnit; 4] = [TimeUnit::Second, TimeUnit::Millisecond, TimeUnit::Microsecond, TimeUnit::Nanosecond];

/// The extremes of a type of fixed width, values between them, and a null.
fn extremes(data_type: DataType) -> ArrayRef {
    let width = data_type.primitive_width().unwrap();
    let of_floats = [f64::NAN, f64::INFINITY, -0.0, 0.1, 5e-324].map(f64::to_bits);
    let others = [0, 1, u64::MAX, 1 << (width * 8 - 1), (1 << (width * 8 - 1)) - 1];
    let bits = if data_type == DataType::Float64 { of_floats } else { others };
    let bytes: Vec<u8> = bits.iter().chain([&0]).flat_map(|bits| bits.to_le_bytes().into_iter().take(width)).collect();
    let nulls = Some(Buffer::from([0b01_1111]));
    let data = ArrayData::builder(data_type).len(6).add_buffer(Buffer::from_vec(bytes)).null_bit_buffer(nulls);
    make_array(data.align_buffers(true).build().unwrap())
}

fn leaves() -> Vec<ArrayRef> {
    use DataType::*;
    let mut types = vec![Int8, Int16, Int32, Int64, UInt8, UInt16, UInt32, UInt64, Float16, Float32, Float64, Date32];
    for unit in UNITS {
        let zones = ["UTC", "+05:30", "Europe/Berlin"].map(|zone| Timestamp(unit, Some(zone.into())));
        types.extend(zones);
        types.extend([Timestamp(unit, None), Duration(unit)]);
    }
    let mut arrays: Vec<ArrayRef> = types.into_iter().map(extremes).collect();
    let texts = vec![Some(""), Some("a,\"b\"\r\n"), None, Some(" x "), Some("007"), Some("NA")];
    let texts: ArrayRef = Arc::new(StringArray::from(texts));
    let bytes: ArrayRef =
        Arc::new(BinaryArray::from(vec![Some(&b""[..]), None, Some(b"\0\xff"), Some(b"0x"), Some(b"a"), None]));
    let of_day: ArrayRef =
        Arc::new(Time64NanosecondArray::from(vec![Some(0), None, Some(86_399_999_999_999), Some(1), Some(2), Some(3)]));
    let category = |values: DataType| Dictionary(Box::new(Int16), Box::new(values));
    for data_type in [LargeUtf8, Utf8View, category(Utf8)] {
        arrays.push(cast(&texts, &data_type).unwrap());
    }
    for data_type in [LargeBinary, BinaryView, category(Binary)] {
        arrays.push(cast(&bytes, &data_type).unwrap());
    }
    for data_type in [Time32(TimeUnit::Second), Time32(TimeUnit::Millisecond), Time64(TimeUnit::Microsecond)] {
        arrays.push(cast(&cast(&of_day, &Time64(TimeUnit::Microsecond)).unwrap(), &data_type).unwrap());
    }
    let cents = vec![Some(-99_999_999_999_999_999_999_i128), None, Some(0), Some(1), Some(150), Some(i64::MAX.into())];
    arrays.push(Arc::new(Decimal128Array::from(cents).with_precision_and_scale(30, 10).unwrap()));
    arrays.push(Arc::new(BooleanArray::from(vec![Some(true), None, Some(false), None, None, Some(true)])));
    arrays.extend([texts, bytes, of_day]);
    arrays
}

fn table(columns: &[ArrayRef]) -> RecordBatch {
    let order: ArrayRef = Arc::new(Int64Array::from_iter_values(0..6));
    let columns = columns.iter().enumerate().map(|(place, column)| (format!("c{place}"), column.clone(), true));
    RecordBatch::try_from_iter_with_nullable([("order".to_owned(), order, false)].into_iter().chain(columns)).unwrap()
}

fn put(sandbox: &Sandbox, name: &str, rows: &RecordBatch) {
    let mut writer = FileWriter::try_new(File::create(sandbox.path(name)).unwrap(), &rows.schema()).unwrap();
    writer.write(rows).unwrap();
    writer.finish().unwrap();
}

fn rows(sandbox: &Sandbox, key: &str) -> RecordBatch {
    sandbox.stdout(&format!("oups read store {key} --output {key}.arrow"));
    let mut reader = FileReader::try_new(File::open(sandbox.path(&format!("{key}.arrow"))).unwrap(), None).unwrap();
    reader.next().unwrap().unwrap()
}

/// The bits of values, because NaN does not equal itself. Dictionaries are unpacked, because their values may have
/// another order.
fn bits(rows: &RecordBatch) -> Vec<String> {
    let plain = |column: &ArrayRef| match column.data_type() {
        DataType::Dictionary(_, values) => cast(column, values).unwrap(),
        DataType::Float64 => Arc::new(column.as_primitive::<Float64Type>().unary::<_, UInt64Type>(f64::to_bits)),
        _ => column.clone(),
    };
    rows.columns().iter().map(|column| format!("{}: {}", column.data_type(), values(plain(column).as_ref()))).collect()
}

fn values(column: &dyn Array) -> String {
    let debug = |row: usize| format!("{:?}", column.slice(row, 1));
    (0..column.len()).map(|row| if column.is_null(row) { "null".to_owned() } else { debug(row) }).collect()
}

#[test]
fn every_value_comes_back_from_each_format_as_it_was() {
    let sandbox = Sandbox::empty();
    sandbox.stdout("oups init store --schema k:str");
    let all = table(&leaves());
    put(&sandbox, "all.arrow", &all);
    put(&sandbox, "none.arrow", &all.slice(0, 0));
    sandbox.stdout("oups write store all all.arrow --ordered-on order");
    let expected = bits(&rows(&sandbox, "all"));
    assert_eq!(expected, bits(&all));
    for format in ["csv", "json", "arrow", "parquet"] {
        sandbox.stdout(&format!("oups read store all --format {format} --output out.{format}"));
        sandbox.stdout(&format!("oups write store {format} none.arrow --ordered-on order"));
        sandbox.stdout(&format!("oups write store {format} out.{format}"));
        assert_eq!(bits(&rows(&sandbox, format)), expected, "{format}");
    }
}

#[test]
fn a_value_without_a_text_is_an_error_that_names_it() {
    let sandbox = Sandbox::empty();
    sandbox.stdout("oups init store --schema k:str");
    let beyond: ArrayRef = Arc::new(Time32SecondArray::from(vec![0, 1, 90_000, 2, 3, 4]));
    put(&sandbox, "in.arrow", &table(&[beyond]));
    sandbox.stdout("oups write store a in.arrow --ordered-on order");
    for format in ["csv", "json"] {
        let said = sandbox.shown(&format!("oups read store a --format {format} >/dev/null"));
        let name = format.to_uppercase();
        let expected = format!(
            "oups: error: dataset a: row 3 of the output, column `c0`: 90000 (Time32(s)) cannot be written as {name}: \
             a time of day lies within 24 hours"
        );
        assert!(said.starts_with(&expected) && said.ends_with("[exit 1]\n"), "{said}");
    }
    assert!(sandbox.stdout("oups read store a").contains("(90000)"));
}
