//! What takes the place of a finding that an operator's rule settles.
//!
//! In: the text as it stood, its canonical form where the detector knows better, the rule's
//! treatment. Out: a token, a constant, a mask, something less exact, or nothing. Each of them is
//! left as it is by a second pass of the same rule; tokens and constants by every rule. Cost: a token as ever, the others a few bytes.

use std::net::IpAddr;

use crate::carrier;
use crate::detect::operator::Treatment;
use crate::pseudonym::{Identity, Keys, PrefixCache, TokenCache, canon};
use crate::rules::book::model::{Action, Form, Truncate};

/// Working memory of the actions.
#[derive(Debug, Default)]
pub struct Actions {
    text: String,
    canonical: Vec<u8>,
    prefixes: PrefixCache,
}

impl Actions {
    /// Appends what takes the place of `surface` and returns 64 bits of its token, if it is one.
    /// `value` is its canonical form, or the text of it where more than that is replaced.
    pub fn write(
        &mut self,
        treatment: &Treatment,
        surface: &[u8],
        value: Option<&[u8]>,
        keys: &Keys,
        tokens: &mut TokenCache,
        out: &mut Vec<u8>,
    ) -> Option<u64> {
        match &treatment.action {
            Action::Pseudonym { keep_prefix } => {
                self.canonicalise(treatment.form, value.unwrap_or(surface));
                if let Some(address) = self.address().filter(|_| *keep_prefix) {
                    return Some(self.prefixes.token(keys, treatment.code, address, out));
                }
                let canonical = &self.canonical[..];
                let identity = Identity::Canonical(canonical);
                return Some(tokens.token(keys, treatment.code, identity, || canonical, out));
            }
            Action::Redact(constant) => out.extend_from_slice(constant.as_bytes()),
            Action::Mask { keep } => mask(surface, *keep, out),
            Action::Truncate(truncate) => self.truncate(*truncate, surface, treatment, out),
            Action::Pass | Action::DropLine => {}
        }
        None
    }

    /// The text with escapes undone.
    fn decode(&mut self, surface: &[u8]) {
        self.text.clear();
        carrier::decode_into(surface, &mut self.text);
    }

    fn canonicalise(&mut self, form: Form, surface: &[u8]) {
        self.canonical.clear();
        self.decode(surface);
        let text = self.text.trim();
        match form {
            // The detector has read the number.
            Form::Phone => self.canonical.extend_from_slice(surface),
            Form::Name => canon::name(text, &mut self.canonical),
            Form::Text => self.canonical.extend_from_slice(text.as_bytes()),
            Form::Lower => self.canonical.extend_from_slice(text.to_lowercase().as_bytes()),
            Form::Compact => {
                let kept =
                    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase);
                self.canonical.extend(kept.collect::<String>().into_bytes());
            }
            Form::Ip => match text.parse::<IpAddr>() {
                Ok(address) => self.canonical.extend_from_slice(address.to_string().as_bytes()),
                Err(_) => self.canonical.extend_from_slice(text.as_bytes()),
            },
        }
        // What has no canonical form is told apart by its text.
        if self.canonical.is_empty() {
            self.canonical.extend_from_slice(surface);
        }
    }

    fn address(&self) -> Option<IpAddr> {
        std::str::from_utf8(&self.canonical).ok()?.parse().ok()
    }

    /// Appends `surface` made less exact; what is no such thing becomes a constant.
    fn truncate(
        &mut self,
        truncate: Truncate,
        surface: &[u8],
        treatment: &Treatment,
        out: &mut Vec<u8>,
    ) {
        self.decode(surface);
        let shorter = match truncate {
            Truncate::Ip { v4, v6 } => shorter_address(&self.text, v4, v6),
            Truncate::Month => shorter_date(&self.text, false),
            Truncate::Year => shorter_date(&self.text, true),
            Truncate::Decimals(count) => shorter_number(&self.text, count.into()),
        };
        match shorter {
            Some(text) => out.extend_from_slice(text.as_bytes()),
            None => {
                out.push(b'[');
                out.extend_from_slice(treatment.code.as_bytes());
                out.push(b']');
            }
        }
    }
}

