//! The sidecar on loopback, as a load command: `cargo bench --bench serve`.
//!
//! Prints throughput on one connection beside that of the plain filter on the same log, the latency
//! at 20,000 lines a second beside that of a connection without a sidecar, and the memory of 1,000
//! idle connections. The sender and the receiver run on the same machine and take their share of
//! it. `-- latency` measures only that; `-- --test` does each once and small.
#![allow(clippy::print_stdout, reason = "the figures are the output")]

mod common;

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

const BINARY: &str = env!("CARGO_BIN_EXE_lognym");
const LINES_PER_SECOND: usize = 20_000;
const BURSTS_PER_SECOND: usize = 1_000;
const LINE: &str =
    "2026-03-14T09:26:55Z sbc[4711]: INVITE from 198.51.100.17 caller=+493023125042 ok\n";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let quick = arguments.iter().any(|argument| argument == "--test");
    let parts: Vec<_> = arguments.iter().filter(|argument| !argument.starts_with('-')).collect();
    let wanted = |part: &str| parts.is_empty() || parts.iter().any(|wanted| *wanted == part);
    if wanted("throughput") {
        throughput(if quick { 1 } else { 32 }, if quick { 1 } else { 5 });
    }
    if wanted("latency") {
        latency(if quick { 100 } else { 5_000 });
    }
    if wanted("idle") {
        idle(if quick { 10 } else { 1_000 });
    }
}

/// A running sidecar that forwards to `receiver`.
struct Sidecar {
    child: Child,
    address: SocketAddr,
}

impl Sidecar {
    fn start(receiver: &TcpListener) -> Self {
        let forward = format!("tcp://{}", receiver.local_addr().expect("it is bound"));
        let mut command = Command::new(BINARY);
        command.args(["serve", "--ephemeral-key", "--listen=tcp://127.0.0.1:0", "--forward"]);
        let mut child = command.arg(forward).stderr(Stdio::piped()).spawn().expect("it starts");
        let mut messages = BufReader::new(child.stderr.take().expect("a pipe")).lines();
        let address = messages.by_ref().map_while(Result::ok).find_map(|line| {
            let (_, address) = line.split_once("uri=\"tcp://")?;
            address.trim_end_matches('"').parse().ok()
        });
        thread::spawn(move || messages.for_each(drop));
        Self { child, address: address.expect("it tells its address") }
    }

    fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).expect("it listens")
    }

    /// Resident memory in bytes.
    fn memory(&self) -> usize {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.expect("this system has /proc");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<usize>().ok());
        kib.expect("the kernel tells") << 10
    }
}

impl Drop for Sidecar {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn receiver() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").expect("a port is free")
}

/// Best of `rounds`, taken in turns, each log of so many times 4 MiB.
fn throughput(times: usize, rounds: usize) {
    println!("one connection, MB/s of input: plain filter (1 thread, all cores), sidecar, ratios");
    for (density, corpus) in common::corpora() {
        let log = corpus.text.repeat(times);
        let file = tempfile::NamedTempFile::new().expect("a file can be made");
        file.as_file().write_all(&log).expect("the file takes the log");
        let mut best = [0.0f64; 3];
        for _ in 0..rounds {
            let rates = [filter(file.path(), Some("1")), filter(file.path(), None), serve(&log)];
            for (best, time) in best.iter_mut().zip(rates) {
                *best = best.max(log.len() as f64 / 1e6 / time.as_secs_f64());
            }
        }
        let [one, all, sidecar] = best;
        let ratios = [sidecar / one, sidecar / all].map(|ratio| 100.0 * ratio);
        println!(
            "  {density:<6} {one:6.0} {all:6.0} {sidecar:6.0}  {:3.0} % {:3.0} %",
            ratios[0], ratios[1]
        );
    }
}

fn filter(path: &std::path::Path, threads: Option<&str>) -> Duration {
    let begun = Instant::now();
    let mut command = Command::new(BINARY);
    command.args(threads.map(|threads| format!("--threads={threads}")));
    command.stdin(File::open(path).expect("it is there")).stdout(Stdio::null());
    let status = command.stderr(Stdio::null()).status().expect("it starts");
    assert!(status.success());
    begun.elapsed()
}

