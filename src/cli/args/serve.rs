//! The arguments of `lognym serve`, and what the library makes of them.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::FalseyValueParser;
use clap::{Args, ValueEnum};
use lognym::net::framing::Framing;
use lognym::net::{Bounds, ClientTls, Config, Error, Pair, ServerTls, Uri};

use crate::cli::options::{DetectorArgs, KeyArgs, RecordArgs, SuppressArgs};
use crate::cli::units;

/// What the sidecar is told.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER_HELP)]
pub(crate) struct ServeArgs {
    /// Where to take logs from: tcp://HOST:PORT, tls://HOST:PORT, unix:PATH, udp://HOST:PORT
    /// (lossy), stdin:, systemd:; repeatable, or several with commas between them
    #[arg(long, value_name = "URI", env = "LOGNYM_LISTEN", value_delimiter = ',')]
    listen: Vec<Uri>,
    /// Where they go: tcp://HOST:PORT, tls://HOST:PORT, unix:PATH, stdout:; the first one is
    /// for the first --listen, and so on
    #[arg(long, value_name = "URI", env = "LOGNYM_FORWARD", value_delimiter = ',')]
    forward: Vec<Uri>,
    /// How frames are told apart: by a line feed, by octet counting (RFC 6587), or each by its
    /// first bytes
    #[arg(long, env = "LOGNYM_FRAMING", value_enum, default_value_t = FramingArg::Auto)]
    framing: FramingArg,
    #[command(flatten)]
    tls: TlsArgs,
    #[command(flatten)]
    bounds: BoundsArgs,
    /// Serve /healthz, /readyz and /metrics here; a port alone is one of 127.0.0.1
    #[arg(long, value_name = "[HOST:]PORT", env = "LOGNYM_ADMIN", value_parser = parse_admin)]
    admin: Option<SocketAddr>,
    /// How long handing over what is left may take at the end
    #[arg(
        long,
        value_name = "TIME",
        env = "LOGNYM_GRACE",
        default_value = "10s",
        value_parser = parse_time
    )]
    grace: Duration,
    #[command(flatten)]
    pub(crate) detector: DetectorArgs,
    #[command(flatten)]
    pub(crate) key: KeyArgs,
    #[command(flatten)]
    pub(crate) suppress: SuppressArgs,
    #[command(flatten)]
    pub(crate) record: RecordArgs,
    /// Without a key ring, make a key for this run only
    #[arg(long, env = "LOGNYM_EPHEMERAL_KEY", value_parser = FalseyValueParser::new())]
    pub(crate) ephemeral_key: bool,
    /// How messages are written to standard error
    #[arg(long, env = "LOGNYM_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text)]
    pub(crate) log_format: LogFormat,
    /// Which messages are written
    #[arg(long, env = "LOGNYM_LOG_LEVEL", value_enum, default_value_t = LogLevel::Info)]
    pub(crate) log_level: LogLevel,
}

const AFTER_HELP: &str = "\
Example:
  lognym serve --key-file lognym.ring --admin 9115 --listen tcp://127.0.0.1:10601
      --forward tls://logs.example:6514 --forward-ca ca.pem

Signals: SIGTERM or SIGINT hands over what has been sent within --grace and ends with 0, or with 74
when something was left; a second one ends at once. SIGHUP reads keys and certificates again, all
or none.

Delivery: frames that were not handed over to the system when a connection breaks are sent on the
next one, and after a reset the last --replay bytes as well, so that a receiver may see a frame
twice. Plain TCP does not tell whether a receiver has processed what its system took.";

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FramingArg {
    Auto,
    Lf,
    Octet,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
}

/// Certificates and keys; files only, all of them PEM.
#[derive(Debug, Args)]
struct TlsArgs {
    /// Certificate chain for tls:// and TLS on systemd: sockets (PEM)
    #[arg(long, value_name = "PATH", env = "LOGNYM_TLS_CERT", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Private key for --tls-cert (PEM)
    #[arg(long, value_name = "PATH", env = "LOGNYM_TLS_KEY", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Take connections only from clients with a certificate of these authorities (PEM)
    #[arg(long, value_name = "PATH", env = "LOGNYM_TLS_CLIENT_CA", requires = "tls_cert")]
    tls_client_ca: Option<PathBuf>,
    /// Authorities that vouch for tls:// forward sides (PEM)
    #[arg(long, value_name = "PATH", env = "LOGNYM_FORWARD_CA")]
    forward_ca: Option<PathBuf>,
    /// Name in the forward side's certificate [default: the host of its URI]
    #[arg(long, value_name = "NAME", env = "LOGNYM_FORWARD_NAME", requires = "forward_ca")]
    forward_name: Option<String>,
    /// Certificate chain to show to the forward side (PEM)
    #[arg(
        long,
        value_name = "PATH",
        env = "LOGNYM_FORWARD_CERT",
        requires_all = ["forward_ca", "forward_key"]
    )]
    forward_cert: Option<PathBuf>,
    /// Private key for --forward-cert (PEM)
    #[arg(long, value_name = "PATH", env = "LOGNYM_FORWARD_KEY", requires = "forward_cert")]
    forward_key: Option<PathBuf>,
    /// Listen on other addresses than the loopback ones without TLS
    #[arg(long, env = "LOGNYM_INSECURE_LISTEN", value_parser = FalseyValueParser::new())]
    insecure_listen: bool,
}

