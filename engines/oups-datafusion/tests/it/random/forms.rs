//! Expressions by the kind of their value: what both engines know, with the same outcome.
//!
//! Left out, for the engines differ:
//!
//! - `/` of whole numbers and averages of decimals: DuckDB gives floats;
//! - casts of floats to whole numbers, which DuckDB rounds, and to text;
//! - `sqrt` of 32 bits;
//! - `like` with a backslash: DuckDB escapes only where it is told what with;
//! - `coalesce` of binary columns of two widths: DataFusion has no type for them;
//! - `x in (select …)` as a value that is shown: DataFusion does not have it.

use super::kind::Kind::{self, *};

/// A text with holes for parts of these kinds.
pub(super) struct Form {
    pub(super) kind: Kind,
    pub(super) text: &'static str,
    pub(super) parts: &'static [Kind],
}

const fn form(kind: Kind, text: &'static str, parts: &'static [Kind]) -> Form {
    Form { kind, text, parts }
}

pub(super) const SCALARS: &[Form] = &[
    form(Int, "({} + {})", &[Int, Int]),
    form(Int, "({} - {})", &[Int, Int]),
    form(Int, "({} * 3)", &[Int]),
    form(Int, "({} % 3)", &[Int]),
    form(Int, "({} % -4)", &[Int]),
    form(Int, "(- {})", &[Int]),
    form(Int, "abs({})", &[Int]),
    form(Int, "coalesce({}, {})", &[Int, Int]),
    form(Int, "nullif({}, {})", &[Int, Int]),
    form(Int, "greatest({}, {})", &[Int, Int]),
    form(Int, "least({}, {})", &[Int, Int]),
    form(Int, "case when {} then {} else {} end", &[Bool, Int, Int]),
    form(Int, "case when {} then {} end", &[Bool, Int]),
    form(Int, "cast({} as bigint)", &[Bool]),
    form(Int, "length({})", &[Text]),
    form(Int, "strpos({}, 'a')", &[Text]),
    form(Int, "extract(hour from {})", &[Nanos]),
    form(Int, "extract(hour from {})", &[Micros]),
    form(Int, "extract(hour from {})", &[Utc]),
    form(Int, "extract(minute from {})", &[Zoned]),
    form(Int, "extract(year from {})", &[Date]),
    form(Int, "extract(dow from {})", &[Date]),
    form(Unsigned, "coalesce({}, {})", &[Unsigned, Unsigned]),
    form(Unsigned, "greatest({}, {})", &[Unsigned, Unsigned]),
    form(Float, "({} + {})", &[Float, Float]),
    form(Float, "({} - {})", &[Float, Float]),
    form(Float, "({} * 2)", &[Float]),
    form(Float, "({} / 4)", &[Float]),
    form(Float, "abs({})", &[Float]),
    form(Float, "floor({})", &[Float]),
    form(Float, "ceil({})", &[Float]),
    form(Float, "coalesce({}, {})", &[Float, Float]),
    form(Float, "greatest({}, {})", &[Float, Float]),
    form(Float, "cast({} as double)", &[Int]),
    form(Float, "case when {} then {} else {} end", &[Bool, Float, Float]),
    form(Rough, "coalesce({}, {})", &[Rough, Rough]),
    form(Rough, "case when {} then {} end", &[Bool, Rough]),
    form(Decimal, "({} + {})", &[Decimal, Decimal]),
    form(Decimal, "({} - {})", &[Decimal, Decimal]),
    form(Decimal, "abs({})", &[Decimal]),
    form(Decimal, "coalesce({}, {})", &[Decimal, Decimal]),
    form(Decimal, "case when {} then {} end", &[Bool, Decimal]),
    form(Text, "({} || {})", &[Text, Text]),
    form(Text, "coalesce({}, {})", &[Text, Text]),
    form(Text, "nullif({}, {})", &[Text, Text]),
    form(Text, "upper({})", &[Text]),
    form(Text, "lower({})", &[Text]),
    form(Text, "substr({}, 1, 2)", &[Text]),
    form(Text, "substr({}, 2)", &[Text]),
    form(Text, "left({}, 2)", &[Text]),
    form(Text, "replace({}, 'a', 'ba')", &[Text]),
    form(Text, "trim({})", &[Text]),
    form(Text, "concat({}, '-', {})", &[Text, Int]),
    form(Text, "cast({} as varchar)", &[Int]),
    form(Text, "cast({} as varchar)", &[Bool]),
    form(Text, "cast({} as varchar)", &[Date]),
    form(Text, "case when {} then {} else {} end", &[Bool, Text, Text]),
    form(Bool, "starts_with({}, 'a')", &[Text]),
    form(Bool, "coalesce({}, {})", &[Bool, Bool]),
    form(Date, "({} + 1)", &[Date]),
    form(Date, "coalesce({}, {})", &[Date, Date]),
    form(Date, "greatest({}, {})", &[Date, Date]),
    form(Date, "cast({} as date)", &[Nanos]),
    form(Date, "cast({} as date)", &[Micros]),
    form(Time, "coalesce({}, {})", &[Time, Time]),
    form(Nanos, "({} + interval '90 minutes')", &[Nanos]),
    form(Nanos, "coalesce({}, {})", &[Nanos, Nanos]),
    form(Micros, "date_trunc('hour', {})", &[Nanos]),
    form(Micros, "date_trunc('day', {})", &[Nanos]),
    form(Micros, "date_trunc('day', {})", &[Micros]),
    form(Micros, "date_trunc('week', {})", &[Micros]),
    form(Micros, "date_trunc('month', {})", &[Date]),
    form(Micros, "({} - interval '2 days')", &[Micros]),
    form(Micros, "coalesce({}, {})", &[Micros, Micros]),
    form(Utc, "date_trunc('hour', {})", &[Utc]),
    form(Utc, "date_trunc('day', {})", &[Utc]),
    form(Utc, "({} + interval '90 minutes')", &[Utc]),
    form(Zoned, "date_trunc('hour', {})", &[Zoned]),
    form(Zoned, "({} + interval '90 minutes')", &[Zoned]),
    form(Opaque, "case when {} then {} end", &[Bool, Opaque]),
];

