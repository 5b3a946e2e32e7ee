use proptest::prelude::*;

use super::*;

/// What a framer gave out: contents with their delimiters, or lengths and reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Got {
    Lines(String),
    Messages(Vec<String>),
    Withheld(u64, Wire, Reason),
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Feeds `input` in pieces of `step` bytes; neighbouring pieces of one kind become one.
fn frames(framing: Framing, max_frame: usize, input: &[u8], step: usize, end: End) -> Vec<Got> {
    let mut framer = Framer::new(framing, max_frame);
    let mut got = Vec::new();
    for chunk in input.chunks(step) {
        framer.buffer(chunk.len()).extend_from_slice(chunk);
        while let Some(piece) = framer.next_piece() {
            note(&framer, piece, &mut got);
        }
        // An unfinished frame within the limit is all that may stay.
        assert!(framer.pending() <= max_frame + MAX_DIGITS + 2);
    }
    while let Some(piece) = framer.finish(end) {
        note(&framer, piece, &mut got);
    }
    got
}

fn note(framer: &Framer, piece: Piece, got: &mut Vec<Got>) {
    match (piece, got.last_mut()) {
        (Piece::Lines(range), Some(Got::Lines(lines))) => *lines += &text(&framer.bytes()[range]),
        (Piece::Lines(range), _) => got.push(Got::Lines(text(&framer.bytes()[range]))),
        (Piece::Counted(range), last) => {
            let frames = &framer.bytes()[range];
            let new = messages(frames).map(|message| text(&frames[message]));
            match last {
                Some(Got::Messages(messages)) => messages.extend(new),
                _ => got.push(Got::Messages(new.collect())),
            }
        }
        (Piece::Withheld { bytes, wire, reason }, _) => {
            got.push(Got::Withheld(bytes, wire, reason))
        }
    }
}

fn auto(input: &str) -> Vec<Got> {
    let whole = frames(Framing::Auto, 100, input.as_bytes(), usize::MAX, End::Cut);
    for step in 1..input.len() {
        let stepped = frames(Framing::Auto, 100, input.as_bytes(), step, End::Cut);
        assert_eq!(stepped, whole, "in steps of {step}");
    }
    whole
}

fn lines(text: &str) -> Got {
    Got::Lines(text.to_owned())
}

fn counted(texts: &[&str]) -> Got {
    Got::Messages(texts.iter().map(|&text| text.to_owned()).collect())
}

#[test]
fn each_frame_is_told_by_its_first_bytes() {
    let input = "7 <34>a b8 <34>c\nd\n<34>line\r\n5 <34>e\n12 <1>multi\nline<2>last\n";
    let expected = [
        counted(&["<34>a b", "<34>c\nd\n"]),
        lines("<34>line\r\n"),
        counted(&["<34>e"]),
        lines("\n"),
        counted(&["<1>multi\nlin"]),
        lines("e<2>last\n"),
    ];
    assert_eq!(auto(input), expected);
}

#[test]
fn counted_frames_need_no_priority_until_a_line_comes() {
    assert_eq!(auto("5 hello3 abc"), [counted(&["hello", "abc"])]);
    assert_eq!(auto("x\n5 hello\n3 abc\n"), [lines("x\n5 hello\n3 abc\n")]);
}

#[test]
fn lines_that_start_with_a_number_stay_lines() {
    for input in [
        "2026-03-14T09:26:55Z up\n",
        "1773480418 up\n",
        "0 up\n",
        "12345678901 <up\n",
        "203.0.113.9 - -\n",
        "42\n",
    ] {
        assert_eq!(auto(input), [lines(input)], "{input}");
    }
}

#[test]
fn a_frame_over_the_limit_leaves_its_length() {
    let long = "x".repeat(101);
    let withheld = |wire| Got::Withheld(101, wire, Reason::LineTooLong);
    assert_eq!(
        auto(&format!("a\n{long}\nb\n")),
        [lines("a\n"), Got::Withheld(101, Wire::Line, Reason::LineTooLong), lines("b\n")]
    );
    let long = "<".to_owned() + &long[1..];
    assert_eq!(
        auto(&format!("2 <a101 {long}2 <b")),
        [counted(&["<a"]), withheld(Wire::Counted), counted(&["<b"])]
    );
    let just = "y".repeat(100);
    assert_eq!(auto(&format!("{just}\r\n")), [lines(&format!("{just}\r\n"))]);
}

