//! Things that break: receivers, senders, the order of starting, the disk. The oracle is
//! conservation: every whole frame that was taken arrives or is counted, in its order, and never in
//! clear.

use std::collections::HashSet;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::Signal;

use super::harness::{Place, Sidecar, Sink, eventually, program};
use crate::util::{lognym, send};

/// A log of numbered lines with something to hide in each.
fn numbered(numbers: std::ops::Range<usize>) -> String {
    let line = |number| format!("<34>n={number} caller=+493023125{:03}\n", number % 1000);
    numbers.map(line).collect()
}

/// The numbers in a log, which has nothing in clear.
fn numbers(text: &str) -> Vec<usize> {
    assert!(!text.contains("+4930"), "a number in clear");
    let number = |line: &str| line.strip_prefix("<34>n=")?.split_once(' ')?.0.parse().ok();
    text.lines().filter_map(number).collect()
}

fn forwarding_to(sink: &Sink) -> Sidecar {
    Sidecar::start(&["--listen=tcp://127.0.0.1:0", "--forward", &sink.uri()])
}

#[test]
fn the_receiver_may_come_last() {
    let place = Place::new();
    let forward = place.uri();
    let sidecar = Sidecar::start(&["--listen=tcp://127.0.0.1:0", "--forward", &forward]);
    assert!(sidecar.get("/readyz").0.contains("503"));
    sidecar.send(numbered(0..100).as_bytes());
    sidecar.wait_for("lognym_forward_errors_total", |errors| errors >= 2.0);
    let sink = Sink::on(&place);
    assert!(numbers(&sink.wait_for_lines(100)).into_iter().eq(0..100));
}

#[test]
fn a_receiver_that_restarts_regularly_gets_every_frame_once() {
    let mut sink = Sink::start();
    let place = sink.place();
    let sidecar = forwarding_to(&sink);
    let mut stream = sidecar.connect();
    let mut all = String::new();
    for round in 0..4 {
        stream.write_all(numbered(50 * round..50 * (round + 1)).as_bytes()).expect("it is read");
        sink.wait_for_lines(50);
        all += &String::from_utf8(sink.close()).expect("text");
        sink = Sink::on(&place);
    }
    assert!(numbers(&all).into_iter().eq(0..200));
    assert_eq!(sidecar.metrics()["lognym_replayed_frames_total"], 0.0);
}

#[test]
fn a_receiver_that_is_reset_under_load_loses_nothing() {
    let mut sink = Sink::start();
    let place = sink.place();
    let sidecar = forwarding_to(&sink);
    let mut stream = sidecar.connect();
    let count = 60_000;
    let sender = std::thread::spawn(move || stream.write_all(numbered(0..count).as_bytes()));
    let mut seen = String::new();
    for _ in 0..3 {
        // Some of it is read, some is on the way, some is in the queue.
        sink.wait_for_lines(1_000);
        sink.stall();
        std::thread::sleep(Duration::from_millis(30));
        seen += &String::from_utf8(sink.reset()).expect("text");
        // A frame that was cut off ends here.
        seen.push('\n');
        sink = Sink::on(&place);
    }
    sender.join().expect("no panic").expect("the sidecar reads");
    sidecar.wait_for("lognym_sent_frames_total", |sent| sent == count as f64);
    let last = format!("n={} ", count - 1);
    let rest = sink.wait_until(|bytes| memchr::memmem::find(bytes, last.as_bytes()).is_some());
    seen += &String::from_utf8(rest).expect("text");
    let arrived: HashSet<usize> = numbers(&seen).into_iter().collect();
    let missing = (0..count).filter(|number| !arrived.contains(number)).count();
    assert_eq!(missing, 0);
    assert_eq!(sidecar.metrics()["lognym_undelivered_frames_total"], 0.0);
}

#[test]
fn a_receiver_that_is_killed_loses_nothing() {
    let Some(socat) = program("socat") else { return };
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("received.log");
    let place = Place::new();
    let start = || {
        let listen = format!("TCP-LISTEN:{},bind=127.0.0.1,reuseaddr", place.address().port());
        let open = format!("OPEN:{},creat,append", file.display());
        Command::new(&socat).args(["-u", &listen, &open]).spawn().expect("socat starts")
    };
    let forward = place.uri();
    let mut receiver = start();
    let sidecar = Sidecar::start(&["--listen=tcp://127.0.0.1:0", "--forward", &forward]);
    let mut stream = sidecar.connect();
    let count = 60_000;
    let sender = std::thread::spawn(move || stream.write_all(numbered(0..count).as_bytes()));
    let received = || std::fs::read(&file).unwrap_or_default();
    let lines = || memchr::memchr_iter(b'\n', &received()).count();
    for round in 1..=2 {
        eventually(|| lines() >= round * 2_000, || format!("{} lines", lines()));
        send(&receiver, Signal::KILL);
        receiver.wait().expect("it has ended");
        let file = OpenOptions::new().append(true).open(&file);
        file.and_then(|mut file| file.write_all(b"\n")).expect("the file is there");
        receiver = start();
    }
    sender.join().expect("no panic").expect("the sidecar reads");
    let last = format!("n={} ", count - 1);
    let done = || memchr::memmem::find(&received(), last.as_bytes()).is_some();
    eventually(done, || format!("{} lines", lines()));
    let text = String::from_utf8(received()).expect("text");
    let arrived: HashSet<usize> = numbers(&text).into_iter().collect();
    let missing = (0..count).filter(|number| !arrived.contains(number)).count();
    send(&receiver, Signal::KILL);
    receiver.wait().expect("it has ended");
    assert_eq!(missing, 0);
}

