//! Options that are invalid, for any dataset or for this one.

use arrow::error::ArrowError;
use oups_core::{Combine, DuplicatesOn, Error, Keep, Resolver, Version};

use super::fixture::{KEY, dataset, rows};
use super::{Bad, bad};

/// A write of new rows with an option.
macro_rules! with {
    ($key:expr, $option:ident($($value:expr),*) $(, $more:ident($($other:expr),*))*) => {
        |root| dataset(root, $key)?.write(rows(20..25)).$option($($value),*)$(.$more($($other),*))*.commit().map(|_| ())
    };
}

pub(super) fn table() -> Vec<Bad> {
    [targets(), columns(), rules(), versions()].into_iter().flatten().collect()
}

fn targets() -> Vec<Bad> {
    vec![
        bad!(
            "a target of no rows",
            with!(KEY, row_group_target(0)),
            Error::InvalidOption { option: "row_group_target", .. }
        ),
        bad!("a target of minus five rows", with!(KEY, row_group_target(-5)), Error::InvalidOption { .. }),
        bad!("an unknown period", with!(KEY, row_group_target("1fortnight")), Error::InvalidOption { .. }),
        bad!("a period of no days", with!(KEY, row_group_target("0D")), Error::InvalidOption { .. }),
        bad!("an empty period", with!(KEY, row_group_target("")), Error::InvalidOption { .. }),
        bad!("a negative period", with!(KEY, row_group_target("-1D")), Error::InvalidOption { .. }),
        bad!("a period of too many days", with!(KEY, row_group_target("99999999999D")), Error::InvalidOption { .. }),
        bad!(
            "more rows than a row group can have",
            with!(KEY, row_group_target("99999999999999999999999")),
            Error::InvalidOption { .. }
        ),
        bad!("a period on a column of numbers", with!(KEY, row_group_target("1D")), Error::InvalidOption { .. }),
        bad!(
            "no off-target row group at all",
            with!(KEY, max_off_target(0)),
            Error::InvalidOption { option: "max_off_target", .. }
        ),
    ]
}

fn columns() -> Vec<Bad> {
    vec![
        bad!(
            "a first write without an ordered column",
            with!("b-2/new", metadata("a", "b")),
            Error::NoOrderedColumn { .. }
        ),
        bad!("an ordered column that does not exist", with!("b-2/new", ordered_on("tim")), Error::UnknownColumn { .. }),
        bad!(
            "another ordered column",
            with!(KEY, ordered_on("value")),
            Error::InvalidOption { option: "ordered_on", .. }
        ),
        bad!(
            "a duplicate column that does not exist",
            with!(KEY, duplicates_on(["time", "station"])),
            Error::UnknownColumn { .. }
        ),
        bad!(
            "an empty list of duplicate columns",
            with!(KEY, duplicates_on(DuplicatesOn::Columns(Vec::new()))),
            Error::InvalidOption { option: "duplicates_on", .. }
        ),
    ]
}

fn rules() -> Vec<Bad> {
    vec![
        bad!(
            "no rule where the dataset's is the program's",
            with!("a-1/y", metadata("a", "b")),
            Error::InvalidOption { option: "keep", .. }
        ),
        bad!(
            "a rule of a column that does not exist",
            with!("a-1/y", keep(Resolver::newest("version"))),
            Error::UnknownColumn { .. }
        ),
        bad!(
            "a rule that combines texts as numbers",
            |root| {
                let sum = Resolver::combine([("tag", Combine::Sum)]);
                dataset(root, "a-1/y")?.write(rows([3, 3])).keep(sum).commit().map(|_| ())
            },
            Error::Resolution { .. }
        ),
        bad!(
            "a rule that fails",
            |root| {
                let rule = Resolver::new(|_| Err(ArrowError::ComputeError("no price for EUR".into())));
                dataset(root, "a-1/y")?.write(rows([3])).keep(rule).commit().map(|_| ())
            },
            Error::Resolution { .. }
        ),
        bad!(
            "a rule that answers with other columns",
            |root| {
                let rule = Resolver::new(|run| run.rows().project(&[0]));
                dataset(root, "a-1/y")?.write(rows([3])).keep(rule).commit().map(|_| ())
            },
            Error::Resolution { .. }
        ),
        bad!(
            "a rule that moves rows",
            |root| {
                let rule = Resolver::new(|_| Ok(rows([99])));
                dataset(root, "a-1/y")?.write(rows([3])).keep(rule).commit().map(|_| ())
            },
            Error::Resolution { .. }
        ),
        bad!(
            "a duplicate of a stored row",
            |root| dataset(root, "a-1/y")?.write(rows([3, 40])).keep(Keep::Reject).commit().map(|_| ()),
            Error::Duplicate { row: 0, of: None, .. }
        ),
        bad!(
            "a duplicate of a row of the input",
            |root| dataset(root, "a-1/y")?.write(rows([30, 40, 40])).keep(Keep::Reject).commit().map(|_| ()),
            Error::Duplicate { row: 2, of: Some(1), .. }
        ),
    ]
}

fn versions() -> Vec<Bad> {
    vec![
        bad!("a version that is past", with!(KEY, if_version(0)), Error::VersionConflict { .. }),
        bad!(
            "a version of a dataset that does not exist",
            with!("b-2/new", if_version(4), ordered_on("time")),
            Error::VersionConflict { found: Version::ABSENT, .. }
        ),
        bad!(
            "no batch at all, at a first write",
            |root| dataset(root, "b-2/new")?.write(Vec::new()).ordered_on("time").commit().map(|_| ()),
            Error::NoDataset { .. }
        ),
        bad!(
            "metadata of a dataset that does not exist",
            |root| { dataset(root, "b-2/new")?.rewrite().metadata("a", "b").commit().map(|_| ()) },
            Error::NoDataset { .. }
        ),
        bad!(
            "the settings of a dataset that does not exist",
            |root| dataset(root, "b-2/new")?.info().map(|_| ()),
            Error::NoDataset { .. }
        ),
    ]
}