/// From the first byte sent to the last one received.
fn serve(log: &[u8]) -> Duration {
    let receiver = receiver();
    let sidecar = Sidecar::start(&receiver);
    let (mut stream, mut out) = (sidecar.connect(), receiver.accept().expect("it connects").0);
    let lines = memchr::memchr_iter(b'\n', log).count();
    let begun = Instant::now();
    thread::scope(|scope| {
        scope.spawn(move || stream.write_all(log).expect("it is read"));
        let mut chunk = vec![0; 256 << 10];
        let mut seen = 0;
        while seen < lines {
            let count = out.read(&mut chunk).expect("bytes come");
            assert!(count > 0, "the connection ended after {seen} of {lines} lines");
            seen += memchr::memchr_iter(b'\n', &chunk[..count]).count();
        }
    });
    begun.elapsed()
}

/// Sends a burst each millisecond, through the sidecar and without it.
fn latency(bursts: usize) {
    println!(
        "latency of a line at {LINES_PER_SECOND} lines a second, microseconds: median, 99 %, most"
    );
    let receiver = receiver();
    let direct =
        TcpStream::connect(receiver.local_addr().expect("it is bound")).expect("it listens");
    let direct = latencies(direct, receiver.accept().expect("a connection").0, bursts);
    let sidecar = Sidecar::start(&receiver);
    let through = latencies(sidecar.connect(), receiver.accept().expect("a connection").0, bursts);
    for (name, latencies) in [("without", &direct), ("sidecar", &through)] {
        let at = |share: usize| latencies[(latencies.len() - 1) * share / 100].as_micros();
        println!("  {name:<8} {:6} {:6} {:6}", at(50), at(99), at(100));
    }
    let added = |share: usize| {
        let at = |latencies: &[Duration]| latencies[(latencies.len() - 1) * share / 100];
        at(&through).saturating_sub(at(&direct)).as_micros()
    };
    println!("  added    {:6} {:6} {:6}", added(50), added(99), added(100));
}

/// The time of each line from its sending to its arrival, sorted.
fn latencies(mut stream: TcpStream, mut out: TcpStream, bursts: usize) -> Vec<Duration> {
    const BURST: usize = LINES_PER_SECOND / BURSTS_PER_SECOND;
    stream.set_nodelay(true).expect("a socket option");
    let (sender, sent) = channel();
    let burst = LINE.repeat(BURST);
    let lines = bursts * BURST;
    thread::scope(|scope| {
        scope.spawn(move || {
            let begun = Instant::now();
            for number in 0..bursts as u32 {
                let due = begun + number * Duration::from_secs(1) / BURSTS_PER_SECOND as u32;
                thread::sleep(due.saturating_duration_since(Instant::now()));
                sender.send(Instant::now()).expect("somebody listens");
                stream.write_all(burst.as_bytes()).expect("it is read");
            }
        });
        let mut latencies = Vec::with_capacity(lines);
        let mut chunk = vec![0; 256 << 10];
        let mut times = Vec::new();
        while latencies.len() < lines {
            let count = out.read(&mut chunk).expect("bytes come");
            let now = Instant::now();
            times.extend(sent.try_iter());
            for _ in memchr::memchr_iter(b'\n', &chunk[..count]) {
                latencies.push(now - times[latencies.len() / BURST]);
            }
        }
        latencies.sort_unstable();
        latencies
    })
}

/// Connections that have sent a line and wait.
fn idle(connections: usize) {
    let receiver = receiver();
    let sidecar = Sidecar::start(&receiver);
    let mut out = receiver.accept().expect("it connects").0;
    let before = sidecar.memory();
    let mut open = Vec::new();
    let mut seen = 0;
    let mut chunk = vec![0; 64 << 10];
    for number in 1..=connections {
        let mut stream = sidecar.connect();
        stream.write_all(LINE.as_bytes()).expect("it is read");
        open.push(stream);
        while seen < number {
            let count = out.read(&mut chunk).expect("bytes come");
            seen += memchr::memchr_iter(b'\n', &chunk[..count]).count();
        }
    }
    let mib = |bytes: usize| bytes as f64 / f64::from(1 << 20);
    println!(
        "memory, MiB: {:.1} at start, {:.1} with {connections} idle connections",
        mib(before),
        mib(sidecar.memory())
    );
}
