//! Bytes in, bytes out: whatever they are and however they come.

use std::io::Write;

use crate::util::{Live, messages, run};

/// Nothing in here is to be replaced.
const INPUTS: &[&[u8]] = &[
    b"",
    b"\n",
    b"\n\n\n",
    b"no line end",
    b"one\ntwo\n",
    b"one\ntwo",
    b"dos\r\nlines\r\n\r\nlast\r",
    b"nul \0 and \0\0\n\0\n",
    b"invalid \xff\xc3( \xe2\x82 utf-8\n\xf0\x90\x80 \x80\n",
    b"\xef\xbb\xbfwith a mark\n",
    b"\x1b[31mred\x1b[0m \x07\x08\x0c\x0b \x7f\n",
    b"\x1f",
];

#[test]
fn what_is_not_found_passes_byte_for_byte() {
    for input in INPUTS {
        for threads in ["1", "3"] {
            let output = run(&["--threads", threads], input);
            assert!(output.status.success(), "{input:?}");
            assert_eq!(output.stdout, *input);
            assert_eq!(messages(&output.stderr), "");
        }
    }
}

#[test]
fn single_bytes_come_out_like_one_piece() {
    for input in INPUTS {
        let mut live = Live::start(&[]);
        for byte in *input {
            live.write(&[*byte]);
        }
        live.close_input();
        live.expect_end(input);
        assert!(live.wait().success());
    }
}

#[test]
fn many_blocks_keep_their_order() {
    let mut input = Vec::new();
    for number in 0..60_000u32 {
        // Lines of very different length, one of them longer than a block.
        let length = if number == 30_000 { 500_000 } else { number as usize % 97 };
        writeln!(input, "{} {}", letters(number), "x".repeat(length)).unwrap();
    }
    for threads in ["1", "2", "7"] {
        let output = run(&["--threads", threads], &input);
        assert!(output.status.success());
        assert!(output.stdout == input, "{threads} threads changed the bytes");
    }
}

/// A number without digits.
fn letters(number: u32) -> String {
    number.to_string().bytes().map(|digit| char::from(digit + b'a' - b'0')).collect()
}

#[test]
fn lines_over_the_limit_leave_a_marker() {
    let (fits, long) = ("x".repeat(4096), "x".repeat(4097));
    let input = format!("a\n{fits}\r\n{long}\nb\r\n{long}\r\n{long}");
    let marker = "[lognym:withheld bytes=4097 reason=line-too-long]";
    let expected = format!("a\n{fits}\r\n{marker}\nb\r\n{marker}\r\n{marker}");
    for threads in ["1", "4"] {
        let output = run(&["--max-line=4K", "--threads", threads], input.as_bytes());
        assert!(output.status.success());
        assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
    }
}

#[test]
fn an_endless_line_is_withheld_while_it_comes() {
    let mut live = Live::start(&["--max-line=64"]);
    for _ in 0..100 {
        live.write(&[b'x'; 10_000]);
    }
    live.write(b"\nnext\n");
    live.expect(b"[lognym:withheld bytes=1000000 reason=line-too-long]\nnext\n");
}
