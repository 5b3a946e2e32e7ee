//! What the lexicon knows of a word: twelve bits of evidence for and against a name.

/// Evidence about one word. A word can be many things at once: `Rose` is a given name, a
/// family name and a common word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Bits(u16);

const GIVEN: u32 = 0;
const FAMILY: u32 = 2;
const COMMON: u32 = 4;
const BAND: u16 = 0b11;

impl Bits {
    /// How many low bits are in use.
    pub const WIDTH: u32 = 12;
    /// Of a word that stands in no list.
    pub const EMPTY: Self = Self(0);
    /// City, region or country.
    pub const PLACE: Self = Self(1 << 6);
    /// Month or weekday, in full or abbreviated.
    pub const MONTH: Self = Self(1 << 7);
    /// Vendor, product or technology.
    pub const ORG: Self = Self(1 << 8);
    /// Word that makes a display name or the value of a name field no person (`Queue`, `GmbH`).
    pub const NONPERSON: Self = Self(1 << 9);
    /// Namesake of an algorithm, unit or law (`Dijkstra`).
    pub const EPONYM: Self = Self(1 << 10);
    /// Theme for naming machines (`apollo`).
    pub const HOST: Self = Self(1 << 11);

    /// A given name of frequency `band` 1 (rare) to 3 (frequent); larger bands count as 3.
    pub const fn with_given(band: u8) -> Self {
        Self::banded(band, GIVEN)
    }

    /// A family name of frequency `band` 1 to 3.
    pub const fn with_family(band: u8) -> Self {
        Self::banded(band, FAMILY)
    }

    /// A common word of frequency `band` 1 to 3.
    pub const fn with_common(band: u8) -> Self {
        Self::banded(band, COMMON)
    }

    /// The lowest [`WIDTH`](Self::WIDTH) bits of `raw`.
    pub const fn from_raw(raw: u32) -> Self {
        Self((raw & ((1 << Self::WIDTH) - 1)) as u16)
    }

    /// The bits as a number, for tables of weights.
    pub const fn raw(self) -> u16 {
        self.0
    }

    /// Given name: 0 no, 1 rare to 3 frequent.
    pub const fn given(self) -> u8 {
        self.band(GIVEN)
    }

    /// Family name: 0 no, 1 rare to 3 frequent.
    pub const fn family(self) -> u8 {
        self.band(FAMILY)
    }

    /// Common word of English or German: 0 no, 1 less to 3 very common.
    pub const fn common(self) -> u8 {
        self.band(COMMON)
    }

    /// Given or family name of any band.
    pub const fn is_name(self) -> bool {
        self.0 & (BAND << GIVEN | BAND << FAMILY) != 0
    }

    /// See [`PLACE`](Self::PLACE).
    pub const fn is_place(self) -> bool {
        self.has(Self::PLACE)
    }

    /// See [`MONTH`](Self::MONTH).
    pub const fn is_month(self) -> bool {
        self.has(Self::MONTH)
    }

    /// See [`ORG`](Self::ORG).
    pub const fn is_org(self) -> bool {
        self.has(Self::ORG)
    }

    /// See [`NONPERSON`](Self::NONPERSON).
    pub const fn is_nonperson(self) -> bool {
        self.has(Self::NONPERSON)
    }

    /// See [`EPONYM`](Self::EPONYM).
    pub const fn is_eponym(self) -> bool {
        self.has(Self::EPONYM)
    }

    /// See [`HOST`](Self::HOST).
    pub const fn is_host(self) -> bool {
        self.has(Self::HOST)
    }

    /// Whether no list holds the word.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The same word, were it on no list of names.
    pub const fn without_names(self) -> Self {
        Self(self.0 & !(BAND << GIVEN | BAND << FAMILY))
    }

    /// Both together: the higher band of each kind, the flags of either.
    pub fn merge(self, other: Self) -> Self {
        let flags = (self.0 | other.0) & !0b11_1111;
        let given = Self::with_given(self.given().max(other.given()));
        let family = Self::with_family(self.family().max(other.family()));
        let common = Self::with_common(self.common().max(other.common()));
        Self(flags | given.0 | family.0 | common.0)
    }

    const fn banded(band: u8, shift: u32) -> Self {
        let band = if band > 3 { 3 } else { band as u16 };
        Self(band << shift)
    }

    const fn band(self, shift: u32) -> u8 {
        ((self.0 >> shift) & BAND) as u8
    }

    const fn has(self, flag: Self) -> bool {
        self.0 & flag.0 != 0
    }
}
