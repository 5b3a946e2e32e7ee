//! Syslog over UDP (RFC 5426): one datagram, one frame. A convenience: what arrives while there is
//! no room for it is dropped by the system, and nobody learns of it.
//!
//! A datagram leaves as a line; one that holds line feeds within leaves as a counted frame.
//! `--framing` makes all of them lines, or all of them counted frames.

use std::sync::atomic::Ordering::Relaxed;

use memchr::memchr;
use tokio::net::UdpSocket;
use tokio::time::Instant;

use super::framing::Framing;
use super::queue::Inlet;
use super::shared::Phase;
use super::waiting::is_readable;

/// The largest datagram that UDP over IP can carry.
const LARGEST: usize = 65_535;

/// Takes datagrams until the drain begins, and what has come in by then, within half of its time.
pub(super) async fn run(socket: &UdpSocket, inlet: &Inlet) {
    let shared = &inlet.shared;
    let mut buffer = vec![0; LARGEST];
    loop {
        let draining = shared.phase() != Phase::Running;
        if shared.reading_is_over() || draining && !is_readable(socket) {
            return;
        }
        let received = tokio::select! {
            biased;
            received = socket.recv(&mut buffer[..LARGEST]) => received,
            () = shared.read_enough(draining) => continue,
        };
        let Ok(length) = received else { continue };
        shared.metrics.bytes_received.fetch_add(length as u64, Relaxed);
        shared.metrics.frames_received.fetch_add(1, Relaxed);
        let end = buffer[..length].iter().rposition(|byte| !b"\r\n\0".contains(byte));
        let end = end.map_or(0, |last| last + 1);
        let several = memchr(b'\n', &buffer[..end]).is_some();
        let counted =
            shared.framing == Framing::Octet || several && shared.framing == Framing::Auto;
        let mut frame = if counted { format!("{end} ").into_bytes() } else { Vec::new() };
        frame.extend_from_slice(&buffer[..end]);
        let born = Instant::now().into_std();
        let put = inlet.put(length, |worker, engine, done| match counted {
            true => worker.counted(engine, &frame, born, done),
            false => {
                frame.push(b'\n');
                worker.lines(engine, &frame, born, done);
            }
        });
        if put.await.is_err() {
            shared.metrics.undelivered(1, length as u64);
            return;
        }
    }
}
