//! One identity, one token, however it is written.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::grammar::{escaped, family, given, percent, subscriber};
use crate::subject::{clean, findings};

/// The token of the one finding in `line`.
fn token(line: &str) -> Result<String, TestCaseError> {
    let found = findings(line.as_bytes());
    prop_assert!(found.len() == 1, "{} findings in {line}", found.len());
    let output = String::from_utf8_lossy(&clean(line.as_bytes())).into_owned();
    let token = output.get(found[0].span.start..).and_then(|rest| rest.get(..35));
    Ok(token.map_or(output.clone(), str::to_owned))
}

fn one_token(lines: &[String]) -> Result<(), TestCaseError> {
    let tokens: Vec<String> = lines.iter().map(|line| token(line)).collect::<Result<_, _>>()?;
    let different: BTreeSet<_> = tokens.iter().collect();
    let pairs: Vec<_> = lines.iter().zip(&tokens).collect();
    prop_assert!(different.len() == 1, "{pairs:#?}");
    Ok(())
}

proptest! {
    #![proptest_config(super::config())]

    #[test]
    fn a_number_gets_one_token((code, area, rest) in subscriber()) {
        let trunk = if code == "1" { "" } else { "0" };
        let wide: String = rest.chars().filter_map(|c| char::from_u32(c as u32 + 0xfee0)).collect();
        let (head, tail) = rest.split_at(3);
        one_token(&[
            format!("caller +{code}{area}{rest} hung up"),
            format!("phone=\"+{code} {area} {rest}\""),
            format!("phone=\"+{code} (0){area} {rest}\""),
            format!("phone=\"00{code}{area}{rest}\""),
            format!("phone={trunk}{area}{rest}"),
            format!("Tel. {trunk}{area} {rest}"),
            format!("Tel. ({trunk}{area}) {head}-{tail}"),
            format!("{{\"phone\":\"\\u002b{code}\\u00a0{area}\\u2011{rest}\"}}"),
            format!("GET /dial?phone=%2B{code}{area}%20{rest}&x=1"),
            format!("To: <sip:%2B{code}{area}{rest}@pbx.example>"),
            format!("INVITE sip:+{code}{area}{rest}@192.0.2.1 SIP/2.0"),
            format!("Contact: <tel:+{code}-{area}-{rest}>"),
            format!("msisdn={code}{area}{rest}"),
            format!("phone=\"+{code}{area}{wide}\""),
            format!("phone=\"+{code}{area}\u{200b}{head}\u{ad}{tail}\""),
        ])?;
    }

    #[test]
    fn a_name_gets_one_token(given in given(), family in family()) {
        // O'Neill and Петрова have no other transliteration here.
        let plain = |text: &str| text.replace('ü', "ue").replace('ß', "ss").replace(['ë', 'é'], "e");
        let name = format!("{given} {family}");
        one_token(&[
            format!("callerName=\"{name}\""),
            format!("callerName=\"{}\"", name.to_uppercase()),
            format!("callerName=\"{}\"", name.to_lowercase()),
            format!("callerName=\"{}\"", plain(&name)),
            format!("callerName=\"{family}, {given}\""),
            format!("callerName=\"Herr Dr. {name}\""),
            format!("{{\"callerName\":\"{}\"}}", escaped(&name)),
            format!("GET /x?callerName={}+{}&y=1", percent(&given), percent(&family)),
            format!("GET /x?callerName={}%20{}&y=1", percent(&given), percent(&family)),
            format!("From: \"{name}\" <sip:100@pbx.example>"),
            format!("From: {name} <sip:100@pbx.example>"),
            format!("Rückruf an Frau {name}"),
            format!("{{\"payload\":\"{{\\\"callerName\\\":\\\"{name}\\\"}}\"}}"),
        ])?;
    }
}
