use oups::prelude::*;

#[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Station {
    id: u32,
}

fn rows(columns: &[&str]) -> arrow::array::RecordBatch {
    let numbers = || std::sync::Arc::new(arrow::array::Int64Array::from(vec![1, 2, 3])) as arrow::array::ArrayRef;
    arrow::array::RecordBatch::try_from_iter(columns.iter().map(|name| (*name, numbers()))).unwrap()
}

let store = Store::<Station>::open_or_create("data")?;
let dataset = store.dataset(&Station { id: 7 })?;
dataset.write(rows(&["time"])).ordered_on("time").commit()?;
let batch_with_a_new_column = rows(&["time", "new"]);