#[test]
fn a_sender_that_is_killed_leaves_whole_frames_and_a_marker_at_most() {
    let Some(socat) = program("socat") else { return };
    let sink = Sink::start();
    let sidecar = forwarding_to(&sink);
    let mut seen = 0;
    for _ in 0..2 {
        let mut command = Command::new(&socat);
        command.args(["-u", "STDIN", &format!("TCP:{}", sidecar.address())]);
        let mut sender = command.stdin(Stdio::piped()).spawn().expect("socat starts");
        let mut stdin = sender.stdin.take().expect("a pipe");
        let writer = std::thread::spawn(move || stdin.write_all(numbered(0..1_000_000).as_bytes()));
        let before = seen;
        sink.wait_until(|bytes| bytes.len() > before + 200_000);
        send(&sender, Signal::KILL);
        sender.wait().expect("it has ended");
        assert!(writer.join().expect("no panic").is_err(), "it was killed in the middle");
        sidecar.wait_for("lognym_connections", |open| open == 0.0);
        let settled = || {
            let metrics = sidecar.metrics();
            metrics["lognym_sent_frames_total"] == metrics["lognym_received_frames_total"]
        };
        eventually(settled, || "frames are left".to_owned());
        let sent = sidecar.metrics()["lognym_sent_bytes_total"] as usize;
        let out = sink.wait_until(|bytes| bytes.len() >= sent);
        let text = String::from_utf8(out[before..].to_vec()).expect("text");
        let arrived = numbers(&text);
        assert!(arrived.iter().copied().eq(0..arrived.len()), "a gap");
        let markers = text.lines().count() - arrived.len();
        assert!(markers <= 1 && text.matches("reason=interrupted]").count() == markers);
        seen = out.len();
    }
}

#[test]
fn a_stalled_receiver_stops_the_reading() {
    let sink = Sink::start();
    let forward = sink.uri();
    let args = ["--listen=tcp://127.0.0.1:0", "--forward", &forward, "--queue=64K"];
    let sidecar = Sidecar::start(&args);
    sink.wait_for_connection(1);
    sink.stall();
    let mut stream = sidecar.connect();
    stream.set_write_timeout(Some(Duration::from_millis(500))).expect("a socket option");
    // More than all buffers of the system can hold.
    let log = numbered(0..1_000_000);
    let mut sent = 0;
    loop {
        match stream.write(&log.as_bytes()[sent..]) {
            Ok(count) => sent += count,
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) => panic!("{error}"),
        }
        assert!(sent < log.len(), "nothing stopped the sender");
    }
    let metrics = sidecar.metrics();
    assert!(metrics["lognym_queue_bytes{pair=\"1\"}"] <= 64.0 * 1024.0, "{metrics:?}");
    sink.resume();
    stream.set_write_timeout(None).expect("a socket option");
    let rest = log.as_bytes()[sent..].split_inclusive(|&byte| byte == b'\n').next();
    stream.write_all(rest.unwrap_or_default()).expect("the sidecar reads");
    let whole = sent + rest.unwrap_or_default().len();
    let lines = memchr::memchr_iter(b'\n', &log.as_bytes()[..whole]).count();
    assert!(numbers(&sink.wait_for_lines(lines)).into_iter().eq(0..lines));
}

