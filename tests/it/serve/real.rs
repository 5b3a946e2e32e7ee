//! The sidecar between programs as people run them. One that is not installed is skipped, and the
//! test says so.

use std::fs;
use std::io::Write;
use std::net::{TcpStream, UdpSocket};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process_group};
use tempfile::TempDir;

use super::harness::{Place, Sidecar, Sink, eventually, program, skipped};
use super::tls::Certificates;

pub(super) const LISTEN: &str = "--listen=tcp://127.0.0.1:0";

/// A program that ends with the test, and with it all that it started: Kamailio is a group of processes.
pub(super) struct Running(Child);

impl Running {
    pub(super) fn start(command: &mut Command) -> Self {
        Self(command.process_group(0).spawn().expect("it starts"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        kill_process_group(Pid::from_child(&self.0), Signal::KILL).expect("the child is there");
        let _ = self.0.wait();
    }
}

/// rsyslog with a folder of its own.
struct Rsyslog {
    _running: Running,
    folder: TempDir,
}

impl Rsyslog {
    /// Starts it with what `config` says beside its folder; nothing if a part of it is missing.
    fn start(modules: &[&str], config: impl Fn(&Path) -> String) -> Option<Self> {
        let rsyslogd = program("rsyslogd")?;
        let found = [
            "/usr/lib/x86_64-linux-gnu/rsyslog",
            "/usr/lib/aarch64-linux-gnu/rsyslog",
            "/usr/lib/rsyslog",
        ];
        let installed =
            |module: &str| found.iter().any(|folder| Path::new(folder).join(module).exists());
        if let Some(missing) = modules.iter().find(|module| !installed(module)) {
            skipped(&format!("rsyslog has no {missing}"));
            return None;
        }
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path();
        fs::write(path.join("conf"), config(path)).expect("a file can be written");
        let mut command = Command::new(rsyslogd);
        command.arg("-n").arg("-f").arg(path.join("conf")).arg("-i").arg(path.join("pid"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Some(Self { _running: Running::start(&mut command), folder })
    }

    /// One that takes messages from a socket and sends them on as `action` says.
    fn sender(modules: &[&str], global: &str, action: &str) -> Option<Self> {
        Self::start(modules, |folder| {
            format!(
                "global(workDirectory=\"{0}\" {global})\n\
                 module(load=\"imuxsock\" SysSock.Use=\"off\")\n\
                 input(type=\"imuxsock\" Socket=\"{0}/log\" RateLimit.Interval=\"0\")\n\
                 action(type=\"omfwd\" protocol=\"tcp\" {action} queue.type=\"LinkedList\" \
                 action.resumeRetryCount=\"-1\" action.resumeInterval=\"1\")\n",
                folder.display()
            )
        })
    }

    fn log(&self, number: usize) {
        log_to(&self.folder.path().join("log"), number);
    }
}

/// Sends so many messages to a socket like `/dev/log`, once somebody listens there.
pub(super) fn log_to(path: &Path, number: usize) {
    let socket = UnixDatagram::unbound().expect("a socket can be made");
    eventually(|| socket.connect(path).is_ok(), || "the logger does not listen".to_owned());
    for number in 0..number {
        let message = format!(
            "<134>Mar 14 09:26:55 app[{}]: n={number}. Rückruf an Erika Beispiel, Tel. 069 90009{:03}",
            number + 1,
            number % 1000
        );
        socket.send(message.as_bytes()).expect("the logger reads");
    }
}

/// Asserts that so many messages are there, each with its identities replaced.
pub(super) fn assert_complete(text: &str, count: usize) {
    // With its area code: the clock of the sender may show any five digits.
    for identity in ["069 90009", "Beispiel"] {
        let clear = text.lines().find(|line| line.contains(identity));
        assert!(clear.is_none(), "an identity in clear: {clear:?}");
    }
    for number in 0..count {
        assert!(text.contains(&format!("n={number}. ")), "message {number} is missing");
    }
    assert!(text.matches("tel_").count() >= count && text.matches("nam_").count() >= count);
}

pub(super) fn all_there(bytes: &[u8], count: usize) -> bool {
    memchr::memmem::find_iter(bytes, b" Tel. tel_").count() >= count
}

#[test]
fn rsyslog_sends_lines_and_counted_frames() {
    for framing in ["traditional", "octet-counted"] {
        let sink = Sink::start();
        let sidecar = Sidecar::start(&[LISTEN, "--forward", &sink.uri()]);
        let action = format!(
            "target=\"127.0.0.1\" port=\"{}\" TCP_Framing=\"{framing}\" template=\"RSYSLOG_SyslogProtocol23Format\"",
            sidecar.address().port()
        );
        let Some(rsyslog) = Rsyslog::sender(&[], "", &action) else { return };
        rsyslog.log(500);
        let out = sink.wait_until(|bytes| all_there(bytes, 500));
        assert_complete(&String::from_utf8(out.clone()).expect("text"), 500);
        assert_eq!(out[0].is_ascii_digit(), framing == "octet-counted");
    }
}

#[test]
fn rsyslog_receives_what_it_has_sent() {
    let receiver = Rsyslog::start(&[], |folder| {
        format!(
            "global(workDirectory=\"{0}\")\nmodule(load=\"imtcp\")\n\
             input(type=\"imtcp\" address=\"127.0.0.1\" port=\"0\" listenPortFileName=\"{0}/port\")\n\
             template(name=\"raw\" type=\"string\" string=\"%rawmsg%\\n\")\n\
             action(type=\"omfile\" file=\"{0}/out\" template=\"raw\")\n",
            folder.display()
        )
    });
    let Some(receiver) = receiver else { return };
    let read =
        |file: &str| fs::read_to_string(receiver.folder.path().join(file)).unwrap_or_default();
    eventually(|| !read("port").trim().is_empty(), || "rsyslog does not listen".to_owned());
    let forward = format!("tcp://127.0.0.1:{}", read("port").trim());
    let sidecar = Sidecar::start(&[LISTEN, "--forward", &forward]);
    let action = format!(
        "target=\"127.0.0.1\" port=\"{}\" TCP_Framing=\"octet-counted\" template=\"RSYSLOG_SyslogProtocol23Format\"",
        sidecar.address().port()
    );
    let Some(sender) = Rsyslog::sender(&[], "", &action) else { return };
    sender.log(500);
    eventually(|| all_there(read("out").as_bytes(), 500), || read("out"));
    let out = read("out");
    assert_complete(&out, 500);
    // One frame in, one frame out: each message is a line of its own, beginning with its priority.
    assert!(
        out.lines().filter(|line| line.contains(" n=")).all(|line| line.starts_with("<134>1 "))
    );
}

#[test]
fn rsyslog_sends_over_tls_with_both_drivers() {
    for (driver, module) in [("ossl", "lmnsd_ossl.so"), ("gtls", "lmnsd_gtls.so")] {
        let certificates = Certificates::new();
        let sink = Sink::start();
        let (cert, key) = (certificates.path("server.pem"), certificates.path("server.key"));
        let (ca, forward) = (certificates.path("ca.pem"), sink.uri());
        let mut args = vec!["--listen=tls://127.0.0.1:0", "--forward", &forward];
        args.extend(["--tls-cert", &cert, "--tls-key", &key, "--tls-client-ca", &ca]);
        let sidecar = Sidecar::start(&args);
        let global = format!(
            "DefaultNetstreamDriver=\"{driver}\" DefaultNetstreamDriverCAFile=\"{ca}\" \
             DefaultNetstreamDriverCertFile=\"{}\" DefaultNetstreamDriverKeyFile=\"{}\"",
            certificates.path("client.pem"),
            certificates.path("client.key")
        );
        let action = format!(
            "target=\"127.0.0.1\" port=\"{}\" TCP_Framing=\"octet-counted\" \
             template=\"RSYSLOG_SyslogProtocol23Format\" StreamDriver=\"{driver}\" StreamDriverMode=\"1\" \
             StreamDriverAuthMode=\"x509/name\" StreamDriverPermittedPeers=\"localhost\"",
            sidecar.address().port()
        );
        let Some(rsyslog) = Rsyslog::sender(&[module], &global, &action) else { continue };
        rsyslog.log(200);
        let out = sink.wait_until(|bytes| all_there(bytes, 200));
        assert_complete(&String::from_utf8(out).expect("text"), 200);
    }
}

#[test]
fn logger_counts_octets() {
    let Some(logger) = program("logger") else { return };
    let sink = Sink::start();
    let sidecar = Sidecar::start(&[LISTEN, "--forward", &sink.uri()]);
    let port = sidecar.address().port().to_string();
    let log = |options: &[&str]| {
        let mut command = Command::new(&logger);
        command
            .args(["--tcp", "--server", "127.0.0.1", "--port", &port, "--rfc5424"])
            .args(options);
        let status = command.args(["-t", "app", "caller=+493023125042 Rückruf"]).status();
        assert!(status.expect("logger starts").success());
    };
    log(&["--octet-count"]);
    let out = String::from_utf8(sink.wait_until(|bytes| bytes.ends_with("Rückruf".as_bytes())));
    let out = out.expect("text");
    let (count, frame) = out.split_once(' ').expect("a count");
    assert_eq!(count.parse(), Ok(frame.len()), "{out}");
    assert!(frame.starts_with("<13>1 ") && frame.contains("caller=tel_"), "{out}");
    log(&[]);
    let out = sink.wait_for_lines(1);
    assert_eq!(out.matches("caller=tel_").count(), 2, "{out}");
    assert!(!out.contains("+4930"), "{out}");
}

#[test]
fn kamailio_logs_calls_of_sipp() {
    let (Some(kamailio), Some(sipp)) = (program("kamailio"), program("sipp")) else { return };
    let sink = Sink::start();
    let sidecar = Sidecar::start(&[LISTEN, "--forward", &sink.uri()]);
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = |name: &str, text: &str| -> PathBuf {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("a file can be written");
        path
    };
    let port = UdpSocket::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
    let port = port.expect("a port is free").port();
    let config = file("kamailio.cfg", &KAMAILIO.replace("PORT", &port.to_string()));
    let scenario = file("message.xml", SIPP);
    // Its messages go to the sidecar without a shipper in between.
    let log = TcpStream::connect(sidecar.address()).expect("the sidecar listens");
    let mut command = Command::new(kamailio);
    command
        .arg("-f")
        .arg(config)
        .args(["-DD", "-E", "-m", "16", "-M", "4", "-Y"])
        .arg(folder.path());
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(OwnedFd::from(log));
    let _kamailio = Running::start(&mut command);
    sink.wait_until(|bytes| !bytes.is_empty());
    let target = format!("127.0.0.1:{port}");
    let mut command = Command::new(sipp);
    command.arg("-sf").arg(scenario).args([
        "-m",
        "50",
        "-r",
        "200",
        "-i",
        "127.0.0.1",
        "-nostdin",
        &target,
    ]);
    command
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    assert!(command.status().expect("sipp starts").success(), "the calls failed");
    let calls = |bytes: &[u8]| memchr::memmem::find_iter(bytes, b"call user=tel_").count();
    let out = sink.wait_until(|bytes| calls(bytes) >= 50);
    let text = String::from_utf8_lossy(&out);
    assert!(text.contains("From: \"nam_"), "{text}");
    for hidden in ["+493023125", "Beispiel", "+496990009"] {
        assert!(!text.contains(hidden), "{hidden} in clear");
    }
}

const KAMAILIO: &str = r#"#!KAMAILIO
debug=2
log_stderror=yes
children=1
disable_tcp=yes
listen=udp:127.0.0.1:PORT
loadmodule "pv.so"
loadmodule "sl.so"
loadmodule "xlog.so"
request_route {
    xlog("L_INFO", "call user=$fU name=$fn to=$rU id=$ci\n");
    xlog("L_INFO", "$mb\n");
    sl_send_reply("200", "OK");
}
"#;

const SIPP: &str = r#"<?xml version="1.0" encoding="UTF-8" ?>
<scenario name="messages">
  <send retrans="500"><![CDATA[

      MESSAGE sip:+496990009123@[remote_ip]:[remote_port] SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      From: "Erika Beispiel" <sip:+493023125042@[local_ip]:[local_port]>;tag=[call_number]
      To: "Max Beispiel" <sip:+496990009123@[remote_ip]:[remote_port]>
      Call-ID: [call_id]
      CSeq: 1 MESSAGE
      Max-Forwards: 70
      Content-Length: 0

  ]]></send>
  <recv response="200"/>
</scenario>
"#;

#[test]
fn prometheus_scrapes_it() {
    let Some(prometheus) = program("prometheus") else { return };
    let sink = Sink::start();
    let sidecar = Sidecar::start(&[LISTEN, "--forward", &sink.uri()]);
    sidecar.send(b"one\ntwo\n");
    sink.wait_for_lines(2);
    let folder = tempfile::tempdir().expect("a folder can be made");
    let config = folder.path().join("prometheus.yml");
    let alerts = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/prometheus/alerts.yml");
    let text = format!(
        "global: {{scrape_interval: 1s}}\nrule_files: ['{}']\nscrape_configs:\n\
         - job_name: lognym\n  static_configs: [{{targets: ['{}']}}]\n",
        alerts.display(),
        sidecar.admin()
    );
    fs::write(&config, text).expect("a file can be written");
    let place = Place::new();
    let mut command = Command::new(prometheus);
    command.arg(format!("--config.file={}", config.display()));
    command.arg(format!("--storage.tsdb.path={}", folder.path().join("data").display()));
    command.arg(format!("--web.listen-address={}", place.address()));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let _prometheus = Running::start(&mut command);
    let query = || {
        let mut stream = TcpStream::connect(place.address()).ok()?;
        let request = "GET /api/v1/query?query=lognym_sent_frames_total HTTP/1.0\r\n\r\n";
        stream.write_all(request.as_bytes()).ok()?;
        std::io::read_to_string(stream).ok()
    };
    let seen = || query().unwrap_or_default();
    eventually(|| seen().contains("\"2\"]"), seen);
}
