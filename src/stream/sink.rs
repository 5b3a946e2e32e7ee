//! Where the bytes go: only what the engine has vetted.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::os::fd::AsFd;

use rustix::event::{PollFd, PollFlags, poll};

use super::source::widen_pipe;
use crate::engine::Vetted;

/// A writer that takes nothing but [`Vetted`] bytes, and holds none of them back.
#[derive(Debug)]
pub(super) struct Sink<W>(W);

impl<W: Write> Sink<W> {
    pub(super) fn new(output: W) -> Self {
        Self(output)
    }

    pub(super) fn write(&mut self, vetted: &Vetted) -> io::Result<()> {
        self.0.write_all(vetted.as_bytes())?;
        self.0.flush()
    }
}

/// Standard output without the buffer of [`io::Stdout`].
#[derive(Debug)]
pub(super) struct Output(File);

impl Output {
    pub(super) fn stdout() -> io::Result<Self> {
        let file = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        widen_pipe(file.as_fd());
        Ok(Self(file))
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match self.0.write(bytes) {
                // Whoever shares the descriptor made it non-blocking.
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    poll(&mut [PollFd::new(&self.0, PollFlags::OUT)], None)?;
                }
                done => return done,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
