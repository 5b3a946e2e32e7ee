//! From the operator's book to what runs: patterns compiled under limits, literals indexed.

use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::ParserBuilder;

use crate::rules::book::model::{Action, Finder, Form, Group, Kind, Pattern as Source, Rule};
use crate::rules::book::{Book, Fault};

use super::field::FieldRules;
use super::gate::Gate;
use super::list::Lists;
use super::need::Need;
use super::pattern::{Pattern, Patterns};
use super::{Finders, Operator, Treatment};
use crate::detect::Context;
use crate::plan::Region;
use crate::scan::Kernel;
use crate::stats::Label;

/// Most bytes of a compiled pattern, of its lazy automaton's cache, and the depth of its groups.
const PATTERN_BYTES: usize = 1 << 20;
const CACHE_BYTES: usize = 2 << 20;
const DEEPEST: u32 = 64;

impl Operator {
    /// The book, compiled; nothing if it is empty.
    ///
    /// # Errors
    /// A pattern that is none, or one over the limits, with its place.
    pub fn new(book: &Book, kernel: Kernel, regions: &[Region]) -> Result<Option<Self>, Fault> {
        if book.is_empty() {
            return Ok(None);
        }
        let rules = book.rules();
        let mut treatments: Vec<_> = rules.iter().map(Treatment::of).collect();
        let gates = rules.iter().map(gate).collect::<Result<_, _>>()?;
        let builtin = changes(book, &mut treatments);
        treatments.push(Treatment::cut());
        let (regions, finders) = (regions.to_vec(), finders(rules)?);
        let label = |of: &Treatment| Label { id: of.id.clone(), code: of.code };
        let labels = treatments.iter().map(label).collect();
        let constants = treatments.iter().filter_map(Treatment::constant).collect();
        Ok(Some(Self { kernel, regions, treatments, labels, gates, finders, builtin, constants }))
    }
}

fn finders(rules: &[Rule]) -> Result<Finders, Fault> {
    let mut patterns = Vec::new();
    let mut fields = Vec::new();
    for (number, rule) in (0..).zip(rules) {
        match &rule.finder {
            Finder::Pattern(source) => patterns.push(pattern(number, rule, source)?),
            Finder::Fields(named) => fields.push((number, named.clone())),
            Finder::List(_) => {}
        }
    }
    let literals = (0..).zip(rules).filter_map(|(number, rule)| match &rule.finder {
        Finder::List(list) => {
            Some(list.entries().map(move |entry| (entry, number, list.ignore_case)))
        }
        _ => None,
    });
    let lists = Lists::new(literals.flatten());
    let patterns = Patterns::new(patterns).map_err(|_| {
        let place = rules[0].place.clone();
        Fault::new(place, "the literals of all patterns together are too many")
    })?;
    Ok(Finders { patterns, lists, fields: FieldRules::new(fields) })
}

fn pattern(number: u16, rule: &Rule, source: &Source) -> Result<Pattern, Fault> {
    let regex = regex(source)?;
    let hir =
        parser(source.ignore_case).parse(&source.text).map_err(|error| syntax(source, &error))?;
    let need = Need::of(&hir);
    let group = match &source.group {
        None => 0,
        Some(Group::Number(group)) if (1..regex.captures_len()).contains(group) => *group,
        Some(Group::Name(name)) if let Some(group) = named(&regex, name) => group,
        Some(_) => {
            let fault = Fault::new(source.place.clone(), "the pattern has no such group");
            return Err(fault.with_hint("groups are counted from 1, or named like (?<id>...)"));
        }
    };
    // What must stand near leads to fewer lines than digits do.
    let need = match (&rule.near, need) {
        (_, Need::Literals(literals)) => Need::Literals(literals),
        (Some(near), _) => Need::Word(near.words.iter().map(|w| w.as_bytes().to_vec()).collect()),
        (None, need) => need,
    };
    let before = need.before(&hir);
    Ok(Pattern { rule: number, regex, group, need, before })
}

