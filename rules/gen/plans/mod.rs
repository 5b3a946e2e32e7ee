//! From libphonenumber's metadata to `rules/plans.toml`, and from there to `rules/plans.bin`.
//!
//! The second step is pure and fast enough for a test to repeat it (`tests/it/plan.rs`).

pub(crate) mod areas;
pub(crate) mod dial;
pub(crate) mod facts;
pub(crate) mod minimal;
pub(crate) mod pattern;
pub(crate) mod table;
pub(crate) mod validity;
