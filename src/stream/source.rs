//! Where the bytes come from: files and standard input, and when they are there to be read.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::error::Error;
use super::stop::Stop;
use crate::frame::sniff;

/// One input of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Standard input.
    Stdin,
    /// The file, FIFO or device of this name.
    Path(PathBuf),
}

impl Source {
    /// The source that an operand of the command line means: `-` is standard input.
    pub fn from_operand(operand: &Path) -> Self {
        if operand == Path::new("-") { Source::Stdin } else { Source::Path(operand.to_owned()) }
    }

    /// What messages call it.
    pub fn name(&self) -> String {
        match self {
            Source::Stdin => "standard input".to_owned(),
            Source::Path(path) => path.display().to_string(),
        }
    }

    pub(super) fn open<'s>(&self, stop: &'s Stop) -> Result<Feed<Descriptor<'s>>, Error> {
        let file = match self {
            Source::Stdin => io::stdin().as_fd().try_clone_to_owned().map(File::from),
            Source::Path(path) => File::open(path),
        };
        let file = file.map_err(|source| Error::Open { input: self.name(), source })?;
        widen_pipe(file.as_fd());
        Ok(Feed { name: self.name(), input: Descriptor { file, stop } })
    }

    /// Looks at the input without taking a byte from it. Returns the number of bytes to
    /// come, if that is known.
    fn survey(&self, output: Option<&Metadata>) -> Result<Option<u64>, Error> {
        let failed = |source| Error::Open { input: self.name(), source };
        let (file, start) = match self {
            Source::Stdin => {
                let file = File::from(io::stdin().as_fd().try_clone_to_owned().map_err(failed)?);
                let start = rustix::fs::tell(&file).unwrap_or(0);
                (file, start)
            }
            // Opening a FIFO would wait for its writer, and then take it away.
            Source::Path(path) if !path.metadata().map_err(failed)?.is_file() => return Ok(None),
            Source::Path(path) => (File::open(path).map_err(failed)?, 0),
        };
        let metadata = file.metadata().map_err(failed)?;
        if !metadata.is_file() {
            return Ok(None);
        }
        let to_come = metadata.len().saturating_sub(start);
        if to_come > 0 && output.is_some_and(|output| is_same_file(output, &metadata)) {
            return Err(Error::OutputIsInput { input: self.name() });
        }
        let mut head = [0; 512];
        let length = file
            .read_at(&mut head, start)
            .map_err(|source| Error::Read { input: self.name(), source })?;
        match sniff::refuse(&head[..length]) {
            Some(encoding) => Err(Error::Refused { input: self.name(), encoding }),
            None => Ok(Some(to_come)),
        }
    }
}

/// Checks all regular files before anything is written: that they can be opened and searched,
/// and are not the output. Returns how many bytes they have, if all are regular files.
pub(super) fn survey(sources: &[Source]) -> Result<Option<u64>, Error> {
    let output = io::stdout().as_fd().try_clone_to_owned().map(File::from);
    let output = output.and_then(|file| file.metadata()).ok().filter(Metadata::is_file);
    let mut total = Some(0);
    for source in sources {
        let bytes = source.survey(output.as_ref())?;
        total = total.zip(bytes).map(|(sum, bytes)| sum + bytes);
    }
    Ok(total)
}

fn is_same_file(one: &Metadata, other: &Metadata) -> bool {
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Asks for the largest pipe an ordinary user may have (1 MiB), so that reader and writer
/// change turns less often. Whatever is no pipe stays as it is.
pub(super) fn widen_pipe(descriptor: BorrowedFd<'_>) {
    #[cfg(target_os = "linux")]
    let _ = rustix::pipe::fcntl_setpipe_size(descriptor, 1024 * 1024);
    #[cfg(not(target_os = "linux"))]
    let _ = descriptor;
}

/// An opened input and what to call it.
pub(super) struct Feed<I> {
    pub(super) name: String,
    pub(super) input: I,
}

/// What a read would meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ready {
    /// Bytes, the end, or an error: it returns at once.
    Data,
    /// Nothing yet: it would wait.
    Later,
    /// It must not be done: a stop was requested.
    Stopped,
    /// It would be of no use: nobody reads the output any more.
    Closed,
}

/// How long [`Input::ready`] may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Patience {
    /// Not at all.
    None,
    /// Until the answer is something else than [`Ready::Later`].
    Forever,
}

/// A reader that knows whether it would wait.
pub(super) trait Input: Read {
    fn ready(&mut self, patience: Patience) -> io::Result<Ready>;
}

/// A file descriptor, watched together with the stop request and the output.
#[derive(Debug)]
pub(super) struct Descriptor<'s> {
    file: File,
    stop: &'s Stop,
}

impl Read for Descriptor<'_> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        self.file.read(space)
    }
}

impl Input for Descriptor<'_> {
    fn ready(&mut self, patience: Patience) -> io::Result<Ready> {
        let timeout = (patience == Patience::None).then_some(Timespec { tv_sec: 0, tv_nsec: 0 });
        let output = rustix::stdio::stdout();
        let mut watched = [
            PollFd::new(&self.file, PollFlags::IN),
            PollFd::from_borrowed_fd(self.stop.descriptor(), PollFlags::IN),
            // Errors and hang-ups are always reported: a pipe has one when its reader is gone.
            PollFd::new(&output, PollFlags::empty()),
        ];
        while let Err(error) = poll(&mut watched, timeout.as_ref()) {
            if error != Errno::INTR {
                return Err(error.into());
            }
        }
        let [input, stop, output] = watched.map(|descriptor| !descriptor.revents().is_empty());
        Ok(match () {
            () if stop => Ready::Stopped,
            () if output => Ready::Closed,
            () if input => Ready::Data,
            () => Ready::Later,
        })
    }
}