fn named(regex: &Regex, name: &str) -> Option<usize> {
    regex.capture_names().position(|known| known == Some(name))
}

fn gate(rule: &Rule) -> Result<Gate, Fault> {
    Ok(Gate {
        near: rule.near.clone(),
        check: rule.check,
        carriers: rule.only.carriers.clone(),
        fields: rule.only.fields.clone(),
        lines: rule.only.lines.as_ref().map(regex).transpose()?,
    })
}

fn parser(ignore_case: bool) -> regex_syntax::Parser {
    ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .case_insensitive(ignore_case)
        .nest_limit(DEEPEST)
        .build()
}

/// Classes are those of ASCII unless the pattern says `(?u:...)`: logs are bytes, and the automata of
/// Unicode classes are large and slow.
fn regex(source: &Source) -> Result<Regex, Fault> {
    parser(source.ignore_case).parse(&source.text).map_err(|error| syntax(source, &error))?;
    let built = RegexBuilder::new(&source.text)
        .unicode(false)
        .case_insensitive(source.ignore_case)
        .nest_limit(DEEPEST)
        .size_limit(PATTERN_BYTES)
        .dfa_size_limit(CACHE_BYTES)
        .build();
    built.map_err(|_| {
        let message = format!("the pattern is too large: more than {PATTERN_BYTES} bytes compiled");
        let fault = Fault::new(source.place.clone(), message);
        fault.with_hint("repeat less, or put literals into a list")
    })
}

/// What the parser says, and where in the pattern.
fn syntax(source: &Source, error: &regex_syntax::Error) -> Fault {
    let (what, offset) = match error {
        regex_syntax::Error::Parse(error) => (error.kind().to_string(), error.span().start.offset),
        regex_syntax::Error::Translate(error) => {
            (error.kind().to_string(), error.span().start.offset)
        }
        _ => ("it is none".to_owned(), 0),
    };
    let message = format!("the pattern is refused at its byte {}: {what}", offset + 1);
    let fault = Fault::new(source.place.clone(), message);
    fault.with_hint(
        "patterns run in linear time: no look-around, no back-references; Unicode as (?u:...)",
    )
}

impl Treatment {
    fn of(rule: &Rule) -> Self {
        Self {
            id: rule.id.clone(),
            kind: rule.kind.as_str(),
            code: rule.code,
            form: rule.form,
            action: rule.action.clone(),
            is_guard: rule.kind == Kind::Guard,
        }
    }

    /// The constant that it writes, or falls back on.
    fn constant(&self) -> Option<Box<str>> {
        match &self.action {
            Action::Redact(constant) => Some(constant.clone()),
            Action::Truncate(_) => Some(format!("[{}]", self.code.as_str()).into()),
            _ => None,
        }
    }

    /// What is left of a finding after stronger ones took their part, where a token would run into
    /// them.
    fn cut() -> Self {
        Self {
            id: "cut".to_owned(),
            kind: "pattern",
            code: crate::span::TypeCode::NAM,
            form: Form::Text,
            action: Action::Redact("[cut]".into()),
            is_guard: false,
        }
    }
}

/// What becomes of the findings of each built-in rule; new actions are appended to `treatments`.
fn changes(book: &Book, treatments: &mut Vec<Treatment>) -> Vec<super::Builtin> {
    let mut builtin = vec![super::Builtin::Stays; Context::ALL.len()];
    for (index, context) in Context::ALL.iter().enumerate() {
        let name = context.name();
        for change in book.changes().iter().filter(|change| change.id.matches(name.as_bytes())) {
            builtin[index] = match &change.action {
                None => super::Builtin::Off,
                Some(action) => {
                    treatments.push(Treatment {
                        id: name.clone(),
                        kind: "change",
                        code: context.kind(),
                        form: Form::Text,
                        action: action.clone(),
                        is_guard: false,
                    });
                    super::Builtin::Changed(treatments.len() as u16)
                }
            };
        }
    }
    builtin
}
