//! lognym: phone numbers and person names out of logs, keyed pseudonyms in.

pub mod carrier;
pub mod class;
#[doc(hidden)]
pub mod corpus;
pub mod detect;
pub mod engine;
pub mod fold;
pub mod frame;
pub mod lexicon;
pub mod plan;
pub mod pseudonym;
pub mod resolve;
pub mod rules;
pub mod scan;
pub mod secret;
pub mod span;
pub mod stats;
