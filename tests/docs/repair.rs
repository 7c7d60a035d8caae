use oups::prelude::*;

#[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Weather {
    airport: String,
}

let store = Store::<Weather>::open_or_create("weather")?;
let keys: Vec<Weather> = ["EWR", "JFK", "LGA"].map(|airport| Weather { airport: airport.into() }).into();
for key in &keys {
    let file = std::fs::File::open(format!("tests/data/weather/{}.parquet", key.airport))?;
    let rows = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file)?.build()?;
    store.dataset(key)?.write(rows).ordered_on("time").row_group_target("QS").commit()?;
}
let key = keys[1].clone();
