//! The embedded table: `rules/plans.bin` in, typed statics out, all at compile time.
//!
//! Nothing is parsed or built when the program starts; a file of another layout or a truncated
//! one does not compile. The file, little-endian (written by `rules/gen/plans/table.rs`):
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `LNPLAN02` |
//! | 2 × 7 | counts: states, root state, first state from which any digits lead alike, codes, regions, actions, international prefixes |
//! | 20 × states | next state by digit; state 0 is dead |
//! | states | output of the state |
//! | 1000 | by the first three digits: 1 + number of the calling code, 0 for none |
//! | 8 × codes | digits (slot of 4), national lengths (mask) |
//! | 18 × regions | ISO code, calling code, prefix count, first prefix, root, prefix root, trunk prefix (slot of 4), national lengths (mask) |
//! | 8 × actions | skip, cut, whole, prepended digits (slot of 5) |
//! | 10 × prefixes | digits (slot of 10) |
//!
//! A slot is a length byte and that many digits, padded with zeros. Bit n of a mask stands for a
//! length of n digits.

/// A state of the automaton: half the place of its row in [`NEXT`], so that a step needs no product;
/// 0 is dead.
pub(super) type State = u16;

/// Where numbers with their calling code start.
pub(super) const ROOT: State = state(count(1));

/// From this state on any digits lead alike: what comes of it hangs on their count.
pub(super) const ALIKE: State = state(count(2));

/// Next states by digit, row by row.
pub(super) static NEXT: [State; ROW * STATES] = next();

/// What the digits up to a state are. On the way from [`ROOT`] or from a region's root: 0
/// nothing, 1 fixed, 2 mobile, 3 either, 4 another kind. On the way from a region's prefix root:
/// 0 nothing, else 1 + the index of an action.
static OUTPUT: [u8; STATES] = outputs();

/// The output of `state`.
#[inline]
pub(super) fn output(state: State) -> u8 {
    OUTPUT[usize::from(state) / (ROW / 2)]
}

/// Where three digits lead from [`ROOT`], by their value: three steps in one.
pub(super) static OPENINGS: [State; 1000] = openings();

/// The outputs behind the states from [`ALIKE`] on, by how many digits follow.
static TAILS: [[u8; TAIL]; STATES - count(2)] = tails();

/// The output behind `state`, one of those from [`ALIKE`] on, and so many `digits`.
#[inline]
pub(super) fn tail(state: State, digits: usize) -> u8 {
    let row = TAILS.get(usize::from(state - ALIKE) / (ROW / 2));
    row.and_then(|row| row.get(digits)).copied().unwrap_or(0)
}

/// By the first three digits: 1 + the index of the calling code, or 0.
pub(super) static CODE_INDEX: [u8; 1000] = code_index();

/// Calling codes in ascending order.
pub(super) static CODES: [Code; count(3)] = codes();

/// Regions in ascending order of their ISO codes.
pub(super) static REGIONS: [RegionRow; count(4)] = regions();

/// What the prefixes of national numbers do.
pub(super) static ACTIONS: [Action; count(5)] = actions();

/// International prefixes; a region names a range of them.
pub(super) static INTERNATIONAL: [Slot<10>; count(6)] = international();

/// A country calling code.
#[derive(Clone, Copy)]
pub(super) struct Code {
    pub(super) digits: Slot<4>,
    /// Lengths of the national numbers of all its regions.
    pub(super) lengths: u32,
}

/// A region.
#[derive(Clone, Copy)]
pub(super) struct RegionRow {
    pub(super) iso: [u8; 2],
    /// Index of its calling code.
    pub(super) code: u8,
    pub(super) international_count: u8,
    pub(super) international_start: u16,
    /// The opening pairs of digits of its international prefixes: bit 10 a + b for `ab`.
    pub(super) international_pairs: u128,
    /// Start for national numbers of this region alone.
    pub(super) root: State,
    /// Start for what may stand before them.
    pub(super) prefix_root: State,
    pub(super) trunk: Slot<4>,
    /// Lengths of its national numbers.
    pub(super) lengths: u32,
}

