//! Start, reload, drain: all tasks of a sidecar from their beginning to their end.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use tokio::net::TcpListener;
use tokio::sync::mpsc::Receiver;
use tokio::sync::{Notify, watch};
use tokio::task::{JoinHandle, JoinSet, spawn_blocking};
use tokio::time::sleep;

use super::Outcome;
use super::config::Config;
use super::error::Error;
use super::forward::Outlet;
use super::life::{self, Control};
use super::listen::{self, Door};
use super::queue::Inlet;
use super::reload::{self, Load};
use super::shared::{Phase, Shared};
use super::{accept, admin, link, tls};
use crate::engine::Engine;
use crate::epochs::Epochs;

/// What is open for one pair.
type Pair = (Vec<Door>, Inlet, Outlet);

/// A running sidecar.
#[derive(Debug)]
pub(super) struct Service {
    shared: Arc<Shared>,
    phase: watch::Sender<Phase>,
    epochs: Arc<Epochs>,
    reloaded: Arc<Notify>,
    engine: watch::Sender<Option<Arc<Engine>>>,
    /// One task for each door; all of them end with the drain.
    doors: JoinSet<()>,
    /// One task for each pair; it ends when the queue has.
    outlets: JoinSet<()>,
    /// Tasks without an end of their own.
    helpers: Vec<JoinHandle<()>>,
    server_tls: Vec<listen::Tls>,
    client_tls: Vec<link::Tls>,
}

impl Service {
    /// Opens everything, then sets it going.
    pub(super) async fn start(config: Config, epochs: Arc<Epochs>) -> Result<Self, Error> {
        let (phase, phases) = watch::channel(Phase::Running);
        let (engine, engines) = watch::channel(None);
        let shared = Arc::new(Shared::new(&config, phases, engines)?);
        reload::put_in_force(&epochs, &engine, &shared.metrics);
        let Config { pairs, admin, insecure_listen, .. } = config;
        let mut service = Self {
            shared: Arc::clone(&shared),
            phase,
            epochs,
            reloaded: Arc::default(),
            engine: engine.clone(),
            doors: JoinSet::new(),
            outlets: JoinSet::new(),
            helpers: Vec::new(),
            server_tls: Vec::new(),
            client_tls: Vec::new(),
        };
        let admin =
            match admin {
                Some(address) => Some(TcpListener::bind(address).await.map_err(|source| {
                    Error::Listen { place: format!("http://{address}"), source }
                })?),
                None => None,
            };
        let mut open = Vec::new();
        for (index, pair) in pairs.into_iter().enumerate() {
            let (inlet, queue) = Inlet::new(Arc::clone(&shared), index);
            let outlet = Outlet::new(Arc::clone(&shared), index, pair.forward, queue)?;
            open.push((listen::open(&pair.listen, insecure_listen).await?, inlet, outlet));
        }
        // Before anything that happens on them: a reader of the log learns first where it happens.
        announce(&open, admin.as_ref());
        service.set_going(open, admin);
        let (epochs, reloaded) = (Arc::clone(&service.epochs), Arc::clone(&service.reloaded));
        let keeper = reload::keep(epochs, reloaded, engine, shared);
        service.helpers.push(tokio::spawn(keeper));
        Ok(service)
    }

    fn set_going(&mut self, open: Vec<Pair>, admin: Option<TcpListener>) {
        for (doors, inlet, outlet) in open {
            self.client_tls.extend(outlet.tls.clone());
            self.outlets.spawn(outlet.run());
            for door in doors {
                if let Door::Tcp(_, Some(tls), _) = &door {
                    self.server_tls.push(tls.clone());
                }
                self.doors.spawn(accept::serve(door, inlet.clone()));
            }
        }
        if let Some(listener) = admin {
            self.helpers.push(tokio::spawn(admin::run(listener, Arc::clone(&self.shared))));
        }
        self.helpers.push(tokio::spawn(life::watchdog()));
        life::ready();
    }

