//! SIGHUP: what was read at the start is read again.

use std::io::Read;
use std::os::unix::net::UnixStream;
use std::thread;

use anyhow::Context;
use signal_hook::consts::SIGHUP;
use signal_hook::low_level::pipe;

use super::exit::{Exit, Failure};

/// Does `action` after every SIGHUP, on a thread that ends with the process.
pub(crate) fn watch(action: impl Fn() + Send + 'static) -> Result<(), Failure> {
    let watched = UnixStream::pair().and_then(|(watched, trigger)| {
        pipe::register(SIGHUP, trigger)?;
        Ok(watched)
    });
    let mut watched = watched
        .context("cannot watch for SIGHUP")
        .map_err(|error| Failure::new(Exit::Io, error))?;
    // Signals that came while the action ran are answered by running it once more.
    thread::spawn(move || {
        while let Ok(1..) = watched.read(&mut [0; 64]) {
            action();
        }
    });
    Ok(())
}
