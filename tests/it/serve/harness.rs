//! Sidecars and receivers for tests. All sockets are on loopback with ports that the system
//! chooses.
//!
//! Waiting is for conditions; [`DEADLINE`] only turns a hang into a failure.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use rustix::net::sockopt::{set_socket_linger, set_socket_reuseaddr};
use rustix::net::{AddressFamily, SocketType, bind, getsockname, socket};
use rustix::process::Signal;
use serde_json::Value;

use crate::util::{DEADLINE, lognym, send};

/// A running `lognym serve`.
pub(super) struct Sidecar {
    child: Child,
    log: Receiver<Value>,
    /// What it listens on, in the order of the command line.
    uris: Vec<String>,
    admin: SocketAddr,
}

impl Sidecar {
    /// Starts it with a key of its own and an admin listener, and waits until it listens.
    pub(super) fn start(args: &[&str]) -> Self {
        let mut all = vec!["serve", "--ephemeral-key"];
        all.extend(args);
        Self::spawn(lognym(&all))
    }

    /// Starts a prepared `lognym serve`.
    pub(super) fn spawn(mut command: Command) -> Self {
        command.args(["--log-format=json", "--admin=0"]);
        let mut child = command.stderr(Stdio::piped()).spawn().expect("the binary starts");
        let stderr = BufReader::new(child.stderr.take().expect("stderr is a pipe"));
        let (sender, log) = channel();
        thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                // What is no message of the running sidecar is kept as text.
                let event = serde_json::from_str(&line).unwrap_or(Value::String(line));
                if sender.send(event).is_err() {
                    return;
                }
            }
        });
        let mut sidecar = Self { child, log, uris: Vec::new(), admin: ([0, 0, 0, 0], 0).into() };
        loop {
            let event = sidecar.event();
            let uri = event["uri"].as_str().unwrap_or_default().to_owned();
            match event["message"].as_str() {
                Some("listening") => sidecar.uris.push(uri),
                Some("admin listening") => {
                    let address = uri.trim_start_matches("http://").parse();
                    sidecar.admin = address.expect("the message holds an address");
                    return sidecar;
                }
                _ => {}
            }
        }
    }

    /// The next message on standard error.
    fn event(&self) -> Value {
        let event = self.log.recv_timeout(DEADLINE).expect("a message comes in time");
        assert!(!event.is_string(), "unexpected: {event}");
        event
    }

    /// Waits for a message.
    pub(super) fn wait_for_event(&self, message: &str) -> Value {
        loop {
            let event = self.event();
            if event["message"] == message {
                return event;
            }
        }
    }

    /// The address of its first TCP or UDP listener.
    pub(super) fn address(&self) -> SocketAddr {
        let (_, address) = self.uris[0].split_once("://").expect("a URI with an address");
        address.parse().expect("an address")
    }

    /// What it listens on, counted from 0.
    pub(super) fn uri(&self, index: usize) -> &str {
        &self.uris[index]
    }

    /// A connection to its first listener.
    pub(super) fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address()).expect("the sidecar listens")
    }

    /// Sends all of it on a connection of its own.
    pub(super) fn send(&self, bytes: &[u8]) {
        self.connect().write_all(bytes).expect("the sidecar reads");
    }

    /// Status line and body of an answer of the admin listener.
    pub(super) fn get(&self, path: &str) -> (String, String) {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"))
    }

    pub(super) fn ask(&self, request: &str) -> (String, String) {
        let mut stream = TcpStream::connect(self.admin).expect("the admin listener listens");
        stream.write_all(request.as_bytes()).expect("the request is read");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer of text");
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        (head.lines().next().unwrap_or_default().to_owned(), body.to_owned())
    }

    /// All samples by their name with labels.
    pub(super) fn metrics(&self) -> BTreeMap<String, f64> {
        let (_, text) = self.get("/metrics");
        let samples = text.lines().filter(|line| !line.starts_with('#'));
        let split = samples.map(|line| line.rsplit_once(' ').expect("name and value"));
        split.map(|(name, value)| (name.to_owned(), value.parse().expect("a number"))).collect()
    }

    /// Waits until a sample fulfils `condition`; a missing one counts as 0.
    pub(super) fn wait_for(&self, name: &str, condition: impl Fn(f64) -> bool) {
        let value = || self.metrics().get(name).copied().unwrap_or_default();
        eventually(|| condition(value()), || format!("{name} = {}", value()));
    }

    pub(super) fn admin(&self) -> SocketAddr {
        self.admin
    }

    pub(super) fn signal(&self, signal: Signal) {
        send(&self.child, signal);
    }

    /// Asks it to stop and waits for its end.
    pub(super) fn stop(self) -> ExitStatus {
        self.signal(Signal::TERM);
        self.wait()
    }

    pub(super) fn wait(self) -> ExitStatus {
        self.wait_with_messages().0
    }

    pub(super) fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("the child can be waited for").is_some()
    }

    /// Waits for its end; what it had to say that was no log message comes with the status.
    pub(super) fn wait_with_messages(mut self) -> (ExitStatus, Vec<String>) {
        eventually(|| self.has_ended(), || "the sidecar does not end".to_owned());
        let texts = self.log.iter().filter_map(|event| event.as_str().map(str::to_owned));
        let texts = texts.collect();
        (self.child.wait().expect("it has ended"), texts)
    }
}

impl Drop for Sidecar {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until `condition` holds.
pub(super) fn eventually(mut condition: impl FnMut() -> bool, what: impl Fn() -> String) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < DEADLINE, "{}", what());
        thread::sleep(Duration::from_millis(5));
    }
}

