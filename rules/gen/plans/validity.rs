//! The automaton of valid numbers: calling code and national number in, kind out.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};

use super::facts::{Kind, Plans, Region};
use super::minimal::{DEAD, Minimal, Row, StateId, Subsets};
use super::pattern::{Nfa, NodeId, parse};

/// Outputs of the automaton; the values are part of the table format.
pub(crate) const FIXED: u8 = 1;
/// Mobile.
pub(crate) const MOBILE: u8 = 2;
/// The plan does not tell fixed from mobile.
pub(crate) const FIXED_OR_MOBILE: u8 = 3;
/// Any other kind: toll-free, premium, VoIP and so on.
pub(crate) const OTHER: u8 = 4;

/// The longest national number of any plan, in digits (E.164 allows 14, the source has 17).
const LONGEST: u32 = 17;

/// Where walks start.
pub(crate) struct Roots {
    /// For digits with the calling code.
    pub(crate) world: StateId,
    /// For national digits of one region, by region in the order of [`Plans::region`].
    pub(crate) regions: Vec<StateId>,
}

/// Builds the automaton into `rows`.
pub(crate) fn build(plans: &Plans, rows: &mut Minimal) -> Result<Roots> {
    let mut nfa = Nfa::default();
    let regions: Vec<Compiled<'_>> = (0..)
        .zip(plans.region.values())
        .map(|(number, region)| Compiled::new(&mut nfa, number, region))
        .collect::<Result<_>>()?;
    let roots = region_roots(&nfa, &regions, rows);
    let codes = code_roots(&nfa, &regions, &roots, rows);
    Ok(Roots { world: code_trie(&codes, "", rows), regions: roots })
}

/// One start a region: its plan alone.
fn region_roots(nfa: &Nfa, regions: &[Compiled<'_>], rows: &mut Minimal) -> Vec<StateId> {
    let mut subsets = Subsets::new(nfa, |set: &[NodeId], depth| {
        let marks: Vec<Mark> = nfa.marks(set).map(Mark::unpack).collect();
        marks.first().map_or(0, |mark| regions[mark.region].output(&marks, depth))
    });
    regions.iter().map(|region| subsets.start(rows, region.starts.iter().copied())).collect()
}

/// One start a calling code: the region's own, or of those that share the code the owner's.
fn code_roots<'a>(
    nfa: &Nfa,
    regions: &[Compiled<'a>],
    roots: &[StateId],
    rows: &mut Minimal,
) -> BTreeMap<&'a str, StateId> {
    let codes = by_code(regions);
    let mut subsets = Subsets::new(nfa, |set: &[NodeId], depth| {
        let marks: Vec<Mark> = nfa.marks(set).map(Mark::unpack).collect();
        let code = marks.first().map(|mark| regions[mark.region].facts.code.as_str());
        code.map_or(0, |code| owner_output(regions, &codes[code], &marks, depth))
    });
    let mut root = |members: &[usize]| match *members {
        [only] => roots[only],
        _ => {
            let members = members.iter().map(|&member| &regions[member]);
            let starts = members.flat_map(|region| region.starts.iter().chain(&region.leading));
            subsets.start(rows, starts.copied())
        }
    };
    codes.iter().map(|(&code, members)| (code, root(members))).collect()
}

/// Lengths as a mask: bit n is set for n digits.
pub(crate) fn length_mask(lengths: &str) -> Result<u32> {
    let mut mask = 0;
    for part in lengths.split(',').filter(|part| !part.is_empty()) {
        let (low, high) = part.split_once('-').unwrap_or((part, part));
        let (low, high): (u32, u32) = (low.parse()?, high.parse()?);
        ensure!(low <= high && high <= LONGEST, "lengths {lengths} are out of range");
        mask |= (low..=high).fold(0, |mask, length| mask | 1 << length);
    }
    Ok(mask)
}

/// A region whose patterns are nodes.
struct Compiled<'a> {
    facts: &'a Region,
    starts: Vec<NodeId>,
    leading: Option<NodeId>,
    lengths: BTreeMap<Kind, u32>,
}

