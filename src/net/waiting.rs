//! What waits in the system, though nobody here has been told of it yet.
//!
//! Tokio learns that a descriptor can be read when its driver is asked, which may be after the task that
//! drains has had its turn. So whoever is about to close something asks the system itself: what was sent
//! before the drain is read, however close before.

use std::os::fd::AsFd;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tokio::io::{AsyncRead, Stdin};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::server::TlsStream;

/// Whether bytes, a datagram, a connection or an end wait at `descriptor`. Does not wait itself; a failure
/// counts as no.
pub(super) fn is_readable(descriptor: impl AsFd) -> bool {
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    let mut watched = [PollFd::new(&descriptor, PollFlags::IN)];
    poll(&mut watched, Some(&now)).is_ok_and(|ready| ready > 0)
}

/// A stream whose peer may have sent what it does not know of yet.
pub(super) trait Peer: AsyncRead + Unpin {
    /// How long bytes may be on their way when the system holds them no longer.
    const LAG: Duration = Duration::ZERO;

    /// Whether something waits in the system.
    fn has_sent(&self) -> bool;
}

impl Peer for TcpStream {
    fn has_sent(&self) -> bool {
        is_readable(self)
    }
}

impl Peer for UnixStream {
    fn has_sent(&self) -> bool {
        is_readable(self)
    }
}

impl Peer for TlsStream<TcpStream> {
    fn has_sent(&self) -> bool {
        is_readable(self.get_ref().0)
    }
}

impl Peer for Stdin {
    /// A thread of its own reads it.
    const LAG: Duration = Duration::from_millis(200);

