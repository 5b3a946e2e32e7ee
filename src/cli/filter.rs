//! `lognym [filter] [FILE...]`: the main job.

use std::sync::Arc;

use lognym::secret;
use lognym::stream::{self, Meter, Stop};

use super::args::FilterArgs;
use super::exit::{Exit, Failure};
use super::progress::Progress;
use super::{report, settings};

pub(crate) fn run(args: &FilterArgs) -> Result<Exit, Failure> {
    // Before the keys and the first raw line are in memory.
    secret::no_core_dumps();
    let engine = settings::engine(&args.detector, settings::keys(&args.key)?)?;
    let options = settings::options(&args.input, args.threads, args.line_buffered);
    let stop = Stop::new()?;
    stop.on_signals()?;
    let meter = Arc::new(Meter::default());
    let progress = if args.progress { Progress::start(&meter) } else { None };
    let outcome = stream::run(&engine, &settings::sources(&args.input), &options, &stop, &meter);
    drop(progress);
    let summary = outcome?;
    if let Some(form) = args.stats {
        report::print(&summary, form);
    }
    Ok(Exit::Ok)
}
