//! Writes the table of `docs/types.md`: every type, through every step that rows can go through.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use arrow::array::*;
use arrow::compute::{cast, concat_batches, take};
use arrow::datatypes::*;
use oups_core::{AnyKey, Dataset, Error, KeyFilter, Store};
use oups_query::ReadDataset;
use oups_tests::scratch;
use oups_tests::stored::{dataset, new_store};
use oups_tests::tree::tree_with_folders;
use tempfile::TempDir;

use super::cases::{Case, ROWS, cases};

/// A step in the life of a dataset.
type Step = fn(&mut Trial);

/// The steps, in order.
const STEPS: [(&str, Step); 6] = [
    ("write", Trial::write),
    ("append", Trial::append),
    ("upsert", Trial::upsert),
    ("compact", Trial::compact),
    ("evolve", Trial::evolve),
    ("export", Trial::export),
];

/// A dataset with a column of one type, and the expected row of the case for each of its rows.
struct Trial {
    case: Case,
    folder: TempDir,
    store: Store<AnyKey>,
    dataset: Dataset,
    schema: SchemaRef,
    /// The ordered value and the row of the case.
    expected: Vec<(i64, usize)>,
}

impl Trial {
    fn new(case: Case) -> Self {
        let folder = scratch();
        let store = new_store(&folder.path().join("store"));
        let dataset = dataset(&store, "x");
        let metadata = |text: &str| HashMap::from([("kept".to_owned(), text.to_owned())]);
        let value = Field::new("v", case.array.data_type().clone(), case.nullable).with_metadata(metadata("ünït"));
        let fields = vec![Field::new("at", DataType::Int64, false).with_metadata(metadata("")), value];
        let schema = Arc::new(Schema::new(fields).with_metadata(metadata("schema")));
        Self { case, folder, store, dataset, schema, expected: Vec::new() }
    }

    fn batch(&self, rows: &[(i64, usize)]) -> RecordBatch {
        let at: ArrayRef = Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.0)));
        let places = UInt64Array::from_iter_values(rows.iter().map(|row| row.1 as u64));
        let values = take(&self.case.array, &places, None).unwrap();
        RecordBatch::try_new(self.schema.clone(), vec![at, values]).unwrap()
    }

    fn write(&mut self) {
        let rows: Vec<_> = (0..ROWS / 2).map(|at| (at as i64, at)).collect();
        let batches = vec![self.batch(&rows[..5]), self.batch(&rows[5..])];
        let write = self.dataset.write(batches).ordered_on("at").row_group_target(7).duplicates_on(["at"]);
        assert_eq!(write.commit().unwrap().files_written, 4);
        self.expected = rows;
    }

    fn append(&mut self) {
        let rows: Vec<_> = (ROWS / 2..ROWS).map(|at| (at as i64, at)).collect();
        self.dataset.write(self.batch(&rows)).commit().unwrap();
        self.expected.extend(rows);
    }

    /// Corrects every other row of the middle.
    fn upsert(&mut self) {
        let rows: Vec<_> = (10..40).step_by(2).map(|at| (at as i64, (at + 5) % ROWS)).collect();
        self.dataset.write(self.batch(&rows)).commit().unwrap();
        for (at, row) in rows {
            self.expected[at as usize].1 = row;
        }
    }

    fn compact(&mut self) {
        let written = self.dataset.compact().row_group_target(1_000).commit().unwrap();
        assert_eq!(written.files_written, 1);
    }

    /// Adds a column, with rows that lie between the stored ones.
    fn evolve(&mut self) {
        let rows = [(1, 0), (100, 11), (100, 12)];
        let batch = self.batch(&rows);
        let new = Field::new("new", DataType::Int32, false);
        let fields = self.schema.fields().iter().cloned().chain([Arc::new(new.clone())]);
        let input = Schema::new(fields.collect::<Fields>());
        let columns = batch.columns().iter().cloned().chain([Arc::new(Int32Array::from(vec![7, 8, 9])) as ArrayRef]);
        let batch = RecordBatch::try_new(Arc::new(input), columns.collect()).unwrap();
        self.dataset.write(batch).evolve_schema().commit().unwrap();
        // `Keep::Last` keeps the last of two equal rows of one write.
        self.expected[1].1 = 0;
        self.expected.push((100, 12));
        let fields = self.schema.fields().iter().cloned().chain([Arc::new(new.with_nullable(true))]);
        let schema = Schema::new(fields.collect::<Fields>()).with_metadata(self.schema.metadata().clone());
        self.schema = Arc::new(schema);
    }

    /// Exports the store, and goes on with the copy.
    fn export(&mut self) {
        let copy = self.folder.path().join("copy");
        self.store.export(&copy, KeyFilter::all()).run().unwrap();
        self.store = Store::open(&copy).unwrap();
        self.dataset = dataset(&self.store, "x");
    }

    /// Compares reads of all rows and of a part with the expected rows.
    fn check(&self, step: &str) {
        let name = format!("{} after {step}", self.case.name);
        assert_eq!(self.dataset.info().unwrap().schema, self.schema, "{name}");
        let batches: Vec<_> = self.dataset.scan().batches().unwrap().map(Result::unwrap).collect();
        assert!(batches.iter().all(|batch| batch.schema() == self.schema), "{name}");
        assert_eq!(self.pairs(&batches), self.pairs_expected(&self.expected), "{name}");
        let part = self.dataset.scan().range(5..30).columns(["v", "at"]).batches().unwrap();
        let part: Vec<_> = part.map(|batch| batch.unwrap().project(&[1, 0]).unwrap()).collect();
        let expected: Vec<_> = self.expected.iter().copied().filter(|row| (5..30).contains(&row.0)).collect();
        assert_eq!(self.pairs(&part), self.pairs_expected(&expected), "{name}");
    }

    /// Ordered values and values, with dictionaries unpacked: two dictionaries with the same values may differ.
    fn pairs(&self, batches: &[RecordBatch]) -> (ArrayRef, ArrayRef) {
        let batches: Vec<_> = batches.iter().map(|batch| batch.project(&[0, 1]).unwrap()).collect();
        let all = concat_batches(&batches[0].schema(), &batches).unwrap();
        (all.column(0).clone(), cast(all.column(1), &unpacked(self.case.array.data_type())).unwrap())
    }

    fn pairs_expected(&self, rows: &[(i64, usize)]) -> (ArrayRef, ArrayRef) {
        let at: ArrayRef = Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.0)));
        let places = UInt64Array::from_iter_values(rows.iter().map(|row| row.1 as u64));
        let values = take(&self.case.array, &places, None).unwrap();
        (at, cast(&values, &unpacked(self.case.array.data_type())).unwrap())
    }
}