    /// Runs until it is told to stop, or all inputs have ended, and everything is handed over or
    /// counted.
    pub(super) async fn run(
        mut self,
        load: Arc<Load>,
        mut control: Receiver<Control>,
    ) -> Result<Outcome, Error> {
        if self.is_told_to_stop(&load, &mut control).await {
            self.drain(control).await;
        }
        let metrics = &self.shared.metrics;
        let outcome = Outcome {
            counts: metrics.counts(),
            undelivered_frames: metrics.frames_undelivered.load(Relaxed),
            undelivered_bytes: metrics.bytes_undelivered.load(Relaxed),
        };
        for helper in &self.helpers {
            helper.abort();
        }
        Ok(outcome)
    }

    /// Waits for a reason to stop; none is needed when all inputs have ended and everything is
    /// handed over.
    async fn is_told_to_stop(&mut self, load: &Arc<Load>, control: &mut Receiver<Control>) -> bool {
        loop {
            tokio::select! {
                order = control.recv() => match order {
                    Some(Control::Reload) => self.reload(Arc::clone(load)).await,
                    Some(Control::Stop) | None => return true,
                },
                outlet = self.outlets.join_next() => if outlet.is_none() { return false },
                () = self.shared.stuck.notified() => return true,
            }
        }
    }

    /// Stops accepting, reads what has been sent, hands it over; when the time is up or at the next
    /// request to stop, counts what is left.
    async fn drain(&mut self, mut control: Receiver<Control>) {
        self.shared.metrics.draining.store(1, Relaxed);
        // For all at the same time.
        self.shared.drain_began();
        self.phase.send_replace(Phase::Draining);
        // Whoever reads this may ask `/readyz` at once.
        tracing::info!("draining");
        life::stopping();
        let stopped = async {
            while let Some(order) = control.recv().await {
                if order == Control::Stop {
                    return;
                }
            }
            std::future::pending().await
        };
        tokio::select! {
            () = finish(&mut self.outlets) => return,
            () = sleep(self.shared.grace) => tracing::warn!("the grace period is over"),
            () = stopped => tracing::warn!("told to stop at once"),
        }
        self.phase.send_replace(Phase::Quitting);
        finish(&mut self.outlets).await;
    }

    async fn reload(&self, load: Arc<Load>) {
        life::reloading();
        let metrics = &self.shared.metrics;
        match self.prepare(load).await {
            Ok(put_in_place) => {
                put_in_place();
                metrics.reloads.fetch_add(1, Relaxed);
                tracing::info!("reloaded");
            }
            Err(reason) => {
                metrics.reload_errors.fetch_add(1, Relaxed);
                tracing::error!(reason, "reload refused; what was in force stays");
            }
        }
        life::ready();
    }

    /// Makes everything that a reload replaces; what comes back puts it in its place and cannot
    /// fail.
    async fn prepare(&self, load: Arc<Load>) -> Result<impl FnOnce(), String> {
        let epochs =
            spawn_blocking(move || load()).await.map_err(|_| "internal error".to_owned())??;
        let mut servers = Vec::new();
        for slot in &self.server_tls {
            servers.push((slot, tls::server(&slot.files).map_err(|error| error.to_string())?));
        }
        let mut clients = Vec::new();
        for slot in &self.client_tls {
            clients.push((slot, tls::client(&slot.files).map_err(|error| error.to_string())?));
        }
        Ok(move || {
            self.epochs.replace(epochs);
            reload::put_in_force(&self.epochs, &self.engine, &self.shared.metrics);
            // When to look at the clock next may be another time.
            self.reloaded.notify_one();
            servers.into_iter().for_each(|(slot, config)| slot.config.replace(config));
            clients.into_iter().for_each(|(slot, config)| slot.config.replace(config));
        })
    }
}

/// Tells where it listens.
fn announce(open: &[Pair], admin: Option<&TcpListener>) {
    for (pair, (doors, ..)) in (1..).zip(open) {
        for door in doors {
            tracing::info!(pair, uri = door.uri(), "listening");
        }
    }
    if let Some(listener) = admin {
        let uri = listener.local_addr().map(|address| format!("http://{address}"));
        tracing::info!(uri = uri.unwrap_or_default(), "admin listening");
    }
}

async fn finish(tasks: &mut JoinSet<()>) {
    while tasks.join_next().await.is_some() {}
}
