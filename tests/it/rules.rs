//! The examples of the built-in rules: each says what it finds and what it leaves alone.

use lognym::rules::{Rule, RuleSet, unmarked};

use crate::subject::findings;

/// What is wrong with the examples of `rule`, one line each.
fn complaints(rule: &Rule) -> Vec<String> {
    let examples = rule.hits.iter().chain(&rule.misses);
    examples.filter_map(|example| complaint(rule, example)).collect()
}

fn complaint(rule: &Rule, example: &str) -> Option<String> {
    let (text, expected) = unmarked(example);
    let detector = if rule.kind == "tel" { "phone" } else { "name" };
    // An example of one detector may hold an identity of the other.
    let mut found = findings(text.as_bytes());
    found.retain(|finding| finding.rule() == detector);
    let spans: Vec<_> =
        found.iter().map(|finding| (finding.span.start, finding.span.end)).collect();
    let reasons: Vec<_> = found.iter().map(|finding| (finding.rule(), finding.context())).collect();
    let id = rule.id.as_str();
    let right = spans == expected && (expected.is_empty() || reasons.contains(&(detector, id)));
    let parts: Vec<_> = spans.iter().map(|&(start, end)| &text[start..end]).collect();
    (!right).then(|| format!("{detector}/{id}: {example}\n    found {parts:?} as {reasons:?}"))
}

#[test]
fn examples_hold() {
    let rules = RuleSet::builtin().expect("the embedded rules are valid").rules;
    let complaints: Vec<_> = rules.iter().flat_map(complaints).collect();
    assert!(complaints.is_empty(), "{} examples:\n{}", complaints.len(), complaints.join("\n"));
}

#[test]
fn every_rule_has_examples_of_both_kinds() {
    for rule in RuleSet::builtin().expect("the embedded rules are valid").rules {
        let marked = rule.hits.iter().all(|hit| !unmarked(hit).1.is_empty());
        let bare = rule.misses.iter().all(|miss| unmarked(miss).1.is_empty());
        assert!(marked && bare && !rule.hits.is_empty() && !rule.misses.is_empty(), "{}", rule.id);
    }
}
