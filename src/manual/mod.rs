//! The manual for those who sign for it: data-protection officers, auditors, operators.
//!
//! Each chapter is a page of Markdown, shown here and by `lognym man TOPIC`.

/// Chapter [`threats`].
pub const THREATS: &str = include_str!("threats.md");
/// Chapter [`rights`].
pub const RIGHTS: &str = include_str!("rights.md");
/// Chapter [`retention`].
pub const RETENTION: &str = include_str!("retention.md");
/// Chapter [`record`].
pub const RECORD: &str = include_str!("record.md");
/// Chapter [`statements`].
pub const STATEMENTS: &str = include_str!("statements.md");
/// Chapter [`rules`].
pub const RULES: &str = include_str!("rules.md");

#[doc = include_str!("threats.md")]
pub mod threats {}
#[doc = include_str!("rights.md")]
pub mod rights {}
#[doc = include_str!("retention.md")]
pub mod retention {}
#[doc = include_str!("record.md")]
pub mod record {}
#[doc = include_str!("statements.md")]
pub mod statements {}
#[doc = include_str!("rules.md")]
pub mod rules {}
