//! The main job at its edges: files, pipes, signals, failures, exit codes.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;

use rustix::process::Signal;
use tempfile::TempDir;

use crate::util::{Live, finish, lognym, messages, run, send, wait};

/// A folder with files of this name and content.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    for (name, content) in files {
        fs::write(folder.path().join(name), content).expect("a file can be written");
    }
    folder
}

#[test]
fn a_line_comes_out_while_the_input_stays_open() {
    for args in [&["--threads=1"][..], &["--threads=3"], &["-u"]] {
        let mut live = Live::start(args);
        live.write(b"one\ntw");
        live.expect(b"one\n");
        live.write(b"o\n");
        live.expect(b"two\n");
    }
}

#[test]
fn files_come_out_in_their_order() {
    let folder = folder(&[("a", b"one\n"), ("b", b"no end"), ("filter", b"\nthree\n")]);
    let mut command = lognym(&["a", "-", "b", "./filter"]);
    command.current_dir(&folder);
    let output = finish(command, b"stdin\n");
    assert!(output.status.success());
    assert_eq!(output.stdout, b"one\nstdin\nno end\nthree\n");

    let mut command = lognym(&["filter", "filter"]);
    command.current_dir(&folder);
    assert_eq!(finish(command, b"").stdout, b"\nthree\n");
}

#[test]
fn a_missing_file_stops_everything_before_it_starts() {
    let folder = folder(&[("there", b"one\n")]);
    let mut command = lognym(&["there", "missing.log"]);
    command.current_dir(&folder);
    let output = finish(command, b"");
    assert_eq!(output.status.code(), Some(74));
    assert_eq!(output.stdout, b"");
    assert!(messages(&output.stderr).starts_with("lognym: cannot open missing.log: "));
}

#[test]
fn a_directory_cannot_be_read() {
    let folder = folder(&[]);
    let output = run(&[folder.path().to_str().unwrap()], b"");
    assert_eq!(output.status.code(), Some(74));
    assert!(messages(&output.stderr).contains("cannot read"));
}

#[test]
fn input_that_cannot_be_searched_is_refused() {
    let wide: Vec<u8> = "a line\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for input in [&b"\x1f\x8b\x08\x00\x00\n"[..], b"\x28\xb5\x2f\xfd", b"\xff\xfea\0\n\0", &wide] {
        let output = run(&[], input);
        assert_eq!(output.status.code(), Some(65), "{input:?}");
        assert_eq!(output.stdout, b"");
        assert!(messages(&output.stderr).starts_with("lognym: refused standard input: it is "));

        let folder = folder(&[("text", b"one\n"), ("other", input)]);
        let mut command = lognym(&["text", "other"]);
        command.current_dir(&folder);
        let output = finish(command, b"");
        assert_eq!(output.status.code(), Some(65));
        assert_eq!(output.stdout, b"", "written before all files were looked at");
    }
}

#[test]
fn the_output_file_is_no_input() {
    let folder = folder(&[("log", b"one\n")]);
    let path = folder.path().join("log");
    let mut command = lognym(&[path.to_str().unwrap()]);
    let output = File::options().append(true).open(&path).unwrap();
    let child = command.stdin(Stdio::null()).stdout(output).stderr(Stdio::piped()).spawn().unwrap();
    let output = wait(child);
    assert_eq!(output.status.code(), Some(65));
    assert_eq!(fs::read(&path).unwrap(), b"one\n");
}

#[test]
fn a_reader_that_leaves_ends_it_quietly() {
    for threads in ["--threads=1", "--threads=3"] {
        let mut producer =
            std::process::Command::new("yes").stdout(Stdio::piped()).spawn().unwrap();
        let mut command = lognym(&[threads]);
        command.stdin(producer.stdout.take().unwrap());
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let mut first = [0; 2];
        child.stdout.take().unwrap().read_exact(&mut first).unwrap();
        let output = wait(child);
        let _ = producer.kill();
        let _ = producer.wait();
        assert_eq!(first, *b"y\n");
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(messages(&output.stderr), "");
    }
}

