//! `lognym rules`: check, show and try what operators say.

use std::fmt::Write as _;

use lognym::detect::operator::Operator;
use lognym::plan::Region;
use lognym::rules::RuleSet;
use lognym::rules::book::model::{Finder, Rule};
use lognym::rules::book::{Book, Fault, pack};
use lognym::scan::Kernel;
use lognym::secret;

use super::args::{RulesCommand, RulesVerb};
use super::exit::{Exit, Failure};
use super::options::DetectorArgs;
use super::{message, settings};

mod check;
mod examples;
mod profile;
mod trial;

/// Runs the verb that was asked for.
pub(crate) fn run(command: &RulesCommand) -> Result<Exit, Failure> {
    secret::no_core_dumps();
    match &command.verb {
        RulesVerb::Check(args) => check::run(args),
        RulesVerb::List(args) => list(&args.detector),
        RulesVerb::Show { id, set } => show(id, &set.detector),
        RulesVerb::Test(args) => trial::run(args),
    }
}

fn list(detector: &DetectorArgs) -> Result<Exit, Failure> {
    let book = settings::book(detector)?;
    let mut text = String::new();
    let mut row = |id: &str, kind: &str, code: &str, action: &str, place: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{id:<28} {kind:<8} {code:<4} {action:<10} {place}");
    };
    for rule in RuleSet::builtin()?.rules {
        let kind = if rule.kind == "tel" { "phone" } else { "name" };
        row(&rule.name(), kind, &rule.kind, "pseudonym", "built in");
    }
    for rule in book.rules() {
        let place = rule.place.to_string();
        row(&rule.id, rule.kind.as_str(), rule.code.as_str(), rule.action.as_str(), &place);
    }
    for change in book.changes() {
        let action = change.action.as_ref().map_or("off", |action| action.as_str());
        let id = String::from_utf8_lossy(change.id.as_bytes()).into_owned();
        row(&id, "change", "", action, &change.place.to_string());
    }
    message::print(text.as_bytes())
}

fn show(id: &str, detector: &DetectorArgs) -> Result<Exit, Failure> {
    let book = settings::book(detector)?;
    if let Some(rule) = book.rules().iter().find(|rule| rule.id == id) {
        return message::print(described(rule).as_bytes());
    }
    let builtin = RuleSet::builtin()?.rules.into_iter().find(|rule| rule.name() == id);
    let Some(rule) = builtin else {
        let error = anyhow::anyhow!("no rule has this id; see `lognym rules list`");
        return Err(Failure::new(Exit::Config, error));
    };
    let mut text = format!("{id}\n  {}\n  built in, type {}\n", rule.description, rule.kind);
    add_examples(&mut text, &rule.hits, &rule.misses);
    message::print(text.as_bytes())
}

/// A rule for people; the literals of a list are counted, not shown.
fn described(rule: &Rule) -> String {
    let finds = match &rule.finder {
        Finder::Pattern(pattern) => format!("pattern {}", pattern.text),
        Finder::List(list) => format!("{} literals", list.entries().count()),
        Finder::Fields(fields) => {
            let keys = fields.keys.iter().chain(&fields.headers);
            let keys: Vec<_> = keys.map(|glob| String::from_utf8_lossy(glob.as_bytes())).collect();
            let (paths, csv) = (fields.json.len(), fields.csv.is_some());
            format!("fields {} ({paths} JSON paths, columns: {csv})", keys.join(" "))
        }
    };
    let mut text = format!(
        "{}\n  {}\n  kind {}, type {}, action {}, at {}\n  finds {finds}\n",
        rule.id,
        rule.description,
        rule.kind.as_str(),
        rule.code.as_str(),
        rule.action.as_str(),
        rule.place,
    );
    if let Some(near) = &rule.near {
        let _ = writeln!(text, "  near one of: {}", near.words.join(" "));
    }
    add_examples(&mut text, &rule.hits, &rule.misses);
    text
}

fn add_examples(text: &mut String, hits: &[String], misses: &[String]) {
    for (word, lines) in [("hit", hits), ("miss", misses)] {
        for line in lines {
            let _ = writeln!(text, "  {word:<5} {line}");
        }
    }
}

/// The rules of `book`, compiled; nothing if there are none.
fn compiled(book: &Book, detector: &DetectorArgs) -> Result<Option<Operator>, Fault> {
    Operator::new(book, detector.kernel, &detector.region)
}

/// The same for the regions of all countries: a rule's examples must not depend on those of the run.
fn compiled_anywhere(book: &Book) -> Result<Option<Operator>, Fault> {
    Operator::new(book, Kernel::auto(), &Region::all().collect::<Vec<_>>())
}

/// A book of all packs.
fn all_packs() -> Result<Book, Fault> {
    let mut book = Book::default();
    pack::NAMES.iter().try_for_each(|name| book.add_pack(name))?;
    Ok(book)
}
