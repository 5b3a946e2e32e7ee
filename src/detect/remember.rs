//! Memory of a stream: people who were found in a line are found again in the lines after it.
//!
//! In: a block with its findings, in ascending order, and what the stream remembers. Out: the same with
//! the names that are remembered, and the memory with those of this block. A line sees the names of
//! the lines before it only, so it does not matter how the stream is cut into blocks.
//!
//! Stricter than [`super::recall`], as the person may be long gone: a family name alone is written with
//! a capital and is nothing else.

use memchr::memchr;

use crate::memory::Memory;
use crate::rules::words::Words;
use crate::span::Span;
use crate::spelling::{self, MOST_WORDS};

use super::line::Line;
use super::name::starts_freely;
use super::person;
use super::recall::{self, Part};
use super::{Context, Finding, Found};

/// Adds what is remembered, and remembers what was found.
pub(super) fn add(block: &[u8], words: &Words, memory: &mut Memory, found: &mut Found) {
    let settled = found.findings.len();
    let (mut start, mut next) = (0, 0);
    while start < block.len() {
        let end = memchr(b'\n', &block[start..]).map_or(block.len(), |at| start + at);
        let line = Line::around(block, start, start);
        let of_line = |finding: &Finding| finding.span.start < end;
        let count = found.findings[next..settled].iter().take_while(|f| of_line(f)).count();
        let range = next..next + count;
        if !memory.is_empty() {
            look(&line, range.clone(), words, memory, found);
        }
        for finding in &found.findings[range] {
            if recall::is_strong(finding) {
                learn(line.text, finding.span, words, memory);
            }
        }
        (start, next) = (end + 1, next + count);
    }
    if found.findings.len() > settled {
        found.findings.sort_by_key(|finding| finding.span);
    }
}

/// Looks for what is remembered between the findings in `range`, those of the line.
fn look(
    line: &Line,
    range: std::ops::Range<usize>,
    words: &Words,
    memory: &Memory,
    found: &mut Found,
) {
    let settled = found.findings.len();
    let mut start = line.start;
    for index in range.start..=range.end {
        let next = found.findings[..settled].get(index).filter(|_| index < range.end);
        let end = next.map_or(line.text.len(), |finding| finding.span.start);
        let from = std::mem::replace(&mut start, next.map_or(end, |finding| finding.span.end));
        let Found { findings, keys, .. } = found;
        memory.find(&line.text[..end], from, |span| {
            if is_name(line, span, words) && !recall::names_other(line, span.start, words, keys) {
                findings.push(Finding::new(span, Context::Memory));
            }
        });
    }
    if found.findings.len() > settled {
        found.again.push(Span::new(line.start, line.text.len()));
    }
}

/// Whether the words at `span`, which are remembered, are meant for the person.
fn is_name(line: &Line, span: Span, words: &Words) -> bool {
    let free =
        starts_freely(line, span.start) && !line.glues(span.end) && !line.is_json_key(span.end);
    let name = recall::name_at(line.text, span, words);
    if !free || name.span() != span {
        return false;
    }
    match name.words() {
        [only] => {
            let plain = only.bits.common() == 0 && only.is_capital();
            plain
                && !opens_company(line, span.end, words)
                && recall::stands_alone(only, Part::Family)
        }
        // `will power`: words in lower case that are all something else say nothing.
        several => several.iter().any(|word| word.is_capital() || word.bits.common() == 0),
    }
}

/// `Mustermann GmbH`: whether a word for a company or thing follows at `end`.
fn opens_company(line: &Line, end: usize, words: &Words) -> bool {
    if line.at(end) != b' ' {
        return false;
    }
    let after = person::read(line.text, end + 1, line.text.len(), words, recall::ANY);
    after.words().first().is_some_and(|word| word.bits.is_org() || word.bits.is_nonperson())
}

/// Remembers the name at `span`.
fn learn(text: &[u8], span: Span, words: &Words, memory: &mut Memory) {
    let name = recall::name_at(text, span, words);
    let (mut hashes, mut count, mut family) = ([0; MOST_WORDS], 0, 0u64);
    for (word, part) in recall::parts(&name) {
        let mut at = word.span().start;
        while let Some(piece) = spelling::word(&text[..word.span().end], at) {
            let Some(place) = hashes.get_mut(count) else { return };
            (*place, count) = (piece.hash, count + 1);
            family = family.wrapping_add(if part == Part::Family { piece.hash } else { 0 });
            let Some(next) = spelling::gap(&text[..word.span().end], piece.end) else { break };
            at = next;
        }
    }
    memory.learn(&hashes[..count], family);
}
