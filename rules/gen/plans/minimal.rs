//! Minimal deterministic automata without cycles.
//!
//! All languages here are finite, so equal right languages are equal rows once their successors
//! are numbered: interning rows bottom-up gives the minimal automaton directly (Revuz 1992),
//! with no minimisation pass after it.

use std::collections::{HashMap, VecDeque};

use super::pattern::{Nfa, NodeId};

/// A state, by number; [`DEAD`] reads nothing and accepts nothing.
pub(crate) type StateId = u32;

/// The state from which nothing is accepted.
pub(crate) const DEAD: StateId = 0;

/// One state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Row {
    /// Successor by digit.
    pub(crate) next: [StateId; 10],
    /// What the digits so far are; 0: nothing.
    pub(crate) output: u8,
}

/// The rows made so far, each once.
#[derive(Debug)]
pub(crate) struct Minimal {
    rows: Vec<Row>,
    interned: HashMap<Row, StateId>,
}

impl Default for Minimal {
    fn default() -> Self {
        let dead = Row::default();
        Self { rows: vec![dead], interned: HashMap::from([(dead, DEAD)]) }
    }
}

impl Minimal {
    /// The state of this row.
    pub(crate) fn intern(&mut self, row: Row) -> StateId {
        let rows = &mut self.rows;
        *self.interned.entry(row).or_insert_with(|| {
            rows.push(row);
            (rows.len() - 1) as StateId
        })
    }

    /// The rows reachable from `roots`, dead state first, then by distance so that states walked
    /// first lie together; and the new numbers of the roots.
    pub(crate) fn finish(&self, roots: &[StateId]) -> (Vec<Row>, Vec<StateId>) {
        let mut number = HashMap::from([(DEAD, DEAD)]);
        let mut order = vec![DEAD];
        let mut pending: VecDeque<StateId> = roots.iter().copied().collect();
        while let Some(state) = pending.pop_front() {
            if number.contains_key(&state) {
                continue;
            }
            number.insert(state, order.len() as StateId);
            order.push(state);
            pending.extend(self.rows[state as usize].next);
        }
        let renumber = |state: &StateId| {
            let row = self.rows[*state as usize];
            Row { next: row.next.map(|next| number[&next]), output: row.output }
        };
        (order.iter().map(renumber).collect(), roots.iter().map(|root| number[root]).collect())
    }
}

/// Makes sets of nodes into states. `output` gives the value of a set at a depth (digits read
/// since the start); sets are remembered, so one `Subsets` serves one `output` only.
pub(crate) struct Subsets<'a, F> {
    nfa: &'a Nfa,
    output: F,
    known: HashMap<(usize, Vec<NodeId>), StateId>,
}

impl<'a, F: Fn(&[NodeId], usize) -> u8> Subsets<'a, F> {
    pub(crate) fn new(nfa: &'a Nfa, output: F) -> Self {
        Self { nfa, output, known: HashMap::new() }
    }

    /// The state that accepts what any of `starts` accepts.
    pub(crate) fn start(
        &mut self,
        rows: &mut Minimal,
        starts: impl IntoIterator<Item = NodeId>,
    ) -> StateId {
        let set = self.nfa.closure(starts);
        self.state(rows, set, 0)
    }

    fn state(&mut self, rows: &mut Minimal, set: Vec<NodeId>, depth: usize) -> StateId {
        if set.is_empty() {
            return DEAD;
        }
        let key = (depth, set);
        if let Some(&state) = self.known.get(&key) {
            return state;
        }
        let mut row = Row { output: (self.output)(&key.1, depth), ..Row::default() };
        for digit in 0..10 {
            let set = self.nfa.step(&key.1, digit);
            row.next[usize::from(digit)] = self.state(rows, set, depth + 1);
        }
        let state = rows.intern(row);
        self.known.insert(key, state);
        state
    }
}
