//! From arguments to what the library takes.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use anyhow::Context;
use lognym::audit;
use lognym::engine::{Engine, Setup};
use lognym::epochs::Epochs;
use lognym::frame::Limits;
use lognym::plan::Region;
use lognym::pseudonym::ring::{FileError, KeySource, OpenOptions, Places, Ring, RingError};
use lognym::pseudonym::suppress::{List, Suppressed};
use lognym::pseudonym::{Domain, Keys};
use lognym::roster::Roster;
use lognym::rules::book::{Book, pack};
use lognym::secret::Secret;
use lognym::stats::Counts;
use lognym::stream::{self, Options};

use super::exit::{Exit, Failure};
use super::message::note;
use super::options::{DetectorArgs, InputArgs, KeyArgs, RingArgs, SuppressArgs};

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
    remember: Option<NonZeroUsize>,
) -> Options {
    let cores = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    Options {
        limits: Limits { max_line: args.max_line, ..Limits::default() },
        threads: threads.unwrap_or_else(cores),
        line_buffered,
        remember,
    }
}

/// The engines of the filter, under keys from exactly one place: those of the ring's epochs, of the
/// one that `epoch` names, or one made for this run and never stored.
pub(crate) fn epochs(
    detector: &DetectorArgs,
    key: &KeyArgs,
    epoch: Option<&str>,
) -> Result<Epochs, Failure> {
    let book = book(detector)?;
    let types = book.types(&Counts::TYPES);
    let Some(source) = key_source(&key.ring)? else {
        if epoch.is_some() {
            let error = anyhow::anyhow!("--epoch needs a ring; name it by --key-file");
            return Err(Failure::new(Exit::Usage, error));
        }
        note(format_args!(
            "no key given: these pseudonyms match no other run. For a key that lasts: \
             `lognym key new --key-file PATH`, then `lognym --key-file PATH`"
        ));
        return of_this_run(detector, &key.domain, &new_secret()?);
    };
    let ring = source.load(open_options(&key.ring))?;
    match epoch {
        Some(id) => {
            let keys = ring.keys(ring.epoch(id)?, &key.domain, &types)?;
            Ok(Epochs::fixed(engine(detector, book, keys)?))
        }
        None => {
            let build = |keys| engine(detector, book, keys);
            Epochs::of_ring(&ring, &key.domain, &types, SystemTime::now(), build)
        }
    }
}

/// The ring, for commands that make no sense without one.
pub(crate) fn ring(args: &RingArgs) -> Result<Ring, Failure> {
    ring_if_any(args)?.ok_or_else(|| {
        let error = anyhow::anyhow!("this needs a key ring; name it by --key-file");
        Failure::new(Exit::Key, error)
    })
}

/// The ring, if one was named.
pub(crate) fn ring_if_any(args: &RingArgs) -> Result<Option<Ring>, Failure> {
    let source = key_source(args)?;
    Ok(source.map(|source| source.load(open_options(args))).transpose()?)
}

/// Whether the ring can be read a second time: a descriptor cannot, and a key of this run has none.
pub(crate) fn is_readable_again(args: &RingArgs) -> Result<bool, Failure> {
    Ok(!matches!(key_source(args)?, None | Some(KeySource::Fd(_))))
}

/// The keys that seal an audit entry: of the epoch in force, or else of the last one that has any.
pub(crate) fn signer(ring: &Ring, domain: &Domain) -> Result<Keys, Failure> {
    let domain = ring.domain_or(domain);
    let active = ring.active(SystemTime::now()).ok();
    let epoch = active.or_else(|| ring.retained().last()).ok_or(RingError::Destroyed)?;
    Ok(ring.keys(epoch, domain, &Counts::TYPES)?)
}

