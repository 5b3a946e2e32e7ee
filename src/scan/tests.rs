//! The scalar kernel against the standard library's predicates, the others against the scalar.

use std::env;

use proptest::prelude::*;

use super::candidate::Candidate;
use super::filter::{Cue, Filter, Key};
use super::template::Seed;
use super::{Isa, Kernel, KernelError, Lane, Marks};

fn vector_kernels() -> impl Iterator<Item = Kernel> {
    Kernel::available().filter(|kernel| kernel.isa() != Isa::Scalar)
}

fn lanes_of(kernel: Kernel, bytes: &[u8]) -> Vec<Lane> {
    // Stale lanes, to be overwritten.
    let mut lanes = vec![Lane { digit: !0, space: !0, ..Lane::default() }; 2];
    kernel.classify(bytes, &mut lanes);
    lanes
}

fn scalar(bytes: &[u8]) -> Vec<Lane> {
    lanes_of(Kernel(super::Proof::Scalar), bytes)
}

/// The definition, byte by byte and without the class table.
fn defined(bytes: &[u8]) -> Vec<Lane> {
    let lane_of = |chunk: &[u8]| {
        let mask = |is_member: &dyn Fn(&u8) -> bool| {
            let members = chunk.iter().enumerate().filter(|(_, byte)| is_member(byte));
            members.fold(0, |mask, (index, _)| mask | 1 << index)
        };
        Lane {
            digit: mask(&u8::is_ascii_digit),
            alpha: mask(&u8::is_ascii_alphabetic),
            upper: mask(&u8::is_ascii_uppercase),
            join: mask(&|byte| b" -./()+,".contains(byte)),
            opens: mask(&|byte| b"+,".contains(byte)),
            key: mask(&|byte| b":=<".contains(byte)),
            colon: mask(&|byte| *byte == b':'),
            escape: mask(&|byte| br"%&\".contains(byte)),
            high: mask(&|byte| !byte.is_ascii()),
            space: mask(&|byte| *byte == b' '),
            feed: mask(&|byte| *byte == b'\n'),
        }
    };
    bytes.chunks(64).map(lane_of).collect()
}

/// Every byte value, at every position of a chunk, amid `filler`.
fn every_byte_everywhere(filler: u8) -> Vec<u8> {
    let mut bytes = vec![filler; 256 * 64 * 64];
    for (index, chunk) in bytes.chunks_exact_mut(64).enumerate() {
        chunk[index % 64] = (index / 64) as u8;
    }
    bytes
}

/// Neighbours of all kinds: a byte sequence of period 256 that takes every value.
fn varied(length: usize) -> Vec<u8> {
    (0..length).map(|index| (index as u8).wrapping_mul(167).wrapping_add(13)).collect()
}

/// The other tests take the kernels that this CPU has; this one says which they miss, and fails
/// where `LOGNYM_REQUIRE_ISA` (names, by commas) lists one of those.
#[test]
fn required_kernels_are_there() {
    let required = env::var("LOGNYM_REQUIRE_ISA").unwrap_or_default();
    for name in required.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        if let Err(error) = name.parse::<Kernel>() {
            panic!("LOGNYM_REQUIRE_ISA lists {name}: {error}");
        }
    }
    for isa in Isa::ALL.into_iter().filter(|isa| Kernel::new(*isa).is_none()) {
        eprintln!("skipped: this CPU has no {isa}");
    }
}

#[test]
fn scalar_agrees_with_the_definition() {
    for filler in [0x00, 0xff] {
        let bytes = every_byte_everywhere(filler);
        assert!(scalar(&bytes) == defined(&bytes), "filler {filler:#04x}");
    }
    for length in 0..=200 {
        let bytes = varied(length);
        assert_eq!(scalar(&bytes), defined(&bytes), "length {length}");
    }
}

