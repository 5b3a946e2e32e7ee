//! Facts in, the bytes of `rules/plans.bin` out. The layout is that of `src/plan/table.rs`,
//! which reads it at compile time; all numbers are little-endian.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use regex_syntax::hir::{Class, Hir, HirKind};

use super::dial::{self, Action};
use super::facts::{Plans, Region};
use super::minimal::{Automaton, DEAD, Minimal, StateId};
use super::pattern::parse;
use super::validity::{self, length_mask};

/// Opens the file and names the version of its layout.
pub(crate) const MAGIC: &[u8; 8] = b"LNPLAN02";

/// The compiled plans.
pub(crate) struct Table {
    /// The content of `rules/plans.bin`.
    pub(crate) bytes: Vec<u8>,
    /// Its size, in words.
    pub(crate) summary: String,
}

/// Compiles the plans. The same plans give the same bytes.
pub(crate) fn build(plans: &Plans) -> Result<Table> {
    let mut rows = Minimal::default();
    let roots = validity::build(plans, &mut rows)?;
    let world = rows.finish(&[roots.world]).rows.len();
    let both: Vec<StateId> = [roots.world].iter().chain(&roots.regions).copied().collect();
    let numbers = rows.finish(&both);

    // Outputs of the two automata mean different things, so they share no row.
    let mut prefixes = Minimal::default();
    let mut actions = Vec::new();
    let dial: Result<Vec<StateId>> = plans
        .region
        .values()
        .map(|region| dial::build(region, &mut prefixes, &mut actions))
        .collect();
    let prefixes = prefixes.finish(&dial?);

    let mut layout = Layout::new(plans)?;
    // Behind those of the prefixes, so that the states from which any digits lead alike come last.
    let dial = layout.automaton(&prefixes)?;
    let both = layout.automaton(&numbers)?;
    layout.actions(&actions)?;
    layout.regions(plans, &both[1..], &dial)?;
    let alike = layout.row_count - (numbers.rows.len() - numbers.alike as usize);
    let bytes = layout.bytes(both[0], alike)?;
    let summary = format!(
        "{world} states for numbers with calling code, {} with the roots of all regions, {} for \
         national prefixes; {} bytes of rows; {} codes, {} regions; {} bytes",
        numbers.rows.len(),
        prefixes.rows.len(),
        layout.row_count * 21,
        layout.codes.len(),
        layout.region_count,
        bytes.len(),
    );
    Ok(Table { bytes, summary })
}

/// The sections of the file.
#[derive(Default)]
struct Layout<'a> {
    codes: BTreeMap<&'a str, Code>,
    row_count: usize,
    next: Vec<u8>,
    outputs: Vec<u8>,
    action_count: usize,
    actions: Vec<u8>,
    region_count: usize,
    regions: Vec<u8>,
    international_count: usize,
    international: Vec<u8>,
}

struct Code {
    number: u8,
    lengths: u32,
}

impl<'a> Layout<'a> {
    fn new(plans: &'a Plans) -> Result<Self> {
        let mut codes: BTreeMap<&str, Code> = BTreeMap::new();
        for region in plans.region.values() {
            let code = codes.entry(&region.code).or_insert(Code { number: 0, lengths: 0 });
            code.lengths |= region_lengths(region)?;
        }
        for (number, code) in codes.values_mut().enumerate() {
            // The index keeps 0 for "no code".
            code.number = u8::try_from(number + 1).context("more than 255 calling codes")?;
        }
        Ok(Self { codes, ..Self::default() })
    }

    /// Appends an automaton, whose states are numbered on from those before it; the dead state is the
    /// same for all. Its roots.
    fn automaton(&mut self, automaton: &Automaton) -> Result<Vec<u16>> {
        let base = self.row_count.saturating_sub(1);
        let place = |state: StateId| match state {
            DEAD => Ok(0),
            state => u16::try_from(base + state as usize),
        };
        for row in automaton.rows.iter().skip(usize::from(self.row_count > 0)) {
            for next in row.next {
                self.next.extend(place(next)?.to_le_bytes());
            }
            self.outputs.push(row.output);
        }
        self.row_count = base + automaton.rows.len();
        Ok(automaton.roots.iter().map(|&root| place(root)).collect::<Result<_, _>>()?)
    }

    fn actions(&mut self, actions: &[Action]) -> Result<()> {
        self.action_count = actions.len();
        for action in actions {
            self.actions.extend([action.skip, action.cut, u8::from(action.whole)]);
            self.actions.extend(slot::<5>(&action.prepend)?);
        }
        Ok(())
    }

