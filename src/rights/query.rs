//! The same request for downstream stores: tokens as ready queries.
//!
//! Tokens are single lower-case words, so that they need no escaping anywhere and the standard analysers
//! of full-text stores keep them whole.

use std::fmt::Write as _;

/// Where copies of the logs may lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    /// The body of an Elasticsearch or OpenSearch `_search` or `_delete_by_query`.
    Elasticsearch,
    /// LogQL, for Loki's `query_range` or its `delete` endpoint.
    Loki,
    /// A command line for files.
    Grep,
}

impl Store {
    /// All of them.
    pub const ALL: [Store; 3] = [Store::Elasticsearch, Store::Loki, Store::Grep];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Store::Elasticsearch => "elasticsearch",
            Store::Loki => "loki",
            Store::Grep => "grep",
        }
    }
}

/// Most tokens of a query: half of the clauses that Elasticsearch takes by default.
const MOST: usize = 512;

/// Queries for `tokens`, one a line.
pub fn queries(store: Store, tokens: &[&str]) -> String {
    tokens.chunks(MOST).fold(String::new(), |mut text, tokens| {
        // Writing to a string cannot fail.
        let _ = match store {
            Store::Elasticsearch => {
                let query = tokens.join(" OR ");
                writeln!(
                    text,
                    r#"{{"query":{{"query_string":{{"query":"{query}","lenient":true}}}}}}"#
                )
            }
            Store::Loki => writeln!(text, r#"{{job=~".+"}} |~ "{}""#, tokens.join("|")),
            Store::Grep => writeln!(text, "grep -rF -e {} .", tokens.join(" -e ")),
        };
        text
    })
}
