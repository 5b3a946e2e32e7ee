//! The invariants of the engine over generated logs, JSON and noise.
//!
//! Two hundred and fifty-six cases each, the same in every run; `PROPTEST_CASES=20000
//! PROPTEST_RNG_SEED=7 cargo test --release --test it properties` looks further.

use std::fmt;
use std::ops::Deref;

use lognym::detect::Finding;
use lognym::engine::Spare;
use lognym::pseudonym::token;
use lognym::scan::Kernel;
use lognym::span::TypeCode;
use lognym::stats::Counts;
use lognym::{carrier, colour};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;
use serde_json::Value;

use crate::subject::{clean, engine, findings, process};

mod grammar;
mod json;
mod passing;
mod spelling;

/// Bytes that a failing case shows as text.
#[derive(Clone)]
struct Text(Vec<u8>);

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}

impl Deref for Text {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

fn input() -> impl Strategy<Value = Text> {
    prop_oneof![
        4 => grammar::log(),
        1 => grammar::noise(),
        1 => json::document().prop_map(String::into_bytes),
    ]
    .prop_map(Text)
}

/// Fails with the texts as they read, not as lists of numbers.
fn same(left: &[u8], right: &[u8]) -> Result<(), TestCaseError> {
    let (left, right) = (left.escape_ascii().to_string(), right.escape_ascii().to_string());
    prop_assert!(left == right, "\n left {left}\nright {right}");
    Ok(())
}

fn passes(text: &str) -> Result<(), TestCaseError> {
    same(text.as_bytes(), &clean(text.as_bytes()))
}

/// `output` with what each finding stood for put back; checks the tokens on the way.
fn restored(input: &[u8], findings: &[Finding], output: &[u8]) -> Option<Vec<u8>> {
    let (mut text, mut read, mut written) = (Vec::new(), 0, 0);
    for finding in findings {
        let gap = finding.span.start - read;
        text.extend(output.get(written..written + gap)?);
        written += gap;
        let slashes = output[written..].iter().take_while(|&&b| b == b'\\').count();
        let quoted = output.get(written + slashes)? == &b'"';
        let quote = &output[written..written + if quoted { slashes + 1 } else { 0 }];
        let rest = output[written..].strip_prefix(quote)?;
        (token::lex(rest)?.kind == finding.kind()).then_some(())?;
        rest[token::LEN..].starts_with(quote).then_some(())?;
        written += token::LEN + 2 * quote.len();
        text.extend(&input[finding.span.start..finding.span.end]);
        read = finding.span.end;
    }
    text.extend(output.get(written..)?);
    Some(text)
}

/// A failing case is shown in full; nothing is written into the source tree.
pub(crate) fn config() -> ProptestConfig {
    let mut config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    // The same cases in every run, so that a change is judged by itself; another seed looks elsewhere.
    if matches!(config.rng_seed, RngSeed::Random) {
        config.rng_seed = RngSeed::Fixed(0x6c6f_676e_796d);
    }
    config
}

/// How many tokens of the built-in types there are in `bytes`: they may stand after an escape such as `\\n`, but not in
/// a word.
fn tokens(bytes: &[u8]) -> u64 {
    let mut count = 0;
    for at in 0..bytes.len() {
        let escaped = (1..=6).any(|len| {
            at.checked_sub(len)
                .and_then(|start| carrier::unit(bytes, start))
                .is_some_and(|unit| unit.len == len && len > 1)
        });
        let coloured = (1..=20).any(|len| {
            at.checked_sub(len).is_some_and(|start| colour::length(bytes, start) == Some(len))
        });
        let free = escaped
            || coloured
            || at == 0
            || !matches!(bytes[at - 1], b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'\\');
        let known = |found: token::Token| Counts::TYPES.contains(&found.kind);
        count += u64::from(free && token::lex(&bytes[at..]).is_some_and(known));
    }
    count
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn twice_is_once(input in input()) {
        let once = clean(&input);
        let twice = clean(&once);
        prop_assert!(once == twice, "\ninput {}\n once {}\ntwice {}", input.escape_ascii(), once.escape_ascii(), twice.escape_ascii());
    }

    #[test]
    fn blocks_may_be_cut_at_any_line_end(input in input(), cuts: u64) {
        let mut bits = cuts;
        let mut pieces = Vec::new();
        let mut block = Vec::new();
        for line in input.split_inclusive(|&b| b == b'\n') {
            block.extend(line);
            bits = bits.rotate_left(1);
            if bits & 1 != 0 {
                pieces.extend(clean(&block));
                block.clear();
            }
        }
        pieces.extend(clean(&block));
        same(&clean(&input), &pieces)?;
    }

    #[test]
    fn the_place_in_a_block_changes_nothing(input in input(), lead in 1..64_usize) {
        let moved = clean(&[&vec![b'\n'; lead], &input[..]].concat());
        same(&clean(&input), &moved[lead..])?;
    }

    #[test]
    fn what_a_worker_has_seen_changes_nothing(input in input(), mut seed: u64) {
        let engine = engine(Kernel::auto());
        let mut scratch = engine.scratch();
        engine.process(&input, &mut scratch, Spare::default());
        for _ in 0..3 {
            // The same lines with other digits.
            let mut text = input.to_vec();
            for byte in text.iter_mut().filter(|byte| byte.is_ascii_digit()) {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                *byte = if seed >> 62 == 0 { b'0' + (seed >> 32) as u8 % 10 } else { *byte };
            }
            let known = engine.process(&text, &mut scratch, Spare::default());
            let fresh = engine.process(&text, &mut engine.scratch(), Spare::default());
            same(known.as_bytes(), fresh.as_bytes())?;
            prop_assert_eq!(known.counts().tokens_seen, fresh.counts().tokens_seen);
        }
    }

    #[test]
    fn bytes_outside_findings_survive(input in input()) {
        let findings = findings(&input);
        let output = process(&input);
        match restored(&input, &findings, output.as_bytes()) {
            Some(text) => same(&input, &text)?,
            None => prop_assert!(false, "no token where one should be: {}", output.as_bytes().escape_ascii()),
        }
    }

    #[test]
    fn counts_agree_with_findings(input in input()) {
        let findings = findings(&input);
        let output = process(&input);
        let counts = output.counts();
        let of = |kind: TypeCode| findings.iter().filter(|finding| finding.kind() == kind).count() as u64;
        prop_assert_eq!(counts.by_type, [of(TypeCode::TEL), of(TypeCode::NAM)]);
        prop_assert_eq!(counts.by_context.iter().sum::<u64>(), findings.len() as u64);
        prop_assert_eq!(counts.bytes_in, input.len() as u64);
        prop_assert_eq!(counts.bytes_out, output.as_bytes().len() as u64);
        prop_assert_eq!(counts.lines, input.split_inclusive(|&b| b == b'\n').count() as u64);
        let mut starts = 0;
        let changed = input.split_inclusive(|&b| b == b'\n').filter(|line| {
            let range = starts..starts + line.len();
            starts = range.end;
            findings.iter().any(|finding| range.contains(&finding.span.start))
        });
        prop_assert_eq!(counts.lines_changed, changed.count() as u64);
        prop_assert_eq!(counts.tokens_seen, tokens(&input));
        let again = process(output.as_bytes());
        prop_assert_eq!(again.counts().tokens_seen, tokens(output.as_bytes()), "{}", output.as_bytes().escape_ascii());
        prop_assert_eq!(again.counts().tokens_foreign, counts.tokens_foreign);
    }

    #[test]
    fn findings_are_in_order_and_whole(input in input()) {
        let mut end = 0;
        for finding in findings(&input) {
            let span = finding.span;
            prop_assert!(end <= span.start && span.start < span.end && span.end <= input.len());
            prop_assert!(!input[span.start..span.end].iter().any(|b| matches!(b, b'\n' | b'\r')));
            let start = input[..span.start].iter().rposition(|&b| b == b'\n').map_or(0, |i| i + 1);
            let stop = input[span.end..].iter().position(|&b| b == b'\n').map_or(input.len(), |i| span.end + i);
            if let Ok(line) = std::str::from_utf8(&input[start..stop]) {
                let (from, to) = (span.start - start, span.end - start);
                prop_assert!(line.is_char_boundary(from) && line.is_char_boundary(to), "{from}..{to} of {line:?}");
            }
            end = span.end;
        }
    }

    #[test]
    fn json_stays_json(text in json::document()) {
        let before: Value = serde_json::from_str(&text).expect("the generator writes JSON");
        let output = clean(text.as_bytes());
        let output = String::from_utf8_lossy(&output);
        let after = serde_json::from_str(&output);
        prop_assert!(after.is_ok(), "{}\n{text}\n{output}", after.unwrap_err());
        if let Some(path) = json::broken(&before, &after.unwrap_or_default()) {
            prop_assert!(false, "at {path}\n{text}\n{output}");
        }
    }

    #[test]
    fn addresses_pass(address in prop_oneof![passing::ipv4(), passing::ipv6()], template in select(ADDRESSES)) {
        passes(&template.replace('*', &address))?;
    }

    #[test]
    fn uuids_pass(uuid in passing::uuid(), template in select(IDS)) {
        passes(&template.replace('*', &uuid))?;
    }

    #[test]
    fn times_pass(time in passing::time(), template in select(TIMES)) {
        passes(&template.replace('*', &time))?;
    }
}

proptest! {
    // Building an engine for each kernel costs more than a case.
    #![proptest_config(ProptestConfig { cases: 24, ..config() })]

    #[test]
    fn kernels_agree(inputs in prop::collection::vec(input(), 16)) {
        for kernel in Kernel::available() {
            let engine = engine(kernel);
            let mut scratch = engine.scratch();
            for input in &inputs {
                let output = engine.process(input, &mut scratch, Spare::default());
                same(&clean(input), output.as_bytes())?;
            }
        }
    }
}

/// Masks cover 64 bytes: nothing may hang on where in them a line begins.
#[test]
fn the_place_in_the_block_changes_nothing() {
    for line in [
        "Erika M\\u00fcller wartet\n",
        "ticket was closed, Michael Schneider informed\n",
        "redial +442079460018\n",
    ] {
        let alone = clean(line.as_bytes());
        for shift in 0..130 {
            let blanks = "\n".repeat(shift);
            let shifted = clean((blanks.clone() + line).as_bytes());
            assert_eq!(shifted[shift..], alone, "{shift} bytes before {line}");
        }
    }
}

#[test]
fn long_lines_of_one_kind_are_taken() {
    for unit in [
        "7", "\"", "+", "(", "E", "Erika ", "Herr ", "\\u002b", "%2B", "<", "=", "a:", "0 ", "\\",
        "&#43;", "\u{200b}",
    ] {
        let line = unit.repeat((64 << 10) / unit.len());
        let once = clean(line.as_bytes());
        assert_eq!(once, clean(&once), "{unit}");
    }
}

const ADDRESSES: &[&str] = &[
    "*",
    "ip=*",
    "{\"clientIp\":\"*\",\"port\":5060}",
    "caller=*",
    "from * to *",
    "Received: from [*] by pbx",
    "src=* dst=*",
    "* - - GET /",
    "connect to * failed",
    "Contact: <sip:pbx@*>",
    "call from *",
    "peer (*) gone",
    "to: *, via: *",
    "host:*",
    "<*>",
    "Tel. gateway *",
];

const IDS: &[&str] = &[
    "*",
    "id=*",
    "{\"callId\":\"*\"}",
    "caller=*",
    "from * to *",
    "contact * closed",
    "/api/calls/*/events",
    "uuid:*",
    "[*] phone call from *",
    "agent=*",
    "to: *",
    "Call-ID: *@192.0.2.1",
    "x-*-y",
];

const TIMES: &[&str] = &[
    "*",
    "ts=*",
    "{\"time\":\"*\",\"n\":1}",
    "{\"timestamp\":*}",
    "[*] INFO",
    "started at * by cron",
    "* caller hung up",
    "from * to *",
    "(*)",
    "at=* n=1",
];
