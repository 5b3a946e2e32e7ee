//! From arguments to what the library takes.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::SystemTime;

use anyhow::Context;
use lognym::engine::{Engine, Setup};
use lognym::frame::Limits;
use lognym::pseudonym::ring::{KeySource, OpenOptions, Places};
use lognym::pseudonym::{Domain, Keys};
use lognym::stats::Counts;
use lognym::stream::{self, Options};

use super::args::{DetectorArgs, InputArgs, KeyArgs};
use super::exit::{Exit, Failure};
use super::message::note;

/// The inputs; standard input if no file is named.
pub(crate) fn sources(args: &InputArgs) -> Vec<stream::Source> {
    match &args.files[..] {
        [] => vec![stream::Source::Stdin],
        files => files.iter().map(|file| stream::Source::from_operand(file)).collect(),
    }
}

/// How the stream runs; one thread a core unless told otherwise.
pub(crate) fn options(
    args: &InputArgs,
    threads: Option<NonZeroUsize>,
    line_buffered: bool,
) -> Options {
    let cores = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    Options {
        limits: Limits { max_line: args.max_line, ..Limits::default() },
        threads: threads.unwrap_or_else(cores),
        line_buffered,
    }
}

/// The keys of the filter, from exactly one place: of the epoch that is in force now, or made for
/// this run and never stored.
pub(crate) fn keys(args: &KeyArgs) -> Result<Keys, Failure> {
    if std::env::var_os("LOGNYM_KEY").is_some() {
        let message = "a key in the environment (LOGNYM_KEY) is open to other processes; \
                       put it into a file and name that by --key-file";
        return Err(Failure::new(Exit::Key, anyhow::anyhow!(message)));
    }
    let credentials = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
    let places = Places {
        file: args.key_file.as_deref(),
        fd: args.key_fd,
        credentials: credentials.as_deref(),
        command: args.key_command.as_ref(),
    };
    match KeySource::choose(places)? {
        Some(source) => stored(&source, &args.domain),
        None => {
            note(format_args!(
                "no key given: these pseudonyms match no other run. For a key that lasts: \
                 `lognym key new --key-file PATH`, then `lognym --key-file PATH`"
            ));
            ephemeral(&args.domain)
        }
    }
}

fn stored(source: &KeySource, domain: &Domain) -> Result<Keys, Failure> {
    let ring = source.load(OpenOptions::default())?;
    let epoch = ring.active(SystemTime::now())?;
    Ok(ring.keys(epoch, domain, &Counts::TYPES)?)
}

fn ephemeral(domain: &Domain) -> Result<Keys, Failure> {
    Keys::ephemeral(domain, &Counts::TYPES)
        .context("cannot get random bytes for a key")
        .map_err(|error| Failure::new(Exit::Key, error))
}

/// The engine of the filter.
pub(crate) fn engine(detector: &DetectorArgs, keys: Keys) -> Result<Engine, Failure> {
    let setup = Setup { kernel: detector.kernel, regions: detector.region.clone() };
    Ok(Engine::new(setup, keys)?)
}

/// An engine whose tokens nobody keeps, so that any key will do.
pub(crate) fn keyless(detector: &DetectorArgs) -> Result<Engine, Failure> {
    engine(detector, ephemeral(&Domain::default())?)
}