/// Aggregates; `{id}` is what no two rows have in common.
pub(super) const AGGREGATES: &[Form] = &[
    form(Int, "count(*)", &[]),
    form(Int, "count({})", &[Opaque]),
    form(Int, "count(distinct {})", &[Int]),
    form(Int, "count(distinct {})", &[Text]),
    form(Int, "count(distinct {})", &[Bool]),
    form(Int, "sum({})", &[Int]),
    form(Int, "sum(distinct {})", &[Int]),
    form(Int, "min({})", &[Int]),
    form(Int, "max({})", &[Int]),
    form(Unsigned, "min({})", &[Unsigned]),
    form(Unsigned, "max({})", &[Unsigned]),
    form(Float, "sum({})", &[Float]),
    form(Float, "avg({})", &[Float]),
    form(Float, "avg({})", &[Int]),
    form(Float, "min({})", &[Float]),
    form(Float, "max({})", &[Float]),
    form(Rough, "min({})", &[Rough]),
    form(Rough, "max({})", &[Rough]),
    form(Close, "sum({})", &[Rough]),
    form(Close, "avg({})", &[Rough]),
    form(Close, "stddev({})", &[Int]),
    form(Close, "var_pop({})", &[Float]),
    form(Decimal, "sum({})", &[Decimal]),
    form(Decimal, "min({})", &[Decimal]),
    form(Decimal, "max({})", &[Decimal]),
    form(Text, "min({})", &[Text]),
    form(Text, "max({})", &[Text]),
    form(Text, "string_agg({}, ',' order by {id})", &[Text]),
    form(Opaque, "array_agg({} order by {id})", &[Int]),
    form(Bool, "bool_and({})", &[Bool]),
    form(Bool, "bool_or({})", &[Bool]),
    form(Date, "min({})", &[Date]),
    form(Date, "max({})", &[Date]),
    form(Time, "max({})", &[Time]),
    form(Nanos, "min({})", &[Nanos]),
    form(Nanos, "max({})", &[Nanos]),
    form(Micros, "min({})", &[Micros]),
    form(Micros, "max({})", &[Micros]),
    form(Utc, "min({})", &[Utc]),
    form(Utc, "max({})", &[Utc]),
    form(Zoned, "min({})", &[Zoned]),
    form(Zoned, "max({})", &[Zoned]),
    form(Bytes, "max({})", &[Bytes]),
];

