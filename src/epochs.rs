//! Which engine is in force: one for each epoch of the ring, by the time of processing.
//!
//! In: a ring, read once, and the time of each block. Out: the engine whose keys are in force then.
//! The detectors are shared; what stays in memory of the ring are the derived keys of the
//! present and the coming epochs. Time never runs backwards here: a clock that is set back
//! does not bring an epoch back that has ended. When the last epoch has ended there is no engine,
//! and nothing is written without one.
//!
//! Cost: a lock and a look at the clock for each question.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use crate::engine::Engine;
use crate::pseudonym::ring::{Ring, RingError};
use crate::pseudonym::{Domain, Keys, Kid};
use crate::span::TypeCode;

/// The ring has no key for this time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the key ring has no epoch for this time any more; `lognym key rotate` adds some, then start again"
)]
pub struct NoEpoch;

/// The engines of all epochs that a process may live to see.
pub struct Epochs {
    clock: Box<dyn Fn() -> SystemTime + Send + Sync>,
    state: Mutex<State>,
}

struct State {
    /// The latest time seen.
    latest: SystemTime,
    terms: Vec<Term>,
    /// The keys that have been in force, in their order.
    used: Vec<Kid>,
    /// What was in force last.
    last: Option<Arc<Engine>>,
}

/// An engine and when it is in force.
#[derive(Clone, Debug)]
pub struct Term {
    /// Name of the epoch, of `[A-Za-z0-9._-]`.
    pub epoch: Arc<str>,
    /// First instant.
    pub from: SystemTime,
    /// First instant at which it is no more; `None` is never.
    pub until: Option<SystemTime>,
    /// The engine.
    pub engine: Arc<Engine>,
}

impl Epochs {
    /// One engine for all times: of a key that lives only in this process (its epoch is called
    /// `ephemeral`), or of the epoch that a replay asks for.
    pub fn fixed(engine: Engine) -> Self {
        let (epoch, engine) = (Arc::from("ephemeral"), Arc::new(engine));
        Self::of_terms(vec![Term { epoch, from: SystemTime::UNIX_EPOCH, until: None, engine }])
    }

    /// The engines of `domain` under `ring`: of the epoch in force at `now` and all later
    /// ones. `build` makes the first; the others share its detectors.
    ///
    /// # Errors
    /// When no epoch is in force at `now`, or the ring has not this domain; or of `build`.
    pub fn of_ring<E: From<RingError>>(
        ring: &Ring,
        domain: &Domain,
        types: &[TypeCode],
        now: SystemTime,
        build: impl FnOnce(Keys) -> Result<Engine, E>,
    ) -> Result<Self, E> {
        let active = ring.active(now)?;
        let first = build(ring.keys(active, domain, types)?)?;
        let later = ring.retained().filter(|epoch| epoch.not_before > active.not_before);
        let terms = std::iter::once(active).chain(later).map(|epoch| {
            Ok(Term {
                epoch: Arc::from(&*epoch.id),
                from: epoch.not_before.into(),
                until: Some(epoch.not_after.into()),
                engine: Arc::new(first.with_keys(ring.keys(epoch, domain, types)?)),
            })
        });
        Ok(Self::of_terms(terms.collect::<Result<_, RingError>>()?))
    }

    /// The same engines by another clock, for tests and replays.
    pub fn with_clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// The engine in force now, or at the latest time that was asked for before.
    ///
    /// # Errors
    /// [`NoEpoch`] between epochs and after the last one.
    pub fn current(&self) -> Result<Arc<Engine>, NoEpoch> {
        self.term().map(|term| term.engine)
    }

    /// The same with its epoch.
    ///
    /// # Errors
    /// Those of [`Self::current`].
    pub fn term(&self) -> Result<Term, NoEpoch> {
        let now = (self.clock)();
        let mut state = self.state();
        state.latest = state.latest.max(now);
        let at = state.latest;
        let in_force = |term: &&Term| term.from <= at && term.until.is_none_or(|until| at < until);
        let term = state.terms.iter().find(in_force).ok_or(NoEpoch)?.clone();
        let kid = term.engine.keys().kid();
        if !state.used.contains(&kid) {
            state.used.push(kid);
        }
        state.last = Some(Arc::clone(&term.engine));
        Ok(term)
    }

    /// How long until another epoch comes into force, or none; nothing if that is for ever.
    pub fn until_next(&self) -> Option<Duration> {
        let now = (self.clock)();
        let state = self.state();
        let bounds = state.terms.iter().flat_map(|term| [Some(term.from), term.until]).flatten();
        let waits = bounds.filter_map(|bound| bound.duration_since(now).ok());
        waits.filter(|wait| !wait.is_zero()).min()
    }

    /// The engine that was in force last.
    pub fn last(&self) -> Option<Arc<Engine>> {
        self.state().last.clone()
    }

    /// The ids of the keys that have been in force since the beginning.
    pub fn kids(&self) -> Vec<Kid> {
        self.state().used.clone()
    }

    /// Goes on with the engines of `other`, as after a rotation of the ring. Time goes on, too.
    pub fn replace(&self, other: Epochs) {
        let terms = std::mem::take(&mut other.state().terms);
        self.state().terms = terms;
    }

