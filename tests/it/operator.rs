//! Rules of an operator in the whole flow: what they change, who wins, what stays well-formed.

use std::sync::LazyLock;

use lognym::engine::{Engine, Setup, Spare};
use lognym::plan::Region;
use lognym::pseudonym::{Domain, Keys};
use lognym::rules::RulesError;
use lognym::rules::book::Book;
use lognym::secret::Secret;
use lognym::stats::Counts;
use proptest::prelude::*;

use crate::subject::shape;

/// A rule file of these rules; each gets examples that nobody runs here.
fn book(rules: &[&str]) -> Book {
    let mut text = "format = \"lognym-rules-1\"\n".to_owned();
    for rule in rules {
        let (head, body) = rule.split_once('\n').expect("a table and its keys");
        text += &format!("{head}\n{body}\n");
        if head == "[[rule]]" {
            text += "description = \"d\"\nhits = [\"«x»\"]\nmisses = [\"y\"]\n";
        }
    }
    let mut book = Book::default();
    book.add_text(&text, "test.toml", None).unwrap_or_else(|fault| panic!("{fault}"));
    book
}

fn keys(book: &Book) -> Keys {
    let secret = Secret::filled(|bytes| bytes.iter_mut().zip(7..).for_each(|(b, i)| *b = i));
    Keys::derive(&secret, &Domain::default(), &book.types(&Counts::TYPES))
}

fn engine(rules: &[&str]) -> Engine {
    let book = book(rules);
    let keys = keys(&book);
    let regions = ["DE", "US"].iter().filter_map(|code| Region::from_code(code)).collect();
    Engine::new(Setup { regions, book, ..Setup::default() }, keys)
        .unwrap_or_else(|error| panic!("{error}"))
}

fn run(engine: &Engine, text: &str) -> String {
    let vetted = engine.process(text.as_bytes(), &mut engine.scratch(), Spare::default());
    String::from_utf8_lossy(vetted.as_bytes()).into_owned()
}

const CUSTOMER: &str = r#"[[rule]]
id = "customer"
kind = "pattern"
type = "cus"
pattern = '\bK-\d{8}\b'"#;
const TOKENS: &str = r#"[[rule]]
id = "token"
kind = "field"
type = "ses"
keys = ["*token"]
action = "redact""#;
const CARD: &str = r#"[[rule]]
id = "card"
kind = "pattern"
type = "pan"
pattern = '\b\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}\b'
check = "luhn"
action = "mask"
keep = 4"#;
const DROP: &str = r#"[[rule]]
id = "debug"
kind = "pattern"
type = "dbg"
pattern = '\bDEBUG\b'
action = "drop-line""#;
const GUARD: &str = r#"[[rule]]
id = "hotline"
kind = "guard"
values = ["030 23125 000", "Max Mustermann GmbH"]"#;
const STAFF: &str = r#"[[rule]]
id = "staff"
kind = "list"
type = "stf"
values = ["Erika Beispiel", "Müller-Muster"]"#;

#[test]
fn each_action_does_its_own() {
    let engine = engine(&[CUSTOMER, TOKENS, CARD, DROP, GUARD, STAFF]);
    for (line, expected) in [
        ("order of K-12345678 done\n", "order of <cus> done\n"),
        ("order of K-1234567 done\n", "order of K-1234567 done\n"),
        ("{\"authToken\":\"s3cret\",\"n\":1}\n", "{\"authToken\":\"[ses]\",\"n\":1}\n"),
        ("paid 4111 1111 1111 1111 today\n", "paid **** **** **** 1111 today\n"),
        ("paid 4111 1111 1111 1112 today\n", "paid 4111 1111 1111 1112 today\n"),
        ("a\nDEBUG tel 030 23125 042\nb\n", "a\nb\n"),
        ("Tel. 030 23125 000 or 030 23125 042\n", "Tel. 030 23125 000 or <tel>\n"),
        ("agent erika beispiel and Müller-Muster\n", "agent <stf> and <stf>\n"),
        ("user M\\u00fcller-Muster\n", "user <stf>\n"),
    ] {
        assert_eq!(shape(&run(&engine, line)), expected, "{line}");
    }
}

#[test]
fn the_same_thing_has_one_token_however_it_is_spelled() {
    let engine = engine(&[STAFF]);
    let out = run(&engine, "Müller-Muster M\\u00fcller-Muster M%C3%BCller-Muster mÜller-muster\n");
    let tokens: std::collections::BTreeSet<_> = out.trim().split(' ').take(3).collect();
    assert_eq!(tokens.len(), 1, "{out}");
}