    /// Appends the regions that have an ISO code, with their roots.
    fn regions(&mut self, plans: &Plans, national: &[u16], dial: &[u16]) -> Result<()> {
        let states = national.iter().zip(dial);
        for ((id, region), (&national, &dial)) in plans.region.iter().zip(states) {
            if *id == region.code {
                continue;
            }
            let international = international_prefixes(region)?;
            self.regions.extend(id.as_bytes());
            self.regions.push(self.codes[region.code.as_str()].number - 1);
            self.regions.push(u8::try_from(international.len())?);
            self.regions.extend(u16::try_from(self.international_count)?.to_le_bytes());
            self.regions.extend(national.to_le_bytes());
            self.regions.extend(dial.to_le_bytes());
            self.regions.extend(slot::<4>(region.trunk.as_deref().unwrap_or_default())?);
            self.regions.extend(region_lengths(region)?.to_le_bytes());
            self.region_count += 1;
            self.international_count += international.len();
            for prefix in &international {
                self.international.extend(slot::<10>(prefix)?);
            }
        }
        Ok(())
    }

    fn bytes(&self, world: u16, alike: usize) -> Result<Vec<u8>> {
        let mut bytes = MAGIC.to_vec();
        let counts = [
            self.row_count,
            usize::from(world),
            alike,
            self.codes.len(),
            self.region_count,
            self.action_count,
            self.international_count,
        ];
        for count in counts {
            bytes.extend(u16::try_from(count)?.to_le_bytes());
        }
        bytes.extend(&self.next);
        bytes.extend(&self.outputs);
        bytes.extend(self.code_index());
        for (code, Code { lengths, .. }) in &self.codes {
            bytes.extend(slot::<4>(code)?);
            bytes.extend(lengths.to_le_bytes());
        }
        bytes.extend(&self.regions);
        bytes.extend(&self.actions);
        bytes.extend(&self.international);
        Ok(bytes)
    }

    /// By the first three digits of a number: 1 + the number of its calling code, or 0.
    fn code_index(&self) -> impl Iterator<Item = u8> + '_ {
        (0..1000).map(|digits| {
            let digits = format!("{digits:03}");
            let code = (1..=3).find_map(|length| self.codes.get(&digits[..length]));
            code.map_or(0, |code| code.number)
        })
    }
}

/// A length byte and the text, padded to `N` bytes.
fn slot<const N: usize>(text: &str) -> Result<[u8; N]> {
    ensure!(text.len() < N, "{text} does not fit its slot of {N} bytes");
    let mut slot = [0; N];
    slot[0] = u8::try_from(text.len())?;
    slot[1..=text.len()].copy_from_slice(text.as_bytes());
    Ok(slot)
}

fn region_lengths(region: &Region) -> Result<u32> {
    region.kind.values().try_fold(0, |mask, kind| Ok(mask | length_mask(&kind.lengths)?))
}

/// How many prefixes a pattern may stand for to be listed whole.
const MOST_PREFIXES: usize = 64;

/// The international prefixes as plain digits: the preferred one, then shorter before longer. Of
/// a pattern that stands for very many (carrier codes) only the plain alternatives are listed.
fn international_prefixes(region: &Region) -> Result<Vec<String>> {
    let alternatives = region.international.as_deref().unwrap_or_default();
    let mut members = members(&parse(alternatives)?)?;
    if members.len() > MOST_PREFIXES {
        let plain = |text: &String| text.bytes().all(|byte| byte.is_ascii_digit());
        members = alternatives.iter().filter(|text| plain(text)).cloned().collect();
    }
    members.extend(region.preferred.clone());
    members.retain(|prefix| !prefix.is_empty());
    members.sort_by_key(|prefix| {
        (region.preferred.as_ref() != Some(prefix), prefix.len(), prefix.clone())
    });
    members.dedup();
    Ok(members)
}

/// Every text that a pattern matches.
fn members(hir: &Hir) -> Result<Vec<String>> {
    Ok(match hir.kind() {
        HirKind::Literal(literal) => vec![String::from_utf8(literal.0.to_vec())?],
        HirKind::Class(Class::Bytes(class)) => {
            let bytes = class.iter().flat_map(|range| range.start()..=range.end());
            bytes.map(|byte| char::from(byte).to_string()).collect()
        }
        HirKind::Capture(capture) => members(&capture.sub)?,
        HirKind::Alternation(parts) => {
            parts.iter().map(members).collect::<Result<Vec<_>>>()?.concat()
        }
        HirKind::Concat(parts) => parts.iter().try_fold(vec![String::new()], |heads, part| {
            let tails = members(part)?;
            let join = |head: &String| {
                tails.iter().map(move |tail| format!("{head}{tail}")).collect::<Vec<_>>()
            };
            anyhow::Ok(heads.iter().flat_map(join).collect())
        })?,
        HirKind::Repetition(repetition) => {
            let max = repetition.max.context("an international prefix repeats without limit")?;
            let copies = |count| Hir::concat(vec![(*repetition.sub).clone(); count as usize]);
            (repetition.min..=max)
                .map(|count| members(&copies(count)))
                .collect::<Result<Vec<_>>>()?
                .concat()
        }
        HirKind::Empty => vec![String::new()],
        HirKind::Look(_) | HirKind::Class(_) => {
            anyhow::bail!("an international prefix is no digits")
        }
    })
}
