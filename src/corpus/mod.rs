//! Made-up troubleshooting logs, for the benches, `lognym bench` and tests that want bulk.
//!
//! A density, a size and a seed enter; log lines and the number of identities planted in
//! them leave. The same three give the same bytes on every machine: the randomness is a
//! seeded generator and the clock of the lines starts at a fixed instant.
//!
//! Lines come from two lists of templates, `plain.txt` (no identity) and `planted.txt` (at
//! least one on each line). Phones are drawn only from number ranges set aside for fiction,
//! names are random pairs from two short lists: nobody real is meant. Identities are only
//! ever written through `pen::Pen`, which counts them, so the counts cannot drift from
//! the text. Cost: some 10 ns a byte.

mod calendar;
mod filler;
mod identity;
mod pen;
mod rng;
mod template;
#[cfg(test)]
mod tests;

use pen::Pen;
use template::Template;

/// How many lines carry an identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Density {
    /// No line.
    None,
    /// One line in ten, at uneven distances.
    OneInTen,
    /// Every line.
    Every,
}

impl Density {
    /// All of them, thinnest first.
    pub const ALL: [Density; 3] = [Density::None, Density::OneInTen, Density::Every];

    /// The name used in bench ids and reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Density::None => "none",
            Density::OneInTen => "one-in-ten",
            Density::Every => "every",
        }
    }
}

/// Log lines and what was planted in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Corpus {
    /// Whole lines of UTF-8, each ended by LF.
    pub text: Vec<u8>,
    /// How many lines.
    pub lines: usize,
    /// How many phone numbers stand in them, repetitions counted.
    pub phones: usize,
    /// How many person names stand in them, repetitions counted.
    pub names: usize,
}

/// Writes whole lines until there are at least `bytes` of them.
pub fn generate(density: Density, bytes: usize, seed: u64) -> Corpus {
    let plain = Template::list(include_str!("plain.txt"));
    let planted = Template::list(include_str!("planted.txt"));
    let mut pen = Pen::new(seed);
    let mut next_planted = match density {
        Density::None => usize::MAX,
        Density::OneInTen => pen.rng.below(10),
        Density::Every => 0,
    };
    while pen.len() < bytes {
        let templates = if pen.lines() >= next_planted {
            next_planted += match density {
                // 1 to 19 lines on, ten on average.
                Density::OneInTen => 1 + pen.rng.below(19),
                Density::None | Density::Every => 1,
            };
            &planted
        } else {
            &plain
        };
        pen.rng.pick(templates).write(&mut pen);
        pen.end_line();
    }
    pen.finish()
}
