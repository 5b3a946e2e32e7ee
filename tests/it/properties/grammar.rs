//! Makes log text: pieces of the formats that lognym meets, whole, broken and glued together.
//!
//! All numbers are from the ranges that the regulators keep free for fiction; names are invented.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Whole lines and a last one possibly without its end.
pub(super) fn log() -> impl Strategy<Value = Vec<u8>> {
    let mixed = vec((piece(), glue()), 0..16).prop_map(|pieces| {
        pieces.into_iter().flat_map(|(piece, glue)| [piece, glue].concat()).collect()
    });
    prop_oneof![6 => mixed, 1 => row(), 1 => transfer()]
}

/// A row without a header: what a cell means hangs on the cells beside it.
fn row() -> impl Strategy<Value = Vec<u8>> {
    let cell = prop_oneof![
        3 => given(),
        3 => family(),
        2 => phone(),
        2 => (subscriber(), select(&[".", " ", "-", ""][..])).prop_map(|((_, area, rest), sign)| {
            format!("{area}{sign}{}{sign}{}", &rest[..3], &rest[3..])
        }),
        1 => person(),
        2 => select(&["815185", "63106", "Hamburg", "2026-11-21", "active", "RINGNOANSWER", ""][..])
            .prop_map(str::to_owned),
    ];
    (vec(cell, 3..9), select(&[",", ";", "|", "\t"][..]))
        .prop_map(|(cells, sign)| cells.join(sign).into_bytes())
}

/// People tied to one another in running text, in upper and lower case.
fn transfer() -> impl Strategy<Value = Vec<u8>> {
    let person = || {
        (given(), family(), person(), 0..4u8).prop_map(
            |(given, family, other, style)| match style {
                0 => format!("{given} {family}").to_lowercase(),
                1 => format!("{} {family}-{family}", given.to_lowercase()),
                2 => given,
                _ => other,
            },
        )
    };
    let cue = select(&["Weiterleitung von", "call from", "spoke with", "Anrufer:", "agent"][..]);
    let tie = select(&[" an ", " to ", " and ", " und ", " von ", ", ", " ("][..]);
    let rest =
        select(&["", " (Abt. Technik)", " in billing", ", please", " wegen Leitung", "."][..]);
    (cue, vec((person(), tie), 1..4), person(), rest).prop_map(|(cue, people, last, rest)| {
        let people = people.into_iter().map(|(person, tie)| person + tie).collect::<String>();
        format!("{cue} {people}{last}{rest}").into_bytes()
    })
}

/// Bytes of a small alphabet, in which signs, digits and escapes meet far more often than chance
/// would have it.
pub(super) fn noise() -> impl Strategy<Value = Vec<u8>> {
    let dense =
        select(&b"0149+(<>)\"\\%&;:=/.-, \t\r\n_@{}[]ux2BeHrMaxErika\xc3\xbc\xe2\x80\x8b"[..]);
    prop_oneof![vec(any::<u8>(), 0..300), vec(dense, 0..120)]
}

fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => phone().prop_map(String::into_bytes),
        4 => person().prop_map(String::into_bytes),
        3 => select(CUES).prop_map(|cue| cue.as_bytes().to_vec()),
        3 => select(KEYS).prop_map(|key| key.as_bytes().to_vec()),
        3 => select(TEXT).prop_map(|text| text.as_bytes().to_vec()),
        2 => (token(), 0..3usize).prop_map(|(token, cut)| token[cut / 2..token.len() - cut % 2].into()),
        1 => super::passing::any_of_them().prop_map(String::into_bytes),
        1 => "[0-9]{1,26}".prop_map(String::into_bytes),
        1 => vec(any::<u8>(), 1..6),
    ]
}

fn glue() -> impl Strategy<Value = Vec<u8>> {
    let sign = select(&b"\n\t,;:=|/@<>()[]{}\"'\\+-_.&?*\r\x00\x1b"[..]).prop_map(|b| vec![b]);
    let rest =
        select(&["\r\n", ", ", "\\n", "\\\"", "\": \"", "\u{200b}", "%20", "&amp;", "\u{a0}"][..]);
    let colour = select(
        &[
            "\x1b[36m",
            "\x1b[0m",
            "\x1b[1;35m",
            "\\u001B[0m",
            "\\x1b[1m",
            "#033[0m",
            "^[[0m",
            "\x1b[K",
        ][..],
    );
    prop_oneof![
        8 => Just(vec![b' ']),
        4 => Just(Vec::new()),
        6 => sign,
        4 => rest.prop_map(|text| text.as_bytes().to_vec()),
        1 => colour.prop_map(|text| text.as_bytes().to_vec()),
    ]
}

/// A number in one of the ways that people, programs and evaders write it.
pub(super) fn phone() -> impl Strategy<Value = String> {
    let lead = select(&["+", "00", "+", "011", "%2B", "\\u002b", "&#43;", "\u{ff0b}", ""][..]);
    let part =
        select(&["", " ", "-", "/", ".", " (0)", ") ", "%20", "\u{a0}", "\u{200b}", "\\u2011"][..]);
    let country =
        (lead, subscriber(), vec(part.clone(), 3)).prop_map(|(lead, (code, area, rest), part)| {
            let (head, tail) = rest.split_at(rest.len() / 2);
            format!("{lead}{code}{}{area}{}{head}{}{tail}", part[0], part[1], part[2])
        });
    let national =
        (subscriber(), part, any::<bool>()).prop_map(|((code, area, rest), part, bracket)| {
            let trunk = if code == "1" { "" } else { "0" };
            if bracket {
                format!("({trunk}{area}) {rest}")
            } else {
                format!("{trunk}{area}{part}{rest}")
            }
        });
    let wide = |text: String| -> String {
        let wide = |c: char| {
            if c.is_ascii_digit() { char::from_u32(c as u32 + 0xfee0).unwrap_or(c) } else { c }
        };
        text.chars().map(wide).collect()
    };
    let extension = select(&["", "", "", " ext. 12", ";ext=7", "x99", " Durchwahl 4"][..]);
    (prop_oneof![3 => country.boxed(), 2 => national.boxed()], extension, 0..12).prop_map(
        move |(text, extension, style)| {
            let text = if style == 0 { wide(text) } else { text };
            text + extension
        },
    )
}

