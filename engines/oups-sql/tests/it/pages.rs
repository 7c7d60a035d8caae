//! What README and docs show of `oups sql` is what it prints.

use crate::transcript::{UPDATE, is_sql, pages, root, wrong};

#[test]
fn every_page_shows_what_oups_sql_prints() {
    let shows_sql = |page: &std::path::PathBuf| {
        let text = std::fs::read_to_string(page).unwrap();
        text.lines().filter_map(|line| line.strip_prefix("$ ")).any(is_sql)
    };
    let pages: Vec<_> = pages().into_iter().filter(shows_sql).collect();
    assert!(pages.contains(&root().join("README.md")) && pages.contains(&root().join("docs/sql.md")), "{pages:?}");
    // Whole pages, as their statements ask what the commands before them have made.
    let wrong = wrong(pages, |_| true);
    assert!(wrong.is_empty(), "{}\n{UPDATE}=1 cargo test -p oups-sql pages writes it anew", wrong.concat());
}