/// What to do with a matched prefix of n digits: `prepend` stands for what precedes
/// `skip..n - cut`.
#[derive(Clone, Copy)]
pub(super) struct Action {
    /// [`SKIP_ALL`]: the whole match goes.
    pub(super) skip: u8,
    pub(super) cut: u8,
    /// Holds only if the match is the whole input.
    pub(super) whole: bool,
    pub(super) prepend: Slot<5>,
}

/// See [`Action::skip`].
pub(super) const SKIP_ALL: u8 = u8::MAX;

/// Up to `N - 1` digits behind a length byte.
#[derive(Clone, Copy)]
pub(super) struct Slot<const N: usize>([u8; N]);

impl<const N: usize> Slot<N> {
    #[inline]
    pub(super) fn as_bytes(&self) -> &[u8] {
        // Checked at compile time, by `slot`.
        self.0.get(1..=usize::from(self.0[0])).unwrap_or_default()
    }

    /// The digits and zeros behind them, in one size.
    #[inline]
    pub(super) fn padded(&self) -> &[u8] {
        &self.0[1..]
    }

    pub(super) fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }
}

const FILE: &[u8] = include_bytes!("../../rules/plans.bin");

const STATES: usize = count(0);
/// Digits, and so states in a row.
const ROW: usize = 10;
/// Room for the digits that follow the first state from which any lead alike, and one more count.
const TAIL: usize = 16;

const COUNTS: usize = 8;
const NEXT_START: usize = COUNTS + 2 * 7;
const OUTPUT_START: usize = NEXT_START + 20 * STATES;
const INDEX_START: usize = OUTPUT_START + STATES;
const CODE_START: usize = INDEX_START + 1000;
const REGION_START: usize = CODE_START + 8 * count(3);
const ACTION_START: usize = REGION_START + 18 * count(4);
const INTERNATIONAL_START: usize = ACTION_START + 8 * count(5);

const _: () = {
    let magic = b"LNPLAN02";
    let mut at = 0;
    while at < magic.len() {
        assert!(FILE[at] == magic[at], "rules/plans.bin is of another layout; regenerate it");
        at += 1;
    }
    assert!(FILE.len() == INTERNATIONAL_START + 10 * count(6), "rules/plans.bin has a wrong size");
};

const fn count(number: usize) -> usize {
    u16_at(COUNTS + 2 * number) as usize
}

const fn u16_at(at: usize) -> u16 {
    u16::from_le_bytes([FILE[at], FILE[at + 1]])
}

const fn u32_at(at: usize) -> u32 {
    u32::from_le_bytes([FILE[at], FILE[at + 1], FILE[at + 2], FILE[at + 3]])
}

/// The state whose number stands at `at`.
const fn state_at(at: usize) -> State {
    state(u16_at(at) as usize)
}

/// The state of this number, within bounds.
const fn state(number: usize) -> State {
    assert!(number < STATES, "rules/plans.bin names a state that it does not have");
    assert!(ROW / 2 * number <= State::MAX as usize, "rules/plans.bin has too many states");
    (ROW / 2 * number) as State
}

const fn slot<const N: usize>(at: usize) -> Slot<N> {
    let mut bytes = [0; N];
    let mut offset = 0;
    while offset < N {
        bytes[offset] = FILE[at + offset];
        assert!(offset == 0 || bytes[offset] == 0 || bytes[offset].is_ascii_digit());
        offset += 1;
    }
    assert!((bytes[0] as usize) < N, "rules/plans.bin has an overlong slot");
    Slot(bytes)
}

const fn next() -> [State; ROW * STATES] {
    let mut rows = [0; ROW * STATES];
    let mut at = 0;
    while at < rows.len() {
        rows[at] = state_at(NEXT_START + 2 * at);
        at += 1;
    }
    rows
}

const _: () = {
    let mut digit = 0;
    while digit < ROW {
        assert!(
            state_at(NEXT_START + 2 * digit) == 0,
            "a way leads out of the dead state of rules/plans.bin"
        );
        digit += 1;
    }
};

/// The state that `digit` leads to from `state`.
const fn next_of(state: State, digit: usize) -> State {
    state_at(NEXT_START + 2 * (2 * state as usize + digit))
}

const fn openings() -> [State; 1000] {
    let mut openings = [0; 1000];
    let mut digits = 0;
    while digits < openings.len() {
        let first = next_of(ROOT, digits / 100);
        let second = next_of(first, digits / 10 % 10);
        openings[digits] = next_of(second, digits % 10);
        digits += 1;
    }
    openings
}

