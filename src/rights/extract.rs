//! The subject's lines for the subject: portable, without anybody else.
//!
//! CSV follows RFC 4180 with a head line, JSON lines have one object each; both name the file and the
//! line that a text comes from. Tokens of others become a constant. A CSV text that a spreadsheet
//! would take for a formula gets an apostrophe in front (OWASP, CSV injection). Bytes that are no UTF-8
//! become U+FFFD, as both formats are text.

use std::io::{self, Write};

use serde::Serialize;

use super::find::Hit;
use super::tokens::TokenSet;
use crate::pseudonym::token;

/// What stands for tokens of others.
const MASK: &[u8] = b"[lognym:masked]";

/// The format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Comma-separated values.
    Csv,
    /// One JSON object a line.
    Jsonl,
}

/// Writes the lines of one subject.
#[derive(Debug)]
pub struct Extract<'t, W> {
    output: W,
    form: Form,
    /// Whose tokens stay; everybody's if there is no set.
    own: Option<&'t TokenSet>,
    masked: Vec<u8>,
}

#[derive(Serialize)]
struct Record<'r> {
    file: &'r str,
    line: u64,
    text: &'r str,
}

impl<'t, W: Write> Extract<'t, W> {
    /// Begins an extract. Tokens that are not of `own` are masked.
    ///
    /// # Errors
    /// The writer's.
    pub fn new(mut output: W, form: Form, own: Option<&'t TokenSet>) -> io::Result<Self> {
        if form == Form::Csv {
            output.write_all(b"file,line,text\r\n")?;
        }
        Ok(Self { output, form, own, masked: Vec::new() })
    }

    /// Writes one line of `file`.
    ///
    /// # Errors
    /// The writer's.
    pub fn write(&mut self, file: &str, hit: Hit) -> io::Result<()> {
        let line = match self.own {
            Some(own) => {
                mask(hit.line, own, &mut self.masked);
                &self.masked[..]
            }
            None => hit.line,
        };
        let text = String::from_utf8_lossy(line);
        match self.form {
            Form::Jsonl => {
                let record = Record { file, line: hit.number, text: &text };
                serde_json::to_writer(&mut self.output, &record)?;
                self.output.write_all(b"\n")
            }
            Form::Csv => {
                let (file, text) = (cell(file), cell(&text));
                write!(self.output, "{file},{},{text}\r\n", hit.number)
            }
        }
    }

    /// Ends the extract.
    ///
    /// # Errors
    /// The writer's.
    pub fn finish(mut self) -> io::Result<()> {
        self.output.flush()
    }
}

/// Replaces `out` by `line` without the tokens that are not of `own`. Whatever has the form of a
/// token is taken for one, wherever it stands.
fn mask(line: &[u8], own: &TokenSet, out: &mut Vec<u8>) {
    out.clear();
    let mut copied = 0;
    for underscore in memchr::memchr_iter(b'_', line) {
        let Some(start) = underscore.checked_sub(3).filter(|&start| start >= copied) else {
            continue;
        };
        // Without what follows: a token glued to a word is masked all the same.
        let Some(found) = line.get(start..start + token::LEN) else { break };
        if token::lex(found).is_some() && !own.holds(found) {
            out.extend_from_slice(&line[copied..start]);
            out.extend_from_slice(MASK);
            copied = start + token::LEN;
        }
    }
    out.extend_from_slice(&line[copied..]);
}

/// A quoted CSV field that no spreadsheet takes for a formula.
fn cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let guard = if is_formula { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}
