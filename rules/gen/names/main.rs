//! Trains the name model and writes `rules/names.bin`.
//!
//! `cargo run --release --example names -- CORPORA` reads under the folder CORPORA
//! `labelled/{germeval2014_dev,wnut17_dev,german_ler_dev}.jsonl` (one object a line: `text`, and
//! `spans` with `start`, `end` in bytes and `label`; CC BY 4.0) and, as lines without names,
//! `logs/{elastic_auth,elastic_kafka,elastic_nginxplus_json,lnav_mixed}.log` (Apache-2.0, BSD). The
//! third source are `templates.txt` beside this file, filled with the names and words of
//! `rules/words`. The same inputs give the same bytes: there is one seed, and one thread.
//!
//! `--hold K` leaves every fifth labelled line from the K-th on out, says how well the model does on
//! them, and writes nothing.

mod corpus;
mod crf;
mod made;
mod random;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use lognym::detect::learn::{HEAD, MAGIC};
use lognym::detect::{Bias, Detector};
use lognym::rules::RuleSet;

use corpus::Line;
use crf::Model;
use random::Random;

/// Any number would do; it is part of what makes a training repeatable.
const SEED: u64 = 2026;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse()?;
    let detector = Detector::new(RuleSet::builtin()?, Vec::new(), Bias::Balanced, None);
    let mut random = Random(SEED);
    let labelled = corpus::labelled(&arguments.corpora)?;
    let held = |i: usize| arguments.hold.is_some_and(|hold| i % 5 == hold);
    let mut lines: Vec<Line> = Vec::new();
    let mut test = Vec::new();
    for (i, line) in labelled.into_iter().enumerate() {
        if held(i) { test.push(line) } else { lines.push(line) }
    }
    lines.extend(made::swapped(&lines, &rules(), &mut random)?);
    lines.extend(corpus::logs(&arguments.corpora)?);
    lines.extend(made::lines(&rules(), &mut random)?);
    let runs = corpus::runs(&detector, &lines, &mut random);
    eprintln!("{} lines, {} runs", lines.len(), runs.len());
    let model = Model::train(&runs, &mut random);
    match arguments.hold {
        Some(_) => {
            for weight in [1.0, 0.7, 0.4] {
                let part: Vec<_> = test.iter().filter(|line| line.weight == weight).collect();
                corpus::report(&detector, &model, &part);
            }
        }
        None => {
            let path = rules().join("names.bin");
            fs::write(&path, file(&model)).map_err(|e| format!("{}: {e}", path.display()))?;
        }
    }
    Ok(())
}

fn rules() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")
}

struct Arguments {
    corpora: PathBuf,
    hold: Option<usize>,
}

impl Arguments {
    fn parse() -> Result<Self, Box<dyn Error>> {
        let mut arguments = std::env::args().skip(1);
        let corpora = arguments.next().ok_or("usage: names CORPORA [--hold K]")?.into();
        let hold = match arguments.next().as_deref() {
            Some("--hold") => Some(arguments.next().ok_or("--hold: expected 0 to 4")?.parse()?),
            _ => None,
        };
        Ok(Self { corpora, hold })
    }
}

/// The head, which is text, and the weights.
fn file(model: &Model) -> Vec<u8> {
    let mut file = MAGIC.to_vec();
    file.extend_from_slice(HEADER.as_bytes());
    assert!(file.len() < HEAD, "the head has room for its text");
    file.resize(HEAD - 1, b' ');
    file.push(b'\n');
    file.extend(model.weights().map(|weight| weight as u8));
    file
}

const HEADER: &str = "\
# content: weights of the name model, one signed byte a slot, in sixteenths of a nat
# made by: cargo run --release --example names -- CORPORA (see rules/gen/names)
# source: GermEval 2014 NER, dev (Benikova et al. 2014, CC BY 4.0); German LER, dev (Leitner et al.
#   2019, CC BY 4.0); WNUT 2017 emerging entities, dev (Derczynski et al. 2017, CC BY 4.0)
# source: Elastic example logs (Apache-2.0); lnav test logs (BSD-2-Clause), as text without names
# source: rules/gen/names/templates.txt filled from rules/words (see the heads of these files)
# changed: nothing of these texts is contained; counts of their words became weights of features
# licence: MIT OR Apache-2.0, with the attributions above (CC BY 4.0)
# date: 2026-11-21
";
