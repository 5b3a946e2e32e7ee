//! `lognym rules check`: files in, complaints out.

use lognym::corpus::{self, Corpus, Density};
use lognym::detect::operator::{Operator, Scratch};
use lognym::rules::RuleSet;
use lognym::rules::book::Book;
use lognym::rules::book::model::Rule;

use super::super::args::CheckArgs;
use super::super::exit::{Exit, Failure};
use super::super::message::{self, note};
use super::super::options::DetectorArgs;
use super::super::settings;
use super::{all_packs, compiled_anywhere, examples, profile};

/// The log without identities that every rule is tried on.
const CORPUS_BYTES: usize = 2 << 20;
const SEED: u64 = 0x006c_6f67_6e79_6d00;
/// More findings than this on a thousand of its lines are worth a warning.
const MOST_PER_THOUSAND: usize = 5;

pub(super) fn run(args: &CheckArgs) -> Result<Exit, Failure> {
    let mut refused = 0;
    let mut book = Book::default();
    if args.paths.is_empty() {
        refused += check_builtin(&args.detector)?;
        book = all_packs()?;
    }
    for path in &args.paths {
        // Every file is read, so that one run shows the first fault of each.
        if let Err(fault) = book.add_path(path) {
            note(format_args!("{fault}"));
            refused += 1;
        }
    }
    refused += check_book(&book);
    if refused > 0 {
        let error = anyhow::anyhow!("{refused} faults in the rules");
        return Err(Failure::new(Exit::Config, error));
    }
    let (rules, changes) = (book.rules().len(), book.changes().len());
    message::print(format!("{rules} rules and {changes} changes are good\n").as_bytes())?;
    match &args.profile {
        Some(log) => profile::run(&book, log),
        None => Ok(Exit::Ok),
    }
}

/// Runs the examples of the built-in rules; how many do not hold.
fn check_builtin(detector: &DetectorArgs) -> Result<usize, Failure> {
    let engine = settings::keyless(detector)?;
    let mut refused = 0;
    for rule in RuleSet::builtin()?.rules {
        for failure in examples::builtin_failures(&rule, &engine) {
            note(format_args!("built in: rule {}: {failure} does not hold", rule.name()));
            refused += 1;
        }
    }
    Ok(refused)
}

/// Reports what is wrong with the rules of a book, and warns; how many faults there are.
fn check_book(book: &Book) -> usize {
    // What does not compile is reported rule by rule.
    let all = compiled_anywhere(book).unwrap_or_default();
    let corpus = corpus::generate(Density::None, CORPUS_BYTES, SEED);
    let check = |rule: &Rule| match compiled_anywhere(&book.only(&rule.id)) {
        Err(fault) => {
            note(format_args!("{fault}"));
            1
        }
        Ok(None) => 0,
        Ok(Some(own)) => {
            let shadow = all.as_ref().and_then(|all| examples::shadow(rule, book, all));
            warn(rule, &own, shadow, &corpus);
            let failures = examples::failures(rule, &own);
            for failure in &failures {
                let (place, id) = (&rule.place, &rule.id);
                note(format_args!("{place}: rule {id}: {failure} does not hold"));
            }
            failures.len()
        }
    };
    book.rules().iter().map(check).sum()
}

/// Warns of a rule that hits too often, is slow, or never gets a chance.
fn warn(rule: &Rule, own: &Operator, shadow: Option<&str>, corpus: &Corpus) {
    let warn = |what: String| {
        note(format_args!("warning: {}: rule {} {what}", rule.place, rule.id));
    };
    let count = own.hits(&corpus.text, &mut Scratch::default()).len();
    if count * 1000 > corpus.lines * MOST_PER_THOUSAND {
        warn(format!("matches {count} times in {} lines that hold no identity", corpus.lines));
    }
    if own.reads_every_line() {
        let why = "no literal and no row of digits or capitals to look for; see --profile";
        warn(format!("is slow: {why}"));
    }
    if let Some(other) = shadow {
        warn(format!("is shadowed by {other}, which takes all its examples"));
    }
}