/// Values over a window, whose text follows; of the order `{id}` if it must be one of all rows. Where a frame moves, only
/// aggregates that DataFusion can take rows out of again.
pub(super) const WINDOWS: &[Form] = &[
    form(Int, "row_number() over ({partition}order by {by}, {id})", &[]),
    form(Int, "rank() over ({partition}order by {by})", &[]),
    form(Int, "dense_rank() over ({partition}order by {by})", &[]),
    form(Int, "ntile(3) over ({partition}order by {by}, {id})", &[]),
    form(Float, "cume_dist() over ({partition}order by {by})", &[]),
    form(Float, "percent_rank() over ({partition}order by {by})", &[]),
    form(Int, "lag({}) over ({partition}order by {by}, {id})", &[Int]),
    form(Int, "lag({}, 2, 0) over ({partition}order by {by}, {id})", &[Int]),
    form(Text, "lead({}) over ({partition}order by {by}, {id})", &[Text]),
    form(Opaque, "lag({}) over ({partition}order by {by}, {id})", &[Opaque]),
    form(Int, "sum({}) over ({partition}order by {by})", &[Int]),
    form(Int, "sum({}) over ({partition}order by {by}, {id} rows between 2 preceding and current row)", &[Int]),
    form(Float, "sum({}) over ({partition}order by {by}, {id} rows between 1 preceding and 1 following)", &[Float]),
    form(Float, "avg({}) over ({partition}order by {by}, {id} rows between 3 preceding and 1 preceding)", &[Float]),
    form(Int, "count({}) over ({partition}order by {by} groups between 1 preceding and current row)", &[Opaque]),
    form(Int, "max({}) over ({partition}order by {by}, {id} rows between current row and 3 following)", &[Int]),
    form(Text, "min({}) over ({partition}order by {by})", &[Text]),
    form(Decimal, "sum({}) over ({partition}order by {by})", &[Decimal]),
    form(Int, "count(*) over ({partition}order by {by})", &[]),
    form(Text, "first_value({}) over ({partition}order by {by}, {id})", &[Text]),
    form(Int, "last_value({}) over ({partition}order by {by}, {id} rows between current row and 2 following)", &[Int]),
    form(Int, "nth_value({}, 2) over ({partition}order by {by}, {id})", &[Int]),
];

/// Values for which no column is asked, where an expression of a kind is wanted.
pub(super) fn literals(kind: Kind) -> &'static [&'static str] {
    match kind {
        Int => &["0", "1", "2", "5", "-1", "100"],
        Float => &["0e0", "1.5e0", "-2.25e0", "10e0"],
        Decimal => &["cast(1.25 as decimal(12, 3))", "cast(-0.5 as decimal(12, 3))"],
        Text => &["''", "'a'", "'it''s'", "'ä'"],
        Bool => &["true", "false"],
        Date => &["date '2024-01-01'", "date '2023-12-29'"],
        _ => &[],
    }
}

/// Patterns of `like`.
pub(super) const PATTERNS: &[&str] =
    &["'%a%'", "'a%'", "'%'", "'_'", "'%''%'", "'%ü%'", "'_b%'", "'a text%first'", "''"];
