//! Two stores of random datasets, and what the generator of queries knows of their tables.

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use oups::key::FieldType;
use oups::{AnyKey, KeySchema, ReadDataset, Separator, Store};
use oups_tests::scratch;
use tempfile::TempDir;

use super::cell;
use super::chance::Chance;
use super::columns::{self, COLUMNS};
use super::compare::Asked;
use super::history::{self, Order};
use super::kind::Kind;

/// Two stores, attached as `store` and `other`.
#[derive(Debug)]
pub(super) struct Stores {
    _folder: TempDir,
    pub(super) number: u64,
    pub(super) attached: Vec<Attached>,
}

#[derive(Debug)]
pub(super) struct Attached {
    pub(super) name: &'static str,
    pub(super) store: Store<AnyKey>,
    pub(super) keys: Vec<(String, FieldType)>,
    pub(super) datasets: Vec<Dataset>,
    /// The table of all datasets first, then some of those of one.
    pub(super) tables: Vec<Table>,
    /// Up to how many datasets a scan keeps apart.
    pub(super) ordered_keys: usize,
}

/// A dataset and the rows that it has.
#[derive(Debug)]
pub(super) struct Dataset {
    pub(super) key: AnyKey,
    pub(super) rows: RecordBatch,
    /// The column that it is ordered on.
    pub(super) order: &'static str,
}

#[derive(Clone, Debug)]
pub(super) struct Table {
    /// As SQL names it.
    pub(super) name: String,
    pub(super) columns: Vec<Column>,
    /// The columns that the rows of each dataset are in the order of: those of the key, then the ordered one; none of them where
    /// datasets are ordered on different columns.
    pub(super) order: Vec<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) role: Role,
    /// Whether it is 64 bits wide, so that sums of two values are.
    pub(super) wide: bool,
    /// Whether it has few values.
    pub(super) few: bool,
    /// Whether it is there, under this name, in every dataset.
    pub(super) everywhere: bool,
    /// Some of its values, as comparisons have them.
    pub(super) samples: Arc<[String]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Key,
    Ordered,
    /// Different in every row of a store.
    Identity,
    Data,
}

/// The fields of keys.
const KEYS: &[&str] =
    &["city:str,number:i32/flag:bool", "symbol:str", "order:u64/größe:str,c:char", "big:i128,small:i8/city:str"];

impl Stores {
    pub(super) fn of(number: u64) -> Self {
        let folder = scratch();
        let chance = &mut Chance::of(number, 1);
        let types = columns::ordered_types(number);
        let attached = [("store", 5 + chance.below(6), 0), ("other", 2 + chance.below(3), 100_000)];
        let attached = attached.map(|(name, datasets, first_id)| {
            let schema = KeySchema::parse(chance.pick::<&str>(KEYS), Separator::Dash).unwrap();
            let store = Store::create_for(folder.path().join(name), schema).unwrap();
            Attached::of(name, store, datasets, &types, first_id, chance)
        });
        Self { _folder: folder, number, attached: attached.into() }
    }

    pub(super) fn tables(&self) -> impl Iterator<Item = &Table> {
        self.attached.iter().flat_map(|attached| &attached.tables)
    }
}

impl Attached {
    fn of(
        name: &'static str,
        store: Store<AnyKey>,
        datasets: usize,
        types: &[DataType],
        first_id: i64,
        chance: &mut Chance,
    ) -> Self {
        let schema = store.schema();
        let keys: Vec<(String, FieldType)> =
            schema.field_names().map(ToString::to_string).zip(schema.field_types()).collect();
        let mut texts = BTreeSet::new();
        while texts.len() < datasets {
            texts.insert(keys.iter().map(|(_, field_type)| key_text(*field_type, chance)).collect::<Vec<_>>());
        }
        // More than one step a value, or many rows of one value, so that these lie over the edges of files.
        let steps = *chance.pick(&[7, 30, 60]);
        let mut all = Vec::new();
        for (at, texts) in texts.iter().enumerate() {
            let key = AnyKey::from_texts(store.schema(), texts).unwrap();
            // Of stores of this type the datasets are ordered on one column or another.
            let order = if types == [DataType::Int8] && at % 2 == 1 { "id" } else { "t" };
            let (rows, more) = random_rows(chance.pick(types), order, steps, first_id + at as i64 * 1000, chance);
            let dataset = store.dataset(&key).unwrap();
            let order_of = Order { column: order, rows: rows.num_rows() - more };
            let rows = history::write(&dataset, &order_of, &rows, chance);
            let stored = cell::rows(&[dataset.scan().collect().unwrap()]);
            let found = Asked::default().check(&stored, &cell::rows(std::slice::from_ref(&rows)));
            assert_eq!(found, Ok(()), "{key} in stores {types:?} has other rows than it was made to have");
            all.push(Dataset { key, rows, order });
        }
        all.sort_by(|a, b| a.key.cmp(&b.key));
        let ordered_keys = *chance.pick(&[64, 64, 2, 0]);
        let mut attached = Self { name, store, keys, datasets: all, tables: Vec::new(), ordered_keys };
        attached.tables.push(attached.table());
        let some = chance.some(&(0..attached.datasets.len()).collect::<Vec<_>>(), 3);
        attached
            .tables
            .extend(some.into_iter().map(|at| attached.table_of(&attached.datasets[at])).collect::<Vec<_>>());
        attached
    }

