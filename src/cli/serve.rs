//! `lognym serve`: the sidecar.

use std::io;
use std::sync::Arc;

use clap::CommandFactory;
use clap::error::ErrorKind;
use lognym::audit;
use lognym::epochs::Epochs;
use lognym::net::{self, Load, Outcome};
use lognym::secret::{self, Secret};
use tracing::level_filters::LevelFilter;

use super::args::{Cli, LogFormat, LogLevel, ServeArgs};
use super::exit::{Exit, Failure};
use super::message::note;
use super::options::{DetectorArgs, KeyArgs, SuppressArgs};
use super::record::Record;
use super::settings;

/// Runs until the inputs have ended or a signal says otherwise.
pub(crate) fn run(args: &ServeArgs) -> Result<Exit, Failure> {
    // Before the keys and the first raw line are in memory.
    secret::no_core_dumps();
    if !args.is_paired() {
        let message = "a sidecar needs --listen, and its own --forward for each; or [[serve]] in the configuration";
        Cli::command().error(ErrorKind::WrongNumberOfValues, message).exit();
    }
    let mut record = Record::open(&args.record, "serve")?;
    let config = args.config()?;
    let recipe = Recipe::of(args)?;
    let epochs = Arc::new(recipe.epochs()?);
    record.entry.config = Some(settings::fingerprint(&args.detector, args.max_frame(), None));
    record.entry.domains = vec![args.key.domain.clone()];
    log_to_stderr(args.log_format, args.log_level);
    // What an entry is sealed by if the sidecar does not start.
    let first = epochs.current().ok();
    let exit = match net::run(config, Arc::clone(&epochs), recipe.loader()) {
        Ok(outcome) => {
            record.entry.count(&outcome.counts);
            Ok(exit(&outcome))
        }
        Err(error) => Err(error.into()),
    };
    record.entry.kids = epochs.kids();
    match epochs.last().or(first) {
        Some(engine) => {
            record.entry.rules = Some(audit::hex(engine.rules()));
            record.finish(engine.keys(), exit)
        }
        None => exit,
    }
}

/// What is left undelivered is told, and no success.
fn exit(outcome: &Outcome) -> Exit {
    let Outcome { undelivered_frames, undelivered_bytes, .. } = outcome;
    if *undelivered_frames == 0 {
        return Exit::Ok;
    }
    note(format_args!(
        "{undelivered_frames} frames ({undelivered_bytes} bytes) were left undelivered"
    ));
    Exit::Io
}

/// What the engines are made of, once at the start and at every reload.
struct Recipe {
    /// What a key of this run only is made from, if there is no ring.
    ephemeral: Option<Secret>,
    key: KeyArgs,
    suppress: SuppressArgs,
    detector: DetectorArgs,
}

impl Recipe {
    fn of(args: &ServeArgs) -> Result<Self, Failure> {
        let source = settings::key_source(&args.key.ring)?;
        let message = match (&source, args.ephemeral_key) {
            (Some(_), true) => {
                "two places to take the key from: a ring and --ephemeral-key; keep one"
            }
            (None, false) => {
                "no key given; name a ring by --key-file (`lognym key new --key-file PATH` makes \
                 one), or say --ephemeral-key for pseudonyms that match no other run"
            }
            _ => {
                let ephemeral = args.ephemeral_key.then(settings::new_secret).transpose()?;
                let (key, suppress) = (args.key.clone(), args.suppress.clone());
                return Ok(Self { ephemeral, key, suppress, detector: args.detector.clone() });
            }
        };
        Err(Failure::new(Exit::Key, anyhow::anyhow!(message)))
    }

    fn epochs(&self) -> Result<Epochs, Failure> {
        let list = settings::suppressed(&self.suppress, settings::open_options(&self.key.ring))?;
        let epochs = match &self.ephemeral {
            Some(secret) => settings::of_this_run(&self.detector, &self.key.domain, secret),
            None => settings::epochs(&self.detector, &self.key, None),
        }?;
        epochs.update(|engine| engine.suppressing(list.clone()));
        Ok(epochs)
    }

    /// What a reload does.
    fn loader(self) -> Arc<Load> {
        Arc::new(move || self.epochs().map_err(|Failure { error, .. }| format!("{error:#}")))
    }
}

fn log_to_stderr(format: LogFormat, level: LogLevel) {
    let level = match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
    };
    let builder = tracing_subscriber::fmt().with_writer(io::stderr).with_max_level(level);
    let builder = builder.with_ansi(false).with_target(false);
    match format {
        LogFormat::Text => builder.init(),
        LogFormat::Json => builder.json().flatten_event(true).init(),
    }
}
