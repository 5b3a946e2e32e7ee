//! Threads for the engine's work on large pieces.
//!
//! In: jobs, taken in the order in which they come, by whichever thread is free. The threads of the
//! runtime stay with the sockets: a piece takes the engine milliseconds, and while all of them were
//! at it nobody would read, write or look at the clock. Ends when nobody can send jobs any more.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

type Job = Box<dyn FnOnce() + Send>;

/// The way to the threads.
#[derive(Debug)]
pub(super) struct Crew(Sender<Job>);

impl Crew {
    /// One thread a core.
    ///
    /// # Errors
    /// When the system gives no threads.
    pub(super) fn start() -> io::Result<Self> {
        let (sender, jobs) = channel();
        let jobs = Arc::new(Mutex::new(jobs));
        for _ in 0..thread::available_parallelism()?.get() {
            let jobs = Arc::clone(&jobs);
            thread::Builder::new().name("lognym-engine".to_owned()).spawn(move || work(&jobs))?;
        }
        Ok(Self(sender))
    }

    /// Has a job done some time.
    pub(super) fn run(&self, job: impl FnOnce() + Send + 'static) {
        // The threads outlive the sender.
        let _ = self.0.send(Box::new(job));
    }
}

fn work(jobs: &Mutex<Receiver<Job>>) {
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        // Whoever waits for it sees that it is gone; the next one is not to suffer.
        let _ = catch_unwind(AssertUnwindSafe(job));
    }
}
