//! Integration tests, one binary: they link once and run side by side.

mod plan;
