//! What may stand before a national number: the source's pattern with its captured group and
//! template becomes plain alternatives, each with one fixed [`Action`].

use anyhow::{Context, Result, bail, ensure};
use regex_syntax::hir::{Hir, HirKind, Look};

use super::facts::Region;
use super::minimal::{Minimal, StateId, Subsets};
use super::pattern::{Nfa, NodeId, parse};

/// What a match does to the digits. Of the longest match of n digits, `skip..n-cut` stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Action {
    /// Digits dropped at the front of the match; [`SKIP_ALL`]: the whole match.
    pub(crate) skip: u8,
    /// Digits dropped at its end.
    pub(crate) cut: u8,
    /// Digits put in front of what is left.
    pub(crate) prepend: String,
    /// Holds only if the match is the whole input.
    pub(crate) whole: bool,
}

/// The match is dropped.
pub(crate) const SKIP_ALL: u8 = u8::MAX;

/// Builds the automaton of one region's prefixes into `rows`; its outputs are 1 + the index of
/// the action in `actions`.
pub(crate) fn build(
    region: &Region,
    rows: &mut Minimal,
    actions: &mut Vec<Action>,
) -> Result<StateId> {
    let trunk = region.trunk.clone().map(|trunk| vec![trunk]);
    let Some(pattern) = region.parse.clone().or(trunk) else { return Ok(0) };
    let template = region.transform.as_deref().map(template).transpose()?;
    let pattern = parse(&pattern)?;

    let mut nfa = Nfa::default();
    let mut starts = Vec::new();
    for (rank, alternative) in (0..).zip(expand(&pattern, template.map(|(_, group)| group))?) {
        let action = alternative.action(template.map(|(prepend, _)| prepend))?;
        let output = output_of(action, actions)?;
        let end = nfa.accept(u32::from(alternative.whole) << 16 | rank << 8 | u32::from(output));
        starts.push(nfa.compile(&Hir::concat(alternative.parts()), end)?);
    }
    // Of alternatives of one length the earlier wins, as in the source, but for one that holds
    // at the end only: it would hide the other where the digits go on. Nothing read is nothing
    // to strip.
    let output = |set: &[NodeId], depth: usize| match nfa.marks(set).min() {
        Some(mark) if depth > 0 => mark as u8,
        _ => 0,
    };
    Ok(Subsets::new(&nfa, output).start(rows, starts))
}

/// 1 + the index of `action`, which is added if it is new.
fn output_of(action: Action, actions: &mut Vec<Action>) -> Result<u8> {
    let index = actions.iter().position(|known| *known == action).unwrap_or_else(|| {
        actions.push(action);
        actions.len() - 1
    });
    u8::try_from(index + 1).context("more prefix actions than an output can tell")
}

/// The digits before the group of `$n`, and n.
fn template(text: &str) -> Result<(&str, u32)> {
    let (prepend, group) = text.split_once('$').context("a transform rule names no group")?;
    Ok((prepend, group.parse().context("a transform rule goes on after its group")?))
}

/// One way through a pattern: `before (group) after`, or no group at all.
#[derive(Clone, Default)]
struct Alternative {
    before: Vec<Hir>,
    group: Option<Hir>,
    after: Vec<Hir>,
    whole: bool,
}

impl Alternative {
    fn parts(&self) -> Vec<Hir> {
        self.before.iter().chain(&self.group).chain(&self.after).cloned().collect()
    }

    fn action(&self, prepend: Option<&str>) -> Result<Action> {
        let whole = self.whole;
        let Some(prepend) = prepend.filter(|_| self.group.is_some()) else {
            return Ok(Action { skip: SKIP_ALL, cut: 0, prepend: String::new(), whole });
        };
        let skip = fixed_length(&Hir::concat(self.before.clone()))?;
        let cut = fixed_length(&Hir::concat(self.after.clone()))?;
        Ok(Action { skip, cut, prepend: prepend.into(), whole })
    }

    /// This one followed by `next`.
    fn then(&self, next: &Alternative) -> Self {
        let mut joined = self.clone();
        match joined.group {
            Some(_) => joined.after.extend(next.parts()),
            None => {
                joined.before.extend(next.before.iter().cloned());
                joined.group = next.group.clone();
                joined.after = next.after.clone();
            }
        }
        joined.whole |= next.whole;
        joined
    }

    fn plain(hir: &Hir) -> Self {
        Self { before: vec![hir.clone()], ..Self::default() }
    }
}

/// All ways through `hir`, most wanted first; only as many as it takes to have the text before
/// the group at a fixed length.
fn expand(hir: &Hir, group: Option<u32>) -> Result<Vec<Alternative>> {
    Ok(match hir.kind() {
        HirKind::Look(Look::End) => vec![Alternative { whole: true, ..Alternative::default() }],
        HirKind::Capture(capture) if Some(capture.index) == group => {
            vec![Alternative { group: Some((*capture.sub).clone()), ..Alternative::default() }]
        }
        HirKind::Capture(capture) => expand(&capture.sub, group)?,
        HirKind::Alternation(parts) => {
            let ways: Result<Vec<_>> = parts.iter().map(|part| expand(part, group)).collect();
            ways?.concat()
        }
        HirKind::Repetition(repetition) if (repetition.min, repetition.max) == (0, Some(1)) => {
            let mut ways = expand(&repetition.sub, group)?;
            ways.push(Alternative::default());
            ways
        }
        HirKind::Concat(parts) => {
            let mut ways = vec![Alternative::default()];
            for part in parts {
                let next = expand(part, group)?;
                ways = ways.iter().flat_map(|way| next.iter().map(|next| way.then(next))).collect();
            }
            ways
        }
        _ if hir.properties().look_set().is_empty() => vec![Alternative::plain(hir)],
        other => bail!("a prefix pattern holds {other:?} where it cannot be expanded"),
    })
}

fn fixed_length(hir: &Hir) -> Result<u8> {
    let properties = hir.properties();
    let length = properties.minimum_len().context("a prefix pattern matches nothing")?;
    ensure!(properties.maximum_len() == Some(length), "a prefix before a group varies in length");
    Ok(u8::try_from(length)?)
}
