//! Examples: whether each rule finds what they mark and nothing else.

use lognym::detect::operator::{Operator, Scratch};
use lognym::engine::Engine;
use lognym::rules::book::Book;
use lognym::rules::book::model::Rule;
use lognym::rules::unmarked;

/// The examples of `rule` that `operator`, which holds this rule only, does not keep to: the kind and
/// number of each, from 1.
pub(super) fn failures(rule: &Rule, operator: &Operator) -> Vec<String> {
    let mut scratch = Scratch::default();
    let mut fails = |example: &String| {
        let (text, expected) = unmarked(example);
        let hits = operator.hits(text.as_bytes(), &mut scratch);
        hits.iter().map(|hit| (hit.span.start, hit.span.end)).ne(expected)
    };
    let mut failures = Vec::new();
    for (word, examples) in [("hit", &rule.hits), ("miss", &rule.misses)] {
        let wrong = (1..).zip(examples).filter(|(_, example)| fails(example));
        failures.extend(wrong.map(|(number, _)| format!("{word} {number}")));
    }
    failures
}

/// The same of a built-in rule. What another detector finds in an example is no matter of this one.
pub(super) fn builtin_failures(rule: &lognym::rules::Rule, engine: &Engine) -> Vec<String> {
    let detector = if rule.kind == "tel" { "phone" } else { "name" };
    let mut scratch = engine.scratch();
    let mut fails = |example: &String| {
        let (text, expected) = unmarked(example);
        let found = engine.detect(text.as_bytes(), &mut scratch).iter();
        let own = found.filter(|finding| finding.rule() == detector);
        own.map(|finding| (finding.span.start, finding.span.end)).ne(expected)
    };
    let examples = rule.hits.iter().chain(&rule.misses);
    let wrong = (1..).zip(examples).filter(|(_, example)| fails(example));
    wrong.map(|(number, _)| format!("example {number}")).collect()
}

/// The id of the rule of `book` that takes all that `rule` should find in its own examples.
pub(super) fn shadow<'b>(rule: &Rule, book: &'b Book, operator: &Operator) -> Option<&'b str> {
    let mut scratch = Scratch::default();
    let mut by = None;
    for example in &rule.hits {
        let (text, expected) = unmarked(example);
        for (start, end) in expected {
            let hits = operator.hits(text.as_bytes(), &mut scratch);
            let covering = hits.iter().filter(|hit| hit.span.start <= start && end <= hit.span.end);
            let strongest = covering.max_by_key(|hit| hit.rule)?;
            let other = &book.rules()[usize::from(strongest.rule)];
            if other.id == rule.id {
                return None;
            }
            by = Some(&*other.id);
        }
    }
    by
}