#[test]
fn a_reader_that_leaves_is_noticed_while_the_input_is_silent() {
    for threads in ["--threads=1", "--threads=3"] {
        let mut command = lognym(&[threads]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let silent = child.stdin.take();
        drop(child.stdout.take());
        let output = wait(child);
        drop(silent);
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(messages(&output.stderr), "");
    }
}

#[test]
fn a_full_disk_is_reported() {
    for threads in ["--threads=1", "--threads=3"] {
        let mut command = lognym(&[threads, "-"]);
        let full = File::options().write(true).open("/dev/full").unwrap();
        command.stdin(Stdio::piped()).stdout(full).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(b"secret line\n").unwrap();
        // The input stays open: the failure alone has to end it.
        let output = wait(child);
        drop(stdin);
        assert_eq!(output.status.code(), Some(74));
        let messages = messages(&output.stderr);
        assert!(messages.starts_with("lognym: cannot write the output: "), "{messages}");
        assert!(!messages.contains("secret"));
    }
}

#[test]
fn a_signal_ends_it_with_all_whole_lines_written() {
    for (signal, threads) in [(Signal::TERM, "--threads=1"), (Signal::INT, "--threads=2")] {
        let mut live = Live::start(&[threads]);
        live.write(b"complete\npartial");
        live.expect(b"complete\n");
        live.signal(signal);
        live.expect_end(b"[lognym:withheld bytes=7 reason=interrupted]");
        assert_eq!(live.wait().code(), Some(0));
    }
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let mut command = lognym(&["--threads=2", "--max-line=4M"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    // More than any pipe holds: once a byte has come out and nobody reads on, the line cannot be
    // written to its end, so the first signal alone cannot end it.
    let mut line = vec![b'x'; 3 << 20];
    line.push(b'\n');
    child.stdin.as_mut().unwrap().write_all(&line).unwrap();
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut [0]).unwrap();
    let status = loop {
        // Two at once may arrive as one.
        send(&child, Signal::TERM);
        std::thread::yield_now();
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
    };
    assert_eq!((status.code(), status.signal()), (Some(143), None));
}

#[test]
fn usage_errors_write_nothing() {
    for args in [
        &["--no-such-option"][..],
        &["--threads=0"],
        &["--max-line=1"],
        &["--region=XYZ"],
        &["--key=00"],
        &["--stats=xml"],
        &["completions", "no-such-shell"],
    ] {
        let output = run(args, b"line\n");
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert_eq!(output.stdout, b"");
    }
}

#[test]
fn variables_stand_in_for_options() {
    let mut command = lognym(&["filter"]);
    command.env("LOGNYM_MAX_LINE", "64").env("LOGNYM_STATS", "json").env("LOGNYM_THREADS", "2");
    let output = finish(command, &[b'x'; 65]);
    assert_eq!(output.stdout, b"[lognym:withheld bytes=65 reason=line-too-long]");
    let stats: serde_json::Value = serde_json::from_str(&messages(&output.stderr)).unwrap();
    assert_eq!((&stats["threads"], &stats["lines_withheld"]), (&2.into(), &1.into()));

    let mut command = lognym(&["--threads=1", "--stats"]);
    command.env("LOGNYM_STATS", "json");
    assert!(messages(&finish(command, b"").stderr).starts_with("input "));
}

#[test]
fn without_a_key_it_says_so() {
    let output = run(&[], b"");
    let notice = String::from_utf8(output.stderr).unwrap();
    assert!(notice.starts_with("lognym: no key given"), "{notice}");
    assert!(notice.contains("lognym key new"), "{notice}");
}

#[test]
fn a_pipe_gets_no_progress() {
    let output = run(&["--progress"], b"line\n");
    assert_eq!(messages(&output.stderr), "");
}

#[test]
fn detect_reports_nothing_in_clean_text() {
    let output = run(&["detect", "--fail"], b"a clean line\n");
    assert_eq!((output.status.code(), &output.stdout[..]), (Some(0), &b""[..]));
}

#[test]
fn detect_does_not_call_an_unsearched_line_clean() {
    let output = run(&["detect", "--fail", "--max-line=64"], &[b'x'; 65]);
    assert_eq!(output.status.code(), Some(1));
    assert!(messages(&output.stderr).contains("line 1 is over --max-line"));
}

#[test]
fn completions_and_manual_are_printed() {
    for shell in ["bash", "zsh", "fish"] {
        let output = run(&["completions", shell], b"");
        assert!(String::from_utf8_lossy(&output.stdout).contains("max-line"), "{shell}");
    }
    let manual = run(&["man"], b"").stdout;
    assert!(String::from_utf8_lossy(&manual).contains(".TH lognym 1"));
    for topic in ["threats", "rights", "retention", "record", "statements"] {
        let chapter = run(&["man", topic], b"").stdout;
        assert!(chapter.starts_with(b"# ") && chapter.len() > 1000, "{topic}");
    }
}
