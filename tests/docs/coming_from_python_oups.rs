let time = arrow::array::TimestampSecondArray::from(vec![0, 3_600, 7_200]);
let columns: [(&str, arrow::array::ArrayRef); 2] = [
    ("timestamp", std::sync::Arc::new(time)),
    ("station", std::sync::Arc::new(arrow::array::StringArray::from(vec!["a", "b", "a"]))),
];
let batch = arrow::array::RecordBatch::try_from_iter(columns)?;
let (start, end) = ("1970-01-01", "1970-01-02");
