//! Integration tests, one binary: they link once and run side by side.

mod bench;
mod chunking;
mod detect;
mod filter;
mod golden;
mod keys;
mod layering;
mod plan;
mod properties;
mod ring;
mod rules;
mod secrets;
mod subject;
mod util;
