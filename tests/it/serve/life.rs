//! Signals, keys in time, and what systemd is told.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use lognym::audit::hex;
use lognym::pseudonym::ring::{self, Epoch, Kind, Material, Period, Ring};
use lognym::rules::book::{Book, pack};
use lognym::secret::Secret;
use rustix::process::Signal;

use super::harness::{Place, Sidecar, Sink, eventually};
use crate::util::{DEADLINE, lognym, run};

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
    let nobody = Place::new();
    let forward = nobody.uri();
    let args = ["--listen=tcp://127.0.0.1:0", "--forward", &forward, "--grace=1h"];
    let sidecar = Sidecar::start(&args);
    let _idle = sidecar.connect();
    sidecar.wait_for("lognym_forward_errors_total", |errors| errors >= 1.0);
    assert_eq!(sidecar.stop().code(), Some(0));
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let nobody = Place::new();
    let forward = nobody.uri();
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

const FIRST_RULES: &str = r#"format = "lognym-rules-1"
[[rule]]
id = "order"
kind = "pattern"
type = "ord"
description = "order numbers"
pattern = '\bO-\d{6}\b'
hits = ["see «O-123456»"]
misses = ["see O-1"]
"#;
const MORE_RULES: &str = r#"[[rule]]
id = "ticket"
kind = "pattern"
type = "tic"
description = "ticket numbers"
pattern = '\bT-\d{6}\b'
hits = ["see «T-123456»"]
misses = ["see T-1"]
"#;

#[test]
fn a_reload_takes_new_rules_and_counts_them_by_name() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let rules = folder.path().join("rules.toml");
    let write = |text: &str| fs::write(&rules, text).expect("the file can be written");
    write(FIRST_RULES);
    let audit = folder.path().join("audit.jsonl");
    let (sink, path) = (Sink::start(), rules.to_str().expect("text"));
    let forward = sink.uri();
    let args = ["--listen=tcp://127.0.0.1:0", "--forward", &forward, "--rules", path];
    let audit_to = format!("--audit={}", audit.display());
    let sidecar = Sidecar::start(&[&args[..], &[&audit_to]].concat());
    let mut stream = sidecar.connect();
    let mut ask = |number: usize| {
        stream.write_all(b"of O-123456 and T-123456, +493023125042\n").expect("the sidecar reads");
        sink.wait_for_lines(number).lines().last().expect("a line").to_owned()
    };
    let before = ask(1);
    assert!(before.starts_with("of ord_") && before.contains("T-123456"), "{before}");

    // The new rule comes first: it takes the number of the old one.
    let both = FIRST_RULES.replacen('\n', &format!("\n{MORE_RULES}"), 1);
    write(&both);
    sidecar.signal(Signal::HUP);
    sidecar.wait_for_event("reloaded");
    let after = ask(2);
    assert!(after.starts_with("of ord_") && after.contains(" tic_"), "{after}");
    assert_eq!(key_id(&before), key_id(&after), "a key of this run stays");

    write("format = \"lognym-rules-1\"\n[[rule]]\nid = \"broken\"\n");
    sidecar.signal(Signal::HUP);
    let event = sidecar.wait_for_event("reload refused; what was in force stays");
    assert!(
        event["reason"].as_str().is_some_and(|reason| reason.contains("rules.toml:")),
        "{event}"
    );
    assert_eq!(ask(3), after);

    sidecar.wait_for("lognym_sent_frames_total", |sent| sent == 3.0);
    let metrics = sidecar.metrics();
    for (rule, count) in [("order", 3.0), ("ticket", 2.0)] {
        let name = format!("lognym_rule_findings_total{{rule=\"{rule}\",context=\"rule\"}}");
        assert_eq!(metrics.get(&name), Some(&count), "{name}");
    }
    assert_eq!(metrics["lognym_findings_total{type=\"tic\"}"], 2.0);
    assert_eq!(sidecar.stop().code(), Some(0));
    let entry: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(audit).expect("a log")).expect("an entry");
    let mut in_force = Book::default();
    pack::ALWAYS.iter().try_for_each(|name| in_force.add_pack(name)).expect("they are there");
    in_force.add_text(&both, "both", None).expect("valid rules");
    assert_eq!(entry["rules"], hex(&in_force.digest()));
}

#[test]
fn who_objects_gets_a_constant_after_a_reload() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let list = folder.path().join("list");
    let list = list.to_str().expect("text");
    let change = |verb: &str| {
        let output = run(&["suppress", verb, "--suppress", list], b"+49 30 23125042\n");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    change("add");
    let sink = Sink::start();
    let forward = sink.uri();
    let args = ["--listen=tcp://127.0.0.1:0", "--forward", &forward, "--suppress", list];
    let sidecar = Sidecar::start(&args);
    let mut stream = sidecar.connect();
    let mut ask = |number: usize| {
        stream.write_all(b"030 23125042 called Tel. 030 23125043\n").expect("the sidecar reads");
        sink.wait_for_lines(number).lines().last().expect("a line").to_owned()
    };
    let reload = |outcome: &str| {
        sidecar.signal(Signal::HUP);
        sidecar.wait_for_event(outcome);
    };
    let line = ask(1);
    assert!(line.starts_with("[lognym:suppressed] called Tel. tel_"), "{line}");
    change("remove");
    reload("reloaded");
    let line = ask(2);
    assert!(line.starts_with("tel_"), "{line}");
    change("add");
    reload("reloaded");
    fs::write(list, "nonsense").expect("the file can be written");
    reload("reload refused; what was in force stays");
    let line = ask(3);
    assert!(line.starts_with("[lognym:suppressed] "), "{line}");
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
