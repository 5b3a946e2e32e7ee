//! The framer against a model that splits the whole input at once.

use proptest::prelude::*;

use super::*;

/// What a stream of frames amounts to: the bytes that pass, and a mark for each that may not.
#[derive(Debug, Default, PartialEq, Eq)]
struct Outcome {
    passed: Vec<u8>,
    oversize: Vec<(u64, LineEnd)>,
}

impl Outcome {
    fn add(&mut self, frame: Frame) -> Option<Block> {
        match frame {
            Frame::Lines(block) => {
                self.passed.extend_from_slice(block.as_bytes());
                Some(block)
            }
            Frame::Oversize { bytes, end } => {
                self.mark(bytes, end);
                None
            }
            Frame::Interrupted { .. } => panic!("the input was read to its end"),
        }
    }

    fn mark(&mut self, bytes: u64, end: LineEnd) {
        self.passed.extend_from_slice(b"<oversize>");
        self.passed.extend_from_slice(end.as_bytes());
        self.oversize.push((bytes, end));
    }
}

fn model(input: &[u8], max_line: usize) -> Outcome {
    let mut outcome = Outcome::default();
    for line in input.split_inclusive(|&byte| byte == b'\n') {
        let end = match line {
            [.., b'\r', b'\n'] => LineEnd::CrLf,
            [.., b'\n'] => LineEnd::Lf,
            _ => LineEnd::None,
        };
        let content = line.len() - end.as_bytes().len();
        if content > max_line {
            outcome.mark(content as u64, end);
        } else {
            outcome.passed.extend_from_slice(line);
        }
    }
    outcome
}

/// Feeds `input` in reads of the given sizes; `eager` takes frames after each read, as a
/// transport does whose input comes in slowly.
fn frames(input: &[u8], limits: Limits, reads: &[usize], eager: bool) -> Outcome {
    let mut framer = Framer::new(limits);
    let mut outcome = Outcome::default();
    let mut rest = input;
    for &size in reads.iter().cycle() {
        let space = framer.space();
        let count = size.min(space.len()).min(rest.len());
        space[..count].copy_from_slice(&rest[..count]);
        framer.filled(count);
        rest = &rest[count..];
        if eager || framer.is_full() {
            while let Some(frame) = framer.next_frame() {
                if let Some(block) = outcome.add(frame) {
                    assert!(block.as_bytes().ends_with(b"\n"), "a line was split");
                    framer.recycle(block);
                }
            }
        }
        assert!(framer.space().len() <= 2 * (limits.block_bytes + limits.max_line + 2));
        if rest.is_empty() {
            break;
        }
    }
    while let Some(frame) = framer.finish() {
        if let Some(block) = outcome.add(frame) {
            framer.recycle(block);
        }
    }
    outcome
}

#[test]
fn line_ends_and_limits_at_the_edges() {
    for input in [
        &b""[..],
        b"\n",
        b"\r\n",
        b"\n\n\r\n\n",
        b"no end",
        b"abcd\n",
        b"abcde\n",
        b"abcd\r\n",
        b"abcde\r\n",
        b"abcd\r",
        b"abcde\r",
        b"abc\r\r\n",
        b"abcd\r\r\n",
        b"ab\0\xff\nabcdefghijkl\nab\nabcdefgh",
        b"abcdefghijkl\r\nabcdefghijkl\r\nab\r\n",
    ] {
        for block_bytes in [1, 2, 3, 5, 7, 64] {
            for reads in [1, 2, 3, 64] {
                for eager in [false, true] {
                    let limits = Limits { block_bytes, max_line: 4 };
                    let found = frames(input, limits, &[reads], eager);
                    assert_eq!(found, model(input, 4), "{input:?} {block_bytes} {reads} {eager}");
                }
            }
        }
    }
}

#[test]
fn an_endless_line_needs_no_more_memory_than_the_limit() {
    let mut framer = Framer::new(Limits { block_bytes: 8, max_line: 64 });
    for _ in 0..10_000 {
        let space = framer.space();
        assert!(space.len() <= 128);
        space.fill(b'x');
        let count = space.len();
        framer.filled(count);
        assert!(framer.next_frame().is_none());
    }
    assert!(matches!(
        framer.finish(),
        Some(Frame::Oversize { bytes, end: LineEnd::None }) if bytes >= 80_000
    ));
    assert!(framer.finish().is_none());
}

#[test]
fn an_interrupted_line_gives_its_length_only() {
    for (input, bytes) in [("one\ntw", 2), ("one\n\r", 1), ("one\nlong line", 9)] {
        let mut framer = Framer::new(Limits { block_bytes: 16, max_line: 4 });
        framer.space()[..input.len()].copy_from_slice(input.as_bytes());
        framer.filled(input.len());
        let Some(Frame::Lines(block)) = framer.interrupt() else { panic!("one whole line") };
        assert_eq!(block.as_bytes(), b"one\n");
        let last = framer.interrupt();
        assert!(matches!(last, Some(Frame::Interrupted { bytes: b }) if b == bytes), "{last:?}");
        assert!(framer.interrupt().is_none());
    }
}

#[test]
fn a_block_that_grew_comes_back_at_its_usual_size() {
    let mut framer = Framer::new(Limits { block_bytes: 4, max_line: 64 });
    for byte in b"a line of more than four bytes\n" {
        framer.space()[0] = *byte;
        framer.filled(1);
    }
    let Some(Frame::Lines(block)) = framer.next_frame() else { panic!("one whole line") };
    framer.recycle(block);
    framer.space()[0] = b'\n';
    framer.filled(1);
    let Some(Frame::Lines(block)) = framer.next_frame() else { panic!("one whole line") };
    framer.recycle(block);
    assert_eq!(framer.space().len(), 4);
}

proptest! {
    #[test]
    fn any_split_of_the_input_gives_the_same_bytes(
        input in proptest::collection::vec(
            prop_oneof![4 => Just(b'x'), 1 => Just(b'\r'), 2 => Just(b'\n'), 1 => any::<u8>()],
            0..200,
        ),
        reads in proptest::collection::vec(1usize..40, 1..20),
        block_bytes in 1usize..50,
        max_line in 1usize..20,
        eager: bool,
    ) {
        let limits = Limits { block_bytes, max_line };
        prop_assert_eq!(frames(&input, limits, &reads, eager), model(&input, max_line));
    }
}
