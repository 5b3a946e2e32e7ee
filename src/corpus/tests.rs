use std::collections::HashSet;

use super::*;

const SIZE: usize = 200_000;

fn made(density: Density) -> Corpus {
    generate(density, SIZE, 42)
}

fn text(corpus: &Corpus) -> &str {
    std::str::from_utf8(&corpus.text).expect("corpora are UTF-8")
}

#[test]
fn a_seed_gives_one_corpus_and_another_seed_another() {
    assert_eq!(generate(Density::Every, 5_000, 1), generate(Density::Every, 5_000, 1));
    assert_ne!(generate(Density::Every, 5_000, 1).text, generate(Density::Every, 5_000, 2).text);
}

#[test]
fn whole_lines_of_about_the_size_asked_for() {
    for density in Density::ALL {
        let corpus = made(density);
        assert!((SIZE..SIZE + 4_096).contains(&corpus.text.len()), "{density:?}");
        assert!(corpus.text.ends_with(b"\n"));
        assert_eq!(text(&corpus).lines().count(), corpus.lines);
    }
    assert!(generate(Density::Every, 0, 1).text.is_empty());
}

#[test]
fn densities_keep_their_word() {
    let none = made(Density::None);
    assert_eq!((none.phones, none.names), (0, 0));

    let every = made(Density::Every);
    assert!(every.phones + every.names >= every.lines);

    let tenth = made(Density::OneInTen);
    let identities_a_line = |c: &Corpus| (c.phones + c.names) as f64 / c.lines as f64;
    let ratio = identities_a_line(&every) / identities_a_line(&tenth);
    assert!((8.0..12.5).contains(&ratio), "{ratio}");
}

/// Independent of the pen: each name holds one family name, each phone, without its
/// separators, the area and prefix of one range; the filler holds neither.
#[test]
fn counts_agree_with_the_text() {
    let corpus = made(Density::Every);
    let names: usize =
        identity::FAMILY.iter().map(|name| text(&corpus).matches(name).count()).sum();
    assert_eq!(names, corpus.names);

    let joined = text(&corpus).replace([' ', '-', '(', ')', '/'], "");
    let starts = identity::RANGES.iter().map(|range| format!("{}{}", range.area, range.prefix));
    let phones: usize = starts.map(|start| joined.matches(&start).count()).sum();
    assert_eq!(phones, corpus.phones);
}

#[test]
fn lines_hardly_repeat_and_json_parses() {
    for density in Density::ALL {
        let corpus = made(density);
        let distinct: HashSet<&str> = text(&corpus).lines().collect();
        assert!(distinct.len() * 10 > corpus.lines * 9, "{density:?}: {}", distinct.len());
        for line in text(&corpus).lines().filter(|line| line.starts_with('{')) {
            serde_json::from_str::<serde_json::Value>(line).expect(line);
        }
    }
}