#[test]
fn bad_neighbours_disturb_nobody() {
    let sink = Sink::start();
    let forward = sink.uri();
    let args = ["--listen=tcp://127.0.0.1:0", "--forward", &forward];
    let sidecar = Sidecar::start(&[&args[..], &["--frame-timeout=1s", "--max-frame=64K"]].concat());
    // Never a whole frame, a count that is never fulfilled, noise, silence.
    let mut slow = sidecar.connect();
    let mut hungry = sidecar.connect();
    let silent = sidecar.connect();
    slow.write_all(b"<34>caller=+49302312").expect("the sidecar reads");
    hungry.write_all(b"60000 <34>caller=+49302312").expect("the sidecar reads");
    let noise: Vec<u8> =
        (0..200_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let mut noisy = sidecar.connect();
    // It may be refused on the way.
    let _ = noisy.write_all(&noise);
    drop(noisy);
    sidecar.send(numbered(0..100).as_bytes());
    let all_there = |bytes: &[u8]| memchr::memmem::find(bytes, b"n=99 ").is_some();
    sink.wait_until(all_there);
    // The slow ones are closed in time, and what they began is withheld.
    for stream in [&mut slow, &mut hungry] {
        let _ = stream.read(&mut [0]);
    }
    sidecar.wait_for("lognym_connections_closed_total{cause=\"timeout\"}", |count| count == 2.0);
    let out = sink
        .wait_until(|bytes| memchr::memmem::find_iter(bytes, "reason=interrupted]").count() >= 2);
    assert!(memchr::memmem::find(&out, b"+4930").is_none());
    // The silent one stays, and still works.
    let mut silent = silent;
    silent.write_all(b"still here\n").expect("the sidecar reads");
    sink.wait_until(|bytes| memchr::memmem::find(bytes, b"still here\n").is_some());
}

#[test]
fn a_connection_too_many_waits() {
    let sink = Sink::start();
    let forward = sink.uri();
    let args = ["--listen=tcp://127.0.0.1:0", "--forward", &forward, "--max-connections=2"];
    let sidecar = Sidecar::start(&args);
    let first = sidecar.connect();
    let mut second = sidecar.connect();
    sidecar.wait_for("lognym_connections", |open| open == 2.0);
    sidecar.send(b"third\n");
    second.write_all(b"second\n").expect("the sidecar reads");
    assert_eq!(sink.wait_for_lines(1), "second\n");
    drop(first);
    assert_eq!(sink.wait_for_lines(2), "second\nthird\n");
}

#[test]
fn frames_that_find_no_memory_are_withheld() {
    let sink = Sink::start();
    let forward = sink.uri();
    // Room for one frame of 4 MiB in the making.
    let bounds =
        ["--max-frame=4M", "--max-memory=20M", "--max-connections=4", "--queue=1M", "--replay=0"];
    let args = ["--listen=tcp://127.0.0.1:0", "--forward", &forward];
    let sidecar = Sidecar::start(&[&args[..], &bounds].concat());
    let mut held = Vec::new();
    for _ in 0..4 {
        let mut stream = sidecar.connect();
        // Nobody finishes; the last ones find no memory.
        stream.write_all(&vec![b'x'; 3_900_000]).expect("the sidecar reads");
        held.push(stream);
    }
    for mut stream in held {
        stream.write_all(b"\n").expect("the sidecar reads");
    }
    sidecar.wait_for("lognym_sent_frames_total", |sent| sent == 4.0);
    let withheld = sidecar.metrics()["lognym_withheld_frames_total{reason=\"memory\"}"];
    // All of them, if they grew at the same pace and nobody got the last of it.
    assert!((1.0..=4.0).contains(&withheld), "{withheld}");
    sidecar.send(b"small\n");
    sink.wait_until(|bytes| bytes.ends_with(b"small\n"));
}

#[test]
fn what_is_left_at_the_end_is_counted() {
    let nobody = Place::new();
    let forward = nobody.uri();
    let args = ["--listen=tcp://127.0.0.1:0", "--forward", &forward, "--grace=1s"];
    let sidecar = Sidecar::start(&args);
    sidecar.send(numbered(0..100).as_bytes());
    sidecar.wait_for("lognym_received_frames_total", |frames| frames == 100.0);
    sidecar.signal(Signal::TERM);
    let (status, messages) = sidecar.wait_with_messages();
    assert_eq!(status.code(), Some(74));
    assert!(messages.iter().any(|text| text.contains("100 frames (")), "{messages:?}");
}

#[test]
fn a_full_disk_stops_nothing_but_the_writing() {
    let full = OpenOptions::new().write(true).open("/dev/full").expect("there is /dev/full");
    let args = [
        "serve",
        "--ephemeral-key",
        "--listen=tcp://127.0.0.1:0",
        "--forward=stdout:",
        "--grace=1s",
    ];
    let mut command = lognym(&args);
    command.stdout(Stdio::from(full));
    let sidecar = Sidecar::spawn(command);
    sidecar.send(numbered(0..10).as_bytes());
    sidecar.wait_for("lognym_forward_errors_total", |errors| errors >= 2.0);
    sidecar.signal(Signal::TERM);
    let (status, messages) = sidecar.wait_with_messages();
    assert_eq!(status.code(), Some(74));
    assert!(messages.iter().any(|text| text.contains("10 frames (")), "{messages:?}");
}

#[test]
fn a_reader_of_standard_output_that_leaves_ends_it() {
    let args = ["serve", "--ephemeral-key", "--listen=tcp://127.0.0.1:0", "--forward=stdout:"];
    let mut command = lognym(&args);
    let (reader, writer) = std::io::pipe().expect("a pipe can be made");
    command.stdout(Stdio::from(writer));
    let mut sidecar = Sidecar::spawn(command);
    let address = sidecar.address();
    drop(reader);
    // A child that another test is just starting may hold the reader for a moment longer.
    let sent_and_ended = || {
        let _ = TcpStream::connect(address).and_then(|mut stream| stream.write_all(b"one\n"));
        sidecar.has_ended()
    };
    eventually(sent_and_ended, || "it goes on without a reader".to_owned());
    assert_eq!(sidecar.wait().code(), Some(74));
}
