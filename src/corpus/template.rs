//! Log lines with holes: fixed text and `${kind}` places to fill.

use super::filler::{self, Filler};
use super::pen::Pen;

/// One kind of line.
#[derive(Debug)]
pub(super) struct Template(Vec<Piece>);

#[derive(Debug)]
enum Piece {
    Text(&'static str),
    Hole(Filler),
}

impl Template {
    /// Reads a list: one template a line; empty lines and lines that open with `##` say nothing.
    ///
    /// # Panics
    ///
    /// If a hole has no end or an unknown kind. The lists are part of the source and a test
    /// reads them all.
    pub(super) fn list(text: &'static str) -> Vec<Self> {
        text.lines()
            .filter(|line| !line.is_empty() && !line.starts_with("##"))
            .map(Self::parse)
            .collect()
    }

    fn parse(mut rest: &'static str) -> Self {
        let mut pieces = Vec::new();
        while let Some((text, after)) = rest.split_once("${") {
            let (kind, tail) = after.split_once('}').expect("a hole ends with a brace");
            let filler = filler::by_kind(kind).unwrap_or_else(|| panic!("no filler `{kind}`"));
            pieces.push(Piece::Text(text));
            pieces.push(Piece::Hole(filler));
            rest = tail;
        }
        pieces.push(Piece::Text(rest));
        Self(pieces)
    }

    pub(super) fn write(&self, pen: &mut Pen) {
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => pen.text(text),
                Piece::Hole(fill) => fill(pen),
            }
        }
    }
}
