//! The types that are inferred from the values of columns.

use arrow::datatypes::TimeUnit;

use crate::text::guess::Guessed;
use crate::text::{Format, Guess, Role, Times, Written, Zone};

fn guess(values: &[&str], times: &Times, role: Role) -> Guessed {
    let mut guess = Guess::new(times, role);
    for (line, value) in (2..).zip(values) {
        guess.add(Written::Text(value), line);
    }
    guess.finish()
}

fn seen(values: &[&str]) -> Guessed {
    guess(values, &Times::default(), Role::Ordered)
}

fn name(guessed: &Guessed) -> String {
    guessed.data_type.as_ref().map_or_else(|| "nothing".to_owned(), ToString::to_string)
}

#[test]
fn a_column_is_what_all_of_its_values_are() {
    for (values, expected) in [
        (&["1", "-2", "+9", " 9"][..], "Int64"),
        (&["9223372036854775809", "5"], "UInt64"),
        (&["0.5", "1", "NaN"], "Float64"),
        (&["00.50", "1.25"], "Float64"),
        (&["10000000000000000000000", "1.25"], "Float64"),
        (&["true", "FALSE"], "Boolean"),
        (&["2013-02-08"], "Date32"),
        (&["2013-02-08", "2013-02-08T12:00"], "Timestamp(µs)"),
        (&["2013-02-08", "2013-02-08T12:00:00Z"], "Timestamp(µs, \"UTC\")"),
        (&["2024-03-31 00:30", "2024-03-31 09:30"], "Timestamp(µs)"),
        (&["2013-02-08 12:00:00.123456789"], "Timestamp(ns)"),
        (&["cold", "warm"], "Utf8"),
        (&[""], "Utf8"),
        (&["", "7"], "Int64"),
        (&[], "nothing"),
    ] {
        let guessed = seen(values);
        assert_eq!(name(&guessed), expected, "{values:?}");
        assert_eq!(guessed.doubts, [], "{values:?}");
    }
}

#[test]
fn what_is_not_quite_a_number_or_a_time_is_text_and_told() {
    for (values, line, words) in [
        (&["94107", "01220", "007"][..], 3, "zeros in front"),
        (&["9", "10", "Total"], 4, "is not a number"),
        (&["9007199254740993", "0.5"], 2, "more digits than a float"),
        (&["0.5", "1234567890123456789"], 3, "more digits than a float"),
        (&["135217135789158401", "1.5e3"], 2, "more digits than a float"),
        (&["12345678901234567890.12345", "1.5"], 2, "more digits than a float"),
        (&["888E010010", "101E010031"], 2, "beyond floats"),
        (&["1.5", "-1e400"], 3, "beyond floats"),
        (&["18446744073709551615", "-1"], 2, "whole numbers of 64 bits"),
        (&["18446744073709551616"], 2, "whole numbers of 64 bits"),
        (&["2013-02-08T17:30:00Z", "2013-02-08T17:30:00Z ok"], 3, "is not a time"),
        (&["2016-12-31T23:59:59Z", "2016-12-31T23:59:60Z"], 3, "the second 60"),
        (&["2013-02-30"], 2, "the calendar does not have"),
        (&["2013-02-08T12:00:00", "2013-02-08T12:00:00Z"], 3, "has an offset"),
        (&["2013-02-08T12:00:00Z", "2013-02-08T12:00:00"], 3, "has no offset"),
        (&["9999-12-31", "2013-02-08T12:00:00.000000001"], 2, "64 bits of nanoseconds reach, which other values"),
        (&["2013-02-08T12:00:00.0000000001"], 2, "finer than nanoseconds"),
        (&["1,5", "2,25"], 2, "has a comma, as before a fraction"),
        (&["1,500", "7", "2,5"], 4, "has a comma, as before a fraction"),
        (&["7", "1,500"], 3, "between thousands"),
        (&["0e123456", "1e5"], 2, "like a name"),
    ] {
        let guessed = seen(values);
        assert_eq!(name(&guessed), "Utf8", "{values:?}");
        let [doubt] = &guessed.doubts[..] else { panic!("{values:?}: {:?}", guessed.doubts) };
        assert!(doubt.line == line && doubt.why.contains(words), "{values:?}: {doubt:?}");
    }
}

#[test]
fn a_whole_number_of_many_zeros_is_a_float_only_if_it_is_one_exactly() {
    for values in [["201300000000000000000000000000000000", "3.1"], ["3.1", "-201300000000000000000000000000000000"]] {
        for form in [Written::Text, Written::Number] {
            let mut guess = Guess::new(&Times::default(), Role::Other);
            for (line, value) in (2..).zip(values) {
                guess.add(form(value), line);
            }
            let guessed = guess.finish();
            assert_eq!(name(&guessed), "Utf8", "{values:?}");
            let [doubt] = &guessed.doubts[..] else { panic!("{values:?}: {:?}", guessed.doubts) };
            assert!(doubt.value.len() > 30 && doubt.why.contains("more digits than a float"), "{doubt:?}");
        }
    }
}

