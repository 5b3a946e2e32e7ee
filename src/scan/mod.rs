//! Classifies bytes, 64 at a time, into bit masks.
//!
//! A block of bytes goes in, one [`Lane`] for each 64 of them comes out; finding is then
//! arithmetic on masks, and most bytes are never looked at again. A [`Kernel`] is chosen once,
//! when the engine is built, from what the CPU can do. All kernels give the same lanes: the
//! scalar one is the oracle of the tests. Lanes depend on nothing but the bytes.
//!
//! Cost: two table look-ups, and one extraction for each mask, per vector; lanes take more
//! memory than the bytes, 88 for 64, so callers hand in blocks that fit a cache. There is no allocation once
//! the lanes of the largest block have been made. Medians of `cargo bench --bench scan` in GB/s (AMD
//! EPYC of family 26, two cores, baseline x86-64 build):
//!
//! | | scalar | ssse3 | avx2 | avx512 |
//! |---|---|---|---|---|
//! | 64 KiB | 1.02 | 5.2 | 16.5 | 26.3 |
//! | 4 MiB | 1.02 | 5.2 | 16.2 | 25.9 |

pub mod candidate;
mod drive;
pub mod filter;
#[cfg(target_arch = "x86_64")]
mod lookup;
mod mask;
#[cfg(target_arch = "aarch64")]
mod neon;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod nibble;
mod scalar;
pub mod template;
#[cfg(test)]
mod tests;
#[cfg(target_arch = "x86_64")]
mod x86;

use std::fmt;
use std::str::FromStr;

use candidate::{Candidate, Group};
use filter::Filter;
use template::{Rubbed, Seed, Template};

/// Class masks of 64 consecutive bytes; bit i stands for byte i.
///
/// The classes are those of [`Class`](crate::class::Class), and some single bytes. Bits past the end of the input are 0.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Lane {
    /// `0-9`.
    pub digit: u64,
    /// `A-Z a-z`.
    pub alpha: u64,
    /// `A-Z`.
    pub upper: u64,
    /// What may stand between the digit groups of a phone number: space `- . / ( ) + ,`.
    pub join: u64,
    /// `+ ,`: a number may begin after it although a digit stands before; also in `join`.
    pub opens: u64,
    /// `: = <`.
    pub key: u64,
    /// `:`; also in `key`.
    pub colon: u64,
    /// `% & \`: the first byte of an escape that the carrier format adds.
    pub escape: u64,
    /// `0x80` and above.
    pub high: u64,
    /// A space; also in `join`.
    pub space: u64,
    /// A line feed.
    pub feed: u64,
}

/// What a scan says of a block, and the memory for it.
#[derive(Debug, Default)]
pub struct Marks {
    /// The class masks of its bytes.
    pub lanes: Vec<Lane>,
    /// Its digit groups that may begin a number, in ascending order, as far as they are known.
    pub groups: Vec<Group>,
    /// Whether they are.
    grouped: bool,
    /// For each lane, the bytes where a candidate is wanted; wanted everywhere if there is none.
    pub wanted: Vec<u64>,
}

impl Marks {
    /// Wants no candidates from `start` to `end`, of which there is one byte at least.
    pub fn leave_out(&mut self, start: usize, end: usize) {
        if self.wanted.is_empty() {
            self.wanted.resize(self.lanes.len(), u64::MAX);
        }
        let (first, last) = (start / 64, (end - 1) / 64);
        let (from, to) = (u64::MAX << (start % 64), u64::MAX >> (63 - (end - 1) % 64));
        if first == last {
            self.wanted[first] &= !(from & to);
            return;
        }
        self.wanted[first] &= !from;
        self.wanted[first + 1..last].fill(0);
        self.wanted[last] &= !to;
    }
}

/// The instructions that a kernel is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Isa {
    /// Plain Rust, for every CPU.
    Scalar,
    /// x86-64 with SSSE3: 16 bytes at a time.
    Ssse3,
    /// x86-64 with AVX2: 32 bytes at a time.
    Avx2,
    /// x86-64 with AVX-512BW: 64 bytes at a time.
    Avx512,
    /// AArch64: 16 bytes at a time.
    Neon,
}