const fn tails() -> [[u8; TAIL]; STATES - count(2)] {
    let mut tails = [[0; TAIL]; STATES - count(2)];
    let mut number = 0;
    while number < tails.len() {
        let mut state = state(count(2) + number);
        let mut digit = 1;
        while digit < 10 {
            let alike = next_of(state, digit) == next_of(state, 0);
            assert!(alike, "rules/plans.bin has states behind those from which digits lead alike");
            digit += 1;
        }
        let mut digits = 0;
        while digits < TAIL {
            tails[number][digits] = FILE[OUTPUT_START + state as usize / (ROW / 2)];
            state = next_of(state, 0);
            digits += 1;
        }
        assert!(state == 0, "rules/plans.bin has longer numbers than are looked up");
        number += 1;
    }
    tails
}

const fn outputs() -> [u8; STATES] {
    let mut outputs = [0; STATES];
    let mut at = 0;
    while at < STATES {
        outputs[at] = FILE[OUTPUT_START + at];
        at += 1;
    }
    outputs
}

const fn code_index() -> [u8; 1000] {
    let mut index = [0; 1000];
    let mut at = 0;
    while at < index.len() {
        index[at] = FILE[INDEX_START + at];
        assert!(index[at] as usize <= count(3), "rules/plans.bin names an unknown calling code");
        at += 1;
    }
    index
}

const fn codes() -> [Code; count(3)] {
    let mut codes = [Code { digits: Slot([0; 4]), lengths: 0 }; count(3)];
    let mut number = 0;
    while number < codes.len() {
        let at = CODE_START + 8 * number;
        codes[number] = Code { digits: slot(at), lengths: u32_at(at + 4) };
        number += 1;
    }
    codes
}

const fn regions() -> [RegionRow; count(4)] {
    let mut regions = [region(REGION_START); count(4)];
    let mut number = 1;
    while number < regions.len() {
        regions[number] = region(REGION_START + 18 * number);
        number += 1;
    }
    regions
}

const fn region(at: usize) -> RegionRow {
    let (first, count_of) = (u16_at(at + 4), FILE[at + 3]);
    let region = RegionRow {
        iso: [FILE[at], FILE[at + 1]],
        code: FILE[at + 2],
        international_count: count_of,
        international_start: first,
        international_pairs: pairs(first as usize, count_of as usize),
        root: state_at(at + 6),
        prefix_root: state_at(at + 8),
        trunk: slot(at + 10),
        lengths: u32_at(at + 14),
    };
    let end = region.international_start as usize + region.international_count as usize;
    assert!((region.code as usize) < count(3) && end <= count(6));
    assert!(region.iso[0].is_ascii_uppercase() && region.iso[1].is_ascii_uppercase());
    region
}

/// The opening pairs of so many prefixes from the one at `first`.
const fn pairs(first: usize, prefixes: usize) -> u128 {
    let (mut pairs, mut number) = (0, 0);
    while number < prefixes {
        let at = INTERNATIONAL_START + 10 * (first + number);
        let tens = 10 * (FILE[at + 1] % 16);
        pairs |= match FILE[at] {
            0 => u128::MAX,
            // Whatever follows a single digit.
            1 => 0x3ff << tens,
            _ => 1 << (tens + FILE[at + 2] % 16),
        };
        number += 1;
    }
    pairs
}

const fn actions() -> [Action; count(5)] {
    let none = Action { skip: 0, cut: 0, whole: false, prepend: Slot([0; 5]) };
    let mut actions = [none; count(5)];
    let mut number = 0;
    while number < actions.len() {
        let at = ACTION_START + 8 * number;
        let whole = FILE[at + 2] == 1;
        actions[number] =
            Action { skip: FILE[at], cut: FILE[at + 1], whole, prepend: slot(at + 3) };
        number += 1;
    }
    actions
}

const fn international() -> [Slot<10>; count(6)] {
    let mut prefixes = [Slot([0; 10]); count(6)];
    let mut number = 0;
    while number < prefixes.len() {
        prefixes[number] = slot(INTERNATIONAL_START + 10 * number);
        number += 1;
    }
    prefixes
}