#[test]
fn a_format_is_meant_for_the_ordered_column_and_for_texts() {
    let times = |format| Times { format: Some(Format::new(format).unwrap()), ..Times::default() };
    let of = |values: &[&str], format, role| name(&guess(values, &times(format), role));
    assert_eq!(of(&["1360324800"], "%s", Role::Ordered), "Timestamp(µs, \"UTC\")");
    assert_eq!(of(&["5", "7"], "%s", Role::Other), "Int64");
    assert_eq!(of(&["20240115"], "%Y%m%d", Role::Ordered), "Date32");
    assert_eq!(of(&["10101010"], "%Y%m%d", Role::Other), "Int64");
    assert_eq!(of(&["08.02.2013"], "%d.%m.%Y", Role::Other), "Date32");
    assert_eq!(of(&["2013-02-08 12:00"], "%d.%m.%Y", Role::Other), "Timestamp(µs)");
    assert_eq!(guess(&["cold"], &times("%d.%m.%Y"), Role::Other).doubts, []);
    let doubts = guess(&["31.01.2024 11:30"], &times("%Y-%m-%d"), Role::Ordered).doubts;
    assert!(doubts.iter().any(|doubt| doubt.why.contains("is not of the form `%Y-%m-%d`")), "{doubts:?}");
}

#[test]
fn dates_of_another_form_are_told_and_times_of_day_are_texts_beside_others() {
    let other = guess(&["31.12.2024", "01.01.2025"], &Times::default(), Role::Other);
    assert!(other.doubts.iter().any(|doubt| doubt.why.contains("a date of another form")), "{other:?}");
    for texts in [["12:00:00", "13:00:00"], ["10.0.0.1", "10.0.0.2"], ["31.12.2024", "never"]] {
        assert_eq!(guess(&texts, &Times::default(), Role::Other).doubts, [], "{texts:?}");
    }
}

#[test]
fn times_of_day_are_told_as_such_where_rows_are_ordered_on_them() {
    let format = Times { format: Format::new("%H:%M").ok(), ..Times::default() };
    for times in [&Times::default(), &format] {
        let doubts = guess(&["12:00"], times, Role::Ordered).doubts;
        assert_eq!(
            doubts.first().map(|doubt| doubt.instead.as_str()),
            Some("for times of day give --types COLUMN:time[us]")
        );
    }
}

#[test]
fn numbers_of_a_told_unit_are_times_in_the_ordered_column_alone() {
    let times = Times { unit: Some(TimeUnit::Second), ..Times::default() };
    assert_eq!(name(&guess(&["1360324800"], &times, Role::Ordered)), "Timestamp(µs, \"UTC\")");
    assert_eq!(name(&guess(&["1360324800.123456789"], &times, Role::Ordered)), "Timestamp(ns, \"UTC\")");
    assert_eq!(name(&guess(&["1360324800"], &times, Role::Other)), "Int64");
}

#[test]
fn a_told_zone_makes_times_with_and_without_offset_one_kind() {
    let times = Times { zone: Zone::named("Asia/Tokyo"), ..Times::default() };
    let both = guess(&["2013-02-08 12:00", "2013-02-08 12:00Z"], &times, Role::Ordered);
    assert_eq!(name(&both), "Timestamp(µs, \"UTC\")");
}

#[test]
fn files_are_one_column() {
    let mut first = Guess::new(&Times::default(), Role::Ordered);
    first.add(Written::Text("1"), 2);
    let mut second = Guess::new(&Times::default(), Role::Ordered);
    second.add(Written::Text("0.5"), 2);
    first.join(second);
    assert_eq!(name(&first.finish()), "Float64");
}

#[test]
fn strings_and_numbers_of_json_are_told() {
    let mut guess = Guess::new(&Times::default(), Role::Other);
    guess.add(Written::Number("7"), 1);
    guess.add(Written::String("a"), 2);
    guess.add(Written::String("b"), 3);
    let guessed = guess.finish();
    assert_eq!(name(&guessed), "Utf8");
    assert_eq!(guessed.doubts.first().map(|doubt| doubt.line), Some(2));
}

#[test]
fn what_json_has_no_numbers_for_is_one_beside_numbers() {
    let of = |values: &[Written<'_>]| {
        let mut guess = Guess::new(&Times::default(), Role::Other);
        values.iter().for_each(|value| guess.add(*value, 1));
        let guessed = guess.finish();
        assert_eq!(guessed.doubts, []);
        name(&guessed)
    };
    assert_eq!(of(&[Written::Number("1.5"), Written::String("NaN"), Written::String("-inf")]), "Float64");
    assert_eq!(of(&[Written::String("NaN"), Written::String("inf")]), "Utf8");
    assert_eq!(of(&[Written::String("NaN"), Written::String("Naomi")]), "Utf8");
}
