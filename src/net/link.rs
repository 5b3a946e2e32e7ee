//! A connection to the next hop, and how it ends.
//!
//! In: where to connect to. Out: a [`Link`] to write to, which tells when its peer has gone.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::sleep;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;

use super::config::{ClientTls, Forward};
use super::error::Error;
use super::reload::Slot;
use super::stdout::Stdout;
use super::tls;

/// How long an answer to bytes that crossed the end of a connection may take.
const RESET_TIME: Duration = Duration::from_millis(50);

/// The TLS settings of a forward side, exchanged at a reload.
#[derive(Clone, Debug)]
pub(super) struct Tls {
    pub(super) files: ClientTls,
    pub(super) config: Arc<Slot<ClientConfig>>,
    name: ServerName<'static>,
}

impl Tls {
    /// Those that `target` wants, if it does.
    pub(super) fn of(target: &Forward) -> Result<Option<Self>, Error> {
        let Forward::Tcp(place, Some(files)) = target else { return Ok(None) };
        let name = tls::name(files.name.as_deref().unwrap_or(&place.host))?;
        let config = Arc::new(Slot::new(tls::client(files)?));
        Ok(Some(Self { files: files.clone(), config, name }))
    }
}

/// An open connection.
pub(super) struct Link {
    pub(super) writer: Box<dyn AsyncWrite + Send + Unpin>,
    /// Ends when the peer has closed the connection, or it broke.
    pub(super) gone: Pin<Box<dyn Future<Output = io::Result<()>> + Send>>,
    /// Whether a regular end may hide that bytes were lost.
    probe: bool,
}

/// How the writing to one connection ended.
pub(super) enum Ended {
    /// Everything is handed over and nothing will come.
    Done,
    /// The peer closed it, having read what was sent.
    Closed,
    Broken(io::Error),
}

/// A new connection to `target`.
pub(super) async fn open(target: &Forward, tls: Option<&Tls>) -> io::Result<Link> {
    match (target, tls) {
        (Forward::Tcp(place, _), tls) => {
            let stream = TcpStream::connect((place.host.as_str(), place.port)).await?;
            // A frame is not to wait for the next one.
            stream.set_nodelay(true)?;
            let Some(tls) = tls else {
                let (reader, writer) = stream.into_split();
                return Ok(Link::new(reader, writer, true));
            };
            let connector = TlsConnector::from(tls.config.value());
            let stream = connector.connect(tls.name.clone(), stream).await?;
            let (reader, writer) = tokio::io::split(stream);
            Ok(Link::new(reader, writer, false))
        }
        (Forward::Unix(path), _) => {
            let (reader, writer) = UnixStream::connect(path).await?.into_split();
            Ok(Link::new(reader, writer, false))
        }
        (Forward::Stdout, _) => Ok(Link {
            writer: Box::new(Stdout::new()?),
            gone: Box::pin(std::future::pending()),
            probe: false,
        }),
    }
}

impl Link {
    fn new(
        reader: impl AsyncRead + Send + Unpin + 'static,
        writer: impl AsyncWrite + Send + Unpin + 'static,
        probe: bool,
    ) -> Self {
        Self { writer: Box::new(writer), gone: Box::pin(gone(reader)), probe }
    }

    /// What it means that the reading side has ended.
    pub(super) async fn ended(&mut self, gone: io::Result<()>) -> Ended {
        if let Err(error) = gone {
            return Ended::Broken(error);
        }
        if self.probe {
            // Bytes that crossed the end of a TCP connection are answered by a reset, and an empty
            // write tells whether there was one.
            sleep(RESET_TIME).await;
            if let Err(error) = self.writer.write(&[]).await {
                return Ended::Broken(error);
            }
        }
        Ended::Closed
    }
}

/// Reads to the end of what nobody should send.
async fn gone(mut reader: impl AsyncRead + Unpin) -> io::Result<()> {
    let mut ignored = [0; 256];
    while reader.read(&mut ignored).await? > 0 {}
    Ok(())
}
