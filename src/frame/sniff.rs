//! Tells from its first bytes whether an input is text that can be searched at all.
//!
//! In compressed or UTF-16 text no detector would find anything, so that passing it through
//! would be failing open. The verdict is possible as soon as the first line is complete: no
//! magic number below holds a line feed, so a line end within its length rules it out.

/// Bytes after which [`is_decidable`] waits for no line end.
const ENOUGH_BYTES: usize = 64;
/// How many 16-bit units are looked at for the pattern of UTF-16 without a byte order mark.
const UNITS: usize = 256;
/// Fewer units than this make no pattern.
const LEAST_UNITS: usize = 3;

/// Why an input cannot be searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Compressed, by the named format.
    Compressed(&'static str),
    /// UTF-16 or UTF-32, with a byte order mark or recognised by its zero bytes.
    Wide(&'static str),
}

impl std::fmt::Display for Encoding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Encoding::Compressed(format) => {
                write!(f, "compressed ({format}); decompress it first")
            }
            Encoding::Wide(name) => write!(f, "{name} text; convert it to UTF-8 first"),
        }
    }
}

/// Whether `head`, the first bytes of an input that may go on, is enough for [`refuse`].
pub fn is_decidable(head: &[u8]) -> bool {
    head.len() >= ENOUGH_BYTES || memchr::memchr(b'\n', head).is_some()
}

/// The reason to refuse an input that begins with `head`, if there is one.
pub fn refuse(head: &[u8]) -> Option<Encoding> {
    let magic = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)).map(|&(_, what)| what);
    magic.or_else(|| is_bzip2(head).then_some(Encoding::Compressed("bzip2"))).or_else(|| wide(head))
}

/// Longer byte order marks stand before shorter ones that begin alike.
const MAGIC: [(&[u8], Encoding); 12] = [
    (b"\x1f\x8b", Encoding::Compressed("gzip")), // RFC 1952
    (b"\x28\xb5\x2f\xfd", Encoding::Compressed("zstd")), // RFC 8878
    (b"\xfd7zXZ\x00", Encoding::Compressed("xz")),
    (b"\x04\x22\x4d\x18", Encoding::Compressed("lz4")),
    (b"PK\x03\x04", Encoding::Compressed("zip")),
    (b"7z\xbc\xaf\x27\x1c", Encoding::Compressed("7z")),
    (b"\xff\x06\x00\x00sNaPpY", Encoding::Compressed("snappy")),
    (b"\x1f\x9d", Encoding::Compressed("compress")),
    (b"\xff\xfe\x00\x00", Encoding::Wide("UTF-32")),
    (b"\x00\x00\xfe\xff", Encoding::Wide("UTF-32")),
    (b"\xff\xfe", Encoding::Wide("UTF-16")),
    (b"\xfe\xff", Encoding::Wide("UTF-16")),
];

/// `BZh`, the level, and the magic number of the first block or of the end of the stream: the
/// first three alone could begin a line.
fn is_bzip2(head: &[u8]) -> bool {
    let Some(rest) = head.strip_prefix(b"BZh") else { return false };
    matches!(rest.split_first(), Some((b'1'..=b'9', block))
        if block.starts_with(b"1AY&SY") || block.starts_with(b"\x17\x72\x45\x38\x50\x90"))
}

/// Text of the Latin-1 range in UTF-16 or UTF-32 has a zero byte on one side of each unit.
fn wide(head: &[u8]) -> Option<Encoding> {
    let units = head.len().min(2 * UNITS) / 2;
    if units < LEAST_UNITS {
        return None;
    }
    let (pairs, _) = head[..2 * units].as_chunks::<2>();
    let little = pairs.iter().filter(|[low, high]| *low != 0 && *high == 0).count();
    let big = pairs.iter().filter(|[high, low]| *low != 0 && *high == 0).count();
    let zero = pairs.iter().filter(|pair| **pair == [0, 0]).count();
    let most = little.max(big);
    if most >= LEAST_UNITS && 4 * most >= 3 * units {
        return Some(Encoding::Wide("UTF-16"));
    }
    let is_utf32 = units >= 8 && most.abs_diff(zero) <= 1 && 8 * (most + zero) >= 7 * units;
    is_utf32.then_some(Encoding::Wide("UTF-32"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn compressed_heads_are_refused() {
        for (head, name) in [
            (&b"\x1f\x8b\x08\x00"[..], "gzip"),
            (b"\x28\xb5\x2f\xfd$", "zstd"),
            (b"\xfd7zXZ\x00\x00", "xz"),
            (b"BZh91AY&SY\x00", "bzip2"),
            (b"BZh9\x17\x72\x45\x38\x50\x90", "bzip2"),
            (b"\x04\x22\x4d\x18d", "lz4"),
            (b"PK\x03\x04\x14", "zip"),
            (b"\xff\x06\x00\x00sNaPpY\x01", "snappy"),
        ] {
            assert_eq!(refuse(head), Some(Encoding::Compressed(name)), "{name}");
        }
    }

    #[test]
    fn wide_text_is_refused_with_and_without_a_mark() {
        for text in ["\u{feff}hi", "INFO call from Jörg to +49 30 23125000\r\n", "hi\n"] {
            for bytes in [utf16(text, u16::to_le_bytes), utf16(text, u16::to_be_bytes)] {
                assert_eq!(refuse(&bytes), Some(Encoding::Wide("UTF-16")), "{text:?}");
            }
        }
        let utf32 =
            |bytes: fn(u32) -> [u8; 4]| "INFO up\n".chars().flat_map(|c| bytes(c.into())).collect();
        let both: [Vec<u8>; 2] = [utf32(u32::to_le_bytes), utf32(u32::to_be_bytes)];
        for bytes in both {
            assert_eq!(refuse(&bytes), Some(Encoding::Wide("UTF-32")));
        }
    }

    #[test]
    fn text_and_stray_control_bytes_pass() {
        for head in [
            &b""[..],
            b"\x1f",
            b"\x1f\n\x8b",
            b"\xef\xbb\xbfline\n",
            b"BZh9 is no archive\n",
            b"PKZIP said\n",
            b"a\0b\n",
            b"nul\0nul\0nul\n",
            b"\0\0\0\0\0\0\0\0\n",
            b"\xff\xff\xfe invalid\n",
        ] {
            assert_eq!(refuse(head), None, "{head:?}");
        }
    }

    #[test]
    fn a_complete_line_or_enough_bytes_decide() {
        assert!(!is_decidable(b"") && !is_decidable(b"\x1f") && !is_decidable(b"unfinished"));
        assert!(is_decidable(b"\n") && is_decidable(&[b'x'; ENOUGH_BYTES]));
    }

    #[test]
    fn no_magic_number_holds_a_line_end() {
        assert!(MAGIC.iter().all(|(magic, _)| !magic.contains(&b'\n')));
    }
}
