//! What is to be seen from outside, and that nothing of the payload is.

use std::io::Write;
use std::process::{Command, Stdio};

use super::harness::{Sidecar, Sink, program};

#[test]
fn health_tells_whether_it_lives_and_readiness_whether_it_works() {
    let sink = Sink::start();
    let place = sink.place();
    let sidecar = Sidecar::start(&["--listen=tcp://127.0.0.1:0", "--forward", &sink.uri()]);
    sidecar.wait_for("lognym_forward_connected{pair=\"1\"}", |connected| connected == 1.0);
    assert_eq!(sidecar.get("/healthz"), ("HTTP/1.1 200 OK".to_owned(), "ok\n".to_owned()));
    assert_eq!(sidecar.get("/readyz"), ("HTTP/1.1 200 OK".to_owned(), "ready\n".to_owned()));
    sink.close();
    sidecar.wait_for("lognym_forward_connected{pair=\"1\"}", |connected| connected == 0.0);
    assert_eq!(sidecar.get("/healthz").0, "HTTP/1.1 200 OK");
    let (status, reason) = sidecar.get("/readyz");
    assert!(status.contains("503") && reason.contains("not connected"), "{status} {reason}");
    let _again = Sink::on(&place);
    sidecar.wait_for("lognym_forward_connected{pair=\"1\"}", |connected| connected == 1.0);
}

#[test]
fn requests_that_are_none_get_an_answer() {
    let sink = Sink::start();
    let sidecar = Sidecar::start(&["--listen=tcp://127.0.0.1:0", "--forward", &sink.uri()]);
    let long = "x".repeat(10_000);
    for (request, status) in [
        ("GET /nothing HTTP/1.1\r\n\r\n", "404"),
        ("POST /metrics HTTP/1.1\r\n\r\n", "405"),
        ("nonsense\r\n\r\n", "400"),
        (&format!("GET /{long} HTTP/1.1\r\n\r\n"), "400"),
        ("HEAD /healthz HTTP/1.0\r\n\r\n", "200"),
        ("GET /healthz?verbose HTTP/1.1\r\n\r\n", "200"),
    ] {
        let (answer, _) = sidecar.ask(request);
        assert!(answer.contains(status), "{request:.20}: {answer}");
    }
}

#[test]
fn metrics_add_up_and_hold_nothing_of_the_payload() {
    let sink = Sink::start();
    let sidecar = Sidecar::start(&["--listen=tcp://127.0.0.1:0", "--forward", &sink.uri()]);
    let input = "caller=+493023125042 callerName=\"Max Mustermann\"\nnothing\n".repeat(50);
    sidecar.send(input.as_bytes());
    let output = sink.wait_for_lines(100);
    sidecar.wait_for("lognym_sent_frames_total", |sent| sent == 100.0);
    let metrics = sidecar.metrics();
    for (name, value) in [
        ("lognym_received_bytes_total", input.len()),
        ("lognym_sent_bytes_total", output.len()),
        ("lognym_received_frames_total", 100),
        ("lognym_undelivered_frames_total", 0),
        ("lognym_lines_total", 100),
        ("lognym_changed_lines_total", 50),
        ("lognym_findings_total{type=\"tel\"}", 50),
        ("lognym_findings_total{type=\"nam\"}", 50),
        ("lognym_frame_latency_seconds_count", 100),
        ("lognym_frame_latency_seconds_bucket{le=\"+Inf\"}", 100),
        ("lognym_key_epoch_info{epoch=\"ephemeral\"}", 1),
        ("lognym_queue_bytes{pair=\"1\"}", 0),
    ] {
        assert_eq!(metrics[name], value as f64, "{name}");
    }
    assert!(metrics["lognym_core_seconds_total"] > 0.0);
    let (_, text) = sidecar.get("/metrics");
    assert!(text.contains("lognym_build_info{version=\""));
    for hidden in ["23125042", "Mustermann", "tel_", "nam_"] {
        assert!(!text.contains(hidden), "{hidden}");
    }
}

#[test]
fn prometheus_finds_nothing_to_complain_of() {
    let Some(promtool) = program("promtool") else { return };
    let sink = Sink::start();
    let sidecar = Sidecar::start(&["--listen=tcp://127.0.0.1:0", "--forward", &sink.uri()]);
    sidecar.send(b"caller=+493023125042\n");
    sink.wait_for_lines(1);
    let (_, text) = sidecar.get("/metrics");
    let mut command = Command::new(promtool);
    command.args(["check", "metrics"]).stdin(Stdio::piped());
    let mut child =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    child.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("promtool reads");
    let output = child.wait_with_output().expect("it ends");
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success() && said.is_empty(), "{}", String::from_utf8_lossy(&said));
}