/// All letters and digits but the last `keep` become `*`, escapes taken as the character they spell.
fn mask(surface: &[u8], keep: usize, out: &mut Vec<u8>) {
    let units = || {
        let mut at = 0;
        std::iter::from_fn(move || {
            let unit = carrier::unit(surface, at)?;
            at += unit.len;
            Some((unit.ch, &surface[at - unit.len..at]))
        })
    };
    let counts = |ch: char| ch.is_alphanumeric() || ch == char::REPLACEMENT_CHARACTER;
    let mut hidden = units().filter(|(ch, _)| counts(*ch)).count().saturating_sub(keep);
    for (ch, spelled) in units() {
        if hidden > 0 && counts(ch) {
            hidden -= 1;
            out.push(b'*');
        } else {
            out.extend_from_slice(spelled);
        }
    }
}

fn shorter_address(text: &str, v4: u8, v6: u8) -> Option<String> {
    let address = match text.parse().ok()? {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(v4)).unwrap_or(0);
            IpAddr::from(std::net::Ipv4Addr::from_bits(address.to_bits() & mask))
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(v6)).unwrap_or(0);
            IpAddr::from(std::net::Ipv6Addr::from_bits(address.to_bits() & mask))
        }
    };
    Some(address.to_string())
}

/// `2026-11-21`, `21.11.2026` and `21/11/2026`: the day, or month and day, become 01; a time after it
/// is left out.
fn shorter_date(text: &str, year_only: bool) -> Option<String> {
    let sign = text.bytes().find(|b| !b.is_ascii_digit()).map(char::from)?;
    let end = text.find(['T', ' ']).unwrap_or(text.len());
    let parts: Vec<&str> = text[..end].split(sign).collect();
    let [first, month, last] = parts[..] else { return None };
    let all = parts.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    let month = if year_only { "01" } else { month };
    match (first.len(), last.len(), sign) {
        (4, 1..=2, '-' | '/' | '.') if all => Some(format!("{first}{sign}{month}{sign}01")),
        // Which of the first two is the month is known of the dotted form only.
        (1..=2, 4, '.') if all => Some(format!("01{sign}{month}{sign}{last}")),
        (1..=2, 4, '-' | '/') if all => Some(format!("01{sign}01{sign}{last}")),
        _ => None,
    }
}

fn shorter_number(text: &str, count: usize) -> Option<String> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let unsigned = whole.strip_prefix(['-', '+']).unwrap_or(whole);
    (!unsigned.is_empty() && digits(unsigned) && digits(decimals)).then_some(())?;
    match &decimals[..count.min(decimals.len())] {
        "" => Some(whole.to_owned()),
        kept => Some(format!("{whole}.{kept}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_keep_the_end_and_the_signs() {
        for (text, keep, expected) in [
            ("4111-1111-1111-1234", 4, "****-****-****-1234"),
            ("ab", 4, "ab"),
            ("Müller", 0, "******"),
            ("M\\u00fcller", 2, "****er"),
            ("****-1234", 4, "****-1234"),
        ] {
            let mut out = Vec::new();
            mask(text.as_bytes(), keep, &mut out);
            assert_eq!(String::from_utf8_lossy(&out), expected, "{text}");
        }
    }

    #[test]
    fn less_exact_is_still_of_its_kind_and_stays_so() {
        type Shorten = fn(&str) -> Option<String>;
        let cases: [(Shorten, &str, Option<&str>); 11] = [
            (|text| shorter_address(text, 24, 48), "192.0.2.17", Some("192.0.2.0")),
            (|text| shorter_address(text, 0, 0), "192.0.2.17", Some("0.0.0.0")),
            (|text| shorter_address(text, 24, 48), "2001:db8:1:2::3", Some("2001:db8:1::")),
            (|text| shorter_address(text, 24, 48), "192.0.2", None),
            (|text| shorter_date(text, false), "1980-05-17", Some("1980-05-01")),
            (|text| shorter_date(text, true), "17.05.1980", Some("01.01.1980")),
            (|text| shorter_date(text, false), "05/17/1980", Some("01/01/1980")),
            (|text| shorter_date(text, false), "1980-05-17T10:00:00Z", Some("1980-05-01")),
            (|text| shorter_number(text, 1), "-52.5219", Some("-52.5")),
            (|text| shorter_number(text, 0), "52.5219", Some("52")),
            (|text| shorter_number(text, 1), "5.2e1", None),
        ];
        for (shorten, text, expected) in cases {
            let shorter = shorten(text);
            assert_eq!(shorter.as_deref(), expected, "{text}");
            if let Some(shorter) = shorter {
                assert_eq!(shorten(&shorter), Some(shorter.clone()), "{text}");
            }
        }
    }
}
