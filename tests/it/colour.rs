//! Logs with the colours of a terminal: what is glued to a control sequence is found as if it stood alone, and
//! the sequences stay.

use lognym::engine::{Engine, Spare};
use lognym::pseudonym::token;

use crate::subject::{shape, with_packs as engine};

/// The output, how many tokens stood in the input, and the output with tokens shortened to their types.
fn filtered(engine: &Engine, text: &str) -> (String, u64, String) {
    let vetted = engine.process(text.as_bytes(), &mut engine.scratch(), Spare::default());
    let output = String::from_utf8_lossy(vetted.as_bytes()).into_owned();
    let shape = shape(&output);
    (output, vetted.counts().tokens_seen, shape)
}

/// What loggers of Rust and Node, Asterisk, rsyslog and `cat -v` write.
const LINES: [(&str, &str); 14] = [
    (
        "\x1b[32mINFO\x1b[0m \x1b[3mcallerName\x1b[0m\x1b[2m=\x1b[0mErika Beispiel",
        "\x1b[32mINFO\x1b[0m \x1b[3mcallerName\x1b[0m\x1b[2m=\x1b[0m<nam>",
    ),
    ("\x1b[3mphone\x1b[0m\x1b[2m=\x1b[0m03023125000", "\x1b[3mphone\x1b[0m\x1b[2m=\x1b[0m<tel>"),
    ("tel \x1b[36m030 23125000\x1b[0m", "tel \x1b[36m<tel>\x1b[0m"),
    ("\x1b[36mHerr Beispiel\x1b[0m called", "\x1b[36mHerr <nam>\x1b[0m called"),
    ("\x1b[36mErika Beispiel\x1b[0m has joined", "\x1b[36m<nam>\x1b[0m has joined"),
    ("call +493023125000\x1b[0mok", "call <tel>\x1b[0mok"),
    ("callerName=Erika \x1b[1mBeispiel\x1b[0m x=1", "callerName=<nam>\x1b[0m x=1"),
    (
        "Executing [\x1b[1;36m03023125000@in:1\x1b[0m] \x1b[1;36mNoOp\x1b[0m(\"\x1b[1;35mErika Beispiel\x1b[0m\")",
        "Executing [\x1b[1;36m<tel>@in:1\x1b[0m] \x1b[1;36mNoOp\x1b[0m(\"\x1b[1;35m<nam>\x1b[0m\")",
    ),
    (
        r#"{"m":"CALLERID(name)=\u001B[1;35mErika Beispiel\u001B[0m"}"#,
        r#"{"m":"CALLERID(name)=\u001B[1;35m<nam>\u001B[0m"}"#,
    ),
    (
        r#"{"callerName":"\u001b[1mErika Beispiel\u001b[0m","phone":"\u001b[1m03023125000\u001b[0m"}"#,
        r#"{"callerName":"\u001b[1m<nam>\u001b[0m","phone":"\u001b[1m<tel>\u001b[0m"}"#,
    ),
    (
        "#033[1;35mErika Beispiel#033[0m <#033[1m+493023125000#033[0m>",
        "#033[1;35m<nam>#033[0m <#033[1m<tel>#033[0m>",
    ),
    (
        "^[[1mFrom:^[[0m \"Erika Beispiel\" <sip:^[[1m03023125000^[[0m@192.0.2.1>",
        "^[[1mFrom:^[[0m \"<nam>\" <sip:^[[1m<tel>^[[0m@192.0.2.1>",
    ),
    (
        "\x1b[32m192.0.2.1\x1b[0m \x1b[2m2026-11-27 10:15:00\x1b[0m took \x1b[1m23125000\x1b[0m us",
        "\x1b[32m192.0.2.1\x1b[0m \x1b[2m2026-11-27 10:15:00\x1b[0m took \x1b[1m23125000\x1b[0m us",
    ),
    ("colour #7 of C:\\x1 is ^[ and \x1b", "colour #7 of C:\\x1 is ^[ and \x1b"),
];

#[test]
fn what_is_coloured_is_found() {
    let engine = engine(&[]);
    for (text, expected) in LINES {
        let (once, _, shape) = filtered(&engine, text);
        assert_eq!(shape, expected, "{text}");
        let (twice, seen, _) = filtered(&engine, &once);
        assert_eq!(
            (twice, seen),
            (once, shape.matches("<nam>").count() as u64 + shape.matches("<tel>").count() as u64)
        );
    }
}

#[test]
fn lines_of_all_kinds_keep_their_places() {
    let engine = engine(&[]);
    let plain = ["Anrufer: Erika Beispiel", "", "\r", "tel 030 23125000", "{\"a\":1}"];
    let mixed: Vec<_> =
        LINES.iter().flat_map(|(text, _)| plain.iter().chain([text])).copied().collect();
    let (all, _, _) = filtered(&engine, &mixed.join("\n"));
    let alone: Vec<_> = mixed.iter().map(|line| filtered(&engine, line).0).collect();
    assert_eq!(all, alone.join("\n"));
}

#[test]
fn a_name_has_one_token_however_it_is_coloured() {
    let engine = engine(&[]);
    let token = |text: &str| {
        let output = filtered(&engine, text).0;
        output.find("nam_").map(|at| output[at..at + token::LEN].to_owned())
    };
    let plain = token("callerName=Erika Beispiel");
    assert!(plain.is_some());
    for text in [
        "callerName=\x1b[1mErika Beispiel\x1b[0m",
        "callerName=Erika\x1b[1m Beispiel",
        "callerName=ERIKA\x1b[1m\x1b[3mBeispiel",
    ] {
        assert_eq!(token(text), plain, "{text}");
    }
}

#[test]
fn rules_see_what_is_coloured() {
    let engine = engine(&["finance", "email", "web"]);
    for (text, expected) in [
        ("iban \x1b[36mDE02120300000000202051\x1b[0m", "iban \x1b[36m<ibn>\x1b[0m"),
        ("to \x1b[1me.beispiel@mail.example\x1b[0m", "to \x1b[1m<eml>\x1b[0m"),
        (
            r#"{"m":"\u001b[1me.beispiel@mail.example\u001b[0m"}"#,
            r#"{"m":"\u001b[1m<eml>\u001b[0m"}"#,
        ),
        (
            "\x1b[3msession_id\x1b[0m\x1b[2m=\x1b[0mk3j4h5 \x1b[3mn\x1b[0m\x1b[2m=\x1b[0m1",
            "\x1b[3msession_id\x1b[0m\x1b[2m=\x1b[0m[ses] \x1b[3mn\x1b[0m\x1b[2m=\x1b[0m1",
        ),
        ("session_id=\x1b[1mk3j\x1b[0m-h5 n=1\n", "session_id=\x1b[1m[ses] n=1\n"),
        ("\x1b[36mCookie: a=b\x1b[0m; c=d", "\x1b[36mCookie: [cok]"),
    ] {
        let (once, _, shape) = filtered(&engine, text);
        assert_eq!(shape, expected);
        assert_eq!(filtered(&engine, &once).0, once);
    }
}
