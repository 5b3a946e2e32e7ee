//! Minimal deterministic automata without cycles.
//!
//! All languages here are finite, so equal right languages are equal rows once their successors
//! are numbered: interning rows bottom-up gives the minimal automaton directly (Revuz 1992),
//! with no minimisation pass after it.

use std::collections::{HashMap, HashSet, VecDeque};

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

/// An automaton whose states are numbered as they are to be written.
pub(crate) struct Automaton {
    /// All states, the dead one first.
    pub(crate) rows: Vec<Row>,
    /// Where to start.
    pub(crate) roots: Vec<StateId>,
    /// From this state on any digits lead alike.
    pub(crate) alike: StateId,
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
    /// first lie together, but those from which any digits lead alike last; and the new numbers of the
    /// roots.
    pub(crate) fn finish(&self, roots: &[StateId]) -> Automaton {
        let mut order = vec![DEAD];
        let mut known = HashSet::from([DEAD]);
        let mut pending: VecDeque<StateId> = roots.iter().copied().collect();
        while let Some(state) = pending.pop_front() {
            if known.insert(state) {
                order.push(state);
                pending.extend(self.rows[state as usize].next);
            }
        }
        let alike = self.alike();
        order[1..].sort_by_key(|&state| alike[state as usize]);
        let first = order[1..].partition_point(|&state| !alike[state as usize]) + 1;
        let number: HashMap<StateId, StateId> = order.iter().copied().zip(0..).collect();
        let renumber = |state: &StateId| {
            let row = self.rows[*state as usize];
            Row { next: row.next.map(|next| number[&next]), output: row.output }
        };
        let rows = order.iter().map(renumber).collect();
        let roots = roots.iter().map(|root| number[root]).collect();
        Automaton { rows, roots, alike: first as StateId }
    }

    /// For each row, whether all digits lead to one state, and so on from there: then what comes of it
    /// hangs on the count of the digits alone. Rows stand behind their successors.
    fn alike(&self) -> Vec<bool> {
        let mut alike: Vec<bool> = Vec::new();
        for row in &self.rows {
            let [next, others @ ..] = row.next;
            let same = others.iter().all(|&other| other == next);
            alike.push(same && alike.get(next as usize).is_none_or(|&next| next));
        }
        alike
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
