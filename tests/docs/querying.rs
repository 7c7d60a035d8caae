use arrow::array::AsArray;
use arrow::datatypes::{Float64Type, Int64Type};
use oups::prelude::*;

#[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Weather {
    airport: String,
}

let store = Store::<Weather>::open_or_create("weather")?;
for airport in ["EWR", "JFK", "LGA"] {
    let file = std::fs::File::open(format!("tests/data/weather/{airport}.parquet"))?;
    let rows = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file)?.build()?;
    let dataset = store.dataset(&Weather { airport: airport.into() })?;
    dataset.write(rows).ordered_on("time").row_group_target("MS").commit()?;
}
let jfk = Weather { airport: "JFK".into() };
