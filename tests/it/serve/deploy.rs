//! What stands in `deploy/` fits the program: metrics that exist, options that are taken.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::harness::{Sink, program};
use super::life::{new_ring, with_ring};
use crate::util::run;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy")
}

fn read(file: &str) -> String {
    fs::read_to_string(folder().join(file)).expect("the file is there")
}

/// The words of a text that begin with `start` and go on with what `goes_on` allows.
fn words<'t>(text: &'t str, start: &str, goes_on: fn(char) -> bool) -> BTreeSet<&'t str> {
    let places = text.match_indices(start).filter(|&(at, _)| !text[..at].ends_with(goes_on));
    let end = |rest: &str| rest.find(|c| !goes_on(c)).unwrap_or(rest.len());
    places.map(|(at, _)| &text[at..at + start.len() + end(&text[at + start.len()..])]).collect()
}

#[test]
fn dashboard_and_alerts_name_metrics_that_exist() {
    let ring_folder = tempfile::tempdir().expect("a folder can be made");
    let ring = ring_folder.path().join("lognym.ring");
    new_ring(&ring);
    let sink = Sink::start();
    let exposed = with_ring(&ring, &sink).get("/metrics").1;
    let is_name = |c: char| c.is_ascii_lowercase() || c == '_';
    let exposed = words(&exposed, "lognym_", is_name);
    for file in ["prometheus/alerts.yml", "grafana/lognym.json"] {
        let text = read(file);
        let named = words(&text, "lognym_", is_name);
        assert!(named.len() > 5, "{file} names hardly anything");
        let unknown: Vec<_> = named.difference(&exposed).collect();
        assert!(unknown.is_empty(), "{file}: {unknown:?}");
    }
    serde_json::from_str::<serde_json::Value>(&read("grafana/lognym.json")).expect("JSON");
}

#[test]
fn alert_rules_are_valid() {
    let Some(promtool) = program("promtool") else { return };
    let output = Command::new(promtool)
        .args(["check", "rules"])
        .arg(folder().join("prometheus/alerts.yml"))
        .output()
        .expect("promtool starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn options_in_manifests_are_taken() {
    let help = run(&["serve", "--help"], b"");
    let help = String::from_utf8(help.stdout).expect("text");
    let is_option = |c: char| c.is_ascii_lowercase() || c == '-';
    for (file, line_start) in
        [("systemd/lognym.service", "ExecStart="), ("kubernetes/sidecar.yaml", "- --")]
    {
        let text = read(file);
        let lines: Vec<_> =
            text.lines().filter(|line| line.trim_start().starts_with(line_start)).collect();
        let lines = lines.join("\n");
        let options = words(&lines, "--", is_option);
        assert!(options.len() >= 3, "{file} has hardly any option");
        for option in options {
            assert!(help.contains(option), "{file}: {option}");
        }
    }
}
