//! Standard output as a forward side: each write on a thread that may wait, and no buffer of its
//! own.
//!
//! What is reported as written has been written, so that after a failure (a full disk) the stream
//! can go on at the very byte where it stopped.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::AsyncWrite;
use tokio::task::{JoinHandle, spawn_blocking};

/// Standard output without the buffer of [`io::Stdout`].
#[derive(Debug)]
pub(super) struct Stdout {
    file: Arc<File>,
    writing: Option<JoinHandle<io::Result<usize>>>,
}

/// Bytes that one write copies at most.
const CHUNK: usize = 64 << 10;

impl Stdout {
    pub(super) fn new() -> io::Result<Self> {
        let file = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        Ok(Self { file: Arc::new(file), writing: None })
    }
}

impl AsyncWrite for Stdout {
    /// Until it is ready, it has to be called with the same bytes again.
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let file = Arc::clone(&self.file);
        let writing = self.writing.get_or_insert_with(|| {
            let chunk = bytes[..bytes.len().min(CHUNK)].to_vec();
            spawn_blocking(move || file.as_ref().write(&chunk))
        });
        let written = ready!(Pin::new(writing).poll(context));
        self.writing = None;
        Poll::Ready(written.unwrap_or_else(|error| Err(io::Error::other(error))))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
