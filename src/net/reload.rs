//! What can change while the sidecar runs: the keys by the clock, everything by a reload.
//!
//! A reload is one step: the new engines and the new TLS settings are all made first, and only if
//! nothing was refused do they take the place of the old ones.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, UNIX_EPOCH};

use tokio::sync::{Notify, watch};
use tokio::time::sleep;

use super::metrics::{Epoch, Metrics};
use super::shared::Shared;
use crate::engine::Engine;
use crate::epochs::{Epochs, Term};

/// Makes the engines anew, at a reload; the error is for the log.
pub type Load = dyn Fn() -> Result<Epochs, String> + Send + Sync;

/// A value that a reload replaces.
#[derive(Debug)]
pub(super) struct Slot<T>(RwLock<Arc<T>>);

impl<T> Slot<T> {
    pub(super) fn new(value: Arc<T>) -> Self {
        Self(RwLock::new(value))
    }

    pub(super) fn value(&self) -> Arc<T> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn replace(&self, value: Arc<T>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = value;
    }
}

/// Looks at the clock at least so often: it may be set.
const TICK: Duration = Duration::from_secs(1);

/// Keeps the engine in force that the clock says, and none when no epoch covers the time: then
/// reading stops until a reload brings new keys, which `reloaded` tells.
pub(super) async fn keep(
    epochs: Arc<Epochs>,
    reloaded: Arc<Notify>,
    engine: watch::Sender<Option<Arc<Engine>>>,
    shared: Arc<Shared>,
) {
    loop {
        let wait = epochs.until_next().map_or(TICK, |wait| wait.min(TICK));
        tokio::select! {
            () = reloaded.notified() => {}
            () = sleep(wait) => {}
        }
        put_in_force(&epochs, &engine, &shared.metrics);
    }
}

/// Puts the engine of the present epoch in force, unless it is already; the metrics say so afterwards, so
/// that who reads there of no epoch can rely on nothing passing any more.
pub(super) fn put_in_force(
    epochs: &Epochs,
    engine: &watch::Sender<Option<Arc<Engine>>>,
    metrics: &Metrics,
) {
    let term = epochs.term().ok();
    let epoch = term.as_ref().map(shown);
    let same = match (&*engine.borrow(), &term) {
        (Some(old), Some(new)) => Arc::ptr_eq(old, &new.engine),
        (None, None) => true,
        _ => false,
    };
    if !same {
        replace(term, engine);
    }
    metrics.set_epoch(epoch);
}

fn replace(term: Option<Term>, engine: &watch::Sender<Option<Arc<Engine>>>) {
    match &term {
        Some(Term { epoch, .. }) => tracing::info!(epoch = &**epoch, "key epoch in force"),
        None => {
            tracing::error!("no key epoch is in force: reading stops until a reload brings one")
        }
    }
    engine.send_replace(term.map(|term| term.engine));
}

fn shown(Term { epoch, until, .. }: &Term) -> Epoch {
    let ends = until.and_then(|end| Some(end.duration_since(UNIX_EPOCH).ok()?.as_secs()));
    Epoch { id: epoch.as_ref().to_owned(), ends }
}
