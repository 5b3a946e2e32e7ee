//! `lognym detect`: where something would be replaced and why, never what stands there.

use serde_json::{Value, json};

use crate::util::{finish, lognym, messages, run};

const INPUT: &str = "\
a clean line
INVITE sip:+493023125000@198.51.100.17 SIP/2.0
{\"callerName\":\"Max Mustermann\",\"callerNumber\":\"+49 30 23125042\"}\r
no end: call to +493023125042";

#[test]
fn each_finding_is_one_object() {
    let output = run(&["detect"], INPUT.as_bytes());
    assert!(output.status.success());
    assert_eq!(messages(&output.stderr), "");
    let text = String::from_utf8(output.stdout).unwrap();
    let found: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let finding = |line: u64, start: u64, end: u64, kind: &str, rule: &str, context: &str| json!({"line": line, "start": start, "end": end, "type": kind, "rule": rule, "context": context});
    assert_eq!(
        found,
        [
            finding(2, 11, 24, "tel", "phone", "sip"),
            finding(3, 15, 29, "nam", "name", "field"),
            finding(3, 47, 62, "tel", "phone", "field"),
            finding(4, 16, 29, "tel", "phone", "intl"),
        ]
    );
    // Scripts may cut it by position: the order of the fields is part of the format.
    assert!(
        text.starts_with(r#"{"line":2,"start":11,"end":24,"type":"tel","rule":"phone","#),
        "{text}"
    );
}

#[test]
fn no_value_is_shown() {
    let output = run(&["detect"], INPUT.as_bytes());
    let shown = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    for value in ["Mustermann", "MUSTERMANN", "23125"] {
        assert!(!shown.contains(value), "{value}");
    }
}

#[test]
fn fail_turns_findings_into_an_exit_code() {
    assert_eq!(run(&["detect", "--fail"], INPUT.as_bytes()).status.code(), Some(1));
    assert_eq!(run(&["detect"], INPUT.as_bytes()).status.code(), Some(0));
    assert_eq!(run(&["detect", "--fail"], b"a clean line\n").status.code(), Some(0));
}

#[test]
fn several_files_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.log", "b.log"] {
        std::fs::write(folder.path().join(name), "\ncall to +493023125042\n").unwrap();
    }
    let mut command = lognym(&["detect", "a.log", "b.log"]);
    command.current_dir(&folder);
    let output = finish(command, b"");
    let text = String::from_utf8(output.stdout).unwrap();
    let files: Vec<_> = text.lines().map(|line| line.split('"').nth(3).unwrap()).collect();
    assert_eq!(files, ["a.log", "b.log"]);
    assert!(text.lines().all(|line| line.contains(r#""line":2,"#)), "{text}");
}

#[test]
fn evidence_is_shown_with_its_weights() {
    let input =
        b"caller=030 23125042 order=3023125043\nticket 03023125044, order number 2125550187\n";
    let output = run(&["detect", "--explain", "--rejected"], input);
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    let shown: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let places: Vec<_> =
        shown.iter().map(|record| (record["line"].as_u64(), record["found"].as_bool())).collect();
    assert_eq!(
        places,
        [(1, true), (2, false), (2, false)].map(|(l, f)| (Some(l), Some(f))),
        "{text}"
    );
    let first = &shown[0];
    assert_eq!((&first["evidence"]["party"], &first["evidence"]["trunk"]), (&json!(7), &json!(2)));
    for record in &shown {
        let weights = record["evidence"].as_object().unwrap().values();
        let sum: i64 = weights.map(|weight| weight.as_i64().unwrap()).sum();
        assert_eq!(record["score"], sum);
        assert_eq!(record["score"].as_i64() >= record["enough"].as_i64(), record["found"]);
    }
    assert!(shown[1]["evidence"]["other"].as_i64() < Some(0));
    assert!(!text.contains("23125"));
}
