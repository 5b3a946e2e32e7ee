//! Text spelled as an array of bytes: `"MESSAGE":[27,91,49,...]`.
//!
//! `journalctl -o json` writes a field so when it holds control characters or is no UTF-8 (systemd,
//! Journal Export Formats, "JSON"). In: a block. Out: where such arrays stand, the bytes
//! that one spells, and bytes spelled as an array. Cost: one search for `":[` in a block.

use memchr::memmem;

use crate::span::Span;

/// Fewest elements of an array that is taken for text.
const FEWEST: usize = 8;
/// What stands between the key of a member and the elements of its array.
const OPENING: &[u8] = b"\":[";

/// The arrays of bytes in `block`, brackets included, in ascending order.
pub fn arrays(block: &[u8]) -> impl Iterator<Item = Span> {
    memmem::find_iter(block, OPENING).filter_map(|at| {
        let start = at + OPENING.len() - 1;
        let (mut count, mut letters) = (0, 0);
        let length = each(&block[start..], |byte| {
            count += 1;
            letters += usize::from(byte.is_ascii_alphabetic());
        })?;
        (count >= FEWEST && letters > 0).then(|| Span::new(start, start + length))
    })
}

/// Clears `bytes` and fills it with what `array` spells.
pub fn decode(array: &[u8], bytes: &mut Vec<u8>) {
    bytes.clear();
    each(array, |byte| bytes.push(byte));
}

/// Appends `bytes` to `out`, spelled as an array.
pub fn encode(bytes: &[u8], out: &mut Vec<u8>) {
    let mut separator = b'[';
    for &byte in bytes {
        out.push(separator);
        let digits = [byte / 100, byte / 10 % 10, byte % 10].map(|digit| b'0' + digit);
        let leading = usize::from(byte < 100) + usize::from(byte < 10);
        out.extend_from_slice(&digits[leading..]);
        separator = b',';
    }
    if bytes.is_empty() {
        out.push(separator);
    }
    out.push(b']');
}

/// Shows `take` the elements of the array at the start of `text`; its length, or nothing if there
/// are other things than bytes in it.
fn each(text: &[u8], mut take: impl FnMut(u8)) -> Option<usize> {
    let mut at = 1;
    loop {
        at += text[at..].iter().take_while(|&&b| b == b' ').count();
        let digits = text[at..].iter().take(4).take_while(|b| b.is_ascii_digit()).count();
        let number = text[at..at + digits].iter().fold(0u32, |n, b| n * 10 + u32::from(b - b'0'));
        take(u8::try_from(number).ok().filter(|_| digits > 0)?);
        at += digits;
        at += 1 + text[at..].iter().take_while(|&&b| b == b' ').count();
        match text.get(at - 1)? {
            b',' => {}
            b']' => return Some(at),
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn arrays_of_bytes_are_told_from_others() {
        for (block, wanted) in [
            (r#"{"A":[72,97,108,108,111,32,49,50],"B":1}"#, Some((5, 33))),
            (r#"{"A":[72, 97, 108, 108, 111, 32, 49 , 50]"#, Some((5, 41))),
            (r#"{"A":[72,97,108]}"#, None),
            (r#"{"A":[1,2,3,4,5,6,7,8,9]}"#, None),
            (r#"{"A":[72,97,108,108,111,32,49,256]}"#, None),
            (r#"{"A":[72,97,108,108,111,32,49,-1]}"#, None),
            (r#"{"A":["72","97"]}"#, None),
            (r#"{"A":[72,97,108,108,111,32,49,50"#, None),
            (r#"{"A":["#, None),
            (r#"{"A":[]}"#, None),
        ] {
            let found: Vec<_> = arrays(block.as_bytes()).map(|s| (s.start, s.end)).collect();
            assert_eq!(found, Vec::from_iter(wanted), "{block}");
        }
    }

    proptest! {
        #[test]
        fn decoding_undoes_encoding(bytes in proptest::collection::vec(any::<u8>(), 1..40)) {
            let (mut array, mut back) = (Vec::new(), Vec::new());
            encode(&bytes, &mut array);
            decode(&array, &mut back);
            prop_assert_eq!(back, bytes);
        }

        #[test]
        fn any_bytes_can_be_searched(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let block = [b"\"A\":[", &bytes[..]].concat();
            for array in arrays(&block) {
                prop_assert!(array.end <= block.len());
            }
        }
    }
}
