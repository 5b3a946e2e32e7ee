//! Where bytes come from and go to, as an operator writes it.
//!
//! `tcp://HOST:PORT`, `tls://HOST:PORT`, `udp://HOST:PORT`, `unix:PATH` (or `unix://PATH`),
//! `stdin:`, `stdout:` and `systemd:`. Parsed, nothing resolved or opened yet.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// One end of a pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Uri {
    /// Plain TCP.
    Tcp(Place),
    /// TLS over TCP.
    Tls(Place),
    /// UDP datagrams, to listen only.
    Udp(Place),
    /// A Unix stream socket in the file system.
    Unix(PathBuf),
    /// Standard input, to listen only.
    Stdin,
    /// Standard output, to forward only.
    Stdout,
    /// The listening sockets that systemd hands over (`sd_listen_fds(3)`), to listen only.
    Systemd,
}

/// `HOST:PORT`; an IPv6 host stands in brackets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// A name or an address, without brackets.
    pub host: String,
    /// 0 lets the system choose.
    pub port: u16,
}

/// A text that is none of the URIs; the text itself is not repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadUri {
    /// The scheme is unknown or missing.
    #[error(
        "expected tcp://HOST:PORT, tls://HOST:PORT, udp://HOST:PORT, unix:PATH, stdin:, stdout: \
         or systemd:"
    )]
    Scheme,
    /// What follows the scheme is no `HOST:PORT`.
    #[error("expected HOST:PORT after the scheme, an IPv6 address in brackets: tcp://[::1]:6514")]
    Place,
    /// A Unix socket without a path.
    #[error("expected the path of the socket after `unix:`")]
    Path,
}

impl FromStr for Uri {
    type Err = BadUri;

    fn from_str(text: &str) -> Result<Self, BadUri> {
        let (scheme, rest) = text.split_once(':').ok_or(BadUri::Scheme)?;
        let place = || rest.strip_prefix("//").ok_or(BadUri::Place)?.parse();
        match scheme {
            "tcp" => place().map(Uri::Tcp),
            "tls" => place().map(Uri::Tls),
            "udp" => place().map(Uri::Udp),
            "unix" => match rest.strip_prefix("//").unwrap_or(rest) {
                "" => Err(BadUri::Path),
                path => Ok(Uri::Unix(PathBuf::from(path))),
            },
            "stdin" if rest.is_empty() => Ok(Uri::Stdin),
            "stdout" if rest.is_empty() => Ok(Uri::Stdout),
            "systemd" if rest.is_empty() => Ok(Uri::Systemd),
            _ => Err(BadUri::Scheme),
        }
    }
}

impl FromStr for Place {
    type Err = BadUri;

    fn from_str(text: &str) -> Result<Self, BadUri> {
        let (host, port) = text.rsplit_once(':').ok_or(BadUri::Place)?;
        let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let host = match bracketed {
            Some(address) => address,
            None if host.contains([':', '[', ']', '/', '@']) => return Err(BadUri::Place),
            None => host,
        };
        let digits = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
        let port = port.parse().ok().filter(|_| digits && !host.is_empty());
        Ok(Self { host: host.to_owned(), port: port.ok_or(BadUri::Place)? })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.contains(':') {
            true => write!(f, "[{}]:{}", self.host, self.port),
            false => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

impl fmt::Display for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Uri::Tcp(place) => write!(f, "tcp://{place}"),
            Uri::Tls(place) => write!(f, "tls://{place}"),
            Uri::Udp(place) => write!(f, "udp://{place}"),
            Uri::Unix(path) => write!(f, "unix:{}", path.display()),
            Uri::Stdin => f.write_str("stdin:"),
            Uri::Stdout => f.write_str("stdout:"),
            Uri::Systemd => f.write_str("systemd:"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for text in [
            "tcp://127.0.0.1:6514",
            "tcp://localhost:0",
            "tls://[::1]:6514",
            "udp://0.0.0.0:514",
            "unix:/run/lognym/in.sock",
            "stdin:",
            "stdout:",
            "systemd:",
        ] {
            assert_eq!(text.parse::<Uri>().map(|uri| uri.to_string()).as_deref(), Ok(text));
        }
        assert_eq!("unix:///a".parse(), Ok(Uri::Unix("/a".into())));
    }

    #[test]
    fn nonsense_is_refused() {
        for (text, error) in [
            ("", BadUri::Scheme),
            ("127.0.0.1:514", BadUri::Scheme),
            ("http://a:1", BadUri::Scheme),
            ("stdin:x", BadUri::Scheme),
            ("tcp:a:1", BadUri::Place),
            ("tcp://a", BadUri::Place),
            ("tcp://:1", BadUri::Place),
            ("tcp://a:+1", BadUri::Place),
            ("tcp://a:65536", BadUri::Place),
            ("tcp://::1:1", BadUri::Place),
            ("tcp://user@a:1", BadUri::Place),
            ("unix:", BadUri::Path),
        ] {
            assert_eq!(text.parse::<Uri>(), Err(error), "{text}");
        }
    }
}
