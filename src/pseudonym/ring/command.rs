//! A ring from a program: the door to a KMS.
//!
//! The program is named by an absolute path and started without a shell, with an empty environment,
//! no input and its messages left to standard error; it writes the ring to its standard output and
//! ends with status 0 within ten seconds. Anything else is refused, and the program and what it
//! started are killed.

use std::io::{self, Read};
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, kill_process_group};

use super::error::FileError;
use super::file;
use super::model::Ring;

/// How long the program may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often it is asked whether it has ended, once it has closed its output.
const PAUSE: Duration = Duration::from_millis(2);

/// A program and its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyCommand {
    program: PathBuf,
    arguments: Vec<String>,
    patience: Duration,
}

impl KeyCommand {
    /// The command of these words, the first of which is an absolute path.
    ///
    /// # Errors
    /// [`FileError::Command`] when it is none.
    pub fn new(words: &[String]) -> Result<Self, FileError> {
        let (program, arguments) = words.split_first().ok_or_else(|| FileError::Command {
            place: "(empty)".to_owned(),
            reason: "names no program; give an absolute path and arguments",
        })?;
        let command = Self {
            program: PathBuf::from(program),
            arguments: arguments.to_vec(),
            patience: PATIENCE,
        };
        if !command.program.is_absolute() {
            return Err(command.failed("is not an absolute path"));
        }
        Ok(command)
    }

    /// The program.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Runs the program and reads the ring that it writes.
    pub(super) fn load(&self) -> Result<Ring, FileError> {
        let unread = |source| FileError::Read { place: self.place(), source };
        let child = Command::new(&self.program)
            .args(&self.arguments)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            // So that whatever it starts can be killed with it.
            .process_group(0)
            .spawn()
            .map_err(unread)?;
        let mut run = Run { child, deadline: Instant::now() + self.patience };
        let ring = file::read(Output(&mut run), self.place());
        match (run.wait().map_err(|error| self.late(error))?, ring) {
            (true, ring) => ring.map_err(|error| self.late_ring(error)),
            (false, _) => Err(self.failed("failed; its messages are above")),
        }
    }

    fn late_ring(&self, error: FileError) -> FileError {
        match error {
            FileError::Read { source, .. } => self.late(source),
            error => error,
        }
    }

    fn late(&self, error: io::Error) -> FileError {
        match error.kind() {
            io::ErrorKind::TimedOut => self.failed("took longer than 10 seconds and was killed"),
            _ => FileError::Read { place: self.place(), source: error },
        }
    }

    fn failed(&self, reason: &'static str) -> FileError {
        FileError::Command { place: self.program.display().to_string(), reason }
    }

    fn place(&self) -> String {
        format!("of {}", self.program.display())
    }
}

/// The started program, killed when it is dropped before its end.
struct Run {
    child: Child,
    deadline: Instant,
}

impl Run {
    /// Waits for the end: whether it went well.
    fn wait(&mut self) -> io::Result<bool> {
        // Who writes more than is read gets no more time for it.
        self.child.stdout = None;
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status.success());
            }
            if Instant::now() >= self.deadline {
                return Err(io::ErrorKind::TimedOut.into());
            }
            std::thread::sleep(PAUSE);
        }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
            let _ = self.child.wait();
        }
    }
}

/// The program's output until the deadline.
struct Output<'r>(&'r mut Run);

impl Read for Output<'_> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let Some(pipe) = &mut self.0.child.stdout else { return Ok(0) };
        loop {
            let left = self.0.deadline.saturating_duration_since(Instant::now());
            let timeout = Timespec::try_from(left).unwrap_or_default();
            let mut watched = [PollFd::from_borrowed_fd(pipe.as_fd(), PollFlags::IN)];
            match poll(&mut watched, Some(&timeout)) {
                Ok(0) => return Err(io::ErrorKind::TimedOut.into()),
                Ok(_) => return pipe.read(space),
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, patience: Duration) -> KeyCommand {
        let words = ["/bin/sh", "-c", script].map(str::to_owned);
        KeyCommand { patience, ..KeyCommand::new(&words).unwrap() }
    }

    fn refused(script: &str, patience: Duration) -> String {
        shell(script, patience).load().unwrap_err().to_string()
    }

    #[test]
    fn a_ring_comes_out_of_a_program() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ring");
        let now = std::time::SystemTime::now();
        let ring = Ring::fresh(now, super::super::Period::Month, 1).unwrap();
        file::create(&path, &ring).unwrap();
        let words = ["/bin/cat".to_owned(), path.display().to_string()];
        assert_eq!(KeyCommand::new(&words).unwrap().load().unwrap(), ring);
    }

    #[test]
    fn only_absolute_paths_are_started() {
        for words in [&[][..], &["cat".to_owned()], &["./cat".to_owned()]] {
            assert!(matches!(KeyCommand::new(words), Err(FileError::Command { .. })));
        }
        let words = ["/no/such/program".to_owned()];
        let error = KeyCommand::new(&words).unwrap().load().unwrap_err();
        assert!(matches!(error, FileError::Read { .. }), "{error}");
    }

    #[test]
    fn failures_are_told_apart() {
        assert!(refused("exit 3", PATIENCE).ends_with("failed; its messages are above"));
        assert!(refused("echo x", PATIENCE).ends_with("refused"));
        // Nothing but what a shell sets by itself.
        let clean = "test -z \"$HOME$USER$LANG$LOGNYM_KEY_FILE\" && exit 3; echo format";
        assert!(refused(clean, PATIENCE).ends_with("failed; its messages are above"));
    }

    #[test]
    fn who_hangs_is_killed() {
        for script in ["sleep 60", "exec >&-; sleep 60", "echo format; sleep 60"] {
            let message = refused(script, Duration::from_millis(50));
            assert!(message.ends_with("took longer than 10 seconds and was killed"), "{message}");
        }
    }

    #[test]
    fn endless_output_is_cut() {
        assert!(refused("exec yes", PATIENCE).ends_with("its messages are above"));
    }
}
