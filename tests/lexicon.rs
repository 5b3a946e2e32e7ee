//! The embedded lexicon is what its word lists compile to.

#[path = "../rules/gen/lexicon.rs"]
mod generator;

use lognym::lexicon;
use std::fs;
use std::path::PathBuf;

fn rules() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("rules")
}

#[test]
fn binary_is_current() {
    let words = generator::read(&rules().join("words")).expect("word lists are well-formed");
    let table = generator::compile(&words).expect("the words fit the table");
    let file = fs::read(rules().join("lexicon.bin")).expect("rules/lexicon.bin is there");
    assert!(table == file, "run `cargo run --example lexicon` and commit rules/lexicon.bin");
    for (word, bits) in words {
        assert_eq!(lexicon::lookup(word.as_bytes()), bits, "{word}");
    }
}

#[test]
fn lists_are_sorted_and_say_where_they_come_from() {
    for file in fs::read_dir(rules().join("words")).expect("rules/words is there") {
        let path = file.expect("a folder entry").path();
        if path.extension().is_none_or(|extension| extension != "txt") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a word list is UTF-8");
        let (header, words): (Vec<_>, Vec<_>) = text.lines().partition(|l| l.starts_with('#'));
        for field in ["format: lognym-words-1", "source: ", "licence: ", "retrieved: "] {
            let there = header.iter().any(|line| line[1..].trim_start().starts_with(field));
            assert!(there, "{}: {field}", path.display());
        }
        assert!(words.is_sorted(), "{}", path.display());
    }
}
