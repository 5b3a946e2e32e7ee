//! A conditional random field over runs of at most six words with two tags, trained by AdaGrad.
//!
//! With so few words all taggings can be summed up one by one; there is no need for the usual
//! dynamic programme.

use lognym::detect::learn::{Feature, SLOTS, UNIT, Word};

use super::corpus::Run;
use super::random::Random;

const ROUNDS: usize = 12;
const RATE: f32 = 0.15;
/// Pull towards zero (L2).
const DECAY: f32 = 4e-5;
/// How many of a hundred features that name a word are left out at random.
const DROPOUT: usize = 25;

pub(crate) struct Model {
    weights: Vec<f32>,
    /// Sum of squared gradients of each weight.
    squares: Vec<f32>,
}

impl Model {
    pub(crate) fn train(runs: &[Run], random: &mut Random) -> Self {
        let mut model = Self { weights: vec![0.0; SLOTS], squares: vec![1e-2; SLOTS] };
        let mut order: Vec<usize> = (0..runs.len()).collect();
        for _ in 0..ROUNDS {
            for i in (1..order.len()).rev() {
                order.swap(i, random.below(i + 1));
            }
            let loss: f64 = order.iter().map(|&i| model.learn(&runs[i], random)).sum();
            eprintln!("loss {:.4}", loss / runs.len() as f64);
        }
        model
    }

    /// One step for one run; returns its loss.
    fn learn(&mut self, run: &Run, random: &mut Random) -> f64 {
        let mut words = run.words.clone();
        for word in &mut words {
            word.own.retain(|(kind, _)| !kind.is_identity() || !random.percent(DROPOUT));
        }
        let scores = self.scores(&words);
        let shares = shares(&scores);
        let gold = run.gold.iter().rev().fold(0, |mask, &tag| mask << 1 | usize::from(tag));
        for (i, word) in words.iter().enumerate() {
            let both = 1 << i | 1 << i >> 1;
            let own = share(&shares, 1 << i) - f32::from(gold & 1 << i != 0);
            let tie = share(&shares, both) - f32::from(gold & both == both);
            self.step(&word.own, run.weight * own);
            self.step(&word.tie, run.weight * tie);
        }
        f64::from(-shares[gold].max(1e-9).ln() * run.weight)
    }

    fn step(&mut self, features: &[Feature], gradient: f32) {
        for &(_, slot) in features {
            let slot = usize::from(slot);
            let gradient = gradient + DECAY * self.weights[slot];
            self.squares[slot] += gradient * gradient;
            self.weights[slot] -= RATE * gradient / self.squares[slot].sqrt();
        }
    }

    fn scores(&self, words: &[Word]) -> Vec<(f32, f32)> {
        let sum =
            |features: &[Feature]| features.iter().map(|f| self.weights[usize::from(f.1)]).sum();
        words.iter().map(|word| (sum(&word.own), sum(&word.tie))).collect()
    }

    /// The most likely tagging.
    pub(crate) fn best(&self, words: &[Word]) -> Vec<bool> {
        let scores = self.scores(words);
        let best = (0..1 << words.len())
            .max_by(|&a, &b| sum(&scores, a).total_cmp(&sum(&scores, b)))
            .unwrap_or(0usize);
        (0..words.len()).map(|i| best >> i & 1 == 1).collect()
    }

    /// The weights as they are shipped.
    pub(crate) fn weights(&self) -> impl Iterator<Item = i8> {
        self.weights.iter().map(|weight| (weight * UNIT).round().clamp(-127.0, 127.0) as i8)
    }
}

/// The score of the tagging `mask`.
fn sum(scores: &[(f32, f32)], mask: usize) -> f32 {
    let tag = |i: usize| mask >> i & 1 == 1;
    let points = |(i, &(own, tie)): (usize, &(f32, f32))| match tag(i) {
        true => own + if i > 0 && tag(i - 1) { tie } else { 0.0 },
        false => 0.0,
    };
    scores.iter().enumerate().map(points).sum()
}

/// The probability of each tagging.
fn shares(scores: &[(f32, f32)]) -> Vec<f32> {
    let sums: Vec<f32> = (0..1 << scores.len()).map(|mask| sum(scores, mask)).collect();
    let most = sums.iter().copied().fold(f32::MIN, f32::max);
    let shares: Vec<f32> = sums.iter().map(|sum| (sum - most).exp()).collect();
    let all: f32 = shares.iter().sum();
    shares.iter().map(|share| share / all).collect()
}

/// The probability that all of `tags` are set.
fn share(shares: &[f32], tags: usize) -> f32 {
    shares.iter().enumerate().filter(|(mask, _)| mask & tags == tags).map(|(_, share)| share).sum()
}
