//! From the shapes of a rule file to rules: which keys go together, and what they may hold.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use toml::Spanned;

use crate::rules::RuleSet;
use crate::span::TypeCode;

use super::fault::{Fault, Source};
use super::model::{
    Action, Change, Check, Csv, Fields, Finder, Form, Kind, List, Near, Only, Pattern, Rule,
};
use super::raw::{self, Parameters};
use super::{FORMAT, Glob, JsonPath};

/// Longest regular expression in bytes.
const LONGEST_PATTERN: usize = 4096;
/// Longest id in bytes.
const LONGEST_ID: usize = 64;
/// Largest list file in bytes.
const LARGEST_LIST: u64 = 128 << 20;
/// Longest literal of a list in bytes; the matcher keeps the lengths as a set of bits.
pub(super) const LONGEST_LITERAL: usize = 127;
/// Farthest that `near` looks, in bytes.
const FARTHEST: usize = 256;

/// The rules and changes of a file.
pub(super) fn read(
    source: &Source,
    folder: Option<&Path>,
) -> Result<(Vec<Rule>, Vec<Change>), Fault> {
    let file: raw::File = toml::from_str(source.text).map_err(|error| source.syntax(&error))?;
    let judge = Judge { source, folder };
    if file.format.get_ref() != FORMAT {
        let fault = judge.fault(&file.format.span(), "this is no format of rules that is known");
        return Err(fault.with_hint(format!("write format = \"{FORMAT}\"")));
    }
    let rules =
        file.rule.into_iter().map(|rule| judge.rule(rule)).collect::<Result<Vec<_>, _>>()?;
    for (index, rule) in rules.iter().enumerate() {
        if rules[..index].iter().any(|earlier| earlier.id == rule.id) {
            let fault = Fault::new(rule.place.clone(), "this file has a rule of that id already");
            return Err(fault.with_hint("one file, one rule of an id; a later file may replace it"));
        }
    }
    let changes = file.change.into_iter().map(|change| judge.change(change));
    Ok((rules, changes.collect::<Result<Vec<_>, _>>()?))
}

pub(super) struct Judge<'s> {
    source: &'s Source<'s>,
    folder: Option<&'s Path>,
}

