//! TLS 1.3 and 1.2 on both sides, from PEM files. What rustls refuses is refused.

use std::io;
use std::path::Path;
use std::sync::Arc;

use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{self, CertificateError, ClientConfig, RootCertStore, ServerConfig};

use super::config::{ClientTls, ServerTls};
use super::error::Error;

/// What a listener shows and wants.
pub(super) fn server(tls: &ServerTls) -> Result<Arc<ServerConfig>, Error> {
    let builder = ServerConfig::builder_with_provider(provider());
    let builder = builder.with_safe_default_protocol_versions().map_err(refused)?;
    let builder = match &tls.client_ca {
        Some(ca) => {
            let roots = Arc::new(roots(ca)?);
            let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider());
            builder.with_client_cert_verifier(verifier.build().map_err(refused)?)
        }
        None => builder.with_no_client_auth(),
    };
    let config = builder.with_single_cert(chain(&tls.cert)?, key(&tls.key)?);
    config.map(Arc::new).map_err(refused)
}

/// What the forward side wants and shows.
pub(super) fn client(tls: &ClientTls) -> Result<Arc<ClientConfig>, Error> {
    let builder = ClientConfig::builder_with_provider(provider());
    let builder = builder.with_safe_default_protocol_versions().map_err(refused)?;
    let builder = builder.with_root_certificates(roots(&tls.ca)?);
    let config = match &tls.identity {
        Some((cert, key_file)) => {
            builder.with_client_auth_cert(chain(cert)?, key(key_file)?).map_err(refused)?
        }
        None => builder.with_no_client_auth(),
    };
    Ok(Arc::new(config))
}

/// The name that the server's certificate has to hold.
pub(super) fn name(name: &str) -> Result<ServerName<'static>, Error> {
    ServerName::try_from(name.to_owned()).map_err(refused)
}

/// Why a connection failed, in words that are free of what the peer has sent.
pub(super) fn reason(error: &io::Error) -> String {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match inner {
        None => error.kind().to_string(),
        Some(rustls::Error::InvalidCertificate(problem)) => match problem {
            CertificateError::UnknownIssuer => "certificate of an unknown issuer".to_owned(),
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                "expired certificate".to_owned()
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "certificate for another name".to_owned()
            }
            _ => "invalid certificate".to_owned(),
        },
        Some(rustls::Error::AlertReceived(alert)) => format!("TLS alert {alert:?}"),
        Some(_) => "TLS failed".to_owned(),
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn refused(error: impl std::fmt::Display) -> Error {
    Error::Tls { reason: error.to_string() }
}

fn roots(path: &Path) -> Result<RootCertStore, Error> {
    let mut roots = RootCertStore::empty();
    for cert in chain(path)? {
        roots.add(cert).map_err(|error| unusable(path, error))?;
    }
    Ok(roots)
}

fn chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let certs = CertificateDer::pem_file_iter(path).and_then(|certs| certs.collect());
    let certs: Vec<_> = certs.map_err(|error| not_pem(path, error))?;
    if certs.is_empty() {
        return Err(unusable(path, "it holds no certificate"));
    }
    Ok(certs)
}

fn key(path: &Path) -> Result<PrivateKeyDer<'static>, Error> {
    PrivateKeyDer::from_pem_file(path).map_err(|error| not_pem(path, error))
}

/// Says what the system says; the library's own words on the content would quote it.
fn not_pem(path: &Path, error: pem::Error) -> Error {
    match error {
        pem::Error::Io(error) => unusable(path, error),
        pem::Error::NoItemsFound => unusable(path, "it does not hold what it should (PEM)"),
        _ => unusable(path, "it is not valid PEM"),
    }
}

fn unusable(path: &Path, reason: impl std::fmt::Display) -> Error {
    Error::TlsFile { path: path.to_owned(), reason: reason.to_string() }
}
