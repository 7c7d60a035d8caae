use oups::prelude::*;

#[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Station {
    id: u32,
}

let store = Store::<Station>::open_or_create("data")?;
let times: arrow::array::ArrayRef = std::sync::Arc::new(arrow::array::Int64Array::from(vec![0, 1]));
let rows = arrow::array::RecordBatch::try_from_iter([("time", times)])?;
store.dataset(&Station { id: 7 })?.write(rows).ordered_on("time").commit()?;
