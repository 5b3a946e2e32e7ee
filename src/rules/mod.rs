//! The detectors' data: rule files in, one read-only [`RuleSet`] out.
//!
//! The files under `rules/` are embedded in the binary and parsed once at start (about a
//! millisecond). Each names its format, source, licence and date, and gives for every reason to
//! find something examples that a test runs.

use std::collections::HashSet;

use serde::Deserialize;

pub mod book;
pub mod evidence;
pub mod words;

use crate::span::TypeCode;
use evidence::Weights;
use words::{Said, Words};

/// Why rules are refused.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// Not the TOML that is expected there.
    #[error("rule file {file}: {message} (line {line})")]
    Syntax {
        /// Name of the file.
        file: &'static str,
        /// Line of the first error, from 1.
        line: usize,
        /// What the parser says, without the text it read.
        message: String,
    },
    /// Another format version.
    #[error("rule file {file}: format is not {expected}")]
    Format {
        /// Name of the file.
        file: &'static str,
        /// The version that this build reads.
        expected: &'static str,
    },
    /// Something is wrong with the operator's rules.
    #[error(transparent)]
    Book(#[from] book::Fault),
    /// The keys were made without a type that the rules write.
    #[error("the keys have none for the type {} of a rule", code.as_str())]
    NoKey {
        /// The type.
        code: TypeCode,
    },
}

/// All rules of a run; immutable.
#[derive(Debug)]
pub struct RuleSet {
    /// What words say.
    pub words: Words,
    /// Pairs of lower-case words, one space between, that lead to a person.
    pub phrases: HashSet<Vec<u8>>,
    /// How words end that are ways called after people, and what other places are, in lower case.
    pub endings: [Vec<Vec<u8>>; 2],
    /// What speaks for a phone number, and how much.
    pub weights: Weights,
    /// One entry for each reason to find something.
    pub rules: Vec<Rule>,
}

/// A reason to find something, with the examples that prove it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The context of its findings, as `lognym detect` shows it.
    pub id: String,
    /// Type code of its tokens.
    #[serde(rename = "type")]
    pub kind: String,
    /// One sentence for people.
    pub description: String,
    /// Lines with `«...»` around what must be found.
    pub hits: Vec<String>,
    /// Lines in which nothing may be found.
    pub misses: Vec<String>,
}

/// The text of all built-in rule files, for telling one set of rules from another.
pub const BUILTIN: &str = concat!(
    include_str!("../../rules/fields.toml"),
    include_str!("../../rules/phone.toml"),
    include_str!("../../rules/names.toml"),
);

impl Rule {
    /// Its name among all rules: `phone/sip`, `name/role`.
    pub fn name(&self) -> String {
        let detector = if self.kind == "tel" { "phone" } else { "name" };
        format!("{detector}/{}", self.id)
    }
}

/// An example of a rule without its marks `«` and `»`, and the byte ranges that were between them.
pub fn unmarked(example: &str) -> (String, Vec<(usize, usize)>) {
    let (mut text, mut ranges) = (String::new(), Vec::new());
    for (index, part) in example.split(['«', '»']).enumerate() {
        let start = text.len();
        text.push_str(part);
        if index % 2 == 1 {
            ranges.push((start, text.len()));
        }
    }
    (text, ranges)
}

impl RuleSet {
    /// The rules that are built in.
    ///
    /// # Errors
    /// When an embedded file is damaged: a build error that a test catches.
    pub fn builtin() -> Result<Self, RulesError> {
        let phone: Phone = read("phone.toml", include_str!("../../rules/phone.toml"))?;
        expect("phone.toml", &phone.format, "lognym-phone-1")?;
        let mut set = RuleSet {
            words: Words::default(),
            phrases: HashSet::new(),
            endings: Default::default(),
            weights: phone.weight.into(),
            rules: Vec::new(),
        };
        set.add_phone(&phone.words);
        set.rules.extend(phone.rule);
        let fields: Fields = read("fields.toml", include_str!("../../rules/fields.toml"))?;
        expect("fields.toml", &fields.format, "lognym-fields-1")?;
        set.add_fields(&fields);
        let names: Names = read("names.toml", include_str!("../../rules/names.toml"))?;
        expect("names.toml", &names.format, "lognym-names-1")?;
        set.add_names(names);
        Ok(set)
    }

    fn add(&mut self, list: &[String], said: Said) {
        for word in list {
            self.words.add(word.to_lowercase().as_bytes(), said);
        }
    }

    fn add_fields(&mut self, fields: &Fields) {
        self.add(&fields.phone, Said::F_PHONE);
        self.add(&fields.number, Said::F_NUMBER);
        self.add(&fields.caller, Said::F_CALLER.with(Said::F_PARTY));
        self.add(&fields.party, Said::F_PARTY);
        self.add(&fields.enrolled, Said::F_ENROLLED);
        self.add(&fields.account, Said::F_ACCOUNT);
        self.add(&fields.name, Said::F_NAME);
        self.add(&fields.person_name, Said::F_PERSON_NAME);
        self.add(&fields.person_word, Said::F_PERSON_WORD);
        self.add(&fields.neutral, Said::F_NEUTRAL);
        self.add(&fields.other, Said::F_OTHER);
    }

