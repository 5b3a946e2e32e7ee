//! What operators say: rule files in, one validated [`Book`] out.
//!
//! Files are TOML and read in the order given, a folder's in the order of their names; packs come
//! first. A rule with the id of an earlier one takes its place *and* its rank: of two rules that want
//! the same bytes, the later one wins. `[[change]]` alters or switches off rules by id, built-in ones
//! (`phone/sip`) too. Everything is checked here but the patterns themselves, which the detector
//! compiles: a book that loads has known fields only, actions with their parameters, readable lists.
//!
//! Nothing here reads a log. Cost: the files once, a list's text in one piece.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

mod actions;
mod fault;
mod glob;
pub mod model;
pub mod pack;
mod path;
mod raw;
mod validate;

pub use fault::{Fault, Place, Source};
pub use glob::Glob;
pub use path::{JsonPath, Step};
pub use raw::FORMAT;

use crate::span::TypeCode;
use model::{Action, Change, Finder, Rule};

/// Largest rule file in bytes; lists have files of their own.
const LARGEST_FILE: u64 = 1 << 20;
/// Most rules of a book.
pub const MOST_RULES: usize = 4096;

/// All rules of the operator, in ascending rank.
#[derive(Clone, Debug, Default)]
pub struct Book {
    rules: Vec<Rule>,
    changes: Vec<Change>,
    /// Of all texts that were added.
    hash: Sha256,
}

impl Book {
    /// The rules, the weakest first.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Changes to built-in rules, in the order in which they apply.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Whether it says nothing at all.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty() && self.changes.is_empty()
    }

    /// SHA-256 of the built-in rules and of all files and packs that were added, in their order, each
    /// after its length as eight bytes, the lists that a file names after it.
    pub fn digest(&self) -> [u8; 32] {
        let hash = Sha256::new().chain_update(crate::rules::BUILTIN);
        hash.chain_update(self.hash.clone().finalize()).finalize().into()
    }

    /// The types that its rules put into tokens, each once, after `builtin`.
    pub fn types(&self, builtin: &[TypeCode]) -> Vec<TypeCode> {
        let mut types = builtin.to_vec();
        let ours = self.rules.iter().filter(|rule| rule.action.writes_tokens());
        for code in ours.map(|rule| rule.code) {
            if !types.contains(&code) {
                types.push(code);
            }
        }
        types
    }

    /// Adds a pack that comes with the program.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn add_pack(&mut self, name: &str) -> Result<(), Fault> {
        let text = pack::text(name).ok_or_else(|| {
            let hint = format!("packs are: {}", pack::NAMES.join(", "));
            Fault::new(Place::whole("packs"), "there is no such pack").with_hint(hint)
        })?;
        self.add_text(text, &format!("pack {name}"), None)
    }

    /// Adds the rule file at `path`, or all `*.toml` of that folder in the order of their names.
    ///
    /// # Errors
    /// The first fault, with its place; the book is then of no use.
    pub fn add_path(&mut self, path: &Path) -> Result<(), Fault> {
        for file in files(path)? {
            let text = read(&file, LARGEST_FILE, "a rule file")?;
            self.add_text(&text, &file.display().to_string(), file.parent())?;
        }
        Ok(())
    }

    /// Adds the rules of `text`; `name` stands for it in messages, lists are looked up in `folder`.
    ///
    /// # Errors
    /// The first fault, with its place.
    pub fn add_text(&mut self, text: &str, name: &str, folder: Option<&Path>) -> Result<(), Fault> {
        let source = Source { name: Arc::from(name), text };
        let (rules, changes) = validate::read(&source, folder)?;
        self.note(text);
        for rule in rules {
            if let Finder::List(list) = &rule.finder {
                self.note(&list.text);
            }
            self.rules.retain(|known| known.id != rule.id);
            if self.rules.len() == MOST_RULES {
                let message = format!("more than {MOST_RULES} rules");
                return Err(Fault::new(rule.place, message).with_hint("put literals into a list"));
            }
            self.rules.push(rule);
        }
        changes.into_iter().try_for_each(|change| self.change(change))
    }

    /// The book with one of its rules only.
    pub fn only(&self, id: &str) -> Book {
        let rules = self.rules.iter().filter(|rule| rule.id == id).cloned().collect();
        Book { rules, ..Book::default() }
    }

    fn note(&mut self, text: &str) {
        self.hash.update((text.len() as u64).to_be_bytes());
        self.hash.update(text);
    }

    fn change(&mut self, change: Change) -> Result<(), Fault> {
        let mut known = change.builtin;
        for rule in self.rules.iter_mut().filter(|rule| change.id.matches(rule.id.as_bytes())) {
            known = true;
            if let Some(action) = &change.action {
                rule.action = action.clone();
            }
        }
        if !known {
            let hint =
                "built-in rules are called like phone/sip and name/role; see `lognym rules list`";
            return Err(Fault::new(change.place, "no rule has this id").with_hint(hint));
        }
        if change.action.is_none() {
            self.rules.retain(|rule| !change.id.matches(rule.id.as_bytes()));
        }
        if change.builtin {
            self.changes.push(change);
        }
        Ok(())
    }
}

/// `path` itself, or the rule files of the folder, by name.
fn files(path: &Path) -> Result<Vec<PathBuf>, Fault> {
    let unreadable = |error: std::io::Error| unreadable(path, &error);
    if !fs::metadata(path).map_err(unreadable)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = fs::read_dir(path).map_err(unreadable)?;
    let paths: Result<Vec<_>, _> = entries.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut files = paths.map_err(unreadable)?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    if files.is_empty() {
        let message = "there is no rule file (*.toml) in this folder";
        return Err(Fault::new(Place::whole(&path.display().to_string()), message));
    }
    Ok(files)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Fault {
    let place = Place::whole(&path.display().to_string());
    Fault::new(place, format!("cannot be read: {}", error.kind()))
}

/// The text of a file of at most `limit` bytes; `what` names its use.
fn read(path: &Path, limit: u64, what: &str) -> Result<String, Fault> {
    let bytes = fs::metadata(path).map_err(|error| unreadable(path, &error))?.len();
    if bytes > limit {
        let message = format!("{bytes} bytes are too many for {what}; the limit is {limit}");
        return Err(Fault::new(Place::whole(&path.display().to_string()), message));
    }
    fs::read_to_string(path).map_err(|error| unreadable(path, &error))
}

impl Action {
    /// Whether it puts tokens into the output.
    pub fn writes_tokens(&self) -> bool {
        matches!(self, Action::Pseudonym { .. })
    }
}

#[cfg(test)]
mod tests;
