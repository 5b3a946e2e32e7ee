//! `rules/schema.json` says what the parser takes: the names and words that the parser itself lists when it
//! meets an unknown one.

use std::collections::BTreeSet;

use lognym::rules::book::Book;
use serde_json::Value;

const SCHEMA: &str = include_str!("../../rules/schema.json");

/// What the parser expects in the place of `nonsense` in a rule file.
fn expected(body: &str) -> BTreeSet<String> {
    let text = format!("format = \"lognym-rules-1\"\n{body}\n");
    let fault = Book::default().add_text(&text, "s.toml", None).expect_err("nonsense is refused");
    let message = fault.message;
    let (_, list) = message.split_once("expected ").unwrap_or_else(|| panic!("{body}: {message}"));
    list.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn keys(object: &Value) -> BTreeSet<String> {
    object["properties"].as_object().expect("an object").keys().cloned().collect()
}

fn words(value: &Value) -> BTreeSet<String> {
    let words = value["enum"].as_array().expect("words").iter();
    words.map(|word| word.as_str().expect("a word").to_owned()).collect()
}

#[test]
fn names_and_words_are_those_of_the_parser() {
    let schema: Value = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    let rule = &schema["properties"]["rule"]["items"];
    let change = &schema["properties"]["change"]["items"];
    assert_eq!(keys(&schema), expected("nonsense = 1"));
    assert_eq!(keys(rule), expected("[[rule]]\nnonsense = 1"));
    assert_eq!(keys(change), expected("[[change]]\nnonsense = 1"));
    for table in ["near", "only", "csv"] {
        let body = format!("[[rule]]\n{table} = {{ nonsense = 1 }}");
        assert_eq!(keys(&rule["properties"][table]), expected(&body), "{table}");
    }
    for word in ["kind", "check", "form", "action"] {
        let body = format!("[[rule]]\n{word} = \"nonsense\"");
        assert_eq!(words(&rule["properties"][word]), expected(&body), "{word}");
    }
    let carriers = &rule["properties"]["only"]["properties"]["carriers"]["items"];
    assert_eq!(words(carriers), expected("[[rule]]\nonly = { carriers = [\"nonsense\"] }"));
}

#[test]
fn what_is_required_is_required_by_the_parser() {
    let schema: Value = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    let rule = &schema["properties"]["rule"]["items"];
    let whole = "id = \"a\"\nkind = \"name\"\ndescription = \"d\"\nkeys = [\"k\"]\nhits = [\"«x»\"]\nmisses = [\"y\"]";
    for name in rule["required"].as_array().expect("names") {
        let name = name.as_str().expect("a name");
        let kept = whole.lines().filter(|line| !line.starts_with(name)).collect::<Vec<_>>();
        let text = format!("format = \"lognym-rules-1\"\n[[rule]]\n{}\n", kept.join("\n"));
        let fault = Book::default().add_text(&text, "s.toml", None).expect_err("it is required");
        assert!(fault.message.contains(&format!("`{name}`")), "{name}: {}", fault.message);
    }
}
