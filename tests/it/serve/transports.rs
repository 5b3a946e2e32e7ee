//! Every transport and both framings, from end to end.

use std::io::Write;
use std::net::UdpSocket;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::{Command, Stdio};
use std::{fs, io::Read};

use super::harness::{Sidecar, Sink};
use crate::util::{finish, lognym};

/// Raw values of the tests; none of them may come out.
const RAW: [&str; 3] = ["23125042", "Mustermann", "90009123"];

fn assert_clean(text: &str) {
    for raw in RAW {
        assert!(!text.contains(raw), "{raw} in {text}");
    }
}

fn counted(message: &str) -> String {
    format!("{} {message}", message.len())
}

/// Takes counted frames apart.
fn frames(mut text: &str) -> Vec<&str> {
    let mut frames = Vec::new();
    while let Some((count, rest)) = text.split_once(' ') {
        let (frame, rest) = rest.split_at(count.parse().expect("a count"));
        frames.push(frame);
        text = rest;
    }
    frames
}

#[test]
fn lines_come_out_as_lines() {
    let sink = Sink::start();
    let sidecar = Sidecar::start(&["--listen=tcp://127.0.0.1:0", "--forward", &sink.uri()]);
    sidecar.send(b"<34>one caller=+493023125042\n\r\n198.51.100.17 \xff\x00 kept\r\n");
    let out = sink.wait_until(|bytes| bytes.iter().filter(|&&byte| byte == b'\n').count() == 3);
    let text = String::from_utf8_lossy(&out);
    assert!(text.starts_with("<34>one caller=tel_"), "{text}");
    assert!(out.ends_with(b"\n\r\n198.51.100.17 \xff\x00 kept\r\n"), "{text}");
    assert_clean(&text);
    assert_eq!(sidecar.stop().code(), Some(0));
}

#[test]
fn counted_frames_keep_their_line_feeds_and_get_new_counts() {
    let sink = Sink::start();
    let sidecar = Sidecar::start(&["--listen=tcp://localhost:0", "--forward", &sink.uri()]);
    let trace = "<34>1 - - sbc - - - SIP\r\nINVITE sip:+12125550187@203.0.113.9 SIP/2.0\r\n\
                 From: \"Max Mustermann\" <sip:+493023125042@203.0.113.9>;tag=1\r\nCall-ID: 4f\r\n\r\n";
    let umlaut = "<34>Rückruf an Erika Müller, Tel. 069 90009123\n";
    let plain = "<34>198.51.100.17 ok";
    let input = [trace, umlaut, plain, trace].map(counted).concat();
    // Bytes come in any pieces.
    let mut stream = sidecar.connect();
    for piece in input.as_bytes().chunks(7) {
        stream.write_all(piece).expect("the sidecar reads");
    }
    let last = |bytes: &[u8]| String::from_utf8_lossy(bytes).matches("Call-ID: 4f\r\n\r\n").count();
    let out = String::from_utf8(sink.wait_until(|bytes| last(bytes) == 2)).expect("text");
    let frames = frames(&out);
    assert_eq!(frames.len(), 4, "{out}");
    assert_eq!((frames[0], frames[2]), (frames[3], plain));
    assert!(frames[0].starts_with("<34>1 - - sbc - - - SIP\r\nINVITE sip:tel_"), "{out}");
    assert_eq!(frames[0].matches('\n').count(), trace.matches('\n').count());
    assert!(frames[1].contains("Tel. tel_") && frames[1].ends_with('\n'), "{out}");
    assert_clean(&out);
}

#[test]
fn framings_mix_on_one_connection() {
    let sink = Sink::start();
    let sidecar = Sidecar::start(&["--listen=tcp://[::1]:0", "--forward", &sink.uri()]);
    sidecar.send(b"14 <34>two\nlines.<34>line\n7 <34>end<34>last\n");
    let out = sink.wait_for_lines(3);
    assert_eq!(out, "14 <34>two\nlines.<34>line\n7 <34>end<34>last\n");
}

#[test]
fn framing_can_be_forced() {
    let sink = Sink::start();
    let args = ["--listen=tcp://127.0.0.1:0", "--forward", &sink.uri(), "--framing=lf"];
    let sidecar = Sidecar::start(&args);
    sidecar.send(b"7 <34>line\n");
    assert_eq!(sink.wait_for_lines(1), "7 <34>line\n");
}

#[test]
fn each_connection_keeps_its_order() {
    let sink = Sink::start();
    let sidecar = Sidecar::start(&["--listen=tcp://127.0.0.1:0", "--forward", &sink.uri()]);
    std::thread::scope(|scope| {
        for connection in 0..4 {
            let mut stream = sidecar.connect();
            scope.spawn(move || {
                for number in 0..2_000 {
                    let line = format!("c={connection} n={number} caller=+493023125042\n");
                    stream.write_all(line.as_bytes()).expect("the sidecar reads");
                }
            });
        }
    });
    let out = sink.wait_for_lines(8_000);
    assert_clean(&out);
    for connection in 0..4 {
        let own = format!("c={connection} n=");
        let numbers = out.lines().filter_map(|line| line.strip_prefix(&own));
        let numbers = numbers.map(|rest| rest.split(' ').next().unwrap_or_default().to_owned());
        assert!(numbers.eq((0..2_000).map(|number| number.to_string())), "connection {connection}");
    }
    sidecar.wait_for("lognym_sent_frames_total", |sent| sent == 8_000.0);
}

