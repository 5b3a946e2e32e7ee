//! `lognym [filter] [FILE...]`: the main job.

use std::sync::Arc;

use lognym::audit;
use lognym::engine::Engine;
use lognym::epochs::Epochs;
use lognym::pseudonym::suppress::Suppressed;
use lognym::rules;
use lognym::secret;
use lognym::stream::{self, Meter, Stop, Summary};

use super::args::FilterArgs;
use super::exit::{Exit, Failure};
use super::progress::Progress;
use super::record::Record;
use super::{hangup, report, settings};

pub(crate) fn run(args: &FilterArgs) -> Result<Exit, Failure> {
    // Before the keys and the first raw line are in memory.
    secret::no_core_dumps();
    let mut record = Record::open(&args.record, "filter")?;
    let list = settings::suppressed(&args.suppress, settings::open_options(&args.key.ring))?;
    let epochs = settings::epochs(&args.detector, &args.key, args.epoch.as_deref())?;
    suppress(&epochs, list.as_ref());
    let epochs = Arc::new(epochs);
    if list.is_some() {
        reload_on_hangup(args, &epochs)?;
    }
    // Kept for the seal of the entry, should the ring end before the stream does.
    let engine = epochs.current().map_err(|error| Failure::new(Exit::Key, error))?;
    record.entry.config = Some(settings::fingerprint(&args.detector, args.input.max_line));
    record.entry.rules = Some(audit::digest(rules::BUILTIN.as_bytes()));
    let outcome = filter(args, &epochs);
    let last = epochs.current().unwrap_or(engine);
    if let Ok(summary) = &outcome {
        record.entry.count(&summary.counts);
    }
    let keys = last.keys();
    record.entry.domains = vec![args.key.domain.clone()];
    record.entry.kids = epochs.kids();
    record.finish(keys, outcome.map(|_| Exit::Ok))
}

fn filter(args: &FilterArgs, epochs: &Epochs) -> Result<Summary, Failure> {
    let options = settings::options(&args.input, args.threads, args.line_buffered);
    let stop = Stop::new()?;
    stop.on_signals()?;
    let meter = Arc::new(Meter::default());
    let progress = if args.progress { Progress::start(&meter) } else { None };
    let outcome = stream::run(epochs, &settings::sources(&args.input), &options, &stop, &meter);
    drop(progress);
    let summary = outcome?;
    if let Some(form) = args.stats {
        report::print(&summary, form);
    }
    Ok(summary)
}

fn suppress(epochs: &Epochs, list: Option<&Arc<Suppressed>>) {
    epochs.update(|engine: &Engine| engine.suppressing(list.cloned()));
}

/// A list that cannot be read leaves the one before in force.
fn reload_on_hangup(args: &FilterArgs, epochs: &Arc<Epochs>) -> Result<(), Failure> {
    let (epochs, options) = (Arc::clone(epochs), settings::open_options(&args.key.ring));
    let list = args.suppress.clone();
    hangup::watch(move || match settings::suppressed(&list, options) {
        Ok(list) => suppress(&epochs, list.as_ref()),
        Err(error) => hangup::report(error),
    })
}
