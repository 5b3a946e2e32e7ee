//! `lognym serve`: the sidecar.

use std::io;
use std::sync::Arc;
use std::time::SystemTime;

use clap::CommandFactory;
use clap::error::ErrorKind;
use lognym::audit;
use lognym::net::{self, Load, Outcome, Term};
use lognym::pseudonym::ring::{KeySource, Material, Ring};
use lognym::pseudonym::{Domain, Keys};
use lognym::rules;
use lognym::secret;
use lognym::stats::Counts;
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
    let terms = recipe.terms(None)?;
    // What an entry is sealed by if the sidecar does not start.
    let now = SystemTime::now();
    let first = terms.iter().find(|term| term.covers(now)).map(|term| term.engine.keys().clone());
    record.entry.config = Some(settings::fingerprint(&args.detector, args.max_frame()));
    record.entry.rules = Some(audit::digest(rules::BUILTIN.as_bytes()));
    record.entry.domains = vec![args.key.domain.clone()];
    log_to_stderr(args.log_format, args.log_level);
    let load = recipe.loader(terms.clone());
    let (signer, exit) = match net::run(config, terms, load) {
        Ok(outcome) => {
            record.entry.count(&outcome.counts);
            record.entry.kids.clone_from(&outcome.kids);
            (outcome.last_keys.clone(), Ok(exit(&outcome)))
        }
        Err(error) => {
            record.entry.kids = first.iter().map(Keys::kid).collect();
            (first, Err(error.into()))
        }
    };
    match signer {
        Some(keys) => record.finish(&keys, exit),
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
    /// Nothing for a key of this run only.
    source: Option<KeySource>,
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
                let (key, suppress) = (args.key.clone(), args.suppress.clone());
                return Ok(Self { source, key, suppress, detector: args.detector.clone() });
            }
        };
        Err(Failure::new(Exit::Key, anyhow::anyhow!(message)))
    }

    /// An engine for each epoch that has not ended; the one in force is among them. A key of this
    /// run only stays what it was in the `first` terms.
    fn terms(&self, first: Option<&[Term]>) -> Result<Vec<Term>, Failure> {
        let options = settings::open_options(&self.key.ring);
        let list = settings::suppressed(&self.suppress, options)?;
        let mut terms = match (&self.source, first) {
            (Some(source), _) => {
                terms_of_ring(&source.load(options)?, &self.key.domain, &self.detector)?
            }
            (None, Some(first)) => first.to_vec(),
            (None, None) => vec![self.term_of_this_run()?],
        };
        for term in &mut terms {
            term.engine = Arc::new(term.engine.suppressing(list.clone()));
        }
        Ok(terms)
    }

    fn term_of_this_run(&self) -> Result<Term, Failure> {
        let book = settings::book(&self.detector)?;
        let keys = settings::ephemeral(&self.key.domain, &book.types(&Counts::TYPES))?;
        let engine = Arc::new(settings::engine(&self.detector, book, keys)?);
        let (epoch, not_before) = ("ephemeral".to_owned(), SystemTime::UNIX_EPOCH);
        Ok(Term { epoch, not_before, not_after: None, engine })
    }

    /// What a reload does.
    fn loader(self, first: Vec<Term>) -> Arc<Load> {
        Arc::new(move || {
            self.terms(Some(&first)).map_err(|Failure { error, .. }| format!("{error:#}"))
        })
    }
}

fn terms_of_ring(
    ring: &Ring,
    domain: &Domain,
    detector: &DetectorArgs,
) -> Result<Vec<Term>, Failure> {
    let now = SystemTime::now();
    let book = settings::book(detector)?;
    let types = book.types(&Counts::TYPES);
    let first = ring.keys(ring.active(now)?, domain, &types)?;
    let engine = settings::engine(detector, book, first)?;
    let usable = ring.epochs().iter().filter(|epoch| {
        SystemTime::from(epoch.not_after) > now && !matches!(epoch.material, Material::Destroyed(_))
    });
    let terms = usable.map(|epoch| {
        let keys = ring.keys(epoch, domain, &types)?;
        Ok(Term {
            epoch: epoch.id.clone(),
            not_before: epoch.not_before.into(),
            not_after: Some(epoch.not_after.into()),
            engine: Arc::new(engine.with_keys(keys)),
        })
    });
    terms.collect()
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
