//! What to do about an error, in the program's own words: the library's errors speak of its functions.

use oups_core::Error;

use crate::open::NoSuchKey;

/// A way out, where there is one that the error itself does not tell.
pub(crate) fn hint(error: &anyhow::Error) -> Option<String> {
    if let Some(unknown) = error.chain().find_map(|cause| cause.downcast_ref::<NoSuchKey>()) {
        return Some(match unknown.similar.as_slice() {
            [] => "`oups ls STORE` lists the keys".to_owned(),
            similar => format!("did you mean {}?", quoted(similar)),
        });
    }
    error.chain().find_map(|cause| cause.downcast_ref::<Error>()).and_then(for_error)
}

fn for_error(error: &Error) -> Option<String> {
    Some(match error {
        Error::NoStore { path } => format!("`oups init {} --schema …` makes one", path.display()),
        Error::NoOrderedColumn { .. } => {
            "the first write of a dataset needs `--ordered-on COLUMN`; an existing dataset may have been meant: `oups ls` \
             lists them"
                .to_owned()
        }
        Error::UnknownColumn { column, columns, .. } => {
            let near = columns.split(", ").min_by_key(|name| strsim::osa_distance(column, name))?;
            let close = strsim::osa_distance(column, near) <= column.chars().count() / 3 + 1;
            close.then(|| format!("did you mean `{near}`?"))?
        }
        Error::Unsorted { column, .. } => format!("sort the input by `{column}` first; nothing was written"),
        Error::Unorderable { column, .. } => {
            format!("leave out the rows without a value in `{column}`; nothing was written")
        }
        Error::LockTimeout { .. } => "try again later, or with a longer `--lock-timeout`".to_owned(),
        Error::VersionConflict { .. } => "`oups info` shows the version; look at the rows before writing again".to_owned(),
        Error::NotDurable { .. } => {
            "check the disk; `oups info` shows whether this version is there before you write again".to_owned()
        }
        _ => return None,
    })
}

fn quoted(names: &[String]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [all @ .., last] if !all.is_empty() => format!("{} or {last}", all.join(", ")),
        _ => names.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_joined_as_people_do() {
        let names = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(quoted(&names[..1]), "`a`");
        assert_eq!(quoted(&names[..2]), "`a` or `b`");
        assert_eq!(quoted(&names), "`a`, `b` or `c`");
    }
}