#[test]
fn bare_numbers_of_json_are_replaced_whole_and_quoted() {
    let engine = engine(&[
        "[[rule]]\nid = \"n\"\nkind = \"pattern\"\ntype = \"num\"\npattern = '\\b77\\d{2}'",
        CARD,
    ]);
    for (line, expected) in [
        ("{\"a\":7712,\"b\":[7713,1]}", "{\"a\":\"<num>\",\"b\":[\"<num>\",1]}"),
        ("{\"a\":77123.5}", "{\"a\":\"<num>\"}"),
        ("{\"pan\":4111111111111111}", "{\"pan\":\"************1111\"}"),
        ("{\"a\":\"7712\"}", "{\"a\":\"<num>\"}"),
    ] {
        let out = run(&engine, line);
        assert_eq!(shape(&out), expected);
        serde_json::from_str::<serde_json::Value>(&out).unwrap_or_else(|e| panic!("{out}: {e}"));
    }
}

#[test]
fn later_rules_win_and_what_is_left_is_replaced() {
    let wide = "[[rule]]\nid = \"wide\"\nkind = \"field\"\ntype = \"wid\"\nkeys = [\"note\"]";
    let line = "note=\"K-12345678 of Erika\"\n";
    assert_eq!(shape(&run(&engine(&[CUSTOMER, wide]), line)), "note=\"<wid>\"\n");
    assert_eq!(shape(&run(&engine(&[wide, CUSTOMER]), line)), "note=\"<cus> <wid>\"\n");
    // A guard keeps its own bytes and opens no hole for the rest.
    let guard = "[[rule]]\nid = \"g\"\nkind = \"guard\"\npattern = 'of'";
    assert_eq!(shape(&run(&engine(&[wide, guard]), line)), "note=\"<wid> of <wid>\"\n");
}

#[test]
fn built_in_rules_change_and_switch_off() {
    let line = "INVITE sip:+493023125042@192.0.2.1 Herr Mustermann\n";
    let off = "[[change]]\nid = \"phone/sip\"\noff = true";
    let constant = "[[change]]\nid = \"name/*\"\naction = \"redact\"\nconstant = \"[person]\"";
    let out = run(&engine(&[off, constant]), line);
    assert_eq!(out, "INVITE sip:+493023125042@192.0.2.1 Herr [person]\n");
}

#[test]
fn phone_and_name_rules_give_the_tokens_of_the_detectors() {
    let engine = engine(&[
        "[[rule]]\nid = \"p\"\nkind = \"phone\"\nkeys = [\"leg\"]",
        "[[rule]]\nid = \"n\"\nkind = \"name\"\npattern = 'by <([^>]+)>'\ngroup = 1",
    ]);
    let out = run(&engine, "leg=03023125042 by <Max Mustermann>\n");
    let same = run(&engine, "Tel. +49 30 23125042 for Herr Max Mustermann\n");
    let tokens = |text: &str| {
        let all = regex::Regex::new("(?:tel|nam)_[a-z]{6}_[a-z]{24}").unwrap();
        all.find_iter(text).map(|m| m.as_str().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(tokens(&out).len(), 2, "{out}");
    assert_eq!(tokens(&out), tokens(&same));
}

#[test]
fn a_bad_pattern_or_a_missing_key_builds_no_engine() {
    for (pattern, words) in [
        ("a(b", "test.toml:6:11: the pattern is refused at its byte 2"),
        ("a(?=b)", "no look-around"),
        ("(?:a{1000}){1000}", "too large"),
        ("x{5,2}", "refused"),
    ] {
        let rule = format!(
            "[[rule]]\nid = \"a\"\nkind = \"pattern\"\ntype = \"cus\"\npattern = '{pattern}'"
        );
        let book = book(&[&rule]);
        let keys = keys(&book);
        let error = Engine::new(Setup { book, ..Setup::default() }, keys).err();
        let message = error.map_or_else(String::new, |error| error.to_string());
        assert!(message.contains(words), "{message}");
    }
    let book = book(&[CUSTOMER]);
    let keys = Keys::ephemeral(&Domain::default(), &Counts::TYPES).expect("random bytes");
    let error = Engine::new(Setup { book, ..Setup::default() }, keys).err();
    assert!(matches!(error, Some(RulesError::NoKey { .. })));
}

#[test]
fn limits_to_carriers_fields_and_lines_hold() {
    let rule = |only: &str| {
        format!(
            "[[rule]]\nid = \"a\"\nkind = \"pattern\"\ntype = \"cus\"\npattern = 'Q\\d+'\nonly = {{ {only} }}"
        )
    };
    let line = "{\"a\":\"Q1\",\"b\":\"Q2\"}\nx=Q3\nsee Q4 now\n";
    for (only, expected) in [
        ("carriers = [\"json\"]", "{\"a\":\"<cus>\",\"b\":\"<cus>\"}\nx=Q3\nsee Q4 now\n"),
        (
            "carriers = [\"key-value\", \"text\"]",
            "{\"a\":\"Q1\",\"b\":\"Q2\"}\nx=<cus>\nsee <cus> now\n",
        ),
        ("fields = [\"a\", \"x\"]", "{\"a\":\"<cus>\",\"b\":\"Q2\"}\nx=<cus>\nsee Q4 now\n"),
        ("lines = '^see'", "{\"a\":\"Q1\",\"b\":\"Q2\"}\nx=Q3\nsee <cus> now\n"),
    ] {
        assert_eq!(shape(&run(&engine(&[&rule(only)]), line)), expected, "{only}");
    }
}

#[test]
fn counts_tell_rules_and_dropped_lines() {
    let engine = engine(&[CUSTOMER, DROP]);
    let text = b"K-12345678\nDEBUG K-12345678\nK-87654321 K-12345678\n";
    let vetted = engine.process(text, &mut engine.scratch(), Spare::default());
    let counts = vetted.counts();
    let by_rule: Vec<_> = counts.by_rule.iter().map(|(rule, count)| (&*rule.id, count)).collect();
    assert_eq!(by_rule, [("customer", 3), ("debug", 1)]);
    assert_eq!((counts.lines, counts.lines_dropped, counts.lines_changed), (3, 1, 3));
    assert_eq!(counts.identities.estimate(), 2);
}

/// Pieces of values in which rules, tokens and escapes meet. No literal of a list has a blank: a value
/// without quotes ends at one, and its token would make one value of what were two. Rules match whole
/// words: what stands beside half a word reads differently once that is gone; for the same reason
/// there is nothing here for the built-in detectors.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "K-12345678",
        "güte-klasse",
        "g\\u00fcte-klasse",
        " ",
        "_",
        "x",
        ",",
        ":",
        "77",
        "4111111111111111",
        "DEBUG",
        "\\n",
        "%20",
        "\\u00fc",
        "tel_pjmchr_tmnnqdsfftfcvpvrrcttbvdd",
        "[ses]",
        "[",
        "]",
        "192.0.2.1",
        "of",
        "\u{200b}",
        "\\u001b[1m",
    ]);
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

