//! The sidecar: sockets in, the engine, sockets out, for weeks.
//!
//! ```text
//! listener -> connection -> Framer -> engine -> queue of the pair -> forward side
//!             (any number)  (pieces)  (parcels)  (bounded in bytes)   (one connection)
//! ```
//!
//! [`run`] starts a runtime, listens on signals and serves; [`serve`] is the same for whoever has a
//! runtime and says himself when to stop.
//!
//! - One frame in, one frame out, in order for each connection, delimited as it came.
//! - A forward side that is slow or absent stops reading; nothing is dropped and memory stays
//!   bounded: [`Bounds`].
//! - What was read and not handed over when a connection breaks goes to the next one. After a reset
//!   the last bytes that were handed over go there again, so that a receiver may see frames twice.
//!   What is left when the sidecar has to end is counted.
//! - What plain TCP cannot promise: that a receiver has processed what its system has taken. Its
//!   crash is seen as a reset and what was on the way is repeated, as far as [`Bounds::replay`]
//!   goes; a machine that vanishes may take more with it. A sender that dies leaves at most its
//!   last frame cut off, which is withheld. When the sidecar itself is killed (SIGKILL), what it
//!   has read and not handed over is lost: at most a batch for each connection and the queue.
//! - Fails closed: no engine of a key epoch in force, no reading. A frame that may not pass leaves
//!   a marker.
//! - No log message, metric or error holds bytes of a payload or anything of a peer.

mod accept;
mod admin;
mod buffers;
mod config;
mod conn;
mod crew;
mod error;
mod forward;
pub mod framing;
mod life;
mod link;
mod listen;
mod metrics;
mod parcel;
mod queue;
mod reload;
mod service;
mod shared;
mod stdout;
mod tls;
mod udp;
mod uri;
mod waiting;
mod work;

use std::sync::Arc;

use tokio::runtime;
use tokio::sync::mpsc::Receiver;

pub use config::{Bounds, ClientTls, Config, Forward, Listen, Pair, ServerTls};
pub use error::Error;
pub use life::Control;
pub use reload::Load;
pub use uri::{BadUri, Place, Uri};

use crate::epochs::Epochs;
use crate::stats::Counts;
use service::Service;

/// What the sidecar did, and what was left when it ended.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What the engines counted.
    pub counts: Counts,
    /// Frames that were read and not handed over.
    pub undelivered_frames: u64,
    /// Their bytes, as far as they are known.
    pub undelivered_bytes: u64,
}

/// Serves until a signal says otherwise, or all inputs have ended: SIGTERM and SIGINT begin the
/// drain, a second one ends it; SIGHUP replaces the `epochs` by what `load` makes.
///
/// # Errors
/// [`Error`], all of them before anything is read.
pub fn run(config: Config, epochs: Arc<Epochs>, load: Arc<Load>) -> Result<Outcome, Error> {
    raise_descriptor_limit(config.bounds.connections);
    let mut builder = runtime::Builder::new_multi_thread();
    let runtime = builder.enable_all().build().map_err(|source| Error::Start { source })?;
    let outcome = runtime.block_on(async {
        let control = life::signals()?;
        serve(config, epochs, load, control).await
    });
    // A thread may wait for standard input for ever.
    runtime.shutdown_background();
    outcome
}

/// Serves until `control` says otherwise, or all inputs have ended.
///
/// # Errors
/// [`Error`], all of them before anything is read.
pub async fn serve(
    config: Config,
    epochs: Arc<Epochs>,
    load: Arc<Load>,
    control: Receiver<Control>,
) -> Result<Outcome, Error> {
    Service::start(config, epochs).await?.run(load, control).await
}

/// Descriptors beside those of the connections: listeners, forward sides, the runtime's own.
const OTHER_DESCRIPTORS: u64 = 64;

/// Systems give 1,024 descriptors to those who do not ask. If there are fewer than needed,
/// accepting pauses when they run out.
fn raise_descriptor_limit(connections: usize) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = (connections as u64).saturating_add(OTHER_DESCRIPTORS);
    let wanted = maximum.map_or(wanted, |maximum| wanted.min(maximum));
    if current.is_some_and(|current| current < wanted) {
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum });
    }
}