impl Isa {
    /// Every instruction set that there is a kernel for, on this CPU or another; for one
    /// architecture, the slower comes first.
    pub const ALL: [Isa; 5] = [Isa::Scalar, Isa::Ssse3, Isa::Avx2, Isa::Avx512, Isa::Neon];

    /// The name that the command line uses.
    pub const fn name(self) -> &'static str {
        match self {
            Isa::Scalar => "scalar",
            Isa::Ssse3 => "ssse3",
            Isa::Avx2 => "avx2",
            Isa::Avx512 => "avx512",
            Isa::Neon => "neon",
        }
    }
}

impl fmt::Display for Isa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Isa {
    type Err = KernelError;

    /// Reads a [`name`](Isa::name); `sse2` is taken for `ssse3`, the oldest x86 kernel there is.
    fn from_str(name: &str) -> Result<Self, KernelError> {
        let name = if name == "sse2" { "ssse3" } else { name };
        Isa::ALL.into_iter().find(|isa| isa.name() == name).ok_or(KernelError::Unknown)
    }
}

/// Why there is no kernel of the wanted name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KernelError {
    /// The name stands for no instruction set.
    #[error("unknown scan kernel; take one of auto, scalar, ssse3, avx2, avx512, neon")]
    Unknown,
    /// This CPU lacks the instructions.
    #[error("this CPU cannot run the scan kernel {0}; take `auto`, or `scalar`, which always runs")]
    Unavailable(Isa),
}

/// A classifier that this CPU can run: there is no other way to own one.
#[derive(Clone, Copy, Debug)]
pub struct Kernel(Proof);

/// What vouches for the CPU; each vector kernel's token is made by its own detection only.
#[derive(Clone, Copy, Debug)]
enum Proof {
    Scalar,
    #[cfg(target_arch = "x86_64")]
    Ssse3(x86::Ssse3),
    #[cfg(target_arch = "x86_64")]
    Avx2(x86::Avx2),
    #[cfg(target_arch = "x86_64")]
    Avx512(x86::Avx512),
    #[cfg(target_arch = "aarch64")]
    Neon(neon::Neon),
}

impl Kernel {
    /// The fastest kernel for this CPU: the widest vectors it has.
    ///
    /// AVX-512 goes before AVX2: called in turns on a Xeon of 2.5 GHz with AVX-512 VNNI, it was
    /// 1.6 to 1.8 times as fast on 64 and 256 KiB, 1.4 times on 4 MiB (medians of 3,001 pairs).
    pub fn auto() -> Kernel {
        let fastest = Isa::ALL.into_iter().rev().find_map(Kernel::new);
        fastest.unwrap_or(Kernel(Proof::Scalar))
    }

    /// The kernel in the instructions `isa`, unless this CPU lacks them.
    pub fn new(isa: Isa) -> Option<Kernel> {
        let proof = match isa {
            Isa::Scalar => Some(Proof::Scalar),
            #[cfg(target_arch = "x86_64")]
            Isa::Ssse3 => x86::Ssse3::detect().map(Proof::Ssse3),
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => x86::Avx2::detect().map(Proof::Avx2),
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => x86::Avx512::detect().map(Proof::Avx512),
            #[cfg(target_arch = "aarch64")]
            Isa::Neon => neon::Neon::detect().map(Proof::Neon),
            // The kernels of other architectures.
            _ => None,
        };
        proof.map(Kernel)
    }

    /// Every kernel that this CPU can run, [`Scalar`](Isa::Scalar) first.
    pub fn available() -> impl Iterator<Item = Kernel> {
        Isa::ALL.into_iter().filter_map(Kernel::new)
    }