/// A TCP address for this test alone. Nobody listens on it at first; the system gives its port to no one else while
/// it is kept, and who asks for it by number (with `SO_REUSEADDR`) may listen on it.
#[derive(Clone)]
pub(super) struct Place {
    address: SocketAddr,
    _kept: Arc<OwnedFd>,
}

impl Place {
    pub(super) fn new() -> Self {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let socket = socket(AddressFamily::INET, SocketType::STREAM, None).expect("a socket");
        set_socket_reuseaddr(&socket, true).expect("a socket option");
        bind(&socket, &any).expect("a port is free");
        let address = getsockname(&socket).expect("it is bound").try_into().expect("an IP address");
        Self { address, _kept: Arc::new(socket) }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where to forward to.
    pub(super) fn uri(&self) -> String {
        format!("tcp://{}", self.address)
    }
}

/// A receiver: takes connections one after the other and keeps what they bring.
pub(super) struct Sink {
    place: Place,
    state: Arc<(Mutex<Received>, Condvar)>,
}

#[derive(Default)]
struct Received {
    bytes: Vec<u8>,
    connection: Option<TcpStream>,
    connections: usize,
    closed: bool,
    stalled: bool,
}

impl Sink {
    pub(super) fn start() -> Self {
        Self::on(&Place::new())
    }

    /// Listens at a place, as after a restart.
    pub(super) fn on(place: &Place) -> Self {
        // The standard library sets SO_REUSEADDR.
        let listener = TcpListener::bind(place.address).expect("nobody else listens there");
        let state = Arc::new((Mutex::default(), Condvar::new()));
        let sink = Self { place: place.clone(), state: Arc::clone(&state) };
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if !receive(stream, &state) {
                    return;
                }
            }
        });
        sink
    }

    /// Where to forward to.
    pub(super) fn uri(&self) -> String {
        self.place.uri()
    }

    pub(super) fn place(&self) -> Place {
        self.place.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Received> {
        self.state.0.lock().expect("the receiver does not panic")
    }

    /// Waits until what has come fulfils `condition`, and returns it.
    pub(super) fn wait_until(&self, condition: impl Fn(&[u8]) -> bool) -> Vec<u8> {
        let seen = || String::from_utf8_lossy(&self.lock().bytes).into_owned();
        eventually(|| condition(&self.lock().bytes), || format!("received: {}", seen()));
        self.lock().bytes.clone()
    }

    /// Waits for so many line feeds and returns everything as text.
    pub(super) fn wait_for_lines(&self, count: usize) -> String {
        let lines = |bytes: &[u8]| memchr::memchr_iter(b'\n', bytes).count() >= count;
        String::from_utf8(self.wait_until(lines)).expect("text stays text")
    }

    /// Waits for this connection, counted from 1.
    pub(super) fn wait_for_connection(&self, number: usize) {
        eventually(|| self.lock().connections >= number, || "no connection".to_owned());
    }

    /// Stops reading.
    pub(super) fn stall(&self) {
        self.lock().stalled = true;
    }

    /// Reads on.
    pub(super) fn resume(&self) {
        self.lock().stalled = false;
        self.state.1.notify_all();
    }

    /// Closes the connection once everything that has come is read, and listens no more.
    pub(super) fn close(self) -> Vec<u8> {
        self.end(|connection| connection.shutdown(Shutdown::Both).expect("it is open"))
    }

    /// Resets the connection with whatever is unread, as when the process is killed, and listens no
    /// more.
    pub(super) fn reset(self) -> Vec<u8> {
        self.end(|connection| {
            set_socket_linger(connection, Some(Duration::ZERO)).expect("a socket option");
        })
    }

    fn end(self, close: impl Fn(&TcpStream)) -> Vec<u8> {
        let mut state = self.lock();
        state.closed = true;
        if let Some(connection) = state.connection.take() {
            close(&connection);
        }
        let bytes = std::mem::take(&mut state.bytes);
        drop(state);
        self.state.1.notify_all();
        // The thread waits for a connection, or for bytes.
        let address = self.place.address;
        let _ = TcpStream::connect(address);
        eventually(|| TcpListener::bind(address).is_ok(), || "still listening".to_owned());
        bytes
    }
}

/// Reads a connection to its end; tells whether another one is wanted.
fn receive(mut stream: TcpStream, state: &(Mutex<Received>, Condvar)) -> bool {
    let lock = || state.0.lock().expect("no panic");
    stream.set_read_timeout(Some(Duration::from_millis(20))).expect("a socket option");
    {
        let mut received = lock();
        if received.closed {
            return false;
        }
        received.connection = stream.try_clone().ok();
        received.connections += 1;
    }
    let mut chunk = [0; 16 << 10];
    loop {
        let received = lock();
        let received =
            state.1.wait_while(received, |now| now.stalled && !now.closed).expect("no panic");
        if received.closed {
            return false;
        }
        drop(received);
        match stream.read(&mut chunk) {
            Ok(0) => return true,
            Ok(count) => {
                let mut received = lock();
                if received.closed {
                    return false;
                }
                received.bytes.extend_from_slice(&chunk[..count]);
            }
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(_) => return true,
        }
    }
}

/// Where else programs are: services, and what `.ci/run` unpacks.
const MORE_FOLDERS: [&str; 3] = ["/usr/sbin", "/usr/lib/systemd", "/opt/syslog-ng/usr/sbin"];

/// A program of this name, or nothing and a message that says why the test is skipped.
pub(super) fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(MORE_FOLDERS.map(PathBuf::from));
    let found = folders.map(|folder| folder.join(name)).find(|file| file.is_file());
    if found.is_none() {
        skipped(&format!("{name} is not installed"));
    }
    found
}

/// Says that something was not tested, and why, past the capturing of test output.
pub(super) fn skipped(why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}