fn unpacked(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Dictionary(_, values) => values.as_ref().clone(),
        DataType::List(item) => {
            DataType::List(Arc::new(item.as_ref().clone().with_data_type(unpacked(item.data_type()))))
        }
        other => other.clone(),
    }
}

/// A column of each refused type.
fn refused() -> Vec<Field> {
    use DataType::*;
    let field = |data_type| Field::new("v", data_type, true);
    let item = |data_type: DataType| Arc::new(Field::new("item", data_type, true));
    let dictionary = |keys: DataType, values: DataType| Dictionary(Box::new(keys), Box::new(values));
    let union = UnionFields::try_new([0], [Field::new("a", Int32, true)]).unwrap();
    let runs =
        RunEndEncoded(Arc::new(Field::new("run_ends", Int32, false)), Arc::new(Field::new("values", Utf8, true)));
    let twice: Fields = vec![Field::new("x", Int32, true), Field::new("x", Int32, true)].into();
    let mut fields: Vec<Field> = [
        Interval(IntervalUnit::YearMonth),
        Interval(IntervalUnit::DayTime),
        Interval(IntervalUnit::MonthDayNano),
        Union(union, UnionMode::Dense),
        runs,
        Struct(Fields::empty()),
        Struct(twice),
        FixedSizeBinary(0),
        FixedSizeList(item(Int32), 0),
        Decimal128(5, -2),
        Decimal128(2, 3),
        Decimal32(1, 0),
        dictionary(Int32, Boolean),
        dictionary(Int32, Float16),
        dictionary(Int32, Utf8View),
        dictionary(Int32, Decimal128(10, 2)),
        dictionary(Int32, List(item(Int32))),
        List(item(dictionary(Int8, Utf8))),
        List(item(Interval(IntervalUnit::DayTime))),
        Time32(TimeUnit::Nanosecond),
    ]
    .into_iter()
    .map(field)
    .collect();
    fields.push(Field::new("v", Null, false));
    fields
}

fn refusal(field: Field) -> String {
    let folder = scratch();
    let dataset = dataset(&new_store(folder.path()), "x");
    let before = tree_with_folders(folder.path());
    let schema = Arc::new(Schema::new(vec![Field::new("at", DataType::Int64, false), field]));
    // Arrow itself cannot make arrays of some of these.
    let rows = RecordBatchIterator::new([], schema);
    let error = dataset.write(rows).ordered_on("at").commit().unwrap_err();
    assert_eq!(tree_with_folders(folder.path()), before);
    match error {
        Error::UnsupportedType { reason, .. } => reason.to_owned(),
        Error::Schema { expected, found, .. } => format!("expected {expected}, found {found}"),
        other => panic!("{other}"),
    }
}

