//! The evidence model of phone numbers: what can speak for or against one, and how much.
//!
//! A [`Clue`] is one thing that is seen at a number or around it; [`Evidence`] is a set of them;
//! [`Weights`] says what each counts and how much is enough. The weights are data
//! (`rules/phone.toml`), the clues are what the detector can see. Cost: a set is one word, a sum one load
//! for each eight clues there are.

use serde::Deserialize;

macro_rules! clues {
    ($($(#[$doc:meta])+ $clue:ident $name:ident,)+) => {
        /// One thing that speaks for or against a phone number.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Clue {
            $($(#[$doc])+ $clue,)+
        }

        impl Clue {
            /// All of them, in the order of their numbers.
            pub const ALL: &[Clue] = &[$(Clue::$clue),+];

            /// Its name in the rule file and in the output of `lognym detect --explain`.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Clue::$clue => stringify!($name),)+
                }
            }
        }

        /// The table in the rule file: a weight for every clue, none left out.
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(super) struct Table {
            enough: i16,
            $($name: i16,)+
        }

        impl From<Table> for Weights {
            fn from(table: Table) -> Self {
                Self::new([$(table.$name),+], table.enough)
            }
        }

        const COUNT: usize = [$(Clue::$clue),+].len();
    };
}

clues! {
    /// The value of a field for phone numbers.
    Field field,
    /// The user part of a URI.
    Uri uri,
    /// In an address, or the display name of one.
    Address address,
    /// What a PBX dialled.
    Dialled dialled,
    /// The value of a field for a party of a call.
    Party party,
    /// The value of a field for a number or a person.
    NumberField number_field,
    /// The other end of a call whose one end was found.
    Tied tied,
    /// In brackets after a name.
    OfName of_name,
    /// Right after a name.
    AfterName after_name,
    /// A cell near one that is about a call, or right beside a name.
    Row row,
    /// A cell of its own.
    Cell cell,
    /// After a phone word.
    Keyword keyword,
    /// After a word for numbers of all kinds, or with a phone word a few words before.
    NumberWord number_word,
    /// After a word that goes with phone numbers.
    Hint hint,
    /// After a preposition.
    Preposition preposition,
    /// The field or word before it says that it is something else.
    Other other,
    /// The hint speaks of what is dialled and stands right before.
    Direct direct,
    /// A hint beside the word for numbers.
    Hinted hinted,
    /// A name a few words before.
    Near near,
    /// It fills the line.
    Alone alone,
    /// As many digits as phone numbers have.
    Sized sized,
    /// More digits than any number has, dialled in one piece.
    Overlong overlong,
    /// A plus sign.
    Plus plus,
    /// A plus sign, and the plan of its country allows it.
    International international,
    /// A plan allows it as it is dialled, with prefix or trunk prefix.
    Valid valid,
    /// A plan allows it, but so it does many numbers of this length.
    Loose loose,
    /// A plus sign, and a plan knows numbers of this length.
    Possible possible,
    /// An international prefix.
    Prefix prefix,
    /// A zero that may be a trunk prefix.
    Trunk trunk,
    /// Several groups.
    Grouped grouped,
    /// Grouped as its region groups numbers.
    Usual usual,
    /// Can only be a mobile number, written without spaces.
    Mobile mobile,
    /// Too long for a number that merely opens like an international one.
    Long long,
    /// In a row of numbers.
    InRow in_row,
    /// Seconds since 1970.
    Epoch epoch,
    /// Milliseconds or less since 1970, or a time of day in one piece.
    Clock clock,
    /// A decimal, or part of a longer number.
    Decimal decimal,
    /// From one number to a higher one.
    Range range,
    /// A version.
    Version version,
    /// A date.
    Date date,
    /// An IP address or a fraction.
    IpAddress ip_address,
    /// A unit stands after it.
    Unit unit,
}

/// A set of clues.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evidence(u64);

const _: () = assert!(COUNT <= u64::BITS as usize);

impl Evidence {
    /// Nothing.
    pub const NONE: Evidence = Evidence(0);

    /// The set of one clue.
    #[inline]
    pub const fn of(clue: Clue) -> Self {
        Self(1 << clue as u8)
    }

    /// With `clue` as well if `seen`.
    #[inline]
    #[must_use]
    pub const fn with(self, clue: Clue, seen: bool) -> Self {
        Self(self.0 | (seen as u64) << clue as u8)
    }

    /// Both together.
    #[inline]
    #[must_use]
    pub const fn and(self, other: Evidence) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether `clue` is in it.
    #[inline]
    pub const fn has(self, clue: Clue) -> bool {
        self.0 >> clue as u8 & 1 != 0
    }

    /// Whether there is nothing.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The clues, in the order of their numbers.
    pub fn iter(self) -> impl Iterator<Item = Clue> {
        Clue::ALL.iter().copied().filter(move |&clue| self.has(clue))
    }
}

/// What each clue counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weights {
    of: [i16; COUNT],
    enough: i16,
    /// For each byte of a set, the sum by its value.
    sums: Box<[[i16; 256]; BYTES]>,
}

/// Bytes of a set that may hold clues.
const BYTES: usize = COUNT.div_ceil(8);

impl Weights {
    fn new(of: [i16; COUNT], enough: i16) -> Self {
        let mut sums = Box::new([[0; 256]; BYTES]);
        for (clues, sums) in of.chunks(8).zip(sums.iter_mut()) {
            for (set, sum) in sums.iter_mut().enumerate() {
                let seen = clues.iter().enumerate().filter(|(bit, _)| set >> bit & 1 != 0);
                *sum = seen.map(|(_, weight)| weight).sum();
            }
        }
        Self { of, enough, sums }
    }

    /// What `clue` counts.
    pub const fn of(&self, clue: Clue) -> i16 {
        self.of[clue as usize]
    }

    /// The sum that makes a number a phone number.
    pub const fn enough(&self) -> i16 {
        self.enough
    }

    /// The sum of `evidence`.
    #[inline]
    pub fn sum(&self, evidence: Evidence) -> i16 {
        let bytes = evidence.0.to_le_bytes();
        self.sums.iter().zip(bytes).map(|(sums, byte)| sums[usize::from(byte)]).sum()
    }

    /// Whether `evidence` is enough.
    #[inline]
    pub fn suffice(&self, evidence: Evidence) -> bool {
        self.sum(evidence) >= self.enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;

    #[test]
    fn sets_hold_what_was_put_in() {
        let set = Evidence::of(Clue::Field).with(Clue::Plus, true).with(Clue::Unit, false);
        assert_eq!(set.iter().collect::<Vec<_>>(), [Clue::Field, Clue::Plus]);
        assert!(set.has(Clue::Plus) && !set.has(Clue::Unit) && !set.is_empty());
        assert_eq!(Evidence::NONE.and(set), set);
    }

    #[test]
    fn a_sum_is_the_sum_of_its_clues() {
        let weights = RuleSet::builtin().expect("the embedded rules are valid").weights;
        let all = Clue::ALL.iter().fold(Evidence::NONE, |set, &clue| set.with(clue, true));
        let each = Clue::ALL.iter().map(|&clue| weights.of(clue));
        assert_eq!(weights.sum(all), each.sum::<i16>());
        for &clue in Clue::ALL {
            assert_eq!(weights.sum(Evidence::of(clue)), weights.of(clue), "{clue:?}");
        }
        assert!(weights.suffice(Evidence::of(Clue::Field)));
        assert!(!weights.suffice(Evidence::of(Clue::Sized).with(Clue::Loose, true)));
    }
}