/// What bounds memory and time. Times are seconds, or have a suffix: s, m, h.
#[derive(Debug, Args)]
struct BoundsArgs {
    /// Connections at the same time; more wait to be accepted
    #[arg(long, value_name = "N", env = "LOGNYM_MAX_CONNECTIONS", default_value = "1024",
        value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    max_connections: u32,
    /// Longest frame in bytes (K, M, G for binary multiples); a longer one is withheld
    #[arg(
        long,
        value_name = "BYTES",
        env = "LOGNYM_MAX_FRAME",
        default_value = "1M",
        value_parser = parse_bytes
    )]
    max_frame: usize,
    /// Close a connection that sends nothing for so long
    #[arg(
        long,
        value_name = "TIME",
        env = "LOGNYM_IDLE_TIMEOUT",
        default_value = "1h",
        value_parser = parse_time
    )]
    idle_timeout: Duration,
    /// Close a connection whose frame takes longer to arrive
    #[arg(
        long,
        value_name = "TIME",
        env = "LOGNYM_FRAME_TIMEOUT",
        default_value = "60s",
        value_parser = parse_time
    )]
    frame_timeout: Duration,
    /// Give up a TLS handshake, or an attempt to connect, that takes longer
    #[arg(
        long,
        value_name = "TIME",
        env = "LOGNYM_HANDSHAKE_TIMEOUT",
        default_value = "10s",
        value_parser = parse_time
    )]
    handshake_timeout: Duration,
    /// Memory for the buffers of all connections and pairs
    #[arg(
        long,
        value_name = "BYTES",
        env = "LOGNYM_MAX_MEMORY",
        default_value = "256M",
        value_parser = parse_bytes
    )]
    max_memory: usize,
    /// What each pair may hold for its forward side before it stops reading
    #[arg(
        long,
        value_name = "BYTES",
        env = "LOGNYM_QUEUE",
        default_value = "4M",
        value_parser = parse_bytes
    )]
    queue: usize,
    /// What each pair sends again after its forward side was reset
    #[arg(
        long,
        value_name = "BYTES",
        env = "LOGNYM_REPLAY",
        default_value = "8M",
        value_parser = parse_replay
    )]
    replay: usize,
}

impl ServeArgs {
    /// Longest frame in bytes.
    pub(crate) fn max_frame(&self) -> usize {
        self.bounds.max_frame
    }

    /// Whether each --listen has its --forward.
    pub(crate) fn is_paired(&self) -> bool {
        !self.listen.is_empty() && self.listen.len() == self.forward.len()
    }

    /// What the library takes.
    ///
    /// # Errors
    /// When a URI stands at the wrong end, or its TLS files are missing.
    pub(crate) fn config(&self) -> Result<Config, Error> {
        let (server, client) = (self.tls.server(), self.tls.client());
        let pairs = self.listen.iter().cloned().zip(self.forward.iter().cloned());
        let pair = |(listen, forward)| Pair::new(listen, forward, server.as_ref(), client.as_ref());
        Ok(Config {
            pairs: pairs.map(pair).collect::<Result<_, _>>()?,
            framing: match self.framing {
                FramingArg::Auto => Framing::Auto,
                FramingArg::Lf => Framing::Lf,
                FramingArg::Octet => Framing::Octet,
            },
            bounds: self.bounds.bounds(),
            admin: self.admin,
            grace: self.grace,
            insecure_listen: self.tls.insecure_listen,
        })
    }
}

impl TlsArgs {
    fn server(&self) -> Option<ServerTls> {
        let (cert, key) = (self.tls_cert.clone()?, self.tls_key.clone()?);
        Some(ServerTls { cert, key, client_ca: self.tls_client_ca.clone() })
    }

    fn client(&self) -> Option<ClientTls> {
        let identity = self.forward_cert.clone().zip(self.forward_key.clone());
        Some(ClientTls { ca: self.forward_ca.clone()?, name: self.forward_name.clone(), identity })
    }
}

impl BoundsArgs {
    fn bounds(&self) -> Bounds {
        Bounds {
            connections: self.max_connections as usize,
            max_frame: self.max_frame,
            idle: self.idle_timeout,
            frame_time: self.frame_timeout,
            handshake: self.handshake_timeout,
            memory: self.max_memory,
            queue: self.queue,
            replay: self.replay,
        }
    }
}

/// The times that make sense: a timer needs an end.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

fn parse_time(text: &str) -> Result<Duration, String> {
    let time = units::parse_duration(text).filter(|time| (1..).contains(&time.as_secs()));
    time.filter(|&time| time <= LONGEST)
        .ok_or_else(|| "expected a time from 1s to a year, such as 10, 10s, 5m or 1h".to_owned())
}

fn parse_bytes(text: &str) -> Result<usize, String> {
    bytes_from(64, text)
}

fn parse_replay(text: &str) -> Result<usize, String> {
    bytes_from(0, text)
}

fn bytes_from(least: u64, text: &str) -> Result<usize, String> {
    let bytes = units::parse_bytes(text).filter(|&bytes| bytes >= least);
    bytes
        .and_then(|bytes| usize::try_from(bytes).ok())
        .ok_or_else(|| format!("expected bytes from {least}, such as 4096, 64K or 1M"))
}

fn parse_admin(text: &str) -> Result<SocketAddr, String> {
    let local = IpAddr::from(Ipv4Addr::LOCALHOST);
    let port = |text: &str| text.parse().map(|port| SocketAddr::new(local, port)).ok();
    let address = text.strip_prefix("localhost:").and_then(port).or_else(|| port(text));
    address.or_else(|| text.parse().ok()).ok_or_else(|| {
        "expected ADDRESS:PORT, or a port of 127.0.0.1, such as 9115 or [::1]:9115".to_owned()
    })
}
