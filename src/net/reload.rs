//! What can change while the sidecar runs: the keys by the clock, everything by a reload.
//!
//! A reload is one step: the new terms and the new TLS settings are all made first, and only if
//! nothing was refused do they take the place of the old ones.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::watch;
use tokio::time::sleep;

use super::metrics::{Epoch, Metrics};
use super::shared::Shared;
use crate::engine::Engine;

/// An engine under the keys of one epoch, and when it is in force.
#[derive(Clone, Debug)]
pub struct Term {
    /// Name of the epoch, of `[A-Za-z0-9._-]`.
    pub epoch: String,
    /// First instant.
    pub not_before: SystemTime,
    /// First instant after it; nothing for keys that end with the process.
    pub not_after: Option<SystemTime>,
    /// The engine.
    pub engine: Arc<Engine>,
}

impl Term {
    /// Whether it is in force at `now`.
    pub fn covers(&self, now: SystemTime) -> bool {
        self.not_before <= now && self.not_after.is_none_or(|end| now < end)
    }
}

/// Makes the terms anew, at a reload; the error is for the log.
pub type Load = dyn Fn() -> Result<Vec<Term>, String> + Send + Sync;

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

/// Keeps the engine in force that the terms and the clock say, and none when they say none: then
/// reading stops until a reload brings new keys.
pub(super) async fn keep(
    mut terms: watch::Receiver<Arc<Vec<Term>>>,
    engine: watch::Sender<Option<Arc<Engine>>>,
    shared: Arc<Shared>,
) {
    loop {
        let current = Arc::clone(&terms.borrow_and_update());
        let now = SystemTime::now();
        put_in_force(&current, now, &engine, &shared.metrics);
        tokio::select! {
            changed = terms.changed() => if changed.is_err() { return },
            () = sleep(until_next(&current, now)) => {}
        }
    }
}

/// Puts the engine of `now` in force, unless it is already.
pub(super) fn put_in_force(
    terms: &[Term],
    now: SystemTime,
    engine: &watch::Sender<Option<Arc<Engine>>>,
    metrics: &Metrics,
) {
    let term = terms.iter().find(|term| term.covers(now));
    let same = match (&*engine.borrow(), term) {
        (Some(old), Some(new)) => Arc::ptr_eq(old, &new.engine),
        (None, None) => true,
        _ => false,
    };
    metrics.set_epoch(term.map(|term| Epoch {
        id: term.epoch.clone(),
        ends: term.not_after.and_then(|end| Some(end.duration_since(UNIX_EPOCH).ok()?.as_secs())),
    }));
    if same {
        return;
    }
    match term {
        Some(term) => {
            metrics.used(term.engine.keys());
            tracing::info!(epoch = term.epoch, "key epoch in force");
        }
        None => {
            tracing::error!("no key epoch is in force: reading stops until a reload brings one")
        }
    }
    engine.send_replace(term.map(|term| Arc::clone(&term.engine)));
}

/// How long to wait before looking at the clock again.
fn until_next(terms: &[Term], now: SystemTime) -> Duration {
    let bounds = terms.iter().flat_map(|term| [Some(term.not_before), term.not_after]).flatten();
    let waits = bounds.filter_map(|bound| bound.duration_since(now).ok());
    waits.filter(|wait| !wait.is_zero()).chain([TICK]).min().unwrap_or(TICK)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Setup;
    use crate::pseudonym::{Domain, Keys};
    use crate::stats::Counts;

    /// Terms of an hour each, beginning at these hours.
    fn terms(hours: &[u64]) -> Vec<Term> {
        let keys = || Keys::ephemeral(&Domain::default(), &Counts::TYPES).expect("randomness");
        let engine = Engine::new(Setup::default(), keys()).expect("the embedded rules are valid");
        let term = |&hour: &u64| Term {
            epoch: format!("e{hour}"),
            not_before: at(hour * 3600),
            not_after: Some(at((hour + 1) * 3600)),
            engine: Arc::new(engine.with_keys(keys())),
        };
        hours.iter().map(term).collect()
    }

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn the_clock_says_which_term_is_in_force() {
        let terms = terms(&[1, 2, 4]);
        let metrics = Metrics::new(1, 1);
        let (sender, engine) = watch::channel(None);
        for (seconds, expected) in [
            (3599, None),
            (3600, Some(0)),
            (7199, Some(0)),
            (7200, Some(1)),
            (10_800, None),
            (14_400, Some(2)),
            (18_000, None),
        ] {
            put_in_force(&terms, at(seconds), &sender, &metrics);
            let index = engine.borrow().as_ref().map(|now| {
                let same = |term: &Term| Arc::ptr_eq(&term.engine, now);
                terms.iter().position(same).expect("it is one of the terms")
            });
            assert_eq!(index, expected, "{seconds}");
        }
    }

    #[test]
    fn the_next_change_is_not_missed() {
        let terms = terms(&[1]);
        assert_eq!(until_next(&terms, at(0)), TICK);
        assert_eq!(until_next(&terms, at(3600)), TICK);
        let soon = at(3600) - Duration::from_millis(20);
        assert_eq!(until_next(&terms, soon), Duration::from_millis(20));
    }
}