    /// Exchanges each engine for what `change` makes of it; blocks in work are finished by the old
    /// ones.
    pub fn update(&self, change: impl Fn(&Engine) -> Engine) {
        for term in &mut self.state().terms {
            term.engine = Arc::new(change(&term.engine));
        }
    }

    fn of_terms(terms: Vec<Term>) -> Self {
        let (latest, used, last) = (SystemTime::UNIX_EPOCH, Vec::new(), None);
        let state = Mutex::new(State { latest, terms, used, last });
        Self { clock: Box::new(SystemTime::now), state }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Epochs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Epochs").field("count", &self.state().terms.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    use super::*;
    use crate::engine::Setup;
    use crate::pseudonym::ring::Period;
    use crate::stats::Counts;

    const DAY: u64 = 86_400;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    /// Three days from the beginning of time, and the hand that sets their clock.
    fn three_days() -> (Ring, Epochs, Arc<AtomicU64>) {
        let ring = Ring::fresh(at(0), Period::Day, 2).unwrap();
        let build = |keys| Engine::new(Setup::default(), keys).map_err(|_| RingError::Empty);
        let epochs =
            Epochs::of_ring(&ring, &Domain::default(), &Counts::TYPES, at(0), build).unwrap();
        let hand = Arc::new(AtomicU64::new(0));
        let clock = Arc::clone(&hand);
        let epochs = epochs.with_clock(move || at(clock.load(Ordering::Relaxed)));
        (ring, epochs, hand)
    }

    #[test]
    fn each_epoch_has_its_time_and_time_does_not_turn_back() {
        let (ring, epochs, hand) = three_days();
        let kids = ring
            .epochs()
            .iter()
            .map(|epoch| ring.keys(epoch, &Domain::default(), &[]).unwrap().kid());
        let kids: Vec<_> = kids.collect();
        for (seconds, day) in
            [(0, 0), (DAY - 1, 0), (DAY, 1), (DAY - 1, 1), (0, 1), (3 * DAY - 1, 2), (DAY, 2)]
        {
            hand.store(seconds, Ordering::Relaxed);
            assert_eq!(epochs.current().unwrap().keys().kid(), kids[day], "{seconds}");
        }
        hand.store(3 * DAY, Ordering::Relaxed);
        assert_eq!(epochs.current().err(), Some(NoEpoch));
        assert_eq!(epochs.kids().len(), 3);
        hand.store(0, Ordering::Relaxed);
        assert_eq!(epochs.current().err(), Some(NoEpoch), "what has ended stays ended");
    }

    #[test]
    fn a_ring_that_was_rotated_takes_over() {
        let (ring, epochs, hand) = three_days();
        hand.store(3 * DAY - 1, Ordering::Relaxed);
        assert!(epochs.current().is_ok());
        let ring = ring.rotated(at(2 * DAY), None, 2).unwrap();
        let build = |keys| Engine::new(Setup::default(), keys).map_err(|_| RingError::Empty);
        let (domain, types) = (Domain::default(), &Counts::TYPES);
        epochs.replace(Epochs::of_ring(&ring, &domain, types, at(2 * DAY), build).unwrap());
        for seconds in [3 * DAY, 0] {
            hand.store(seconds, Ordering::Relaxed);
            let kid = ring.keys(&ring.epochs()[3], &domain, &[]).unwrap().kid();
            assert_eq!(epochs.current().unwrap().keys().kid(), kid, "time goes on");
        }
        assert_eq!(epochs.kids().len(), 2);
    }

    #[test]
    fn the_next_change_is_not_missed() {
        let (ring, epochs, hand) = three_days();
        let day = Duration::from_secs(DAY);
        assert_eq!(
            (epochs.until_next(), &*epochs.term().unwrap().epoch),
            (Some(day), &*ring.epochs()[0].id)
        );
        hand.store(DAY - 1, Ordering::Relaxed);
        assert_eq!(epochs.until_next(), Some(Duration::from_secs(1)));
        hand.store(2 * DAY, Ordering::Relaxed);
        assert_eq!(
            (epochs.until_next(), &*epochs.term().unwrap().epoch),
            (Some(day), &*ring.epochs()[2].id)
        );
        hand.store(3 * DAY, Ordering::Relaxed);
        assert!(epochs.until_next().is_none() && epochs.term().is_err());
        let last = epochs.last().expect("some were in force").keys().kid();
        assert_eq!(Some(&last), epochs.kids().last());
    }

    #[test]
    fn a_destroyed_epoch_leaves_a_gap() {
        let (ring, ..) = three_days();
        let second = ring.epochs()[1].id.clone();
        let ring = ring.destroyed(&[second], at(0)).unwrap();
        let build = |keys| Engine::new(Setup::default(), keys).map_err(|_| RingError::Empty);
        let epochs =
            Epochs::of_ring(&ring, &Domain::default(), &Counts::TYPES, at(0), build).unwrap();
        assert!(epochs.with_clock(|| at(DAY)).current().is_err());
    }
}
