//! Plain additive counters: no atomics, no clock, no I/O.
//!
//! The engine returns one [`Counts`] a block; whoever drives it adds them up.

use crate::span::TypeCode;

/// How many registers the identity sketch has (standard error about 3 %).
const REGISTERS: usize = 1024;

/// What the engine saw and did in a block; adds up over blocks and threads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Bytes of input.
    pub bytes_in: u64,
    /// Bytes of output.
    pub bytes_out: u64,
    /// Lines (or frames) of input.
    pub lines: u64,
    /// Lines replaced by a withheld marker.
    pub withheld: u64,
    /// Lines with at least one finding.
    pub lines_changed: u64,
    /// Findings by [`crate::detect::Context`], indexed by its number.
    pub by_context: [u64; Counts::CONTEXTS],
    /// Findings by type: phone numbers, then names.
    pub by_type: [u64; 2],
    /// Findings that a rule of the operator settled, by the number of the rule; empty without rules.
    /// Those of rules on types of their own are in no other count.
    pub by_rule: Vec<u64>,
    /// Lines that a rule left out.
    pub lines_dropped: u64,
    /// Tokens that stood in the input already.
    pub tokens_seen: u64,
    /// Those of them that carry a foreign key id.
    pub tokens_foreign: u64,
    /// Sketch of the distinct identities replaced.
    pub identities: Sketch,
}

impl Counts {
    /// Upper bound on the number of detection contexts.
    pub const CONTEXTS: usize = 24;
    /// The types of [`Counts::by_type`], in its order.
    pub const TYPES: [TypeCode; 2] = [TypeCode::TEL, TypeCode::NAM];

    /// Adds another block's counts to these.
    pub fn add(&mut self, other: &Counts) {
        self.bytes_in += other.bytes_in;
        self.bytes_out += other.bytes_out;
        self.lines += other.lines;
        self.withheld += other.withheld;
        self.lines_changed += other.lines_changed;
        self.lines_dropped += other.lines_dropped;
        self.add_identities(other);
    }

    /// Adds what was found by another block, which is a part of this one.
    pub fn add_identities(&mut self, other: &Counts) {
        self.by_rule.resize(self.by_rule.len().max(other.by_rule.len()), 0);
        for (sum, more) in self.by_rule.iter_mut().zip(&other.by_rule) {
            *sum += more;
        }
        self.tokens_seen += other.tokens_seen;
        self.tokens_foreign += other.tokens_foreign;
        for (sum, more) in self.by_context.iter_mut().zip(other.by_context) {
            *sum += more;
        }
        for (sum, more) in self.by_type.iter_mut().zip(other.by_type) {
            *sum += more;
        }
        self.identities.merge(&other.identities);
    }

    /// Sets everything back to zero, keeping the memory.
    pub fn clear(&mut self) {
        let mut identities = std::mem::take(&mut self.identities);
        identities.clear();
        let mut by_rule = std::mem::take(&mut self.by_rule);
        by_rule.fill(0);
        *self = Counts { identities, by_rule, ..Counts::default() };
    }
}

impl Default for Counts {
    fn default() -> Self {
        Self {
            bytes_in: 0,
            bytes_out: 0,
            lines: 0,
            withheld: 0,
            lines_changed: 0,
            by_context: [0; Counts::CONTEXTS],
            by_type: [0; 2],
            by_rule: Vec::new(),
            lines_dropped: 0,
            tokens_seen: 0,
            tokens_foreign: 0,
            identities: Sketch::default(),
        }
    }
}

/// A HyperLogLog sketch (Flajolet et al. 2007): how many different identities, in
/// bounded memory, without keeping any of them. Empty until the first one comes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sketch {
    registers: Vec<u8>,
}

impl Sketch {
    /// Notes an identity by 64 bits of its (already keyed and uniform) token.
    pub fn note(&mut self, hash: u64) {
        if self.registers.is_empty() {
            self.registers.resize(REGISTERS, 0);
        }
        let index = (hash as usize) % REGISTERS;
        let rank = ((hash >> 10) | 1 << 54).trailing_zeros() as u8 + 1;
        let register = &mut self.registers[index];
        *register = (*register).max(rank);
    }

    /// Forgets everything, keeping the memory.
    pub fn clear(&mut self) {
        self.registers.fill(0);
    }

    /// Adds what another sketch has noted.
    pub fn merge(&mut self, other: &Sketch) {
        if self.registers.is_empty() {
            self.registers.clone_from(&other.registers);
            return;
        }
        for (mine, theirs) in self.registers.iter_mut().zip(&other.registers) {
            *mine = (*mine).max(*theirs);
        }
    }

    /// About how many different identities were noted.
    pub fn estimate(&self) -> u64 {
        if self.registers.is_empty() {
            return 0;
        }
        let m = REGISTERS as f64;
        let alpha = 0.7213 / (1.0 + 1.079 / m);
        let sum: f64 = self.registers.iter().map(|&r| (-f64::from(r)).exp2()).sum();
        let zeros = self.registers.iter().filter(|&&r| r == 0).count() as f64;
        let raw = alpha * m * m / sum;
        // Below 2.5 m, counting the empty registers is more exact than the sketch.
        let estimate = if raw <= 2.5 * m && zeros > 0.0 { m * (m / zeros).ln() } else { raw };
        estimate.round() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mix(mut x: u64) -> u64 {
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    #[test]
    fn sketch_is_near_the_truth() {
        for truth in [0u64, 1, 10, 500, 5_000, 200_000] {
            let mut sketch = Sketch::default();
            for i in 0..truth {
                sketch.note(mix(i + 1));
                sketch.note(mix(i + 1));
            }
            let error = (sketch.estimate() as f64 - truth as f64).abs();
            assert!(error <= 0.1 * truth as f64, "{truth}: {}", sketch.estimate());
        }
    }

    #[test]
    fn counts_add_up_and_clear() {
        let mut one = Counts { lines: 2, ..Counts::default() };
        one.identities.note(mix(1));
        let mut sum = one.clone();
        sum.add(&one);
        assert_eq!((sum.lines, sum.identities.estimate()), (4, 1));
        sum.clear();
        assert_eq!((sum.lines, sum.identities.estimate()), (0, 0));
    }
}
