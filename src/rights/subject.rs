//! From what a person is called to the tokens that stand for them.
//!
//! Phone numbers go through the engine of the filter, placed as logs place them, so that their tokens
//! are those that the filter writes for this spelling and these regions. Names are brought into their
//! canonical form directly. A name as logs shorten it (`E. Beispiel`) is another name.

use std::collections::BTreeSet;

use crate::carrier;
use crate::engine::{Engine, Scratch, Spare};
use crate::pseudonym::ring::Ring;
use crate::pseudonym::{Domain, Keys, canon, token};
use crate::span::TypeCode;
use crate::stats::Counts;

use super::error::RightsError;

/// Fewer digits than the shortest number that a name with a house number could be taken for.
const PHONE_DIGITS: usize = 5;

/// One line of a request.
#[derive(Clone, PartialEq, Eq)]
pub enum Identifier {
    /// A phone number in any spelling.
    Phone(String),
    /// A name in any spelling.
    Name(String),
    /// A token, taken as it is.
    Token(String),
}

/// A token of a subject and where it is in use.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Located {
    /// The token.
    pub token: String,
    /// The epoch of its key; `None` for a token that was given.
    pub epoch: Option<String>,
    /// Its domain; `None` for a token that was given.
    pub domain: Option<String>,
    /// Its type.
    pub kind: TypeCode,
}

/// The identifiers of a text, one a line; empty lines do not count. `tel:` and `nam:` before one
/// settle what it is; of a line with tabs, as `lookup` prints, only the first part counts.
///
/// # Errors
/// [`RightsError::Identifier`] for a line that cannot be any.
pub fn identifiers(text: &str) -> Result<Vec<Identifier>, RightsError> {
    let lines = (1..).zip(text.lines());
    let given = lines.filter(|(_, line)| !line.trim().is_empty());
    given.map(|(line, text)| parse(text).ok_or(RightsError::Identifier { line })).collect()
}

/// The tokens of `subjects` in every retained epoch of `ring` and each of `domains`, by the rules
/// and regions of `engine`; each once, in the order of epochs, domains and subjects.
///
/// # Errors
/// [`RightsError`]: a number that is none, or a domain that the ring has not.
pub fn locate(
    engine: &Engine,
    ring: Option<&Ring>,
    domains: &[Domain],
    subjects: &[Identifier],
) -> Result<Vec<Located>, RightsError> {
    let mut located = Vec::new();
    let given = subjects.iter().filter_map(Identifier::given);
    located.extend(given.map(|token| described(token.to_owned(), None, None)));
    for epoch in ring.iter().flat_map(|ring| ring.retained().map(move |epoch| (ring, epoch))) {
        let (ring, epoch) = epoch;
        for domain in ring.domains(domains)? {
            let keys = ring.keys(epoch, &domain, &Counts::TYPES)?;
            let (epoch, domain) = (Some(epoch.id.as_str()), Some(domain.as_str()));
            let tokens = marks(engine, keys, subjects)?;
            located.extend(tokens.into_iter().map(|token| described(token, epoch, domain)));
        }
    }
    let mut seen = BTreeSet::new();
    located.retain(|found| seen.insert(found.token.clone()));
    Ok(located)
}

/// The tokens of `subjects` under `keys`; none for those given as tokens.
///
/// # Errors
/// [`RightsError::Identifier`] for a number that is none; it is counted among `subjects`.
pub fn marks(
    engine: &Engine,
    keys: Keys,
    subjects: &[Identifier],
) -> Result<Vec<String>, RightsError> {
    let mut probe = Probe { engine: engine.with_keys(keys), scratch: engine.scratch() };
    let mut tokens = Vec::new();
    for (line, subject) in (1..).zip(subjects) {
        match subject {
            Identifier::Token(_) => {}
            Identifier::Name(name) => tokens.push(probe.name(name)),
            Identifier::Phone(number) => {
                let found = probe.phone(number);
                if found.is_empty() {
                    return Err(RightsError::Identifier { line });
                }
                tokens.extend(found);
            }
        }
    }
    Ok(tokens)
}

impl Identifier {
    /// The token, if it is one.
    pub fn given(&self) -> Option<&str> {
        match self {
            Identifier::Token(token) => Some(token),
            _ => None,
        }
    }
}

fn parse(line: &str) -> Option<Identifier> {
    let text = line.split('\t').next().unwrap_or_default().trim();
    let text: String = text.chars().filter(|c| !c.is_control()).collect();
    if text.len() == token::LEN && token::lex(text.as_bytes()).is_some() {
        return Some(Identifier::Token(text));
    }
    let digits = text.chars().filter(|&c| carrier::digit(c).is_some()).count();
    let has_letters = text.chars().any(char::is_alphabetic);
    if let Some(name) = text.strip_prefix("nam:") {
        return name.chars().any(char::is_alphanumeric).then(|| Identifier::Name(name.to_owned()));
    }
    if digits >= PHONE_DIGITS || (digits > 0 && !has_letters) {
        let number = text.strip_prefix("tel:").unwrap_or(&text);
        return Some(Identifier::Phone(number.to_owned()));
    }
    has_letters.then_some(Identifier::Name(text))
}

fn described(token: String, epoch: Option<&str>, domain: Option<&str>) -> Located {
    let kind = TypeCode::new(&token.as_bytes()[..3]).unwrap_or(TypeCode::TEL);
    Located { token, epoch: epoch.map(str::to_owned), domain: domain.map(str::to_owned), kind }
}

/// An engine that is asked what it would write.
struct Probe {
    engine: Engine,
    scratch: Scratch,
}

impl Probe {
    fn name(&self, name: &str) -> String {
        let (mut canonical, mut token) = (Vec::new(), Vec::new());
        canon::name(name, &mut canonical);
        self.engine.keys().token(TypeCode::NAM, &canonical, &mut token);
        String::from_utf8_lossy(&token).into_owned()
    }

    /// The tokens that stand for `number` as a field, after a keyword and in a sentence.
    fn phone(&mut self, number: &str) -> BTreeSet<String> {
        let number: String = number.chars().filter(|c| !"\"\\<>".contains(*c)).collect();
        let lines = [
            format!("{{\"callerNumber\":\"{number}\"}}\n"),
            format!("Tel. {number}\n"),
            format!("call to {number} failed\n"),
        ];
        lines.iter().filter_map(|line| self.only_token(line.as_bytes())).collect()
    }

    /// The token that took the place of all digits of `line`, if it is one token.
    fn only_token(&mut self, line: &[u8]) -> Option<String> {
        let vetted = self.engine.process(line, &mut self.scratch, Spare::default());
        let text = vetted.as_bytes();
        if text.iter().any(u8::is_ascii_digit) {
            return None;
        }
        let mut tokens = text.windows(token::LEN).filter(|window| token::lex(window).is_some());
        let only = tokens.next().filter(|_| tokens.next().is_none())?;
        String::from_utf8(only.to_vec()).ok()
    }
}
