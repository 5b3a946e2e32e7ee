//! What the sidecar is told.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::error::Error;
use super::framing::Framing;
use super::uri::{Place, Uri};

/// All of it.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where frames come from and go to; at least one.
    pub pairs: Vec<Pair>,
    /// How frames are told apart.
    pub framing: Framing,
    /// What bounds memory and time.
    pub bounds: Bounds,
    /// Where health and metrics are to be had.
    pub admin: Option<SocketAddr>,
    /// How long a drain may take.
    pub grace: Duration,
    /// Listen without TLS beyond the loopback addresses.
    pub insecure_listen: bool,
}

/// One way through: all that `listen` takes goes to `forward`, in order for each connection.
#[derive(Clone, Debug)]
pub struct Pair {
    /// Where frames come from.
    pub listen: Listen,
    /// Where they go.
    pub forward: Forward,
}

/// Where frames come from.
#[derive(Clone, Debug)]
pub enum Listen {
    /// A TCP socket, with TLS if so told.
    Tcp(Place, Option<ServerTls>),
    /// UDP; what arrives while there is no room for it is lost by the system.
    Udp(Place),
    /// A Unix stream socket that only its owner may use (mode 0600).
    Unix(PathBuf),
    /// Standard input; its end is the end of the pair.
    Stdin,
    /// The sockets that systemd hands over.
    Systemd(Option<ServerTls>),
}

/// Where frames go.
#[derive(Clone, Debug)]
pub enum Forward {
    /// A TCP socket, with TLS if so told.
    Tcp(Place, Option<ClientTls>),
    /// A Unix stream socket.
    Unix(PathBuf),
    /// Standard output.
    Stdout,
}

/// What a TLS server shows and wants; all files are PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerTls {
    /// Certificate chain, the server's own first.
    pub cert: PathBuf,
    /// Its private key.
    pub key: PathBuf,
    /// Clients have to show a certificate of one of these authorities.
    pub client_ca: Option<PathBuf>,
}

/// What a TLS client wants and shows; all files are PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientTls {
    /// The server has to show a certificate of one of these authorities.
    pub ca: PathBuf,
    /// The name in that certificate, if it is not the host of the URI.
    pub name: Option<String>,
    /// Certificate chain and private key, if the server wants them.
    pub identity: Option<(PathBuf, PathBuf)>,
}

/// What bounds memory and time.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Connections at the same time; more wait to be accepted.
    pub connections: usize,
    /// Bytes of a frame's content; a longer one is withheld.
    pub max_frame: usize,
    /// How long a connection may be silent between two frames.
    pub idle: Duration,
    /// How long a frame may take to arrive.
    pub frame_time: Duration,
    /// How long a TLS handshake, or connecting to the forward side, may take.
    pub handshake: Duration,
    /// Bytes of buffers of all connections and pairs.
    pub memory: usize,
    /// Bytes of each pair that were read and wait for the forward side.
    pub queue: usize,
    /// Bytes of each pair that are kept after they were handed over, and handed over again
    /// after a reset.
    pub replay: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connections: 1024,
            max_frame: 1 << 20,
            idle: Duration::from_secs(3600),
            frame_time: Duration::from_secs(60),
            handshake: Duration::from_secs(10),
            memory: 256 << 20,
            queue: 4 << 20,
            replay: 8 << 20,
        }
    }
}

impl Bounds {
    /// Bytes that a connection reads at most before it hands them on, if no frame is longer.
    /// Smaller than the blocks of the filter, since every connection may have one at the same time.
    pub const BATCH: usize = 128 << 10;

    /// Buffers that wait for their next use, at most.
    pub(super) const RESTING: usize = 8;
    /// Bytes of one of them: tokens make a batch longer.
    pub(super) const LARGEST_RESTING: usize = 2 * Self::BATCH;

    /// What is left of the memory for frames that are longer than a batch.
    ///
    /// # Errors
    /// When it would not suffice for one of them.
    pub(super) fn spare(&self, pairs: usize) -> Result<usize, Error> {
        let connections = self.connections.saturating_mul(Self::BATCH);
        let fixed = pairs.saturating_mul(self.queue.saturating_add(self.replay));
        let fixed =
            fixed.saturating_add(connections).saturating_add(Self::RESTING * Self::LARGEST_RESTING);
        // A growing buffer doubles, and lives beside the old one while it is copied.
        let needed = fixed.saturating_add(self.max_frame.saturating_mul(4));
        if needed > self.memory {
            let reason = format!(
                "{} connections of {} bytes, {pairs} pairs of {} bytes of queue and {} of replay, \
                 and room for frames need {needed} bytes; the memory is {}; raise --max-memory or \
                 lower the others",
                self.connections,
                Self::BATCH,
                self.queue,
                self.replay,
                self.memory
            );
            return Err(Error::Bounds { reason });
        }
        Ok(self.memory - fixed)
    }
}

impl Pair {
    /// The pair of these two URIs, with the TLS settings for whichever of them wants some.
    ///
    /// # Errors
    /// When a URI stands at the wrong end, or TLS settings are missing.
    pub fn new(
        listen: Uri,
        forward: Uri,
        server: Option<&ServerTls>,
        client: Option<&ClientTls>,
    ) -> Result<Self, Error> {
        Ok(Self { listen: Listen::new(listen, server)?, forward: Forward::new(forward, client)? })
    }
}

impl Listen {
    fn new(uri: Uri, tls: Option<&ServerTls>) -> Result<Self, Error> {
        let refused = |scheme, reason| Err(Error::Uri { verb: "listen on", scheme, reason });
        match uri {
            Uri::Tcp(place) => Ok(Listen::Tcp(place, None)),
            Uri::Tls(place) => match tls {
                Some(tls) => Ok(Listen::Tcp(place, Some(tls.clone()))),
                None => refused("tls:", "it needs --tls-cert and --tls-key"),
            },
            Uri::Udp(place) => Ok(Listen::Udp(place)),
            Uri::Unix(path) => Ok(Listen::Unix(path)),
            Uri::Stdin => Ok(Listen::Stdin),
            Uri::Systemd => Ok(Listen::Systemd(tls.cloned())),
            Uri::Stdout => refused("stdout:", "it can only be forwarded to"),
        }
    }
}

impl Forward {
    fn new(uri: Uri, tls: Option<&ClientTls>) -> Result<Self, Error> {
        let refused = |scheme, reason| Err(Error::Uri { verb: "forward to", scheme, reason });
        match uri {
            Uri::Tcp(place) => Ok(Forward::Tcp(place, None)),
            Uri::Tls(place) => match tls {
                Some(tls) => Ok(Forward::Tcp(place, Some(tls.clone()))),
                None => refused("tls:", "it needs --forward-ca"),
            },
            Uri::Unix(path) => Ok(Forward::Unix(path)),
            Uri::Stdout => Ok(Forward::Stdout),
            Uri::Udp(_) => refused("udp:", "datagrams get lost; use tcp:// or tls://"),
            Uri::Stdin => refused("stdin:", "it can only be listened on"),
            Uri::Systemd => refused("systemd:", "it can only be listened on"),
        }
    }
}