#[test]
fn every_kernel_agrees_with_scalar_on_every_byte_at_every_position() {
    for filler in [0x00, 0xff] {
        let bytes = every_byte_everywhere(filler);
        let expected = scalar(&bytes);
        for kernel in vector_kernels() {
            let lanes = lanes_of(kernel, &bytes);
            assert!(lanes == expected, "{} filler {filler:#04x}", kernel.isa());
        }
    }
}

#[test]
fn every_kernel_agrees_with_scalar_at_every_offset_and_length() {
    let bytes = varied(400);
    for kernel in vector_kernels() {
        for offset in 0..=200 {
            for length in 0..=200 {
                let part = &bytes[offset..offset + length];
                let place = (kernel.isa(), offset, length);
                assert_eq!(lanes_of(kernel, part), scalar(part), "{place:?}");
            }
        }
    }
}

fn candidates_of(kernel: Kernel, bytes: &[u8]) -> Vec<Candidate> {
    let mut filter = Filter::default();
    for word in [&b"to"[..], b"an", b"name", b"anrufer", b"customer", b"von"] {
        filter.add_word(word, Cue::NAME.or(Cue::PHONE));
        filter.add_key(word, Key::NAME);
    }
    let (mut marks, mut candidates) = (Marks::default(), Vec::new());
    kernel.mark(bytes, &mut marks);
    kernel.candidates(bytes, &mut marks, &filter, &mut candidates);
    candidates
}

proptest! {
    #[test]
    fn every_kernel_has_the_same_candidates(
        parts in prop::collection::vec(
            prop_oneof![
                "(to|an|Name|Anrufer|customerS?|von|callerTo|X)[\"' 0-9)]{0,4}[:=<]?",
                "[ -~]{0,20}",
                "[0-9+]{1,12}",
                // More in a lane than a kernel lists at once.
                "[=%]{0,90}",
                Just("Ü".to_owned()),
            ],
            0..400,
        ),
    ) {
        let text = parts.concat();
        let expected = candidates_of(Kernel(super::Proof::Scalar), text.as_bytes());
        for kernel in vector_kernels() {
            let found = candidates_of(kernel, text.as_bytes());
            prop_assert_eq!(&found, &expected, "{}", kernel.isa());
        }
    }

    #[test]
    fn every_kernel_has_the_same_groups_and_templates(
        parts in prop::collection::vec(
            prop_oneof!["[0-9]{1,3}[.:-]", "[0-9+ ]{1,12}", "[a-z\n]{0,9}", "[0-9]{60,70}", "[\\\\%Ü]"],
            0..300,
        ),
    ) {
        let (text, seed) = (parts.concat(), Seed::random());
        let of = |kernel: Kernel| {
            let (mut marks, mut rubbed, mut lines) = (Marks::default(), Vec::new(), Vec::new());
            kernel.mark(text.as_bytes(), &mut marks);
            kernel.groups(text.as_bytes(), &mut marks);
            kernel.templates(text.as_bytes(), &marks, &seed, &mut rubbed, &mut lines);
            (marks.groups, lines)
        };
        let expected = of(Kernel(super::Proof::Scalar));
        for kernel in vector_kernels() {
            prop_assert_eq!(&of(kernel), &expected, "{}", kernel.isa());
        }
    }

    #[test]
    fn lines_have_no_say_in_each_other(
        lines in prop::collection::vec(
            prop::collection::vec(
                prop_oneof![
                    "(to|an|Name|Anrufer|customerS?|von|callerTo|X)[\"' 0-9)]{0,4}[:=<]?",
                    "[ -~]{0,20}",
                    "[0-9+ ]{1,12}",
                    "[Ü１]",
                ],
                0..6,
            ),
            2..20,
        ),
    ) {
        let (mut block, mut alone) = (String::new(), Vec::new());
        for line in lines {
            let line = line.concat() + "\n";
            let base = block.len() as u32;
            let own = candidates_of(Kernel::auto(), line.as_bytes());
            alone.extend(own.iter().map(|own| Candidate { at: own.at + base, ..*own }));
            block += &line;
        }
        prop_assert_eq!(candidates_of(Kernel::auto(), block.as_bytes()), alone);
    }

    #[test]
    fn every_kernel_agrees_on_random_bytes(bytes in prop::collection::vec(any::<u8>(), 0..2048)) {
        let expected = defined(&bytes);
        prop_assert_eq!(&scalar(&bytes), &expected);
        for kernel in vector_kernels() {
            prop_assert_eq!(&lanes_of(kernel, &bytes), &expected, "{}", kernel.isa());
        }
    }
}