const GOODS: &str =
    "[[rule]]\nid = \"goods\"\nkind = \"list\"\ntype = \"gds\"\nvalues = [\"Güte-Klasse\"]";
const WIDE: &str = "[[rule]]\nid = \"wide\"\nkind = \"field\"\ntype = \"wid\"\nkeys = [\"note\"]";
const WORD: &str = "[[rule]]\nid = \"g\"\nkind = \"guard\"\npattern = '\\bof\\b'";
const SHORT: &str =
    "[[rule]]\nid = \"s\"\nkind = \"pattern\"\ntype = \"sho\"\npattern = '\\b77\\b'";
const DIGITS: &str = "[[rule]]\nid = \"s\"\nkind = \"pattern\"\ntype = \"sho\"\npattern = '\\d{3}'";
const TEENS: &str = "[[rule]]\nid = \"g\"\nkind = \"guard\"\npattern = '1\\d'";

/// What a rule has masked is plain text for another one, so WIDE and CARD do not meet, and no
/// invisible character joins a word to what CARD masks.
static OVERLAPPING: LazyLock<[Engine; 2]> = LazyLock::new(|| {
    [WIDE, CARD].map(|rule| engine(&[rule, CUSTOMER, TOKENS, DROP, GOODS, SHORT, GUARD, WORD]))
});
static HALF_WORDS: LazyLock<Engine> =
    LazyLock::new(|| engine(&[CUSTOMER, TOKENS, CARD, STAFF, DIGITS, TEENS]));

proptest! {
    #![proptest_config(crate::properties::config())]

    #[test]
    fn a_second_pass_changes_nothing(text in pieces()) {
        let lines = [
            format!("{text}\nnote={text}\n"),
            format!("{{\"note\":\"{text}\",\"token\":\"{text}\"}}\n"),
            format!("{{\"note\":\"{text}\n"),
        ];
        let engines = if text.contains('\u{200b}') { &OVERLAPPING[..1] } else { &OVERLAPPING[..] };
        for (engine, line) in engines.iter().flat_map(|e| lines.iter().map(move |l| (e, l))) {
            let once = run(engine, line);
            let twice = run(engine, &once);
            prop_assert_eq!(&once, &twice, "{}", line);
        }
    }

    #[test]
    fn json_stays_json(
        text in "[ a-zA-Z0-9K-]{0,20}",
        number in 0u64..99_999_999_999_999_999,
        at in 0usize..4,
    ) {
        let key = ["note", "token", "phone", "x"][at];
        let json = serde_json::json!({
            key: number,
            "n": { "list": [number, text, -0.5], "b": true },
            "token": [number, { "k": text }],
            "m": serde_json::json!({ "q": number }).to_string(),
        });
        let line = json.to_string();
        let out = run(&HALF_WORDS, &line);
        let parsed: serde_json::Value = serde_json::from_str(&out)
            .map_err(|error| TestCaseError::fail(format!("{line} -> {out}: {error}")))?;
        let inner = parsed["m"].as_str().expect("a string stays one");
        prop_assert!(serde_json::from_str::<serde_json::Value>(inner).is_ok(), "{line} -> {out}");
    }
}
