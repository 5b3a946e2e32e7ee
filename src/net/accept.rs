//! Connections accepted and set going, each in a task of its own.
//!
//! A place among the connections is taken before one is accepted, so that a flood waits in the
//! system's own queue. TLS handshakes run beside each other, each within its time.

use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll};
use std::time::Duration;

use rustix::net::sockopt;
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use super::framing::End;
use super::listen::{Door, Tls, Waiting};
use super::metrics::Closed;
use super::queue::Inlet;
use super::shared::{Phase, Shared};
use super::waiting::is_readable;
use super::{conn, udp};

/// After a failure to accept, as when descriptors run out.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves a door until the drain begins and nothing waits at it or, for standard input, until its end.
pub(super) async fn serve(door: Door, inlet: Inlet) {
    match door {
        Door::Stdin => {
            let visit = Visit::new(Arc::clone(&inlet.shared), None);
            visit.closed(conn::run(tokio::io::stdin(), &inlet, End::Whole).await);
        }
        Door::Udp(socket) => udp::run(&socket, &inlet).await,
        Door::Tcp(listener, tls, waiting) => {
            let next = |context: &mut Context<'_>| listener.poll_accept(context).map_ok(first);
            let serve = |stream, inlet| serve_tcp(stream, tls.clone(), inlet);
            // Nobody sends lines before his handshake, and there is no time for one.
            let late = waiting == Waiting::End && tls.is_none();
            accept(&inlet, next, || late && is_readable(&listener), serve).await;
        }
        Door::Unix(listener, at_end) => {
            let next = |context: &mut Context<'_>| listener.poll_accept(context).map_ok(first);
            let late = at_end.waiting() == Waiting::End;
            accept(&inlet, next, || late && is_readable(&listener), serve_unix).await;
        }
    }
}

/// The stream without its peer's address, which is nobody's concern here.
fn first<S, A>((stream, _): (S, A)) -> S {
    stream
}

/// Takes what `next` gives until the drain begins, and while one `is_late` by then; has it served.
async fn accept<S, F>(
    inlet: &Inlet,
    next: impl Fn(&mut Context<'_>) -> Poll<io::Result<S>>,
    is_late: impl Fn() -> bool,
    serve: impl Fn(S, Inlet) -> F,
) where
    F: Future<Output = Closed> + Send + 'static,
{
    let shared = &inlet.shared;
    loop {
        let draining = shared.phase() != Phase::Running;
        if shared.reading_is_over() || draining && !is_late() {
            return;
        }
        let taken = async {
            // Never closed.
            let place = Arc::clone(&shared.places).acquire_owned().await.ok();
            (place, poll_fn(&next).await)
        };
        let (place, stream) = tokio::select! {
            biased;
            () = shared.read_enough(draining) => continue,
            taken = taken => taken,
        };
        let Ok(stream) = stream else {
            shared.metrics.accept_errors.fetch_add(1, Relaxed);
            if draining {
                return;
            }
            sleep(PAUSE).await;
            continue;
        };
        let visit = Visit::new(Arc::clone(shared), place);
        let served = serve(stream, inlet.clone());
        tokio::spawn(async move { visit.closed(served.await) });
    }
}

async fn serve_tcp(stream: TcpStream, tls: Option<Tls>, inlet: Inlet) -> Closed {
    keep_alive(&stream);
    let Some(tls) = tls else { return conn::run(stream, &inlet, End::Cut).await };
    let handshake = TlsAcceptor::from(tls.config.value()).accept(stream);
    let stream = tokio::select! {
        done = timeout(inlet.shared.bounds.handshake, handshake) => done.ok().and_then(Result::ok),
        () = inlet.shared.reached(Phase::Draining) => None,
    };
    match stream {
        Some(stream) => conn::run(stream, &inlet, End::Cut).await,
        None => Closed::Handshake,
    }
}

async fn serve_unix(stream: UnixStream, inlet: Inlet) -> Closed {
    conn::run(stream, &inlet, End::Cut).await
}

/// A peer that has vanished without a word is noticed within two minutes.
fn keep_alive(stream: &TcpStream) {
    let _ = sockopt::set_socket_keepalive(stream, true);
    let _ = sockopt::set_tcp_keepidle(stream, Duration::from_secs(60));
    let _ = sockopt::set_tcp_keepintvl(stream, Duration::from_secs(10));
    let _ = sockopt::set_tcp_keepcnt(stream, 6);
}

/// Counts a connection as long as it is open, however it ends.
struct Visit {
    shared: Arc<Shared>,
    _place: Option<OwnedSemaphorePermit>,
}

impl Visit {
    fn new(shared: Arc<Shared>, place: Option<OwnedSemaphorePermit>) -> Self {
        shared.metrics.connections.fetch_add(1, Relaxed);
        shared.metrics.connections_accepted.fetch_add(1, Relaxed);
        Self { shared, _place: place }
    }

    fn closed(self, why: Closed) {
        tracing::debug!(cause = why.as_str(), "connection closed");
        self.shared.metrics.closed(why);
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        self.shared.metrics.connections.fetch_sub(1, Relaxed);
    }
}