    /// The table of all datasets.
    fn table(&self) -> Table {
        let is_key = |name: &str| self.keys.iter().any(|(key, _)| key == name);
        let mut columns: Vec<Column> = Vec::new();
        for (at, (name, field_type)) in self.keys.iter().enumerate() {
            let kind = key_kind(*field_type);
            let texts: BTreeSet<String> =
                self.datasets.iter().map(|dataset| dataset.key.values()[at].to_text().into_owned()).collect();
            let literal =
                |text: String| if kind == Kind::Text { format!("'{}'", text.replace('\'', "''")) } else { text };
            let samples = texts.into_iter().map(literal).collect();
            columns.push(Column {
                name: name.clone(),
                kind,
                role: Role::Key,
                wide: false,
                few: true,
                everywhere: true,
                samples,
            });
        }
        for dataset in &self.datasets {
            for field in dataset.rows.schema().fields() {
                let name = if is_key(field.name()) { format!("data.{}", field.name()) } else { field.name().clone() };
                if columns.iter().all(|column| column.name != name) {
                    let all = self.datasets.iter().map(|dataset| &dataset.rows);
                    columns.push(Column { name, ..column(field, all) });
                }
            }
        }
        let mut order: Vec<String> = self.keys.iter().map(|(name, _)| name.clone()).collect();
        if self.datasets.iter().all(|dataset| dataset.order == "t") {
            order.push("t".to_owned());
        }
        Table { name: self.name.to_owned(), columns, order }
    }

    /// The table of one dataset.
    fn table_of(&self, dataset: &Dataset) -> Table {
        let columns =
            dataset.rows.schema().fields().iter().map(|field| column(field, [&dataset.rows].into_iter())).collect();
        let name = format!("{}.\"{}\"", self.name, dataset.key);
        Table { name, columns, order: vec![dataset.order.to_owned()] }
    }
}

/// A column of the data, as the generator knows it from the rows of datasets.
fn column<'a>(field: &Field, datasets: impl Iterator<Item = &'a RecordBatch>) -> Column {
    let name = field.name();
    let (role, kind, few) = match name.as_str() {
        "t" => (Role::Ordered, Kind::of(field.data_type()), true),
        "id" => (Role::Identity, Kind::Int, false),
        _ => {
            let column = COLUMNS.iter().find(|column| column.name == name).unwrap();
            (Role::Data, column.kind, column.few)
        }
    };
    let (mut texts, mut everywhere, mut typed) = (BTreeSet::new(), true, false);
    for rows in datasets {
        let Some(values) = rows.column_by_name(name) else {
            everywhere = false;
            continue;
        };
        typed |= values.data_type() != &DataType::Null;
        everywhere &= values.data_type() != &DataType::Null;
        texts.extend(cell::cells(values).iter().filter_map(|cell| kind.text_of(cell)));
    }
    // A column of nothing but nulls has the type of them alone in one engine, and that of numbers in the other.
    let kind = if typed { kind } else { Kind::Opaque };
    let every = texts.len() / 12 + 1;
    let samples = texts.into_iter().step_by(every).collect();
    Column { name: name.clone(), kind, role, wide: field.data_type() == &DataType::Int64, few, everywhere, samples }
}

/// Rows of a dataset in order, and how many of them are to be deleted at the end.
fn random_rows(
    ordered: &DataType,
    order: &str,
    spread: i64,
    first_id: i64,
    chance: &mut Chance,
) -> (RecordBatch, usize) {
    let rows = *chance.pick(&[0, 1, 12, 30, 45, 60]);
    let more = *chance.pick(&[0, 0, 3]);
    let mut steps: Vec<i64> = (0..rows).map(|_| chance.between(0, spread)).collect();
    // Two steps of some types are one value.
    steps.extend((0..more).map(|at| spread + 2 + at));
    let mut ids: Vec<i64> = (0..rows).map(|row| first_id + row).collect();
    chance.shuffle(&mut ids);
    ids.extend((0..more).map(|at| first_id + rows + at));

    let mut picked: Vec<_> = COLUMNS.iter().filter(|_| chance.percent(70)).collect();
    chance.shuffle(&mut picked);
    let mut fields = vec![Field::new("t", ordered.clone(), false), Field::new("id", DataType::Int64, false)];
    let mut values: Vec<ArrayRef> = vec![columns::ordered_values(ordered, &steps), Arc::new(Int64Array::from(ids))];
    for column in picked {
        let data_type = column.data_type(chance);
        values.push(column.values(&data_type, steps.len(), chance));
        fields.push(Field::new(column.name, data_type, column.nullable()));
    }
    let rows = RecordBatch::try_new(Arc::new(Schema::new(fields)), values).unwrap();
    (history::sorted(&rows, order), more as usize)
}

/// The kind of a key field's column.
fn key_kind(field_type: FieldType) -> Kind {
    match field_type {
        FieldType::Bool => Kind::Bool,
        FieldType::I8 | FieldType::I32 => Kind::Int,
        FieldType::U64 => Kind::Unsigned,
        _ => Kind::Text,
    }
}

fn key_text(field_type: FieldType, chance: &mut Chance) -> String {
    let texts: &[&str] = match field_type {
        FieldType::Bool => &["true", "false"],
        FieldType::I8 => &["-128", "0", "7"],
        FieldType::I32 => &["-7", "0", "42", "2147483647"],
        FieldType::U64 => &["0", "7", "9223372036854775807", "18446744073709551615"],
        FieldType::I128 => &["-170141183460469231731687303715884105728", "0", "10", "9"],
        FieldType::Char => &["a", "ä", "/", "'", "-"],
        _ => &[
            "", "oslo", "new york", "it's", "\"q\"", "日本", "a/b-c", "%41", "ü😀", "BRK.B", "null", "100%", "Zürich",
            " x",
        ],
    };
    (*chance.pick(texts)).to_owned()
}