    /// The instructions it is written in.
    pub fn isa(&self) -> Isa {
        match self.0 {
            Proof::Scalar => Isa::Scalar,
            #[cfg(target_arch = "x86_64")]
            Proof::Ssse3(_) => Isa::Ssse3,
            #[cfg(target_arch = "x86_64")]
            Proof::Avx2(_) => Isa::Avx2,
            #[cfg(target_arch = "x86_64")]
            Proof::Avx512(_) => Isa::Avx512,
            #[cfg(target_arch = "aarch64")]
            Proof::Neon(_) => Isa::Neon,
        }
    }

    /// Replaces what `lanes` holds by the lanes of `bytes`: `bytes.len().div_ceil(64)` of them,
    /// the last padded with bits 0. The memory of `lanes` is used again where it suffices.
    pub fn classify(&self, bytes: &[u8], lanes: &mut Vec<Lane>) {
        match self.0 {
            Proof::Scalar => scalar::classify(bytes, lanes),
            #[cfg(target_arch = "x86_64")]
            Proof::Ssse3(proof) => proof.classify(bytes, lanes),
            #[cfg(target_arch = "x86_64")]
            Proof::Avx2(proof) => proof.classify(bytes, lanes),
            #[cfg(target_arch = "x86_64")]
            Proof::Avx512(proof) => proof.classify(bytes, lanes),
            #[cfg(target_arch = "aarch64")]
            Proof::Neon(proof) => proof.classify(bytes, lanes),
        }
    }

    /// Replaces what `marks` hold by the lanes of `bytes`; candidates are wanted everywhere, and the
    /// digit groups are not known yet.
    pub fn mark(&self, bytes: &[u8], marks: &mut Marks) {
        self.classify(bytes, &mut marks.lanes);
        marks.groups.clear();
        marks.grouped = false;
        marks.wanted.clear();
    }

    /// Fills the digit groups of `marks`, which are of `bytes`; [`Self::candidates`] does so too.
    pub fn groups(&self, bytes: &[u8], marks: &mut Marks) {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Proof::Avx2(proof) => proof.groups(bytes, marks, candidate::list),
            #[cfg(target_arch = "x86_64")]
            Proof::Avx512(proof) => proof.groups(bytes, marks),
            _ => candidate::fill_groups(bytes, marks, candidate::list),
        }
    }

    /// Replaces what `out` holds by the [templates](template) of the lines of `bytes`, in their order;
    /// `marks` are of these and have their groups, `rubbed` is room for masks.
    pub fn templates(
        &self,
        bytes: &[u8],
        marks: &Marks,
        seed: &Seed,
        rubbed: &mut Vec<Rubbed>,
        out: &mut Vec<Template>,
    ) {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Proof::Avx2(proof) => proof.templates(bytes, marks, seed, rubbed, out),
            #[cfg(target_arch = "x86_64")]
            Proof::Avx512(proof) => proof.avx2().templates(bytes, marks, seed, rubbed, out),
            _ => template::fill(bytes, marks, seed, rubbed, out),
        }
    }

    /// Replaces what `out` holds by the candidates of `bytes`, which `marks` are of.
    pub fn candidates(
        &self,
        bytes: &[u8],
        marks: &mut Marks,
        filter: &Filter,
        out: &mut Vec<Candidate>,
    ) {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Proof::Avx2(proof) => proof.candidates(bytes, marks, filter, candidate::list, out),
            #[cfg(target_arch = "x86_64")]
            Proof::Avx512(proof) => proof.candidates(bytes, marks, filter, out),
            _ => {
                let search = (filter::word_slots, filter::key_slots, candidate::list);
                candidate::fill(bytes, marks, filter, search, out);
            }
        }
    }
}

impl FromStr for Kernel {
    type Err = KernelError;

    /// Reads `auto` or the name of an [`Isa`].
    ///
    /// # Errors
    ///
    /// The name is unknown, or this CPU lacks the instructions.
    fn from_str(name: &str) -> Result<Self, KernelError> {
        if name == "auto" {
            return Ok(Kernel::auto());
        }
        let isa = name.parse()?;
        Kernel::new(isa).ok_or(KernelError::Unavailable(isa))
    }
}
