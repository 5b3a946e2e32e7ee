//! What the trainer of the name model sees of a text: the same runs and features as the detector.

use crate::rules::words::Said;
use crate::scan::candidate::Trigger;
use crate::scan::{Kernel, Marks};
use crate::span::{Span, TypeCode};

use super::features::{self, Kind};
use super::line::Line;
use super::name::Names;
use super::person::Name;
use super::verdicts::Verdicts;
use super::{Detector, model};

pub use super::features::Kind as FeatureKind;
pub use super::model::{HEAD, MAGIC, SLOTS, UNIT};

/// A feature: what it speaks of, and its slot in the table.
pub type Feature = (Kind, u16);

/// One word of a run.
#[derive(Clone, Debug)]
pub struct Word {
    /// Where it stands.
    pub span: Span,
    /// Features of the word.
    pub own: Vec<Feature>,
    /// Features of its bond with the word before; none for the first.
    pub tie: Vec<Feature>,
}

/// The runs of the line `text`. `names` are the names in it, in ascending order: what stands after
/// one sees it settled. `blind` is asked for each word whether the name lists shall not know it.
pub fn runs(
    detector: &Detector,
    text: &[u8],
    names: &[Span],
    blind: &mut dyn FnMut() -> bool,
) -> Vec<Vec<Word>> {
    let (mut marks, mut places) = (Marks::default(), Vec::new());
    Kernel::auto().mark(text, &mut marks);
    Kernel::auto().candidates(text, &mut marks, detector.filter(), &mut places);
    let judge = Names {
        titles: &detector.titles,
        words: &detector.rules.words,
        vocabulary: (&detector.rules.words).into(),
        verdicts: Verdicts::default(),
        phrases: &detector.rules.phrases,
        endings: &detector.rules.endings,
        bias: model::Bias::Balanced,
    };
    let mut line = Line::around(text, 0, 0);
    let mut runs = Vec::new();
    for place in places {
        let at = place.at as usize;
        let settled = names.iter().rev().find(|name| name.end <= at);
        line.last = settled.map(|name| (name.end, TypeCode::NAM));
        let capital = matches!(text.get(at), Some(b'A'..=b'Z' | 0x80..));
        if !matches!(place.trigger, Trigger::Pair | Trigger::Word) || !capital {
            continue;
        }
        if judge.is_open(&line, at)
            && let Some(mut name) = judge.run(&mut line, at)
        {
            hide(&mut name, blind);
            runs.push(described(&line, &name));
        }
    }
    runs
}

fn hide(name: &mut Name, blind: &mut dyn FnMut() -> bool) {
    for word in name.words_mut() {
        if !word.said.any(Said::N_PARTICLE) && blind() {
            word.bits = word.bits.without_names();
        }
    }
}

fn described(line: &Line, name: &Name) -> Vec<Word> {
    let run = features::Run::new(line, name);
    let word = |i: usize| {
        let (mut own, mut tie) = (Vec::new(), Vec::new());
        run.word(i, &mut |kind, slot| own.push((kind, slot)));
        if i > 0 {
            run.tie(i, &mut |kind, slot| tie.push((kind, slot)));
        }
        Word { span: name.words()[i].span(), own, tie }
    };
    (0..name.words().len()).map(word).collect()
}