#[test]
fn unix_sockets_in_and_out() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let (entry, exit) = (folder.path().join("in.sock"), folder.path().join("out.sock"));
    let receiver = UnixListener::bind(&exit).expect("the path is free");
    let (listen, forward) =
        (format!("unix:{}", entry.display()), format!("unix://{}", exit.display()));
    // A socket that a killed process has left behind is in nobody's way.
    drop(UnixListener::bind(&entry).expect("the path is free"));
    let sidecar = Sidecar::start(&["--listen", &listen, "--forward", &forward]);
    let mode = fs::metadata(&entry).expect("the socket is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let mut stream = UnixStream::connect(&entry).expect("the sidecar listens");
    stream.write_all(b"callerName=\"Max Mustermann\"\n").expect("the sidecar reads");
    let (mut out, _) = receiver.accept().expect("the sidecar connects");
    drop(stream);
    sidecar.wait_for("lognym_sent_frames_total", |sent| sent == 1.0);
    assert_eq!(sidecar.stop().code(), Some(0));
    let mut text = String::new();
    out.read_to_string(&mut text).expect("text stays text");
    assert!(text.starts_with("callerName=\"nam_") && text.ends_with("\"\n"), "{text}");
    assert!(!entry.exists(), "the socket was left behind");
}

#[test]
fn standard_input_to_standard_output_ends_with_the_input() {
    let args = ["serve", "--ephemeral-key", "--listen=stdin:", "--forward=stdout:"];
    // journald as JSON, without a line end at the end.
    let input = "{\"__REALTIME_TIMESTAMP\":\"1773480418020\",\"MESSAGE\":\"caller +493023125042\"}\n\
                 {\"MESSAGE\":\"spoke to Herr Max Mustermann\"}";
    let output = finish(lognym(&args), input.as_bytes());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("text stays text");
    assert_eq!(text.lines().count(), 2);
    for line in text.lines() {
        serde_json::from_str::<serde_json::Value>(line).expect("JSON stays JSON");
    }
    assert!(text.contains("\"1773480418020\""));
    assert_clean(&text);
}

#[test]
fn datagrams_become_frames() {
    let sink = Sink::start();
    let sidecar = Sidecar::start(&["--listen=udp://127.0.0.1:0", "--forward", &sink.uri()]);
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port is free");
    let send = |bytes: &[u8]| socket.send_to(bytes, sidecar.address()).expect("it can be sent");
    send(b"<34>caller=+493023125042\n");
    let first = sink.wait_for_lines(1);
    assert!(first.starts_with("<34>caller=tel_"), "{first}");
    send(b"<34>two\nlines");
    let out = sink.wait_until(|bytes| bytes.ends_with(b"lines"));
    assert!(out.ends_with(b"\n13 <34>two\nlines"), "{}", String::from_utf8_lossy(&out));
}

#[test]
fn sockets_of_systemd_are_taken_over() {
    let sink = Sink::start();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    let shell = "exec 3<&0 </dev/null; LISTEN_PID=$$ LISTEN_FDS=1 exec \"$@\"";
    let mut command = Command::new("sh");
    command.args(["-c", shell, "sh", env!("CARGO_BIN_EXE_lognym"), "serve", "--ephemeral-key"]);
    command.args(["--listen=systemd:", "--forward", &sink.uri()]);
    command.stdin(Stdio::from(std::os::fd::OwnedFd::from(listener)));
    let sidecar = Sidecar::spawn(command);
    assert_eq!(sidecar.address(), address);
    sidecar.send(b"caller=+493023125042\n");
    assert_clean(&sink.wait_for_lines(1));
}

#[test]
fn several_pairs_do_not_mix() {
    let (one, two) = (Sink::start(), Sink::start());
    let sidecar = Sidecar::start(&[
        "--listen=tcp://127.0.0.1:0",
        "--forward",
        &one.uri(),
        "--listen=tcp://127.0.0.1:0",
        "--forward",
        &two.uri(),
    ]);
    sidecar.send(b"for one\n");
    let second = sidecar.uri(1).trim_start_matches("tcp://").to_owned();
    let mut stream = std::net::TcpStream::connect(second).expect("the sidecar listens");
    stream.write_all(b"for two\n").expect("the sidecar reads");
    assert_eq!(one.wait_for_lines(1), "for one\n");
    assert_eq!(two.wait_for_lines(1), "for two\n");
}

#[test]
fn what_may_not_pass_leaves_a_marker() {
    let sink = Sink::start();
    let forward = sink.uri();
    let args = ["--listen=tcp://127.0.0.1:0", "--forward", &forward, "--max-frame=1000"];
    let sidecar = Sidecar::start(&args);
    let long = format!("<{}+493023125042", "x".repeat(1000));
    let marker = format!("[lognym:withheld bytes={} reason=line-too-long]", long.len());
    sidecar.send(format!("{long}\n{}5 <next", counted(&long)).as_bytes());
    let out = sink.wait_until(|bytes| bytes.ends_with(b"<next"));
    let out = String::from_utf8(out).expect("text");
    assert_eq!(out, format!("{marker}\n{}5 <next", counted(&marker)));
    // A sender that is gone in the middle of a frame.
    sidecar.send(b"<34>caller=+49302312");
    let out = String::from_utf8(sink.wait_until(|bytes| bytes.ends_with(b"\n"))).expect("text");
    assert!(out.ends_with("[lognym:withheld bytes=20 reason=interrupted]\n"), "{out}");
    // Compressed: nothing could be found in it.
    sidecar.send(b"\x1f\x8b\x08\x00 0123456789\nmore\n");
    let out = sink.wait_until(|bytes| bytes.ends_with(b"reason=encoding]\n"));
    assert!(!String::from_utf8_lossy(&out).contains("more"));
    sidecar.wait_for("lognym_withheld_frames_total{reason=\"encoding\"}", |count| count == 1.0);
}
