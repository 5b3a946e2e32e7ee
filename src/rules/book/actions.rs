//! What a rule or a change does: the verb and the parameters that go with it.

use std::ops::Range;

use toml::Spanned;

use crate::span::TypeCode;

use super::fault::Fault;
use super::model::{Action, Truncate};
use super::raw::{Parameters, Verb};
use super::validate::Judge;

impl Judge<'_> {
    pub(super) fn action(
        &self,
        verb: Option<&Spanned<Verb>>,
        parameters: &Parameters,
        code: TypeCode,
        whole: &Range<usize>,
    ) -> Result<Action, Fault> {
        let range = verb.map_or_else(|| whole.clone(), Spanned::span);
        let verb = verb.map_or(Verb::Pseudonym, |verb| *verb.get_ref());
        let foreign = [
            (parameters.constant.is_some() && verb != Verb::Redact, "`constant` is for redact"),
            (parameters.keep.is_some() && verb != Verb::Mask, "`keep` is for mask"),
            (parameters.to.is_some() && verb != Verb::Truncate, "`to` is for truncate"),
            (
                parameters.keep_prefix.is_some() && verb != Verb::Pseudonym,
                "`keep_prefix` is for pseudonym",
            ),
        ];
        if let Some((_, message)) = foreign.into_iter().find(|(wrong, _)| *wrong) {
            return Err(self.fault(&range, message));
        }
        Ok(match verb {
            Verb::Pseudonym => {
                Action::Pseudonym { keep_prefix: parameters.keep_prefix.unwrap_or(false) }
            }
            Verb::Redact => Action::Redact(self.constant(parameters.constant, code, &range)?),
            Verb::Mask => Action::Mask { keep: parameters.keep.unwrap_or(0) },
            Verb::Truncate => Action::Truncate(self.truncate(parameters.to, &range)?),
            Verb::Pass => Action::Pass,
            Verb::DropLine => Action::DropLine,
        })
    }

    /// A constant needs no escaping in any carrier and touches no token.
    fn constant(
        &self,
        constant: &Option<String>,
        code: TypeCode,
        range: &Range<usize>,
    ) -> Result<Box<str>, Fault> {
        let Some(text) = constant else { return Ok(format!("[{}]", code.as_str()).into()) };
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-_. *".contains(&b);
        let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
        match inner {
            Some(inner) if inner.len() <= 32 && inner.bytes().all(allowed) => {
                Ok(text.as_str().into())
            }
            _ => {
                let message =
                    "a constant is up to 32 of A-Z a-z 0-9 - _ . * and blanks in brackets";
                Err(self.fault(range, message).with_hint("as in constant = \"[iban]\""))
            }
        }
    }

    fn truncate(&self, to: &Option<String>, range: &Range<usize>) -> Result<Truncate, Fault> {
        let parsed = match to.as_deref() {
            Some("month") => Some(Truncate::Month),
            Some("year") => Some(Truncate::Year),
            Some(text) => match text.split_once(':') {
                Some(("ip", bits)) => bits.split_once('/').and_then(|(v4, v6)| {
                    let (v4, v6) = (v4.parse().ok()?, v6.parse().ok()?);
                    (v4 <= 32 && v6 <= 128).then_some(Truncate::Ip { v4, v6 })
                }),
                Some(("decimals", count)) => {
                    count.parse().ok().filter(|&count| count <= 9).map(Truncate::Decimals)
                }
                _ => None,
            },
            None => None,
        };
        parsed.ok_or_else(|| {
            let fault = self.fault(range, "truncate needs to know how much stays");
            fault.with_hint("to = \"ip:24/48\", \"month\", \"year\" or \"decimals:1\"")
        })
    }
}
