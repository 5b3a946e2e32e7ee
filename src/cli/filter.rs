//! `lognym [filter] [FILE...]`: the main job.

use std::sync::Arc;

use lognym::audit;
use lognym::engine::Engine;
use lognym::epochs::Epochs;
use lognym::pseudonym::suppress::Suppressed;
use lognym::secret;
use lognym::stream::{self, Meter, Stop, Summary};

use super::args::FilterArgs;
use super::exit::{Exit, Failure};
use super::message::note;
use super::progress::Progress;
use super::record::Record;
use super::{hangup, report, settings};

pub(crate) fn run(args: FilterArgs) -> Result<Exit, Failure> {
    // Before the keys and the first raw line are in memory.
    secret::no_core_dumps();
    let args = Arc::new(args);
    let mut record = Record::open(&args.record, "filter")?;
    let epochs = Arc::new(start(&args)?);
    // Kept for the seal of the entry, should the ring end before the stream does.
    let engine = epochs.current().map_err(|error| Failure::new(Exit::Key, error))?;
    reload_on_hangup(&args, &epochs)?;
    record.entry.config =
        Some(settings::fingerprint(&args.detector, args.input.max_line, args.remember));
    let outcome = filter(&args, &epochs);
    let last = epochs.current().unwrap_or(engine);
    record.entry.rules = Some(audit::hex(last.rules()));
    if let Ok(summary) = &outcome {
        record.entry.count(&summary.counts);
    }
    record.entry.domains = vec![args.key.domain.clone()];
    record.entry.kids = epochs.kids();
    record.finish(last.keys(), outcome.map(|_| Exit::Ok))
}

/// The engines with their keys and the list of those to be suppressed.
fn start(args: &FilterArgs) -> Result<Epochs, Failure> {
    let list = settings::suppressed(&args.suppress, settings::open_options(&args.key.ring))?;
    let epochs = settings::epochs(&args.detector, &args.key, args.epoch.as_deref())?;
    suppress(&epochs, list.as_ref());
    Ok(epochs)
}

fn filter(args: &FilterArgs, epochs: &Epochs) -> Result<Summary, Failure> {
    let FilterArgs { input, threads, line_buffered, remember, .. } = args;
    let options = settings::options(input, *threads, *line_buffered, *remember);
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

/// Reads ring and list again on SIGHUP; if either cannot be read, both stay as they are. A key that
/// cannot be read twice stays, too.
fn reload_on_hangup(args: &Arc<FilterArgs>, epochs: &Arc<Epochs>) -> Result<(), Failure> {
    let is_lasting = settings::is_readable_again(&args.key.ring)?;
    if !is_lasting && args.suppress.suppress.is_none() {
        return Ok(());
    }
    let (args, epochs) = (Arc::clone(args), Arc::clone(epochs));
    hangup::watch(move || {
        let reloaded = if is_lasting {
            start(&args).map(|fresh| epochs.replace(fresh))
        } else {
            let options = settings::open_options(&args.key.ring);
            let list = settings::suppressed(&args.suppress, options).map_err(Failure::from);
            list.map(|list| suppress(&epochs, list.as_ref()))
        };
        if let Err(Failure { error, .. }) = reloaded {
            note(format_args!("not reloaded, what was read before stays in force: {error:#}"));
        }
    })
}
