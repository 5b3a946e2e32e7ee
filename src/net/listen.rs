//! The listening side: sockets opened and guarded.
//!
//! Nothing is accepted here. What anybody beyond this machine could reach takes TLS, or a word of
//! the operator's; a Unix socket belongs to its owner alone.

use std::fs;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::Mode;
use rustix::process::umask;
use tokio::net::{TcpListener, UdpSocket, UnixListener, UnixStream, lookup_host};
use tokio_rustls::rustls::ServerConfig;

use super::config::{Listen, ServerTls};
use super::error::Error;
use super::reload::Slot;
use super::tls;
use super::uri::{Place, Uri};

/// An open listening side.
#[derive(Debug)]
pub(super) enum Door {
    Tcp(TcpListener, Option<Tls>, Waiting),
    Unix(UnixListener, RemoveAtEnd),
    Udp(UdpSocket),
    Stdin,
}

/// What becomes of the connections that wait at a socket when the sidecar ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Waiting {
    /// They are closed with it.
    End,
    /// Systemd keeps it for the next one.
    Stay,
}

/// The TLS settings of a listening side, exchanged at a reload.
#[derive(Clone, Debug)]
pub(super) struct Tls {
    pub(super) files: ServerTls,
    pub(super) config: Arc<Slot<ServerConfig>>,
}

impl Tls {
    fn new(files: &ServerTls) -> Result<Self, Error> {
        let config = Arc::new(Slot::new(tls::server(files)?));
        Ok(Self { files: files.clone(), config })
    }
}

/// Opens what `listen` asks for: one door, or one for each socket that systemd hands over.
pub(super) async fn open(listen: &Listen, insecure: bool) -> Result<Vec<Door>, Error> {
    let door = match listen {
        Listen::Tcp(place, tls) => {
            let address = resolve(place, |place| Uri::Tcp(place).to_string()).await?;
            if tls.is_none() {
                guard(&address, insecure, || Uri::Tcp(place.clone()).to_string())?;
            }
            let tls = tls.as_ref().map(Tls::new).transpose()?;
            let listener = TcpListener::bind(&address[..]).await;
            let listener = listener.map_err(|source| failed(&Uri::Tcp(place.clone()), source))?;
            Door::Tcp(listener, tls, Waiting::End)
        }
        Listen::Udp(place) => {
            let address = resolve(place, |place| Uri::Udp(place).to_string()).await?;
            guard(&address, insecure, || Uri::Udp(place.clone()).to_string())?;
            let socket = UdpSocket::bind(&address[..]).await;
            Door::Udp(socket.map_err(|source| failed(&Uri::Udp(place.clone()), source))?)
        }
        Listen::Unix(path) => {
            let listener = bind_unix(path).await;
            let listener = listener.map_err(|source| failed(&Uri::Unix(path.clone()), source))?;
            Door::Unix(listener, RemoveAtEnd(Some(path.clone())))
        }
        Listen::Stdin => Door::Stdin,
        Listen::Systemd(tls) => return inherited(tls.as_ref(), insecure),
    };
    Ok(vec![door])
}

fn failed(uri: &Uri, source: io::Error) -> Error {
    Error::Listen { place: uri.to_string(), source }
}

async fn resolve(place: &Place, uri: impl Fn(Place) -> String) -> Result<Vec<SocketAddr>, Error> {
    let found = lookup_host((place.host.as_str(), place.port)).await;
    let found = found.map_err(|source| Error::Listen { place: uri(place.clone()), source })?;
    Ok(found.collect())
}

/// Refuses to take logs in clear from anywhere but this machine.
fn guard(
    addresses: &[SocketAddr],
    insecure: bool,
    place: impl Fn() -> String,
) -> Result<(), Error> {
    if insecure || addresses.iter().all(|address| address.ip().to_canonical().is_loopback()) {
        return Ok(());
    }
    Err(Error::Insecure { place: place() })
}

/// Binds a socket that only its owner may use. One that nobody listens on any more is removed
/// first.
async fn bind_unix(path: &Path) -> io::Result<UnixListener> {
    let is_socket = fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket());
    if is_socket
        && let Err(error) = UnixStream::connect(path).await
        && error.kind() == ErrorKind::ConnectionRefused
    {
        fs::remove_file(path)?;
    }
    // With these rights from its first moment: nobody is to slip in before they are set.
    let usual = umask(Mode::from_raw_mode(0o177));
    let listener = UnixListener::bind(path);
    umask(usual);
    listener
}

/// The sockets of `LISTEN_FDS`.
fn inherited(tls: Option<&ServerTls>, insecure: bool) -> Result<Vec<Door>, Error> {
    let failed = |source| failed(&Uri::Systemd, source);
    let mut sockets = listenfd::ListenFd::from_env();
    if sockets.len() == 0 {
        let reason = "no socket was handed over (LISTEN_FDS)";
        return Err(failed(io::Error::new(ErrorKind::NotFound, reason)));
    }
    let mut doors = Vec::new();
    for index in 0..sockets.len() {
        let door = match sockets.take_tcp_listener(index) {
            Ok(Some(listener)) => {
                let address = listener.local_addr().map_err(failed)?;
                if tls.is_none() {
                    guard(&[address], insecure, || Uri::Systemd.to_string())?;
                }
                listener.set_nonblocking(true).map_err(failed)?;
                let tls = tls.map(Tls::new).transpose()?;
                let listener = TcpListener::from_std(listener).map_err(failed)?;
                Door::Tcp(listener, tls, Waiting::Stay)
            }
            _ => {
                let taken = sockets.take_unix_listener(index).map_err(failed)?;
                let Some(listener) = taken else { continue };
                listener.set_nonblocking(true).map_err(failed)?;
                Door::Unix(UnixListener::from_std(listener).map_err(failed)?, RemoveAtEnd(None))
            }
        };
        doors.push(door);
    }
    Ok(doors)
}

impl Door {
    /// The URI that reaches this door, with the port that the system has chosen.
    pub(super) fn uri(&self) -> String {
        let unknown = SocketAddr::from(([0, 0, 0, 0], 0));
        match self {
            Door::Tcp(listener, tls, _) => {
                let scheme = if tls.is_some() { "tls" } else { "tcp" };
                format!("{scheme}://{}", listener.local_addr().unwrap_or(unknown))
            }
            Door::Udp(socket) => format!("udp://{}", socket.local_addr().unwrap_or(unknown)),
            Door::Unix(listener, _) => {
                let address = listener.local_addr().ok();
                let path = address.as_ref().and_then(|address| address.as_pathname());
                format!("unix:{}", path.unwrap_or(Path::new("")).display())
            }
            Door::Stdin => Uri::Stdin.to_string(),
        }
    }
}

/// The path of a socket that this process has made, if it has.
#[derive(Debug)]
pub(super) struct RemoveAtEnd(Option<PathBuf>);

impl RemoveAtEnd {
    /// What becomes of the connections that wait there.
    pub(super) fn waiting(&self) -> Waiting {
        if self.0.is_some() { Waiting::End } else { Waiting::Stay }
    }
}

impl Drop for RemoveAtEnd {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            let _ = fs::remove_file(path);
        }
    }
}