/// Those who get a constant instead of a token.
pub(crate) fn suppressed(
    args: &SuppressArgs,
    options: OpenOptions,
) -> Result<Option<Arc<Suppressed>>, FileError> {
    let open = |path: &PathBuf| List::open(path, options);
    let list = args.suppress.as_ref().map(open).transpose()?;
    Ok(list.map(|list| Arc::new(list.suppressed(&Counts::TYPES))))
}

/// Which rights on key files are tolerated.
pub(crate) fn open_options(args: &RingArgs) -> OpenOptions {
    OpenOptions { allow_group_read: args.allow_group_read }
}

/// The one place that keys are to come from, if there is one.
pub(crate) fn key_source(args: &RingArgs) -> Result<Option<KeySource>, Failure> {
    if std::env::var_os("LOGNYM_KEY").is_some() {
        let message = "a key in the environment (LOGNYM_KEY) is open to other processes; \
                       put it into a file and name that by --key-file";
        return Err(Failure::new(Exit::Key, anyhow::anyhow!(message)));
    }
    let credentials = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
    Ok(KeySource::choose(Places {
        file: args.key_file.as_deref(),
        fd: args.key_fd,
        credentials: credentials.as_deref(),
        command: args.key_command.as_ref(),
    })?)
}

/// The engine under a secret that is nowhere else.
pub(crate) fn of_this_run(
    detector: &DetectorArgs,
    domain: &Domain,
    secret: &Secret,
) -> Result<Epochs, Failure> {
    let book = book(detector)?;
    let keys = Keys::derive(secret, domain, &book.types(&Counts::TYPES));
    Ok(Epochs::fixed(engine(detector, book, keys)?))
}

/// What keys for this run only are made from.
pub(crate) fn new_secret() -> Result<Secret, Failure> {
    Secret::random()
        .context("cannot get random bytes for a key")
        .map_err(|error| Failure::new(Exit::Key, error))
}

/// The operator's list of people, if there is one.
fn roster(path: Option<&Path>) -> Result<Option<Roster>, Failure> {
    let Some(path) = path else { return Ok(None) };
    let roster = Roster::open(path)
        .with_context(|| format!("--names {}", path.display()))
        .map_err(|error| Failure::new(Exit::Config, error))?;
    Ok(Some(roster))
}

/// The operator's rules: packs first, then files in their order.
pub(crate) fn book(detector: &DetectorArgs) -> Result<Book, Failure> {
    let mut book = Book::default();
    pack::ALWAYS.iter().try_for_each(|name| book.add_pack(name))?;
    detector.pack.iter().try_for_each(|name| book.add_pack(name))?;
    detector.rules.iter().try_for_each(|path| book.add_path(path))?;
    Ok(book)
}

/// The engine of the filter; `keys` are for all types that the book writes.
pub(crate) fn engine(detector: &DetectorArgs, book: Book, keys: Keys) -> Result<Engine, Failure> {
    let setup = Setup {
        kernel: detector.kernel,
        regions: detector.region.clone(),
        bias: detector.bias.into(),
        roster: roster(detector.names.as_deref())?,
        book,
    };
    Ok(Engine::new(setup, keys)?)
}

/// The hash of the settings that decide what is found, the rules and lists apart.
pub(crate) fn fingerprint(
    detector: &DetectorArgs,
    max_line: usize,
    remember: Option<NonZeroUsize>,
) -> String {
    let regions: Vec<_> = detector.region.iter().map(Region::iso).collect();
    let remembered = remember.map_or(0, NonZeroUsize::get);
    let settings = format!(
        "region={}\nbias={:?}\nmax-line={max_line}\nremember={remembered}\n",
        regions.join(","),
        detector.bias,
    );
    audit::digest(settings.as_bytes())
}

/// An engine whose tokens nobody keeps, so that any key will do.
pub(crate) fn keyless(detector: &DetectorArgs) -> Result<Engine, Failure> {
    let book = book(detector)?;
    let keys = Keys::derive(&new_secret()?, &Domain::default(), &book.types(&Counts::TYPES));
    engine(detector, book, keys)
}
