//! Lines with names marked in them, and the runs of words that the detector sees there.

use std::collections::HashSet;
use std::error::Error;
use std::fs;
use std::path::Path;

use lognym::detect::Detector;
use lognym::detect::learn::{self, Word};
use lognym::span::Span;

use super::crf::Model;
use super::random::Random;

/// A line and the names in it, in ascending order.
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) names: Vec<Span>,
    /// How much it counts.
    pub(crate) weight: f32,
}

/// A run of words, and which are part of a name.
pub(crate) struct Run {
    pub(crate) words: Vec<Word>,
    pub(crate) gold: Vec<bool>,
    pub(crate) weight: f32,
}

/// Court decisions and tweets are far from logs, but better than nothing.
const LABELLED: [(&str, f32); 3] =
    [("germeval2014_dev", 1.0), ("wnut17_dev", 0.7), ("german_ler_dev", 0.4)];
const LOGS: [&str; 4] = ["elastic_auth", "elastic_kafka", "elastic_nginxplus_json", "lnav_mixed"];
/// A word that no name list knows is learnt from one run in so many, of a hundred.
const BLIND: usize = 12;

pub(crate) fn labelled(corpora: &Path) -> Result<Vec<Line>, Box<dyn Error>> {
    let mut lines = Vec::new();
    for (name, weight) in LABELLED {
        let path = corpora.join("labelled").join(name).with_extension("jsonl");
        let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        for line in text.lines() {
            lines.push(labelled_line(line, weight)?);
        }
    }
    Ok(lines)
}

fn labelled_line(line: &str, weight: f32) -> Result<Line, Box<dyn Error>> {
    let value: serde_json::Value = serde_json::from_str(line)?;
    let text = value["text"].as_str().ok_or("no text")?.to_owned();
    let place = |span: &serde_json::Value, key: &str| span[key].as_u64().map(|at| at as usize);
    let mut names: Vec<Span> = (value["spans"].as_array().into_iter().flatten())
        .filter(|span| span["label"] == "PERSON")
        .filter_map(|span| Some(Span::new(place(span, "start")?, place(span, "end")?)))
        .collect();
    names.sort_by_key(|name| name.start);
    Ok(Line { text, names, weight })
}

pub(crate) fn logs(corpora: &Path) -> Result<Vec<Line>, Box<dyn Error>> {
    let mut lines = Vec::new();
    for name in LOGS {
        let path = corpora.join("logs").join(name).with_extension("log");
        let text = fs::read(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        let text = String::from_utf8_lossy(&text);
        lines.extend(text.lines().map(|line| Line {
            text: line.to_owned(),
            names: Vec::new(),
            weight: 1.0,
        }));
    }
    Ok(lines)
}

/// The different runs of `lines`, each once as it is and sometimes once more with words that the name
/// lists are made not to know.
pub(crate) fn runs(detector: &Detector, lines: &[Line], random: &mut Random) -> Vec<Run> {
    let mut seen = HashSet::new();
    let mut runs = Vec::new();
    for line in lines {
        for blind in [0, BLIND] {
            let mut hidden = || random.percent(blind);
            for words in learn::runs(detector, line.text.as_bytes(), &line.names, &mut hidden) {
                let key: Vec<_> =
                    words.iter().flat_map(|word| word.own.iter().map(|f| f.1)).collect();
                if seen.insert(key) {
                    let gold = gold(&words, &line.names);
                    runs.push(Run { words, gold, weight: line.weight });
                }
            }
        }
    }
    runs
}

fn gold(words: &[Word], names: &[Span]) -> Vec<bool> {
    let inside = |word: &Word| {
        names.iter().any(|name| name.start < word.span.end && word.span.start < name.end)
    };
    words.iter().map(inside).collect()
}

/// Prints how many names of `lines` the model finds exactly.
pub(crate) fn report(detector: &Detector, model: &Model, lines: &[&Line]) {
    let (mut all, mut found, mut right) = (0, 0, 0);
    for line in lines {
        all += line.names.len();
        for words in learn::runs(detector, line.text.as_bytes(), &line.names, &mut || false) {
            let tags = model.best(&words);
            let mut at = 0;
            while at < words.len() {
                let count = tags[at..].iter().take_while(|&&tag| tag).count();
                if count > 0 {
                    let span = Span::new(words[at].span.start, words[at + count - 1].span.end);
                    found += 1;
                    right += usize::from(line.names.contains(&span));
                }
                at += count.max(1);
            }
        }
    }
    let (p, r) = (right as f32 / found as f32, right as f32 / all as f32);
    let f1 = 2.0 * p * r / (p + r);
    eprintln!("{all} names, {found} found, {right} right: P {p:.3} R {r:.3} F1 {f1:.3}");
}
