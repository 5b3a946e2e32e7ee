//! Integration tests, one binary: they link once and run side by side.

mod bench;
mod chunking;
mod columns;
mod config;
mod detect;
mod epochs;
mod filter;
mod golden;
mod keys;
mod layering;
mod life;
mod names;
mod octets;
mod operator;
mod packs;
mod phones;
mod plan;
mod properties;
mod rights;
mod ring;
mod rules;
mod schema;
mod secrets;
mod serve;
mod subject;
mod util;
