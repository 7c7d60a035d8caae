use oups::prelude::*;

#[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Station {
    id: u32,
}

fn rows(times: &[i64]) -> arrow::array::RecordBatch {
    let times: arrow::array::ArrayRef = std::sync::Arc::new(arrow::array::Int64Array::from(times.to_vec()));
    arrow::array::RecordBatch::try_from_iter([("time", times)]).unwrap()
}

let store = Store::<Station>::open_or_create("data")?;
let dataset = store.dataset(&Station { id: 7 })?;
dataset.write(rows(&[0])).ordered_on("time").commit()?;
