//! Starts the binary and waits for what it does.
//!
//! Waiting is for conditions; [`DEADLINE`] only turns a hang into a failure.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

/// Far more than anything here takes.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

/// The command, untouched by the variables of whoever runs the tests; only the scan kernel may be
/// chosen from outside, so that all of this can run on the scalar one.
pub(crate) fn lognym(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lognym"));
    command.env_remove("CREDENTIALS_DIRECTORY");
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("LOGNYM_") && name != "LOGNYM_KERNEL" {
            command.env_remove(name);
        }
    }
    command.args(args);
    command
}

/// Runs with `input` on standard input to the end.
pub(crate) fn run(args: &[&str], input: &[u8]) -> Output {
    finish(lognym(args), input)
}

/// Runs a prepared command with `input` on standard input to the end.
pub(crate) fn finish(mut command: Command, input: &[u8]) -> Output {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary starts");
    let mut stdin = child.stdin.take().expect("stdin is a pipe");
    thread::scope(|scope| {
        // It may rightly refuse to read everything.
        scope.spawn(move || stdin.write_all(input).is_ok());
        child.wait_with_output().expect("the binary ends")
    })
}

/// Standard error but for the notice that there is no key.
pub(crate) fn messages(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let lines = text.lines().filter(|line| !line.starts_with("lognym: no key given"));
    lines.map(|line| format!("{line}\n")).collect()
}

/// A running filter with its input open and its output watched.
pub(crate) struct Live {
    child: Child,
    stdin: Option<ChildStdin>,
    output: Receiver<Vec<u8>>,
    seen: Vec<u8>,
}

impl Live {
    pub(crate) fn start(args: &[&str]) -> Self {
        let mut command = lognym(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("the binary starts");
        let stdin = child.stdin.take();
        let mut stdout = child.stdout.take().expect("stdout is a pipe");
        let (sender, output) = channel();
        thread::spawn(move || {
            let mut chunk = [0; 4096];
            while let Ok(count @ 1..) = stdout.read(&mut chunk) {
                if sender.send(chunk[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self { child, stdin, output, seen: Vec::new() }
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) {
        self.stdin.as_mut().expect("stdin is open").write_all(bytes).expect("lognym reads");
    }

    /// Waits until exactly this is the next output.
    pub(crate) fn expect(&mut self, bytes: &[u8]) {
        while self.seen.len() < bytes.len() {
            let more = self.output.recv_timeout(DEADLINE).expect("output comes in time");
            self.seen.extend(more);
        }
        let seen = std::mem::take(&mut self.seen);
        assert_eq!(seen, bytes, "{:?}", String::from_utf8_lossy(&seen));
    }

    /// Waits for the next line of the output.
    pub(crate) fn line(&mut self) -> String {
        let end = loop {
            match self.seen.iter().position(|&byte| byte == b'\n') {
                Some(end) => break end,
                None => {
                    let more = self.output.recv_timeout(DEADLINE).expect("output comes in time");
                    self.seen.extend(more);
                }
            }
        };
        let line = self.seen.drain(..=end).collect();
        String::from_utf8(line).expect("text stays text")
    }

    /// Waits for the end of the output: nothing but `bytes` may come before.
    pub(crate) fn expect_end(&mut self, bytes: &[u8]) {
        self.expect(bytes);
        assert!(self.output.recv_timeout(DEADLINE).is_err(), "more output than expected");
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        send(&self.child, signal);
    }

    pub(crate) fn close_input(&mut self) {
        self.stdin = None;
    }

    pub(crate) fn wait(&mut self) -> ExitStatus {
        self.child.wait().expect("the binary ends")
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a signal to a child that has not been waited for.
pub(crate) fn send(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).expect("the child is there");
}

/// Waits for the end of a child, and kills it when it does not come.
pub(crate) fn wait(mut child: Child) -> Output {
    let (sender, ended) = channel();
    let pid = Pid::from_child(&child);
    let stderr = child.stderr.take();
    let waiting = thread::spawn(move || {
        let status = child.wait().expect("the child can be waited for");
        let _ = sender.send(());
        status
    });
    let in_time = ended.recv_timeout(DEADLINE).is_ok();
    if !in_time {
        let _ = kill_process(pid, Signal::KILL);
    }
    let status = waiting.join().expect("waiting does not panic");
    assert!(in_time, "the binary did not end");
    let mut messages = Vec::new();
    if let Some(mut stderr) = stderr {
        stderr.read_to_end(&mut messages).expect("stderr can be read");
    }
    Output { status, stdout: Vec::new(), stderr: messages }
}
