//! The life of the process as its supervisor sees it: signals in, notices to systemd out.
//!
//! Without `NOTIFY_SOCKET` in the environment the notices go nowhere (`sd_notify(3)`).

use std::time::Duration;

use sd_notify::NotifyState;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::interval;

use super::error::Error;

/// What the sidecar is asked to do while it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// Hand over what has been sent and end; asked a second time: end at once.
    Stop,
    /// Take up new keys, rules and certificates.
    Reload,
}

/// SIGTERM and SIGINT ask to stop, SIGHUP to reload.
///
/// # Errors
/// When signals cannot be received. Must run inside of the runtime.
pub(super) fn signals() -> Result<Receiver<Control>, Error> {
    let (sender, receiver) = channel(4);
    for (kind, control) in [
        (SignalKind::terminate(), Control::Stop),
        (SignalKind::interrupt(), Control::Stop),
        (SignalKind::hangup(), Control::Reload),
    ] {
        let stream = signal(kind).map_err(|source| Error::Start { source })?;
        tokio::spawn(pass_on(stream, control, sender.clone()));
    }
    Ok(receiver)
}

async fn pass_on(
    mut stream: tokio::signal::unix::Signal,
    control: Control,
    sender: Sender<Control>,
) {
    while stream.recv().await.is_some() {
        if sender.send(control).await.is_err() {
            return;
        }
    }
}

/// Tells systemd that the service takes connections.
pub(super) fn ready() {
    notify(&[NotifyState::Ready]);
}

/// Tells systemd that a reload has begun; [`ready`] tells its end.
pub(super) fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(time) => notify(&[NotifyState::Reloading, time]),
        Err(_) => notify(&[NotifyState::Reloading]),
    }
}

/// Tells systemd that the service stops.
pub(super) fn stopping() {
    notify(&[NotifyState::Stopping]);
}

/// Tells systemd that the runtime still takes turns, if it wants to know: twice in the time that it
/// allows.
pub(super) async fn watchdog() {
    let Some(allowed) = sd_notify::watchdog_enabled() else { return };
    let mut ticks = interval((allowed / 2).max(Duration::from_millis(1)));
    loop {
        ticks.tick().await;
        notify(&[NotifyState::Watchdog]);
    }
}

fn notify(state: &[NotifyState<'_>]) {
    // A supervisor that does not listen is no reason to stop.
    let _ = sd_notify::notify(state);
}