#[test]
fn lanes_of_a_log_line() {
    let marks = |row: &str| {
        let marked = row.bytes().enumerate().filter(|(_, mark)| *mark == b'^');
        marked.fold(0_u64, |mask, (index, _)| mask | 1 << index)
    };
    let line = b"Tel: +49 30/23125-000, n=<%C3\xe4>\\\n";
    let expected = Lane {
        //               Tel: +49 30/23125-000, n=<%C3.>\.
        digit: marks("      ^^ ^^ ^^^^^ ^^^       ^    "),
        alpha: marks("^^^                    ^   ^     "),
        upper: marks("^                          ^     "),
        join: marks("    ^^  ^  ^     ^   ^^          "),
        opens: marks("     ^               ^"),
        key: marks("   ^                    ^^       "),
        colon: marks("   ^"),
        escape: marks("                          ^    ^ "),
        high: marks("                             ^   "),
        space: marks("    ^   ^             ^"),
        feed: 1 << 32,
    };
    for kernel in Kernel::available() {
        assert_eq!(lanes_of(kernel, line), [expected], "{}", kernel.isa());
    }
}

#[test]
fn lanes_are_counted_in_chunks_and_their_memory_is_kept() {
    for kernel in Kernel::available() {
        let mut lanes = Vec::new();
        for (length, expected) in [(4096, 64), (0, 0), (1, 1), (64, 1), (65, 2), (4095, 64)] {
            let before = (length < 4096).then(|| (lanes.as_ptr(), lanes.capacity()));
            kernel.classify(&varied(length), &mut lanes);
            assert_eq!(lanes.len(), expected, "{} length {length}", kernel.isa());
            if let Some(before) = before {
                assert_eq!((lanes.as_ptr(), lanes.capacity()), before, "{}", kernel.isa());
            }
        }
    }
}

#[test]
fn names_are_read_back() {
    for isa in Isa::ALL {
        assert_eq!(isa.name().parse(), Ok(isa));
    }
    assert_eq!("sse2".parse(), Ok(Isa::Ssse3));
    for unknown in ["", "AVX2", "auto", "avx"] {
        assert_eq!(unknown.parse::<Isa>(), Err(KernelError::Unknown));
    }
}

#[test]
fn kernels_are_chosen_by_name() {
    let isa_of = |name: &str| name.parse::<Kernel>().map(|kernel| kernel.isa());
    assert_eq!(isa_of("auto"), Ok(Kernel::auto().isa()));
    assert_eq!(isa_of("fast"), Err(KernelError::Unknown));
    for isa in Isa::ALL {
        let expected = Kernel::new(isa).map(|_| isa).ok_or(KernelError::Unavailable(isa));
        assert_eq!(isa_of(isa.name()), expected);
    }
    // No CPU runs both, so one of the two errs everywhere.
    assert!(isa_of("neon").is_err() || isa_of("avx2").is_err());
}

#[test]
fn all_bytes_of_a_line_are_left_out_and_no_other() {
    for (start, end) in [(0, 1), (3, 64), (3, 65), (64, 128), (60, 260)] {
        let mut marks = Marks::default();
        Kernel::auto().mark(&[b' '; 300], &mut marks);
        marks.leave_out(start, end);
        let wanted = |at: usize| marks.wanted[at / 64] >> (at % 64) & 1 == 1;
        assert!((0..300).all(|at| wanted(at) != (start..end).contains(&at)), "{start}..{end}");
    }
}
