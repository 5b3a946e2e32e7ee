//! The request to stop, as a descriptor that can be polled together with the input.
//!
//! A socket pair on which a byte, once written, is never read: a request that comes in at any
//! moment, even between a check and a wait, makes the next poll return at once.

use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{flag, low_level::pipe};

use super::error::Error;

/// Asks a stream to read no more. What has been read by then is still written.
#[derive(Debug)]
pub struct Stop {
    watched: UnixStream,
    trigger: UnixStream,
}

impl Stop {
    /// A request that nobody has made yet.
    ///
    /// # Errors
    ///
    /// [`Error::Signals`] when no more descriptors are to be had.
    pub fn new() -> Result<Self, Error> {
        let pair = || {
            let (watched, trigger) = UnixStream::pair()?;
            trigger.set_nonblocking(true)?;
            Ok(Self { watched, trigger })
        };
        pair().map_err(|source| Error::Signals { source })
    }

    /// Lets the first SIGINT or SIGTERM of this process make the request, and a second
    /// one end the process at once (status 130 or 143).
    ///
    /// # Errors
    ///
    /// [`Error::Signals`] when the handlers cannot be installed.
    pub fn on_signals(&self) -> Result<(), Error> {
        let again = Arc::new(AtomicBool::new(false));
        let register = |signal| -> io::Result<()> {
            // In this order, so that the first signal does not meet its own flag.
            flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&again))?;
            flag::register(signal, Arc::clone(&again))?;
            pipe::register(signal, self.trigger.try_clone()?)?;
            Ok(())
        };
        [SIGINT, SIGTERM]
            .into_iter()
            .try_for_each(register)
            .map_err(|source| Error::Signals { source })
    }

    /// Makes the request; more than once is as good as once.
    pub fn request(&self) {
        // It fails only when the socket is full, and then a request is there already.
        let _ = (&self.trigger).write(&[0]);
    }

    /// Readable once the request was made.
    pub(super) fn descriptor(&self) -> BorrowedFd<'_> {
        self.watched.as_fd()
    }
}