    fn has_sent(&self) -> bool {
        is_readable(self)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::net::{TcpListener, TcpStream, UdpSocket};
    use std::pin::Pin;
    use std::sync::Arc;
    use std::sync::atomic::Ordering::Relaxed;
    use std::task::{Context, Poll};
    use std::time::Duration;

    use tokio::io::{AsyncRead, AsyncWriteExt, DuplexStream, ReadBuf, duplex};
    use tokio::runtime::Builder;
    use tokio::sync::watch;
    use tokio::task::yield_now;

    use super::super::accept::serve;
    use super::super::config::{Bounds, Config, Forward, Listen, Pair};
    use super::super::conn;
    use super::super::framing::{End, Framing};
    use super::super::listen::{Door, Waiting};
    use super::super::queue::Inlet;
    use super::super::shared::{Phase, Shared};
    use super::Peer;
    use crate::engine::{Engine, Setup};
    use crate::pseudonym::{Domain, Keys};
    use crate::stats::Counts;

    /// How many frames `read` takes in if the sidecar is told to drain before it has looked at anything.
    fn frames_read<F: Future>(read: impl FnOnce(Inlet) -> F) -> u64 {
        frames_read_in(Phase::Draining, Duration::from_secs(600), read)
    }

    /// The same in this phase, with this time for the drain.
    fn frames_read_in<F: Future>(
        phase: Phase,
        grace: Duration,
        read: impl FnOnce(Inlet) -> F,
    ) -> u64 {
        let keys = Keys::ephemeral(&Domain::default(), &Counts::TYPES).expect("randomness");
        let engine = Engine::new(Setup::default(), keys).expect("the rules are valid");
        let config = Config {
            pairs: vec![Pair { listen: Listen::Stdin, forward: Forward::Stdout }],
            framing: Framing::Auto,
            bounds: Bounds::default(),
            admin: None,
            grace,
            insecure_listen: false,
        };
        let (_phase, phase) = watch::channel(phase);
        let (_engine, engine) = watch::channel(Some(Arc::new(engine)));
        let shared = Arc::new(Shared::new(&config, phase, engine).expect("threads"));
        let (inlet, _queue) = Inlet::new(Arc::clone(&shared), 0);
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            read(inlet).await;
            while shared.metrics.connections.load(Relaxed) > 0 {
                yield_now().await;
            }
        });
        shared.metrics.frames_received.load(Relaxed)
    }

    /// A socket that listens, and one that has sent two lines to it and stays open.
    fn listener_and_peer() -> (TcpListener, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let place = listener.local_addr().expect("it has one");
        let mut peer = TcpStream::connect(place).expect("it listens");
        peer.write_all(b"one\ntwo\n").expect("the system takes it");
        (listener, peer)
    }

    #[test]
    fn a_connection_that_waits_is_taken_and_read() {
        let (listener, _peer) = listener_and_peer();
        listener.set_nonblocking(true).expect("it can be told so");
        let frames = frames_read(|inlet| async {
            let listener = tokio::net::TcpListener::from_std(listener).expect("ours");
            serve(Door::Tcp(listener, None, Waiting::End), inlet).await;
        });
        assert_eq!(frames, 2);
    }

    #[test]
    fn what_a_connection_holds_is_read() {
        let (listener, _peer) = listener_and_peer();
        let (stream, _) = listener.accept().expect("it waits");
        stream.set_nonblocking(true).expect("it can be told so");
        let frames = frames_read(|inlet| async move {
            let stream = tokio::net::TcpStream::from_std(stream).expect("ours");
            conn::run(stream, &inlet, End::Cut).await
        });
        assert_eq!(frames, 2);
    }

    #[test]
    fn what_waits_at_a_socket_of_systemd_is_left_for_the_next_one() {
        let (listener, _peer) = listener_and_peer();
        listener.set_nonblocking(true).expect("it can be told so");
        let kept = listener.try_clone().expect("a descriptor");
        let frames = frames_read(|inlet| async {
            let listener = tokio::net::TcpListener::from_std(listener).expect("ours");
            serve(Door::Tcp(listener, None, Waiting::Stay), inlet).await;
        });
        assert_eq!(frames, 0);
        assert!(kept.accept().is_ok(), "it still waits");
    }

    #[test]
    fn nothing_is_taken_any_more_when_the_sidecar_gives_up() {
        let (listener, _peer) = listener_and_peer();
        listener.set_nonblocking(true).expect("it can be told so");
        let grace = Duration::from_secs(600);
        let frames = frames_read_in(Phase::Quitting, grace, |inlet| async {
            let listener = tokio::net::TcpListener::from_std(listener).expect("ours");
            serve(Door::Tcp(listener, None, Waiting::End), inlet).await;
        });
        assert_eq!(frames, 0);
    }

    /// A peer that never stops, or one whose bytes come by way of a thread.
    enum Odd {
        Endless,
        Detour(DuplexStream),
    }

    impl AsyncRead for Odd {
        fn poll_read(
            self: Pin<&mut Self>,
            context: &mut Context<'_>,
            buffer: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            match self.get_mut() {
                Odd::Endless => {
                    buffer.put_slice(&vec![b'x'; buffer.remaining()]);
                    Poll::Ready(Ok(()))
                }
                Odd::Detour(stream) => Pin::new(stream).poll_read(context, buffer),
            }
        }
    }

    impl Peer for Odd {
        const LAG: Duration = Duration::from_secs(600);

        fn has_sent(&self) -> bool {
            matches!(self, Odd::Endless)
        }
    }

    #[test]
    fn a_peer_that_never_stops_does_not_hold_up_the_end() {
        let grace = Duration::from_millis(20);
        let frames = frames_read_in(Phase::Draining, grace, |inlet| async move {
            conn::run(Odd::Endless, &inlet, End::Cut).await
        });
        assert_eq!(frames, 1);
    }

    #[test]
    fn what_is_on_its_way_is_waited_for() {
        let frames = frames_read(|inlet| async move {
            let (stream, mut peer) = duplex(64);
            tokio::spawn(async move {
                for _ in 0..5 {
                    yield_now().await;
                }
                peer.write_all(b"one\ntwo\n").await
            });
            conn::run(Odd::Detour(stream), &inlet, End::Cut).await
        });
        assert_eq!(frames, 2);
    }

    #[test]
    fn datagrams_that_wait_are_read() {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
        let peer = UdpSocket::bind("127.0.0.1:0").expect("a port");
        let place = socket.local_addr().expect("it has one");
        for _ in 0..7 {
            peer.send_to(b"<34>one", place).expect("the system takes it");
        }
        socket.set_nonblocking(true).expect("it can be told so");
        let frames = frames_read(|inlet| async {
            let socket = tokio::net::UdpSocket::from_std(socket).expect("ours");
            serve(Door::Udp(socket), inlet).await;
        });
        assert_eq!(frames, 7);
    }
}
