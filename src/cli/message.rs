//! Messages on standard error, one line each, and texts on standard output; nothing of the input.

use std::fmt::Arguments;
use std::io::{self, ErrorKind, Write};
use std::panic::PanicHookInfo;

use anyhow::Context;

use super::exit::{Exit, Failure};

/// Writes a whole text to standard output. A reader that has left is no failure.
pub(crate) fn print(text: &[u8]) -> Result<Exit, Failure> {
    let mut output = io::stdout().lock();
    match output.write_all(text).and_then(|()| output.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error)
            .context("cannot write the output")
            .map_err(|error| Failure::new(Exit::Io, error)),
        _ => Ok(Exit::Ok),
    }
}

/// Writes one message to standard error. That it may be closed is nobody's concern.
pub(crate) fn note(message: Arguments<'_>) {
    let _ = writeln!(io::stderr(), "lognym: {message}");
}

/// Says where, never what: the payload of a panic may quote input.
pub(crate) fn report_panic(info: &PanicHookInfo<'_>) {
    match info.location() {
        Some(place) => note(format_args!("internal error at {}:{}", place.file(), place.line())),
        None => note(format_args!("internal error")),
    }
}