impl<'a> Compiled<'a> {
    fn new(nfa: &mut Nfa, number: usize, facts: &'a Region) -> Result<Self> {
        let mut add = |alternatives: &[String], tag| {
            let end = nfa.accept(Mark { region: number, tag }.pack());
            nfa.compile(&parse(alternatives)?, end)
        };
        let mut starts = vec![add(&facts.general, Tag::General)?];
        let mut lengths = BTreeMap::new();
        for (&kind, numbers) in &facts.kind {
            starts.push(add(&numbers.pattern, Tag::Kind(kind))?);
            lengths.insert(kind, length_mask(&numbers.lengths)?);
        }
        let leading = facts.leading.as_ref().map(|leading| {
            let any_tail = format!("(?:{})\\d{{0,{LONGEST}}}", leading.join("|"));
            add(&[any_tail], Tag::Leading)
        });
        Ok(Self { facts, starts, leading: leading.transpose()?, lengths })
    }

    /// The kind of a number of `depth` digits that has these marks, read by this plan alone.
    fn output(&self, marks: &[Mark], depth: usize) -> u8 {
        let own = |kind| {
            marks.iter().any(|mark| {
                self.lengths.get(&kind).is_some_and(|lengths| lengths >> depth & 1 == 1)
                    && mark.tag == Tag::Kind(kind)
            })
        };
        if !marks.iter().any(|mark| mark.tag == Tag::General) {
            return 0;
        }
        // The source asks for the special kinds first.
        if Kind::ALL[2..].iter().any(|&(kind, ..)| own(kind)) {
            return OTHER;
        }
        match (own(Kind::Fixed), own(Kind::Mobile)) {
            (true, true) => FIXED_OR_MOBILE,
            (true, false) => FIXED,
            (false, true) => MOBILE,
            (false, false) => 0,
        }
    }
}

/// Regions by calling code, the main one first: the order in which the source asks them.
fn by_code<'a>(regions: &[Compiled<'a>]) -> BTreeMap<&'a str, Vec<usize>> {
    let mut codes: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (number, region) in regions.iter().enumerate() {
        codes.entry(&region.facts.code).or_default().push(number);
    }
    for members in codes.values_mut() {
        members.sort_by_key(|&member| !regions[member].facts.main);
    }
    codes
}

/// Of regions that share a code the first that claims the number decides, even against it: by
/// its leading digits where it has such, else by knowing the number.
fn owner_output(regions: &[Compiled<'_>], members: &[usize], marks: &[Mark], depth: usize) -> u8 {
    for &member in members {
        let region = &regions[member];
        let own: Vec<Mark> = marks.iter().copied().filter(|mark| mark.region == member).collect();
        let output = region.output(&own, depth);
        let claimed = match region.leading {
            Some(_) => own.iter().any(|mark| mark.tag == Tag::Leading),
            None => output != 0,
        };
        if claimed {
            return output;
        }
    }
    0
}

/// The state after `prefix` of a calling code.
fn code_trie(national: &BTreeMap<&str, StateId>, prefix: &str, rows: &mut Minimal) -> StateId {
    if let Some(&state) = national.get(prefix) {
        return state;
    }
    if !national.keys().any(|code| code.starts_with(prefix)) {
        return DEAD;
    }
    let mut row = Row::default();
    for (digit, next) in ('0'..='9').zip(&mut row.next) {
        *next = code_trie(national, &format!("{prefix}{digit}"), rows);
    }
    rows.intern(row)
}

/// What has matched, for which region.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Mark {
    region: usize,
    tag: Tag,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tag {
    General,
    Leading,
    Kind(Kind),
}

impl Mark {
    fn pack(self) -> u32 {
        let tag = match self.tag {
            Tag::General => 0,
            Tag::Leading => 1,
            Tag::Kind(kind) => 2 + kind as u32,
        };
        self.region as u32 * 16 + tag
    }

    fn unpack(packed: u32) -> Self {
        let tag = match packed % 16 {
            0 => Tag::General,
            1 => Tag::Leading,
            kind => Tag::Kind(Kind::ALL[kind as usize - 2].0),
        };
        Self { region: (packed / 16) as usize, tag }
    }
}
