//! Patterns over digits as a nondeterministic automaton without cycles.
//!
//! Nodes are made back to front and interned, so that equal tails are one node from the start.

use std::collections::HashMap;

use anyhow::{Context, Result, bail, ensure};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

/// A node of the automaton, by number.
pub(crate) type NodeId = u32;

/// One node; what follows it is already made.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Node {
    /// Reads one digit of the set (bit n: digit n).
    Digit(u16, NodeId),
    /// Goes on at any of these without reading.
    Split(Vec<NodeId>),
    /// The pattern with this mark has matched.
    Accept(u32),
}

/// All nodes.
#[derive(Debug, Default)]
pub(crate) struct Nfa {
    nodes: Vec<Node>,
    interned: HashMap<Node, NodeId>,
}

/// Joins alternatives and parses them.
pub(crate) fn parse(alternatives: &[String]) -> Result<Hir> {
    let text = alternatives.join("|");
    let mut builder = ParserBuilder::new();
    // Bytes, not Unicode: \d is 0-9.
    let mut parser = builder.unicode(false).utf8(false).build();
    parser.parse(&text).with_context(|| format!("parsing the pattern {text}"))
}

impl Nfa {
    /// The node of the end of the pattern with this mark.
    pub(crate) fn accept(&mut self, mark: u32) -> NodeId {
        self.intern(Node::Accept(mark))
    }

    /// The node that reads `hir` and then goes on at `next`.
    pub(crate) fn compile(&mut self, hir: &Hir, next: NodeId) -> Result<NodeId> {
        Ok(match hir.kind() {
            HirKind::Empty => next,
            HirKind::Literal(literal) => literal
                .0
                .iter()
                .rev()
                .try_fold(next, |next, &byte| self.digits(byte, byte, next))?,
            HirKind::Class(Class::Bytes(class)) => {
                let mut mask = 0;
                for range in class.iter() {
                    mask |= digit_mask(range.start(), range.end())?;
                }
                self.intern(Node::Digit(mask, next))
            }
            HirKind::Repetition(repetition) => {
                let max = repetition.max.context("a pattern repeats without limit")?;
                let mut from = next;
                for _ in repetition.min..max {
                    let body = self.compile(&repetition.sub, from)?;
                    from = self.intern(Node::Split(vec![body, next]));
                }
                for _ in 0..repetition.min {
                    from = self.compile(&repetition.sub, from)?;
                }
                from
            }
            HirKind::Capture(capture) => self.compile(&capture.sub, next)?,
            HirKind::Concat(parts) => {
                parts.iter().rev().try_fold(next, |next, part| self.compile(part, next))?
            }
            HirKind::Alternation(parts) => {
                let heads: Result<_> = parts.iter().map(|part| self.compile(part, next)).collect();
                self.intern(Node::Split(heads?))
            }
            other => bail!("a pattern holds {other:?}, which is no digit"),
        })
    }

    /// Follows splits: the digit and accept nodes that `ids` stand for, sorted, each once.
    pub(crate) fn closure(&self, ids: impl IntoIterator<Item = NodeId>) -> Vec<NodeId> {
        let mut found = Vec::new();
        let mut pending: Vec<NodeId> = ids.into_iter().collect();
        while let Some(id) = pending.pop() {
            match &self.nodes[id as usize] {
                Node::Split(heads) => pending.extend(heads),
                _ => found.push(id),
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Where `set` stands after `digit`.
    pub(crate) fn step(&self, set: &[NodeId], digit: u8) -> Vec<NodeId> {
        self.closure(set.iter().filter_map(|&id| match self.nodes[id as usize] {
            Node::Digit(mask, next) if mask >> digit & 1 == 1 => Some(next),
            _ => None,
        }))
    }

    /// The marks of the patterns that end in `set`.
    pub(crate) fn marks<'a>(&'a self, set: &'a [NodeId]) -> impl Iterator<Item = u32> + 'a {
        set.iter().filter_map(|&id| match self.nodes[id as usize] {
            Node::Accept(mark) => Some(mark),
            _ => None,
        })
    }

    fn digits(&mut self, low: u8, high: u8, next: NodeId) -> Result<NodeId> {
        Ok(self.intern(Node::Digit(digit_mask(low, high)?, next)))
    }

    fn intern(&mut self, node: Node) -> NodeId {
        if let Some(&id) = self.interned.get(&node) {
            return id;
        }
        let id = self.nodes.len() as NodeId;
        self.nodes.push(node.clone());
        self.interned.insert(node, id);
        id
    }
}

fn digit_mask(low: u8, high: u8) -> Result<u16> {
    ensure!(low.is_ascii_digit() && high.is_ascii_digit(), "a pattern reads more than digits");
    Ok((low..=high).fold(0, |mask, byte| mask | 1 << (byte - b'0')))
}
