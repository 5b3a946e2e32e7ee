//! Plain additive counters: no atomics, no clock, no I/O.
//!
//! The engine returns one [`Counts`] a block; whoever drives it adds them up.

use std::sync::Arc;

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
    /// Findings that a rule of the operator settled. Those of rules on types of their own are in no
    /// other count.
    pub by_rule: ByRule,
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
        self.by_rule.add(&other.by_rule);
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
        by_rule.counts.fill(0);
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
            by_rule: ByRule::default(),
            lines_dropped: 0,
            tokens_seen: 0,
            tokens_foreign: 0,
            identities: Sketch::default(),
        }
    }
}

/// How a rule of the operator is called in counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Its id.
    pub id: String,
    /// The type of what it finds.
    pub code: TypeCode,
}

/// Findings by rule. It knows the rules that it counts, so that counts under the rules before and
/// after a reload add up by what the rules are called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ByRule {
    labels: Arc<[Label]>,
    counts: Vec<u64>,
}

impl ByRule {
    /// Counts a finding of the rule at `index` of `labels`.
    pub fn note(&mut self, labels: &Arc<[Label]>, index: usize) {
        if !Arc::ptr_eq(&self.labels, labels) {
            let (labels, counts) = (Arc::clone(labels), vec![0; labels.len()]);
            let before = std::mem::replace(self, Self { labels, counts });
            self.add(&before);
        }
        self.counts[index] += 1;
    }

    /// Adds what was counted elsewhere.
    pub fn add(&mut self, other: &ByRule) {
        if self.labels.is_empty() {
            self.clone_from(other);
        } else if Arc::ptr_eq(&self.labels, &other.labels) {
            self.counts.iter_mut().zip(&other.counts).for_each(|(sum, more)| *sum += more);
        } else {
            other.iter().for_each(|(label, count)| *self.count_of(label) += count);
        }
    }

    fn count_of(&mut self, label: &Label) -> &mut u64 {
        let known = self.labels.iter().position(|known| known == label);
        let index = known.unwrap_or_else(|| {
            self.labels = self.labels.iter().chain([label]).cloned().collect();
            self.counts.push(0);
            self.labels.len() - 1
        });
        &mut self.counts[index]
    }

    /// The rules that found something, and how often.
    pub fn iter(&self) -> impl Iterator<Item = (&Label, u64)> {
        let all = self.labels.iter().zip(self.counts.iter().copied());
        all.filter(|&(_, count)| count > 0)
    }

    /// All findings together.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
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
    fn rules_count_by_their_names_over_a_reload() {
        let labels = |ids: &[&str]| -> Arc<[Label]> {
            let label = |id: &&str| Label { id: (*id).to_owned(), code: TypeCode::TEL };
            ids.iter().map(label).collect()
        };
        let (old, new) = (labels(&["a", "b"]), labels(&["c", "b"]));
        let mut sum = Counts::default();
        for (labels, index) in [(&old, 0), (&old, 1), (&new, 1), (&new, 0), (&old, 1)] {
            let mut block = Counts::default();
            block.by_rule.note(labels, index);
            sum.add(&block);
        }
        let counted = |by_rule: &ByRule| -> Vec<_> {
            by_rule.iter().map(|(label, count)| format!("{} {count}", label.id)).collect()
        };
        assert_eq!(counted(&sum.by_rule), ["a 1", "b 3", "c 1"]);
        // Memory that was in use under the old rules.
        sum.by_rule.note(&new, 0);
        assert_eq!(counted(&sum.by_rule), ["c 2", "b 3", "a 1"]);
        sum.clear();
        assert_eq!(sum.by_rule.total(), 0);
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