impl Judge<'_> {
    pub(super) fn fault(&self, range: &Range<usize>, message: &str) -> Fault {
        Fault::new(self.source.place(range), message)
    }

    fn rule(&self, spanned: Spanned<raw::Rule>) -> Result<Rule, Fault> {
        let whole = spanned.span();
        let raw = spanned.into_inner();
        let id = self.id(&raw.id)?;
        if raw.description.get_ref().trim().is_empty() {
            return Err(self.fault(&raw.description.span(), "the description is empty"));
        }
        let code = self.code(&raw, &whole)?;
        let finder = self.finder(&raw, &whole)?;
        let form = self.form(&raw, &whole)?;
        let parameters = Parameters {
            constant: &raw.constant,
            keep: raw.keep,
            to: &raw.to,
            keep_prefix: raw.keep_prefix,
        };
        let action = match raw.kind {
            Kind::Guard if raw.action.is_some() => {
                return Err(self.fault(&whole, "a guard has no action: what it finds passes"));
            }
            Kind::Guard => Action::Pass,
            _ => self.action(raw.action.as_ref(), &parameters, code, &whole)?,
        };
        self.examples(&raw, &whole)?;
        let check = raw.check;
        if matches!(action, Action::Pseudonym { keep_prefix: true })
            && (form != Form::Ip || !matches!(check, Some(Check::Ipv4 | Check::Ipv6)))
        {
            let fault = self.fault(&whole, "keep_prefix is for addresses");
            return Err(fault.with_hint("use form = \"ip\" with check = \"ipv4\" or \"ipv6\""));
        }
        Ok(Rule {
            id,
            place: self.source.place(&raw.id.span()),
            kind: raw.kind,
            code,
            description: raw.description.get_ref().clone(),
            finder,
            near: raw.near.map(|near| self.near(near)).transpose()?,
            check,
            only: raw.only.map(|only| self.only(only)).transpose()?.unwrap_or_default(),
            form,
            action,
            hits: raw.hits,
            misses: raw.misses,
        })
    }

    fn id(&self, id: &Spanned<String>) -> Result<String, Fault> {
        let text = id.get_ref();
        let allowed =
            |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.';
        if !(1..=LONGEST_ID).contains(&text.len()) || !text.bytes().all(allowed) {
            let message =
                format!("an id has 1 to {LONGEST_ID} characters of a-z, 0-9, '-' and '.'");
            return Err(self.fault(&id.span(), &message));
        }
        Ok(text.clone())
    }

    fn code(&self, raw: &raw::Rule, whole: &Range<usize>) -> Result<TypeCode, Fault> {
        let own = match raw.kind {
            Kind::Phone => Some(TypeCode::TEL),
            Kind::Name => Some(TypeCode::NAM),
            // Nothing of a guard is ever written.
            Kind::Guard => Some(TypeCode::NAM),
            _ => None,
        };
        match (&raw.code, own) {
            (None, Some(own)) => Ok(own),
            (None, None) => {
                let fault = self.fault(whole, "the type is missing");
                Err(fault.with_hint("three letters that open its tokens, as in type = \"cus\""))
            }
            (Some(code), _) => {
                let parsed = TypeCode::new(code.get_ref().as_bytes());
                let parsed = parsed
                    .ok_or_else(|| self.fault(&code.span(), "a type is three letters of a-z"))?;
                let reserved = [TypeCode::TEL, TypeCode::NAM].contains(&parsed);
                if own.is_some_and(|own| own != parsed) || (own.is_none() && reserved) {
                    let fault = self.fault(&code.span(), "this type is not for this kind of rule");
                    return Err(fault.with_hint("tel is for kind phone, nam for kind name"));
                }
                Ok(parsed)
            }
        }
    }

    fn finder(&self, raw: &raw::Rule, whole: &Range<usize>) -> Result<Finder, Fault> {
        let pattern = raw.pattern.is_some();
        let fields =
            raw.keys.is_some() || raw.json.is_some() || raw.headers.is_some() || raw.csv.is_some();
        let list = raw.values.is_some() || raw.file.is_some();
        let needs = match raw.kind {
            Kind::Pattern if !pattern => Some("a rule of kind pattern needs `pattern`"),
            Kind::Field if !fields => {
                Some("a rule of kind field needs `keys`, `json`, `headers` or `csv`")
            }
            Kind::List if !list => Some("a rule of kind list needs `values` or `file`"),
            _ if [pattern, fields, list].iter().filter(|&&given| given).count() != 1 => Some(
                "a rule looks for one of: a `pattern`, fields (`keys`, `json`, `headers`, `csv`), \
                 a list (`values`, `file`)",
            ),
            _ => None,
        };
        if let Some(message) = needs {
            return Err(self.fault(whole, message));
        }
        if raw.group.is_some() && !pattern {
            return Err(self.fault(whole, "`group` needs a `pattern`"));
        }
        if raw.ignore_case.is_some() && fields {
            let fault = self.fault(whole, "`ignore_case` is for patterns and lists");
            return Err(fault.with_hint("keys are always compared without regard to case"));
        }
        match &raw.pattern {
            Some(text) => self.pattern(text, raw).map(Finder::Pattern),
            None if fields => self.fields(raw, whole).map(Finder::Fields),
            None => self.list(raw, whole).map(Finder::List),
        }
    }

    fn pattern(&self, text: &Spanned<String>, raw: &raw::Rule) -> Result<Pattern, Fault> {
        if text.get_ref().len() > LONGEST_PATTERN {
            let message = format!("the pattern is longer than {LONGEST_PATTERN} bytes");
            let fault = self.fault(&text.span(), &message);
            return Err(fault.with_hint("put literals into a list"));
        }
        Ok(Pattern {
            text: text.get_ref().clone(),
            place: self.source.place(&text.span()),
            group: raw.group.clone(),
            ignore_case: raw.ignore_case.unwrap_or(false),
        })
    }

    fn fields(&self, raw: &raw::Rule, whole: &Range<usize>) -> Result<Fields, Fault> {
        let globs = |names: &Option<Vec<String>>| -> Vec<Glob> {
            names.iter().flatten().map(|name| Glob::new(name)).collect()
        };
        let json = raw.json.iter().flatten().map(|path| {
            JsonPath::parse(path.get_ref()).map_err(|why| {
                let fault = self.fault(&path.span(), &format!("this is no JSON path: {why}"));
                fault.with_hint("as in $.caller.name, $.calls[*].remote or $..token")
            })
        });
        let fields = Fields {
            keys: globs(&raw.keys),
            json: json.collect::<Result<_, _>>()?,
            headers: globs(&raw.headers),
            csv: raw.csv.as_ref().map(|csv| self.csv(csv)).transpose()?,
        };
        let names = fields.keys.iter().chain(&fields.headers);
        if names.clone().any(|name| name.as_bytes().is_empty()) {
            return Err(self.fault(whole, "a key is empty"));
        }
        if names.count() + fields.json.len() == 0 && fields.csv.is_none() {
            return Err(self.fault(whole, "no field is named"));
        }
        Ok(fields)
    }

    fn csv(&self, csv: &Spanned<raw::Csv>) -> Result<Csv, Fault> {
        let raw::Csv { separator, header, columns } = csv.get_ref();
        let fault = |message: &str| self.fault(&csv.span(), message);
        let separator = match separator.as_deref().unwrap_or(",").as_bytes() {
            &[byte @ (b',' | b';' | b'\t' | b'|')] => byte,
            _ => return Err(fault("a separator is one of , ; | or a tab")),
        };
        let cells: Vec<_> = header.split(char::from(separator)).map(str::trim).collect();
        if cells.len() < 2 {
            return Err(
                fault("the header has one column only").with_hint("is the separator right?")
            );
        }
        let index = |name: &String| {
            let at = cells.iter().position(|cell| cell.eq_ignore_ascii_case(name));
            at.map(|at| (at, name.clone())).ok_or_else(|| fault("a column is not in the header"))
        };
        let columns = columns.iter().map(index).collect::<Result<_, _>>()?;
        Ok(Csv { separator, cells: cells.len(), columns })
    }

    fn list(&self, raw: &raw::Rule, whole: &Range<usize>) -> Result<List, Fault> {
        let ignore_case = raw.ignore_case.unwrap_or(true);
        let (text, place) = match (&raw.values, &raw.file) {
            (Some(_), Some(_)) => {
                return Err(self.fault(whole, "a list has `values` or a `file`, not both"));
            }
            (Some(values), None) => {
                let lines: Vec<_> = values.iter().map(|value| value.get_ref().as_str()).collect();
                (lines.join("\n"), self.source.place(whole))
            }
            (None, Some(file)) => {
                let Some(folder) = self.folder else {
                    return Err(self.fault(&file.span(), "a list here needs `values`"));
                };
                let path = folder.join(file.get_ref());
                let text = super::read(&path, LARGEST_LIST, "a list").map_err(|fault| {
                    let message = format!("the list {}", fault);
                    self.fault(&file.span(), &message)
                })?;
                (text, super::Place { file: path.display().to_string().into(), at: None })
            }
            (None, None) => return Err(self.fault(whole, "the list is missing")),
        };
        let list = List { text: Arc::from(text), ignore_case };
        self.entries(&list, place)?;
        Ok(list)
    }

    fn entries(&self, list: &List, mut place: super::Place) -> Result<(), Fault> {
        let mut any = false;
        for (index, line) in list.text.lines().enumerate() {
            let entry = line.trim();
            if entry.is_empty() || entry.starts_with('#') {
                continue;
            }
            any = true;
            let wrong = match entry.len() {
                1 => "a literal is one byte long",
                LONGER_LITERAL.. => "a literal is longer than 127 bytes",
                _ if !entry.bytes().any(|b| b.is_ascii_alphanumeric() || b >= 0x80) => {
                    "a literal has no letter and no digit"
                }
                _ => continue,
            };
            place.at = place.at.or(Some((index + 1, 1)));
            return Err(Fault::new(place, wrong));
        }
        if any { Ok(()) } else { Err(Fault::new(place, "the list is empty")) }
    }

    fn form(&self, raw: &raw::Rule, whole: &Range<usize>) -> Result<Form, Fault> {
        let own = match raw.kind {
            Kind::Phone => Some(Form::Phone),
            Kind::Name => Some(Form::Name),
            _ => None,
        };
        match (raw.form, own) {
            (None, Some(own)) => Ok(own),
            (Some(form), None) if !matches!(form, Form::Phone | Form::Name) => Ok(form),
            (None, None) if raw.kind == Kind::List && raw.ignore_case != Some(false) => {
                Ok(Form::Lower)
            }
            (None, None) => Ok(Form::default()),
            (Some(_), _) => {
                let fault = self.fault(whole, "this form is not for this kind of rule");
                Err(fault.with_hint("kind phone and kind name have forms of their own"))
            }
        }
    }

    fn near(&self, near: Spanned<raw::Near>) -> Result<Near, Fault> {
        let range = near.span();
        let raw::Near { words, before, after } = near.into_inner();
        let word = |b: u8| b.is_ascii_alphanumeric() || b >= 0x80;
        let plain = |text: &String| (2..=64).contains(&text.len()) && text.bytes().all(word);
        if words.is_empty() || !words.iter().all(plain) {
            let message = "near needs words of 2 to 64 letters and digits";
            return Err(self.fault(&range, message));
        }
        let (before, after) = (before.unwrap_or(48), after.unwrap_or(0));
        if before.max(after) > FARTHEST || before + after == 0 {
            let message = format!("near looks 1 to {FARTHEST} bytes before and after");
            return Err(self.fault(&range, &message));
        }
        Ok(Near { words: words.iter().map(|word| word.to_lowercase()).collect(), before, after })
    }

    fn only(&self, only: raw::Only) -> Result<Only, Fault> {
        let lines = only.lines.map(|text| Pattern {
            place: self.source.place(&text.span()),
            text: text.into_inner(),
            group: None,
            ignore_case: false,
        });
        let fields = only.fields.iter().map(|name| Glob::new(name)).collect();
        Ok(Only { carriers: only.carriers, fields, lines })
    }

    fn examples(&self, raw: &raw::Rule, whole: &Range<usize>) -> Result<(), Fault> {
        let marked = |line: &String| {
            let (open, close) = (line.matches('«').count(), line.matches('»').count());
            open == close && open > 0
        };
        let bare = |line: &String| !line.contains(['«', '»']);
        if raw.hits.is_empty() || raw.misses.is_empty() {
            let fault = self.fault(whole, "a rule needs examples: `hits` and `misses`");
            return Err(fault.with_hint("mark what is found like «this»; misses have no marks"));
        }
        if !raw.hits.iter().all(marked) || !raw.misses.iter().all(bare) {
            let fault = self.fault(whole, "an example is marked wrongly");
            return Err(fault.with_hint("every hit has «...» around what is found, no miss has"));
        }
        Ok(())
    }

    fn change(&self, spanned: Spanned<raw::Change>) -> Result<Change, Fault> {
        let whole = spanned.span();
        let raw = spanned.into_inner();
        let parameters = Parameters {
            constant: &raw.constant,
            keep: raw.keep,
            to: &raw.to,
            keep_prefix: raw.keep_prefix,
        };
        let id = Glob::new(raw.id.get_ref());
        let codes: Vec<_> = builtin_ids().filter(|name| id.matches(name.as_bytes())).collect();
        let code = if codes.iter().all(|name| name.starts_with("phone/")) {
            TypeCode::TEL
        } else {
            TypeCode::NAM
        };
        let action = match (raw.off, &raw.action) {
            (true, None) => None,
            (false, Some(verb)) => Some(self.action(Some(verb), &parameters, code, &whole)?),
            _ => {
                let fault = self.fault(&whole, "a change needs either `off = true` or an `action`");
                return Err(fault);
            }
        };
        if matches!(action, Some(Action::Pseudonym { keep_prefix: true })) {
            return Err(self.fault(&whole, "keep_prefix is for rules of addresses"));
        }
        let place = self.source.place(&raw.id.span());
        Ok(Change { id, place, action, builtin: !codes.is_empty() })
    }
}

const LONGER_LITERAL: usize = LONGEST_LITERAL + 1;

/// The ids of the built-in rules, as `[[change]]` names them.
fn builtin_ids() -> impl Iterator<Item = String> {
    RuleSet::builtin().into_iter().flat_map(|set| set.rules).map(|rule| rule.name())
}
