//! Integration tests, one binary: they link once and run side by side.

mod bench;
mod chunking;
mod detect;
mod epochs;
mod filter;
mod golden;
mod keys;
mod layering;
mod life;
mod plan;
mod properties;
mod rights;
mod ring;
mod rules;
mod secrets;
mod serve;
mod subject;
mod util;
