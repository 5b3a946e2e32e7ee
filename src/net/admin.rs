//! `/healthz`, `/readyz` and `/metrics` over HTTP/1.1, for probes and for Prometheus.
//!
//! One request a connection, answered and closed. A request is read up to its first line only,
//! within bounds of size and time; nothing of it is repeated in the answer or the log.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use super::shared::Shared;

/// Requests that are answered at the same time.
const REQUESTS: usize = 16;
/// A request's head has at most so many bytes.
const HEAD: usize = 8 << 10;
/// Reading a request, or writing an answer, takes at most this time.
const PATIENCE: Duration = Duration::from_secs(5);

/// Answers until the task is dropped.
pub(super) async fn run(listener: TcpListener, shared: Arc<Shared>) {
    let places = Arc::new(Semaphore::new(REQUESTS));
    loop {
        // Never closed.
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let Ok((stream, _)) = listener.accept().await else {
            sleep(Duration::from_millis(100)).await;
            continue;
        };
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let _ = timeout(2 * PATIENCE, answer(stream, &shared)).await;
            drop(place);
        });
    }
}

async fn answer(mut stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let head = timeout(PATIENCE, head(&mut stream)).await.unwrap_or_default();
    let (status, kind, body) = respond(&head, shared);
    let text = "text/plain; charset=utf-8";
    let kind = kind.unwrap_or(text);
    let length = body.len();
    let mut response = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n"
    );
    if !head.starts_with(b"HEAD ") {
        response.push_str(&body);
    }
    stream.write_all(response.as_bytes()).await?;
    stream.shutdown().await
}

/// The bytes of a request up to the end of its head; empty when there is no such end.
async fn head(stream: &mut TcpStream) -> Vec<u8> {
    let mut head = Vec::new();
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        let room = (HEAD - head.len()) as u64;
        match (&mut *stream).take(room).read_buf(&mut head).await {
            Ok(1..) => {}
            _ => return Vec::new(),
        }
    }
    head
}

/// Status, content type where it is not plain text, and body.
fn respond(head: &[u8], shared: &Shared) -> (&'static str, Option<&'static str>, String) {
    let line = head.split(|&byte| byte == b'\r').next().unwrap_or_default();
    let mut words = line.split(|&byte| byte == b' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    if !words.next().is_some_and(|version| version.starts_with(b"HTTP/1.")) {
        return ("400 Bad Request", None, "bad request\n".to_owned());
    }
    if method != b"GET" && method != b"HEAD" {
        return ("405 Method Not Allowed", None, "only GET and HEAD\n".to_owned());
    }
    match target.split(|&byte| byte == b'?').next().unwrap_or_default() {
        b"/healthz" => ("200 OK", None, "ok\n".to_owned()),
        b"/readyz" => match shared.metrics.not_ready() {
            None => ("200 OK", None, "ready\n".to_owned()),
            Some(why) => ("503 Service Unavailable", None, format!("{why}\n")),
        },
        b"/metrics" => {
            let kind = "text/plain; version=0.0.4; charset=utf-8";
            ("200 OK", Some(kind), shared.metrics.expose())
        }
        _ => ("404 Not Found", None, "/healthz, /readyz or /metrics\n".to_owned()),
    }
}