/// Country code, area code and subscriber number of a range for fiction.
pub(super) fn subscriber() -> impl Strategy<Value = (&'static str, &'static str, String)> {
    prop_oneof![
        (0..1000u32).prop_map(|n| ("49", "30", format!("23125{n:03}"))),
        (0..1000u32).prop_map(|n| ("49", "221", format!("4710{n:03}"))),
        (0..100u32).prop_map(|n| ("49", "171", format!("39200{n:02}"))),
        (0..100u32).prop_map(|n| ("1", "212", format!("55501{n:02}"))),
        (0..1000u32).prop_map(|n| ("44", "20", format!("79460{n:03}"))),
    ]
}

/// A name in one of its spellings, with or without title.
pub(super) fn person() -> impl Strategy<Value = String> {
    let title = select(&["", "", "Herr ", "Frau Dr. ", "Mr. ", "Prof. "][..]);
    (title, given(), family(), 0..9u8).prop_map(|(title, given, family, style)| match style {
        0 => format!("{title}{}", family.to_uppercase()),
        1 => format!("{family}, {given}"),
        2 => format!("{}+{}", percent(&given), percent(&family)),
        3 => format!("{} {}", escaped(&given), escaped(&family)),
        4 => format!("{}.{}", given.to_lowercase(), family.to_lowercase()),
        5 => format!("{}. von {family}", given.chars().next().unwrap_or('E')),
        6 => format!("{title}{given}\u{a0}{family}"),
        _ => format!("{title}{given} {family}"),
    })
}

pub(super) fn given() -> impl Strategy<Value = String> {
    select(&["Max", "Erika", "Jürgen", "Anna-Lena", "Zoë", "Sinéad", "Ольга", "Mary"][..])
        .prop_map(str::to_owned)
}

pub(super) fn family() -> impl Strategy<Value = String> {
    select(&["Mustermann", "Beispiel", "Müller", "O'Neill", "Groß", "Петрова", "Miller"][..])
        .prop_map(str::to_owned)
}

pub(super) fn percent(text: &str) -> String {
    text.bytes()
        .map(|b| if b < 0x80 { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

pub(super) fn escaped(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_ascii() { c.to_string() } else { format!("\\u{:04x}", c as u32) })
        .collect()
}

/// A token of the test key or of an unknown one.
fn token() -> impl Strategy<Value = Vec<u8>> {
    let own = (phone(), any::<bool>()).prop_filter_map("a number is found", |(phone, name)| {
        let line = if name {
            "callerName=\"Erika Beispiel\"".into()
        } else {
            format!("phone=\"{phone}\"")
        };
        let out = crate::subject::clean(line.as_bytes());
        let at = out.windows(4).position(|four| four == b"tel_" || four == b"nam_")?;
        Some(out[at..out.len() - 1].to_vec())
    });
    let foreign = ("tel|nam", "[bcdfghjkmnpqrstv]{6}", "[bcdfghjkmnpqrstv]{24}")
        .prop_map(|(kind, kid, body)| format!("{kind}_{kid}_{body}").into_bytes());
    prop_oneof![own, foreign]
}

const CUES: &[&str] = &[
    "Herr",
    "Frau",
    "Mr.",
    "Dr.",
    "Kunde",
    "Agent",
    "caller",
    "Anrufer",
    "Tel.",
    "Telefon:",
    "Rückruf unter",
    "Rückruf an",
    "call from",
    "spoke with",
    "Hi",
    "unter",
    "from",
    "to",
    "phone number",
    "order",
    "Ticket Nr.",
    "customer",
    "mobil",
    "ext.",
    "Durchwahl",
];

const KEYS: &[&str] = &[
    "phone=",
    "phone=\"",
    "msisdn=",
    "{\"callerNumber\":",
    "{\"callerName\":\"",
    "\\\"caller\\\":\\\"",
    "\"displayName\": \"",
    "From: ",
    "From: \"",
    "To: <sip:",
    "sip:",
    "tel:",
    "Contact: <",
    "CALLERID(name)=",
    "CALLERID(num)=",
    "orderId=",
    "\"id\":",
    "name=",
    "first_name=",
    "?from=",
    "&to=",
    "id=",
    "number: ",
    "callerIp=",
    "to: ",
    "agent=",
    "Goto (in,",
    "Executing [",
    "\"name\":[\"",
    "'phone': '",
];

const TEXT: &[&str] = &[
    "<134>1 2026-11-21T10:00:00.000Z pbx asterisk 812 - -",
    "Nov 21 10:00:00 host sshd[4711]:",
    "INVITE",
    "SIP/2.0",
    "@pbx.example:5060",
    "war nicht erreichbar",
    "meldet sich nicht",
    "hung up after 12 seconds",
    "GET /api/v1/calls?limit=10",
    "HTTP/1.1\" 200 1234",
    "JordanService",
    "null",
    "anonymous",
    "Grace Period",
    "\u{1b}[1;35m",
    "#012",
    ";tag=as58f4",
    "€ 12,50",
    "Straße 5",
    "\u{202e}",
    "\u{feff}",
    "日本語",
    "\"}",
    "\\\"}\"}",
    "</td>",
    "\">",
];
