//! Jobs in their order, from one who hands them out to those who work.
//!
//! A worker waits for a job; whoever has something else to do takes one if one waits. `std::sync::mpsc`
//! offers the first only to one receiver at a time, who would keep the others from the second.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// The jobs that nobody has taken yet. Its users bound how many they are.
pub(super) struct Queue<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

struct State<T> {
    jobs: VecDeque<T>,
    closed: bool,
}

impl<T> Queue<T> {
    pub(super) fn new() -> Self {
        let state = State { jobs: VecDeque::new(), closed: false };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// The end into which jobs are put; there is one at most.
    pub(super) fn inlet(&self) -> Inlet<'_, T> {
        Inlet(self)
    }

    /// The next job if one waits.
    pub(super) fn take(&self) -> Option<T> {
        self.lock().jobs.pop_front()
    }

    /// The next job, as soon as there is one; none when no more come.
    pub(super) fn wait(&self) -> Option<T> {
        let idle = |state: &mut State<T>| state.jobs.is_empty() && !state.closed;
        let state = self.changed.wait_while(self.lock(), idle);
        state.unwrap_or_else(PoisonError::into_inner).jobs.pop_front()
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The end of a queue into which jobs are put. No more come when it is gone, however that happens.
pub(super) struct Inlet<'q, T>(&'q Queue<T>);

impl<T> Inlet<'_, T> {
    pub(super) fn put(&self, job: T) {
        self.0.lock().jobs.push_back(job);
        self.0.changed.notify_one();
    }
}

impl<T> Drop for Inlet<'_, T> {
    fn drop(&mut self) {
        self.0.lock().closed = true;
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_job_is_taken_once_and_the_end_is_told() {
        let queue = Queue::new();
        let sum = std::thread::scope(|scope| {
            let inlet = queue.inlet();
            let wait = || std::iter::from_fn(|| queue.wait()).sum::<u32>();
            let others = [scope.spawn(wait), scope.spawn(wait)];
            (1..=100).for_each(|job| inlet.put(job));
            let own: u32 = std::iter::from_fn(|| queue.take()).sum();
            drop(inlet);
            others.into_iter().map(|other| other.join().expect("it ends")).sum::<u32>() + own
        });
        assert_eq!((sum, queue.take()), (5050, None));
    }
}
