//! The figures of speed in the README are those of the record it names.

use std::fs;
use std::path::Path;

#[path = "../../benches/rivals/dialect.rs"]
mod dialect;
#[path = "../../benches/record/draw.rs"]
mod draw;
#[path = "../../benches/record/schema.rs"]
mod schema;

fn file(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The record that `readme` shows.
fn shown_by(readme: &str) -> schema::Record {
    let record = draw::shown_by(readme).expect("the README names a record");
    serde_json::from_str(&file(record)).expect("it is a record")
}

#[test]
fn chart_and_table_are_drawn_from_the_record() {
    let readme = file("README.md");
    let record = shown_by(&readme);
    assert_eq!(record.format, schema::FORMAT);
    let redrawn = draw::redrawn(&readme, &record).expect("the section has an end");
    let again = "the record is another: `cargo run --example speed`";
    assert!(redrawn == readme, "{again}");
    assert!(draw::svg(&record) == file("benches/record/speed.svg"), "{again}");
}

#[test]
fn every_program_has_done_the_work() {
    let record = shown_by(&file("README.md"));
    for row in record.files.iter().filter(|row| row.name != "cat") {
        let [none, one_in_ten, every] = row.changed_lines.expect("it was counted").to_array();
        assert!(none == 0 && 0 < one_in_ten && one_in_ten < every, "{}", row.name);
    }
    for row in record.core.iter().chain(&record.files).chain(&record.pipes) {
        assert!(row.mb_per_s.to_array().into_iter().all(|rate| rate > 0.0), "{}", row.name);
    }
}

#[test]
fn every_stage_has_its_count_of_instructions() {
    let text = file("benches/record/instructions.json");
    let record: serde_json::Value = serde_json::from_str(&text).unwrap();
    let counted = file("benches/instructions/counted.rs");
    let ids: Vec<&str> = counted
        .split("guarded(\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap_or_default())
        .collect();
    let counts = record["instructions"].as_object().unwrap();
    assert_eq!((ids.len(), counts.len()), (18, 18));
    for id in ids {
        assert!(counts[id].as_u64().unwrap() > 0, "{id}");
    }
}

#[test]
fn posix_spells_groups_and_cases_out() {
    for (regex, expected) in [
        (r"a(?:b|c)\(d", r"a(b|c)\(d"),
        (r"(?i:ab[fr]?(?:x)_1)c", r"([aA][bB][fFrR]?([xX])_1)c"),
        (r"[(?:]é\.(?:\b00|\+)", r"[(?:]é\.(\b00|\+)"),
    ] {
        assert_eq!(dialect::posix(regex), expected, "{regex}");
    }
}
