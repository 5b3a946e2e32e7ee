//! `journalctl -o json`: text as arrays of bytes is searched like any other text.

use lognym::octets;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::properties::config;
use crate::subject::{clean, process};

fn array(text: &str) -> String {
    let mut out = Vec::new();
    octets::encode(text.as_bytes(), &mut out);
    String::from_utf8(out).expect("digits are ASCII")
}

fn entry(message: &str) -> String {
    format!("{{\"_PID\":\"4930\",\"MESSAGE\":{},\"PRIORITY\":\"6\"}}\n", array(message))
}

/// The text of the message in a filtered entry.
fn message(output: &[u8]) -> String {
    let entry: Value = serde_json::from_slice(output).expect("an entry stays JSON");
    let bytes = entry["MESSAGE"].as_array().expect("an array stays an array").iter();
    let bytes = bytes.map(|byte| byte.as_u64().and_then(|byte| u8::try_from(byte).ok()));
    String::from_utf8(bytes.collect::<Option<_>>().expect("bytes")).expect("UTF-8")
}

#[test]
fn a_message_is_filtered_and_written_back_as_bytes() {
    let text = "\u{1b}[1;35mINVITE sip:+493023125000@192.0.2.4\u{1b}[0m from Herr Mustermann\nTel. 030 23125042";
    let output = clean(entry(text).as_bytes());
    let filtered = message(&output);
    assert_eq!(filtered.as_bytes(), clean(text.as_bytes()));
    assert!(
        filtered.starts_with("\u{1b}[1;35mINVITE sip:tel_")
            && filtered.contains("@192.0.2.4\u{1b}[0m")
    );
    assert!(filtered.contains("Herr nam_") && filtered.contains("\nTel. tel_"), "{filtered}");
    assert_eq!(clean(&output), output);
}

#[test]
fn each_identity_is_counted_and_each_line_once() {
    let vetted = process(
        [entry("Tel. 030 23125042, Tel. 030 23125043"), entry("nothing")].concat().as_bytes(),
    );
    let counts = vetted.counts();
    assert_eq!((counts.lines, counts.lines_changed, counts.by_type), (2, 1, [2, 0]));
    assert_eq!(counts.bytes_out, vetted.as_bytes().len() as u64);
    let seen = process(vetted.as_bytes());
    assert_eq!(seen.counts().by_type, [0, 0]);
}

#[test]
fn other_arrays_and_arrays_of_nothing_stay_as_they_are() {
    for line in [
        entry("\u{1b}[1mall quiet\u{1b}[0m"),
        json!({"buckets": [1, 5, 10, 50, 100, 250], "n": [256, 1, 2, 3, 4, 5, 6, 7, 8]})
            .to_string(),
        "{\"MESSAGE\":[ 27, 91,49 ,109,97,98,99,100 ]}".to_owned(),
        "{\"MESSAGE\":[27,91,49,109".to_owned(),
    ] {
        assert_eq!(clean(line.as_bytes()), line.as_bytes());
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_is_spelled_is_what_is_filtered(text in "[ -~]{0,20}(\\+4930231250[0-9]{2})?[ -~]{8,20}") {
        let output = clean(entry(&text).as_bytes());
        prop_assert_eq!(message(&output).into_bytes(), clean(text.as_bytes()));
    }
}