    fn add_phone(&mut self, phone: &PhoneWords) {
        self.add(&phone.keyword, Said::P_KEYWORD.with(Said::P_PHONE));
        self.add(&phone.number, Said::P_KEYWORD);
        self.add(&phone.dial, Said::P_HINT.with(Said::P_DIAL));
        self.add(&phone.hint, Said::P_HINT);
        self.add(&phone.event, Said::P_EVENT);
        self.add(&phone.tie, Said::P_TIE);
        self.add(&phone.preposition, Said::P_PREPOSITION);
        self.add(&phone.negative, Said::P_NEGATIVE);
        self.add(&phone.counted, Said::P_COUNTED);
        self.add(&phone.unit, Said::P_UNIT);
        self.add(&phone.extension, Said::P_EXTENSION);
    }

    fn add_names(&mut self, names: Names) {
        self.add(&names.honorific, Said::N_HONORIFIC);
        self.add(&names.abbreviation, Said::N_ABBREVIATION);
        self.add(&names.title, Said::N_TITLE);
        self.add(&names.role, Said::N_ROLE);
        self.add(&names.role_ending, Said::N_ROLE_ENDING);
        self.add(&names.greeting, Said::N_GREETING);
        self.add(&names.particle, Said::N_PARTICLE);
        self.add(&names.nobody, Said::N_NOBODY);
        self.add(&names.namesake, Said::N_NAMESAKE);
        for phrase in &names.phrase {
            let phrase = phrase.to_lowercase();
            if let Some((_, last)) = phrase.rsplit_once(' ') {
                self.words.add(last.as_bytes(), Said::N_PHRASE);
            }
            self.phrases.insert(phrase.into_bytes());
        }
        let bytes = |list: Vec<String>| list.into_iter().map(String::into_bytes).collect();
        self.endings = [bytes(names.way_ending), bytes(names.house_ending)];
        self.rules.extend(names.rule);
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    format: String,
    phone: Vec<String>,
    number: Vec<String>,
    caller: Vec<String>,
    party: Vec<String>,
    enrolled: Vec<String>,
    account: Vec<String>,
    name: Vec<String>,
    person_name: Vec<String>,
    person_word: Vec<String>,
    neutral: Vec<String>,
    other: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Phone {
    format: String,
    words: PhoneWords,
    weight: evidence::Table,
    rule: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PhoneWords {
    keyword: Vec<String>,
    number: Vec<String>,
    dial: Vec<String>,
    event: Vec<String>,
    tie: Vec<String>,
    hint: Vec<String>,
    preposition: Vec<String>,
    negative: Vec<String>,
    counted: Vec<String>,
    unit: Vec<String>,
    extension: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Names {
    format: String,
    honorific: Vec<String>,
    abbreviation: Vec<String>,
    title: Vec<String>,
    role: Vec<String>,
    role_ending: Vec<String>,
    phrase: Vec<String>,
    greeting: Vec<String>,
    particle: Vec<String>,
    nobody: Vec<String>,
    namesake: Vec<String>,
    way_ending: Vec<String>,
    house_ending: Vec<String>,
    rule: Vec<Rule>,
}

fn read<T: for<'de> Deserialize<'de>>(file: &'static str, text: &str) -> Result<T, RulesError> {
    toml::from_str(text).map_err(|error| RulesError::Syntax {
        file,
        line: error.span().map_or(0, |span| 1 + text[..span.start].matches('\n').count()),
        message: error.message().to_owned(),
    })
}

fn expect(file: &'static str, found: &str, expected: &'static str) -> Result<(), RulesError> {
    if found == expected { Ok(()) } else { Err(RulesError::Format { file, expected }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builtin_rules_parse() {
        let set = RuleSet::builtin().expect("the embedded rules are valid");
        assert!(set.words.of(b"msisdn").any(Said::F_PHONE));
        assert!(set.phrases.contains("spoke with".as_bytes()));
        assert!(set.rules.iter().any(|rule| rule.id == "sip" && rule.kind == "tel"));
    }

    #[test]
    fn marks_are_taken_out() {
        let (text, ranges) = unmarked("a «b» c «dü»");
        assert_eq!((text.as_str(), ranges), ("a b c dü", vec![(2, 3), (6, 9)]));
    }

    #[test]
    fn damage_is_named_with_its_line() {
        let error =
            read::<Fields>("f.toml", "format = \"x\"\nphone = 3\n").err().map(|e| e.to_string());
        assert!(
            error.as_deref().is_some_and(|e| e.contains("f.toml") && e.contains("line 2")),
            "{error:?}"
        );
        assert!(expect("f.toml", "a", "b").is_err());
    }
}
