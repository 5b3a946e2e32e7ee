//! The numbering plans of the world: digits in, what the plans say of them out.
//!
//! All plans are one minimal automaton over digits, embedded in the binary and used in place.
//! A walk costs one load for each digit as far as it matters which ones follow, calls nothing and
//! allocates nothing; there is no start-up work.
//! The facts are those of `rules/plans.toml` (libphonenumber, Apache-2.0), compiled by
//! `cargo run --example plans -- table`. A number is valid if the plan of the region that owns it
//! knows its digits; that says nothing about whether it is in service.
//!
//! Input is ASCII digits only. Any other byte ends every reading: no error, no panic.

mod area;
mod region;
mod table;
#[cfg(test)]
mod tests;

pub use region::{E164, National, Region};

use table::{ALIKE, CODE_INDEX, CODES, Code, NEXT, OPENINGS, ROOT, State, output, tail};

/// What the plans say of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A plan knows these digits.
    Valid(NumberType),
    /// The calling code exists and has numbers of this length, but no pattern fits.
    Possible,
    /// Neither.
    Unknown,
}

/// What a valid number is used for, as far as its digits tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NumberType {
    /// A geographic number.
    Fixed,
    /// A mobile number.
    Mobile,
    /// The plan does not tell the two apart (North America).
    FixedOrMobile,
    /// Toll-free, premium, shared cost, personal, VoIP, pager, company-wide or voicemail.
    Other,
}

/// The verdict on `digits`: a whole number, calling code first, no plus and no prefix.
pub fn check(digits: &[u8]) -> Verdict {
    match number_type(outcome_of_all(digits)) {
        Some(number_type) => Verdict::Valid(number_type),
        None if is_possible(digits) => Verdict::Possible,
        None => Verdict::Unknown,
    }
}

/// All ways to cut a valid number from the front of `digits` (calling code first), in one walk:
/// bit n is set if the first n digits are a valid number.
pub fn valid_lengths(digits: &[u8]) -> u32 {
    let mut lengths = 0;
    let mut state = ROOT;
    for (read, &byte) in (1..u32::BITS).zip(digits) {
        let Some(next) = step(state, byte) else { break };
        state = next;
        if output(state) != 0 {
            lengths |= 1 << read;
        }
    }
    lengths
}

/// How many leading digits of `digits` form a country calling code; 0 if none do.
pub fn country_code_len(digits: &[u8]) -> usize {
    calling_code(digits).map_or(0, |code| code.digits.as_bytes().len())
}

/// What `digits` are, the calling code first: the output at their end.
#[inline]
fn outcome_of_all(digits: &[u8]) -> u8 {
    match digits.split_first_chunk::<3>() {
        Some((opening, rest)) if opening.iter().all(u8::is_ascii_digit) => {
            let opening = opening.iter().fold(0, |n, d| 10 * n + usize::from(d - b'0'));
            outcome(OPENINGS[opening], rest)
        }
        _ => outcome(ROOT, digits),
    }
}

/// What `digits` are behind `start`: the output at their end, and 0 behind what is no digit.
#[inline]
fn outcome(start: State, digits: &[u8]) -> u8 {
    let (mut state, mut rest) = (start, digits);
    while let [byte, behind @ ..] = rest {
        // The dead state counts as the highest here.
        if state.wrapping_sub(1) >= ALIKE - 1 {
            let counts = state != DEAD && rest.iter().all(u8::is_ascii_digit);
            return if counts { tail(state, rest.len()) } else { 0 };
        }
        let Some(next) = next(state, *byte) else { return 0 };
        (state, rest) = (next, behind);
    }
    output(state)
}

/// The state after `digits`, or nothing once no number can come of them.
#[inline]
fn walk(start: State, digits: &[u8]) -> Option<State> {
    let mut state = start;
    for &byte in digits {
        state = next(state, byte)?;
    }
    // What is dead stays so: one look at the end will do.
    (state != DEAD).then_some(state)
}

fn step(state: State, byte: u8) -> Option<State> {
    next(state, byte).filter(|&next| next != DEAD)
}

/// The state after `state`, dead or not; nothing after what is no digit.
#[inline]
fn next(state: State, byte: u8) -> Option<State> {
    let digit = usize::from(byte.wrapping_sub(b'0'));
    if digit > 9 { None } else { NEXT.get(2 * usize::from(state) + digit).copied() }
}

const DEAD: State = 0;

/// The meaning of an output on the way from a number's root.
fn number_type(output: u8) -> Option<NumberType> {
    match output {
        1 => Some(NumberType::Fixed),
        2 => Some(NumberType::Mobile),
        3 => Some(NumberType::FixedOrMobile),
        4 => Some(NumberType::Other),
        _ => None,
    }
}

fn is_possible(digits: &[u8]) -> bool {
    calling_code(digits).is_some_and(|code| {
        let national = digits.len() - code.digits.as_bytes().len();
        has_length(code.lengths, national) && digits.iter().all(u8::is_ascii_digit)
    })
}

fn has_length(mask: u32, length: usize) -> bool {
    length < 32 && mask >> length & 1 == 1
}

/// No calling code opens another, so three digits decide. What is no digit, or missing, is read
/// as 0 here; the code must then stand in `digits` itself.
fn calling_code(digits: &[u8]) -> Option<&'static Code> {
    let index = (0..3).fold(0, |index, at| {
        let digit = digits.get(at).map_or(0, |byte| byte.wrapping_sub(b'0'));
        index * 10 + if digit > 9 { 0 } else { usize::from(digit) }
    });
    let number = usize::from(*CODE_INDEX.get(index)?).checked_sub(1)?;
    CODES.get(number).filter(|code| digits.starts_with(code.digits.as_bytes()))
}
