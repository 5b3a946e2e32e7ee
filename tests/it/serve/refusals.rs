//! What the sidecar refuses before it takes a single byte.

use crate::ring::private_ring;
use crate::util::run;

const LOOPBACK: [&str; 2] = ["--listen=tcp://127.0.0.1:0", "--forward=stdout:"];

/// Runs `lognym serve` with these arguments; exit code and messages.
fn refused(args: &[&str]) -> (Option<i32>, String) {
    let output = run(&[&["serve"], args].concat(), b"");
    assert_eq!(output.stdout, b"");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn assert_refused(args: &[&str], code: i32, words: &str) {
    let (status, message) = refused(args);
    assert_eq!(status, Some(code), "{args:?}: {message}");
    assert!(message.contains(words), "{args:?}: {message}");
}

#[test]
fn listening_in_clear_beyond_this_machine() {
    for listen in ["tcp://0.0.0.0:0", "tcp://[::]:0", "udp://0.0.0.0:0"] {
        let args = ["--ephemeral-key", "--listen", listen, "--forward=stdout:"];
        assert_refused(&args, 78, "--insecure-listen");
    }
}

#[test]
fn running_without_a_lasting_key_unasked() {
    assert_refused(&LOOPBACK, 77, "--ephemeral-key");
    let folder = tempfile::tempdir().expect("a folder can be made");
    let ring = private_ring(folder.path());
    let ring = ring.to_str().expect("the path is text");
    let both = [&LOOPBACK[..], &["--ephemeral-key", "--key-file", ring]].concat();
    assert_refused(&both, 77, "keep one");
}

#[test]
fn pairs_that_are_none() {
    let key = "--ephemeral-key";
    assert_refused(&[key, "--listen=stdin:"], 2, "--forward");
    assert_refused(&[key, "--listen=stdin:,systemd:", "--forward=stdout:"], 2, "its own --forward");
    assert_refused(&[key, "--listen=stdout:", "--forward=stdout:"], 78, "listen on stdout:");
    assert_refused(&[key, "--listen=stdin:", "--forward=udp://127.0.0.1:1"], 78, "tcp://");
    assert_refused(&[key, "--listen=tls://127.0.0.1:0", "--forward=stdout:"], 78, "--tls-cert");
    assert_refused(&[key, "--listen=stdin:", "--forward=tls://localhost:1"], 78, "--forward-ca");
    assert_refused(&[key, "--listen=http://x:1", "--forward=stdout:"], 2, "tcp://HOST:PORT");
    assert_refused(&[key, "--listen=systemd:", "--forward=stdout:"], 74, "LISTEN_FDS");
}

#[test]
fn bounds_that_do_not_fit_together() {
    let args = [&LOOPBACK[..], &["--ephemeral-key", "--max-memory=1M"]].concat();
    assert_refused(&args, 78, "--max-memory");
}

#[test]
fn a_port_that_is_taken() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let listen = format!("--listen=tcp://{}", taken.local_addr().expect("it is bound"));
    assert_refused(
        &["--ephemeral-key", &listen, "--forward=stdout:"],
        74,
        "cannot listen on tcp://",
    );
}
