//! Signals, keys in time, and what systemd is told.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use lognym::pseudonym::ring::{self, Epoch, Kind, Material, Period, Ring};
use lognym::secret::Secret;
use rustix::process::Signal;

use super::harness::{Sidecar, Sink, eventually, nobody};
use crate::util::{DEADLINE, lognym};

fn key_id(text: &str) -> String {
    let token = text.find("tel_").expect("a token");
    text[token + 4..token + 10].to_owned()
}

pub(super) fn new_ring(path: &Path) {
    let _ = fs::remove_file(path);
    let ring = Ring::fresh(SystemTime::now(), Period::Month, 1).expect("a ring");
    ring::create(path, &ring).expect("the path is free");
}

pub(super) fn with_ring(path: &Path, sink: &Sink) -> Sidecar {
    let forward = sink.uri();
    let path = path.to_str().expect("the path is text");
    let args = ["serve", "--key-file", path, "--listen=tcp://127.0.0.1:0", "--forward", &forward];
    Sidecar::spawn(lognym(&args))
}

#[test]
fn what_was_sent_before_the_end_is_handed_over() {
    for signal in [Signal::TERM, Signal::INT] {
        let sink = Sink::start();
        let sidecar = Sidecar::start(&["--listen=tcp://127.0.0.1:0", "--forward", &sink.uri()]);
        let mut stream = sidecar.connect();
        let lines = "caller=+493023125042\n".repeat(5_000);
        stream.write_all(lines.as_bytes()).expect("the sidecar reads");
        sidecar.signal(signal);
        assert_eq!(sidecar.wait().code(), Some(0));
        assert_eq!(sink.wait_for_lines(5_000).lines().count(), 5_000);
    }
}

#[test]
fn with_nothing_left_it_ends_without_a_receiver() {
    let forward = format!("tcp://{}", nobody());
    let args = ["--listen=tcp://127.0.0.1:0", "--forward", &forward, "--grace=1h"];
    let sidecar = Sidecar::start(&args);
    let _idle = sidecar.connect();
    sidecar.wait_for("lognym_forward_errors_total", |errors| errors >= 1.0);
    assert_eq!(sidecar.stop().code(), Some(0));
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let forward = format!("tcp://{}", nobody());
    let args = ["--listen=tcp://127.0.0.1:0", "--forward", &forward, "--grace=1h"];
    let sidecar = Sidecar::start(&args);
    let mut stream = sidecar.connect();
    // What is not finished does not hold it up either.
    stream.write_all(b"one\ntwo\n<34>half").expect("the sidecar reads");
    sidecar.wait_for("lognym_received_bytes_total", |bytes| bytes == 16.0);
    sidecar.signal(Signal::TERM);
    sidecar.wait_for_event("draining");
    assert!(sidecar.get("/readyz").1.contains("draining"));
    sidecar.signal(Signal::TERM);
    let (status, messages) = sidecar.wait_with_messages();
    assert_eq!(status.code(), Some(74));
    assert!(messages.iter().any(|text| text.contains("3 frames (")), "{messages:?}");
}

#[test]
fn a_reload_takes_new_keys_or_keeps_the_old() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("lognym.ring");
    new_ring(&path);
    let sink = Sink::start();
    let sidecar = with_ring(&path, &sink);
    let mut stream = sidecar.connect();
    let mut ask = |number: usize| {
        stream.write_all(b"caller=+493023125042\n").expect("the sidecar reads");
        let out = sink.wait_for_lines(number);
        key_id(out.lines().last().expect("a line"))
    };
    let first = ask(1);

    new_ring(&path);
    sidecar.signal(Signal::HUP);
    sidecar.wait_for_event("reloaded");
    let second = ask(2);
    assert_ne!(first, second);

    fs::write(&path, "format = \"something else\"\n").expect("the file can be written");
    sidecar.signal(Signal::HUP);
    sidecar.wait_for_event("reload refused; what was in force stays");
    assert_eq!(ask(3), second);

    new_ring(&path);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("the file is ours");
    sidecar.signal(Signal::HUP);
    sidecar.wait_for_event("reload refused; what was in force stays");
    assert_eq!(ask(4), second);
    let metrics = sidecar.metrics();
    assert_eq!(
        (metrics["lognym_reloads_total"], metrics["lognym_reload_errors_total"]),
        (1.0, 2.0)
    );
}

/// A ring of epochs one after the other, each so long, the first from now.
fn short_ring(path: &Path, epochs: usize, length: Duration) {
    let now = SystemTime::now();
    let at = |time: SystemTime| Timestamp::try_from(time).expect("a time of the calendar");
    let epoch = |number: usize| Epoch {
        id: format!("e{number}"),
        not_before: at(now + length * number as u32),
        not_after: at(now + length * (number as u32 + 1)),
        destroy_after: at(now + Duration::from_secs(86_400)),
        material: Material::Secret(Secret::random().expect("randomness")),
    };
    let ring = Ring::new(Kind::Root, (0..epochs).map(epoch).collect()).expect("a valid ring");
    ring::create(path, &ring).expect("the path is free");
}

#[test]
fn epochs_change_at_their_time_and_nothing_passes_after_the_last() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("short.ring");
    short_ring(&path, 2, Duration::from_secs(3));
    let sink = Sink::start();
    let sidecar = with_ring(&path, &sink);
    let mut stream = sidecar.connect();
    let mut write = || stream.write_all(b"caller=+493023125042\n").expect("the sidecar reads");
    write();
    let first = key_id(&sink.wait_for_lines(1));
    sidecar.wait_for("lognym_key_epoch_info{epoch=\"e1\"}", |value| value == 1.0);
    write();
    let out = sink.wait_for_lines(2);
    assert_ne!(key_id(out.lines().last().expect("a line")), first);

    let ready = || sidecar.get("/readyz");
    eventually(|| ready().1.contains("no key epoch"), || ready().1);
    write();
    sidecar.wait_for("lognym_received_frames_total", |frames| frames == 3.0);
    assert_eq!(sidecar.metrics()["lognym_sent_frames_total"], 2.0);

    new_ring(&path);
    sidecar.signal(Signal::HUP);
    assert_eq!(sink.wait_for_lines(3).lines().count(), 3);
}

#[test]
fn systemd_is_told() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("notify");
    let socket = UnixDatagram::bind(&path).expect("the path is free");
    socket.set_read_timeout(Some(DEADLINE)).expect("a socket option");
    let wait_for = |word: &str| {
        let mut buffer = [0; 512];
        loop {
            let length = socket.recv(&mut buffer).expect("a notice comes in time");
            let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
            if text.lines().any(|line| line == word) {
                return text;
            }
        }
    };
    let sink = Sink::start();
    let forward = sink.uri();
    let args = ["serve", "--ephemeral-key", "--listen=tcp://127.0.0.1:0", "--forward", &forward];
    let mut command = lognym(&args);
    command.env("NOTIFY_SOCKET", &path).env("WATCHDOG_USEC", "200000");
    let sidecar = Sidecar::spawn(command);
    wait_for("READY=1");
    wait_for("WATCHDOG=1");
    sidecar.signal(Signal::HUP);
    assert!(wait_for("RELOADING=1").contains("MONOTONIC_USEC="));
    wait_for("READY=1");
    sidecar.signal(Signal::TERM);
    wait_for("STOPPING=1");
    assert_eq!(sidecar.wait().code(), Some(0));
}
