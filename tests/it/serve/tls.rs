//! TLS on both sides, by two sidecars in a row: one forwards to the other.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustix::process::Signal;
use tempfile::TempDir;

use super::harness::{Sidecar, Sink, program};

/// A folder with an authority and certificates of it.
pub(super) struct Certificates {
    folder: TempDir,
    ca: CertifiedIssuer<'static, KeyPair>,
}

impl Certificates {
    pub(super) fn new() -> Self {
        Self::of("lognym test authority")
    }

    /// Certificates of an authority of this name.
    fn of(authority: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.distinguished_name.push(DnType::CommonName, authority);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let ca = CertifiedIssuer::self_signed(params, key).expect("a certificate");
        let folder = tempfile::tempdir().expect("a folder can be made");
        fs::write(folder.path().join("ca.pem"), ca.pem()).expect("a file can be written");
        let certificates = Self { folder, ca };
        certificates.issue("server", "localhost");
        certificates.issue("client", "client.example");
        certificates
    }

    /// Writes `FILE.pem` and `FILE.key` for a name.
    fn issue(&self, file: &str, name: &str) {
        let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a DNS name");
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().expect("a key");
        let cert = params.signed_by(&key, &self.ca).expect("a certificate");
        let path = |end| self.folder.path().join(format!("{file}.{end}"));
        fs::write(path("pem"), cert.pem()).expect("a file can be written");
        fs::write(path("key"), key.serialize_pem()).expect("a file can be written");
    }

    pub(super) fn path(&self, file: &str) -> String {
        self.folder.path().join(file).display().to_string()
    }

    fn server(&self, sink: &Sink, client_ca: bool) -> Sidecar {
        let (cert, key, ca) =
            (self.path("server.pem"), self.path("server.key"), self.path("ca.pem"));
        let forward = sink.uri();
        let mut args = vec!["--listen=tls://127.0.0.1:0", "--forward", &forward];
        args.extend(["--tls-cert", &cert, "--tls-key", &key]);
        if client_ca {
            args.extend(["--tls-client-ca", &ca]);
        }
        Sidecar::start(&args)
    }

    fn client(&self, server: &Sidecar, ca: &Path, identity: bool) -> Sidecar {
        let forward = format!("tls://{}", server.address());
        let ca = ca.display().to_string();
        let (cert, key) = (self.path("client.pem"), self.path("client.key"));
        let mut args = vec!["--listen=tcp://127.0.0.1:0", "--forward", &forward];
        args.extend(["--forward-ca", &ca, "--forward-name=localhost", "--grace=1s"]);
        if identity {
            args.extend(["--forward-cert", &cert, "--forward-key", &key]);
        }
        Sidecar::start(&args)
    }
}

#[test]
fn frames_pass_with_certificates_on_both_sides() {
    let certificates = Certificates::new();
    let sink = Sink::start();
    let server = certificates.server(&sink, true);
    assert!(server.uri(0).starts_with("tls://127.0.0.1:"));
    let client = certificates.client(&server, &PathBuf::from(certificates.path("ca.pem")), true);
    client.send(b"caller=+493023125042\n7 <34>end");
    let out = sink.wait_until(|bytes| bytes.ends_with(b"\n") || bytes.ends_with(b"end"));
    let text = String::from_utf8(out).expect("text");
    assert!(text.starts_with("caller=tel_"), "{text}");
    assert_eq!(client.stop().code(), Some(0));
    assert_eq!(server.stop().code(), Some(0));
}

#[test]
fn a_client_without_certificate_gets_nothing_through() {
    let certificates = Certificates::new();
    let sink = Sink::start();
    let server = certificates.server(&sink, true);
    let client = certificates.client(&server, &PathBuf::from(certificates.path("ca.pem")), false);
    client.send(b"one\n");
    server.wait_for("lognym_connections_closed_total{cause=\"handshake\"}", |count| count >= 1.0);
    assert_eq!(server.metrics()["lognym_received_frames_total"], 0.0);
}

#[test]
fn a_server_of_another_authority_gets_nothing() {
    let (certificates, others) = (Certificates::new(), Certificates::of("another authority"));
    let sink = Sink::start();
    let server = certificates.server(&sink, false);
    let client = others.client(&server, &PathBuf::from(others.path("ca.pem")), false);
    client.send(b"one\n");
    let event = client.wait_for_event("forward side failed");
    assert_eq!(event["reason"], "certificate of an unknown issuer");
    assert!(client.get("/readyz").0.contains("503"));
    assert_eq!(server.metrics()["lognym_received_frames_total"], 0.0);
    client.signal(Signal::TERM);
    assert_eq!(client.wait().code(), Some(74));
}

#[test]
fn plain_text_and_silence_in_place_of_a_handshake() {
    let certificates = Certificates::new();
    let sink = Sink::start();
    let (cert, key) = (certificates.path("server.pem"), certificates.path("server.key"));
    let forward = sink.uri();
    let mut args = vec!["--listen=tls://127.0.0.1:0", "--forward", &forward];
    args.extend(["--tls-cert", &cert, "--tls-key", &key, "--handshake-timeout=1s"]);
    let server = Sidecar::start(&args);
    let mut silent = server.connect();
    server.send(b"caller=+493023125042\n");
    // Closed, with an alert at most.
    let mut answer = Vec::new();
    let _ = silent.read_to_end(&mut answer);
    server.wait_for("lognym_connections_closed_total{cause=\"handshake\"}", |count| count == 2.0);
    assert_eq!(server.metrics()["lognym_received_frames_total"], 0.0);
}

#[test]
fn a_reload_exchanges_certificates() {
    let certificates = Certificates::new();
    let sink = Sink::start();
    let server = certificates.server(&sink, false);
    let ca = PathBuf::from(certificates.path("ca.pem"));
    certificates.issue("server", "other.example");
    server.signal(Signal::HUP);
    server.wait_for_event("reloaded");
    let client = certificates.client(&server, &ca, false);
    let event = client.wait_for_event("forward side failed");
    assert_eq!(event["reason"], "certificate for another name");

    fs::write(certificates.path("server.pem"), "no certificate\n").expect("it can be written");
    server.signal(Signal::HUP);
    server.wait_for_event("reload refused; what was in force stays");
    certificates.issue("server", "localhost");
    server.signal(Signal::HUP);
    server.wait_for_event("reloaded");
    client.wait_for_event("forward side connected");
}

#[test]
fn an_independent_client_speaks_tls_1_2_and_1_3() {
    let Some(openssl) = program("openssl") else { return };
    let certificates = Certificates::new();
    let sink = Sink::start();
    let server = certificates.server(&sink, false);
    for (number, version) in ["-tls1_2", "-tls1_3"].iter().enumerate() {
        let mut command = Command::new(&openssl);
        command.args(["s_client", "-quiet", "-verify_return_error", version, "-connect"]);
        command.args([&server.address().to_string(), "-CAfile", &certificates.path("ca.pem")]);
        command.stdin(std::process::Stdio::piped()).stderr(std::process::Stdio::null());
        let mut client = command.spawn().expect("openssl starts");
        let mut stdin = client.stdin.take().expect("stdin is a pipe");
        stdin.write_all(b"caller=+493023125042\n").expect("openssl reads");
        sink.wait_for_lines(number + 1);
        drop(stdin);
        client.kill().expect("it can be ended");
        client.wait().expect("it has ended");
    }
}
