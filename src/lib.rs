//! lognym: phone numbers and person names out of logs, keyed pseudonyms in.

pub mod span;
pub mod stats;