#[test]
fn what_was_cut_off_is_withheld() {
    let cut = |bytes, wire| Got::Withheld(bytes, wire, Reason::Interrupted);
    assert_eq!(auto("a\nhalf"), [lines("a\n"), cut(4, Wire::Line)]);
    assert_eq!(auto("2 <a9 <half"), [counted(&["<a"]), cut(7, Wire::Counted)]);
    let whole = |input: &str| frames(Framing::Auto, 100, input.as_bytes(), 3, End::Whole);
    assert_eq!(whole("a\nlast"), [lines("a\nlast\n")]);
    assert_eq!(whole("9 <half"), [cut(7, Wire::Counted)]);
}

#[test]
fn framing_can_be_forced() {
    let forced = |framing, input: &str| frames(framing, 100, input.as_bytes(), 2, End::Cut);
    assert_eq!(forced(Framing::Lf, "5 <34>e\n"), [lines("5 <34>e\n")]);
    assert_eq!(forced(Framing::Octet, "3 e\nf1 g"), [counted(&["e\nf", "g"])]);
    assert_eq!(
        forced(Framing::Octet, "noise\n1 g"),
        [Got::Withheld(5, Wire::Line, Reason::BadFrame), counted(&["g"])]
    );
}

#[test]
fn a_given_up_frame_leaves_what_follows_intact() {
    for (input, rest, wire, bytes) in
        [("a\nlong", "er\nb\n", Wire::Line, 6), ("2 <a9 <long", "er<>3 <bc", Wire::Counted, 9)]
    {
        let mut framer = Framer::new(Framing::Auto, 100);
        framer.buffer(99).extend_from_slice(input.as_bytes());
        assert!(framer.next_piece().is_some() && framer.next_piece().is_none());
        framer.give_up(Reason::Memory);
        assert_eq!(framer.next_piece(), None);
        assert_eq!(framer.pending(), 0);
        framer.buffer(99).extend_from_slice(rest.as_bytes());
        let withheld = Piece::Withheld { bytes, wire, reason: Reason::Memory };
        assert_eq!(framer.next_piece(), Some(withheld), "{input}");
        assert!(framer.next_piece().is_some());
        assert!(framer.is_between());
    }
}

/// Bytes that mean something to the framing, more often than others.
fn byte() -> impl Strategy<Value = u8> {
    prop_oneof![Just(b'\n'), Just(b' '), Just(b'<'), b'0'..=b'3', Just(b'\r'), any::<u8>()]
}

proptest! {
    #[test]
    fn no_split_into_reads_changes_anything(
        input in proptest::collection::vec(byte(), 0..200),
        step in 1usize..40,
        framing in prop_oneof![Just(Framing::Auto), Just(Framing::Lf), Just(Framing::Octet)],
    ) {
        let whole = frames(framing, 20, &input, usize::MAX, End::Cut);
        prop_assert_eq!(frames(framing, 20, &input, step, End::Cut), whole);
    }

    /// Counted and terminated frames of any content come out as they went in.
    #[test]
    fn mixed_frames_survive(
        contents in proptest::collection::vec(("<[a-z \n]{0,30}", any::<bool>()), 1..20)
    ) {
        let mut input = Vec::new();
        let mut expected = Vec::new();
        for (content, octet) in &contents {
            if *octet {
                input.extend_from_slice(format!("{} {content}", content.len()).as_bytes());
                match expected.last_mut() {
                    Some(Got::Messages(messages)) => messages.push(content.clone()),
                    _ => expected.push(Got::Messages(vec![content.clone()])),
                }
            } else {
                let line = content.replace('\n', " ") + "\n";
                input.extend_from_slice(line.as_bytes());
                match expected.last_mut() {
                    Some(Got::Lines(lines)) => *lines += &line,
                    _ => expected.push(Got::Lines(line)),
                }
            }
        }
        prop_assert_eq!(frames(Framing::Auto, 100, &input, usize::MAX, End::Cut), expected);
    }
}