const INTRODUCTION: &str = "\
# Types

This page lists the Arrow types that a column may have, the types that are refused, and what Parquet changes for other programs.

A column of each type was written, appended to, merged with corrections (`duplicates_on`), compacted, merged again while another column
was added, and exported. After each step it came back with the same values, bit by bit, and the same schema: type, unit, time zone, key
type of dictionaries, nullability, metadata of fields and schema. The columns hold extreme values, nulls at every level, NaNs
with payload, both zeros, infinities, empty texts and lists. A test writes this page (`tests/it/types/fidelity.rs`):
`OUPS_BLESS=1 cargo test -p oups-tests --test it -- types::fidelity`.

";

const REFUSED: &str = "
## Refused

A column of one of these types is an error before anything is made: `Error::UnsupportedType`, or `Error::Schema` if a name stands twice.

| type | why, and what to do |
|---|---|
";

const NOTES: &str = "
## Also

- If the keys of a dictionary type cannot number all values of a row group, the write fails with `Error::DictionaryFull`, which names
  column and row group. A write that evolves the schema ([schema.md](schema.md)) widens the keys instead.
- A decimal beyond its declared precision is an error that names the column: Parquet would give back another number.
- Columns of a row group file are plain Parquet. Parquet has no name for some types: durations, times in seconds, the kinds of text,
  dictionaries, views. oups restores them from the Arrow schema that every Arrow writer leaves in the footer; a program
  that does not read that schema sees the nearest Parquet type.
- Two dictionaries of the same values may hold them in another order after a merge.
";

#[test]
fn every_type_comes_back_through_every_step() {
    let mut page = INTRODUCTION.to_owned();
    let titles: Vec<_> = STEPS.iter().map(|step| step.0).collect();
    writeln!(page, "| type | {} |\n|---|{}", titles.join(" | "), "---|".repeat(STEPS.len())).unwrap();
    let cases = cases();
    assert!(cases.len() >= 40);
    for case in cases {
        let mut trial = Trial::new(case);
        for (name, step) in STEPS {
            step(&mut trial);
            trial.check(name);
        }
        let name = &trial.case.name;
        assert!(trial.dataset.verify().run().unwrap().findings.is_empty(), "{name}");
        writeln!(page, "| `{name}` |{}", " same |".repeat(STEPS.len())).unwrap();
    }
    page.push_str(REFUSED);
    for field in refused() {
        let nullable = if field.is_nullable() { "" } else { ", not nullable" };
        let name = format!("{}{nullable}", field.data_type());
        writeln!(page, "| `{name}` | {} |", refusal(field)).unwrap();
    }
    page.push_str(NOTES);
    compare(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/types.md"), &page);
}

fn compare(path: &Path, page: &str) {
    if std::env::var_os("OUPS_BLESS").is_some() {
        std::fs::write(path, page).unwrap();
    }
    let found = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(
        found, page,
        "docs/types.md is not what its test says: run it with OUPS_BLESS=1 and read the difference"
    );
}

/// Metadata is the user's, even if Parquet or Arrow give its keys a meaning.
#[test]
fn reserved_metadata_stays() {
    let folder = scratch();
    let dataset = dataset(&new_store(folder.path()), "x");
    let entries =
        [("PARQUET:field_id", "7"), ("ARROW:extension:name", "acme.thing"), ("ARROW:extension:metadata", "{}")];
    let metadata = entries.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let fields = vec![
        Field::new("at", DataType::Int64, false),
        Field::new("v", DataType::FixedSizeBinary(16), true).with_metadata(metadata.into()),
    ];
    let schema = Arc::new(Schema::new(fields));
    let values: ArrayRef = Arc::new(FixedSizeBinaryArray::try_from_iter([[1u8; 16], [2; 16]].iter()).unwrap());
    let rows = RecordBatch::try_new(schema.clone(), vec![Arc::new(Int64Array::from(vec![1, 2])), values]).unwrap();
    dataset.write(rows.clone()).ordered_on("at").commit().unwrap();
    dataset.write(rows.slice(0, 1)).commit().unwrap();
    assert_eq!(dataset.info().unwrap().schema, schema);
    assert_eq!(super::rows_of(&dataset), concat_batches(&schema, &[rows.slice(0, 1), rows]).unwrap());
}
