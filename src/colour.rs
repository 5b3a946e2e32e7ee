//! Control sequences of terminals (ECMA-48): what colours a log on a screen stands as bytes in its file, glued
//! to the words and numbers that it colours.
//!
//! In: a place in a text. Out: how many bytes of it are such a sequence, in whatever spelling: the escape character
//! itself, `\u001b` (JSON), `\x1b`, `\033` or `\e` (shells), `#033` (rsyslog), `^[` (`cat -v`).

/// What a sequence begins with, if not with a backslash.
pub const OPENINGS: [u8; 3] = [0x1b, b'#', b'^'];

/// Most backslashes before an escape: text in text in text.
const MOST_SLASHES: usize = 8;
/// Longest parameters: more than the two colours of a row take.
const LONGEST: usize = 40;

/// The length of the control sequence at `at`; nothing if there is none. Sequences that log writers use: rendition
/// (`m`), erasing (`J`, `K`), moves and modes with a parameter, and `(B`, the character set of `tput sgr0`.
#[inline]
pub fn length(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let opening = opening(rest)?;
    match rest.get(opening..)? {
        [b'(', b'B', ..] => Some(opening + 2),
        [b'[', rest @ ..] => {
            let is_parameter = |b: &&u8| matches!(b, b'0'..=b';' | b'?');
            let count = rest.iter().take(LONGEST).take_while(is_parameter).count();
            let ends = match rest.get(count)? {
                b'm' | b'K' => true,
                b'A'..=b'D' | b'G' | b'H' | b'J' | b'h' | b'l' => count > 0,
                _ => false,
            };
            ends.then_some(opening + 1 + count + 1)
        }
        _ => None,
    }
}

/// The length of what spells the escape character at the start of `rest`.
fn opening(rest: &[u8]) -> Option<usize> {
    match rest {
        [0x1b, ..] => Some(1),
        [b'^', b'[', b'[' | b'(', ..] => Some(2),
        [b'#', b'0', b'3', b'3', ..] => Some(4),
        [b'\\', ..] => {
            let slashes = rest.iter().take(MOST_SLASHES).take_while(|&&b| b == b'\\').count();
            let spelled = match &rest[slashes..] {
                [b'u' | b'U', b'0', b'0', b'1', b'b' | b'B', ..] => 5,
                [b'x', b'1', b'b' | b'B', ..] | [b'0', b'3', b'3', ..] => 3,
                [b'e', b'[' | b'(', ..] => 1,
                _ => return None,
            };
            Some(slashes + spelled)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_are_known_in_every_spelling() {
        for text in [
            "\x1b[0m",
            "\x1b[m",
            "\x1b[1;38;5;208m",
            "\x1b[K",
            "\x1b[2J",
            "\x1b(B",
            "^[[1;36m",
            "#033[1;35m",
            "\\u001B[1;35m",
            "\\\\u001b[0m",
            "\\x1b[0m",
            "\\033[32m",
            "\\e[0m",
            "\x1b[?25h",
        ] {
            assert_eq!(length(format!("{text}Erika").as_bytes(), 0), Some(text.len()), "{text}");
            assert_eq!(length(format!("a{text}").as_bytes(), 1), Some(text.len()), "{text}");
        }
    }

    #[test]
    fn other_text_is_none() {
        for text in [
            "",
            "\x1b",
            "\x1b[",
            "\x1b[1;3",
            "\x1b[Hans",
            "\x1b]0;title",
            "#0331",
            "#7",
            "^[a",
            "^",
            "\\",
            "\\\\",
            "\\n[0m",
            "\\u001a[0m",
            "\\end",
            "\\033 0m",
            "\x1b[0;Erika",
        ] {
            assert_eq!(length(text.as_bytes(), 0), None, "{text}");
        }
        assert_eq!(length(format!("\x1b[{}m", "1".repeat(100)).as_bytes(), 0), None);
        assert_eq!(length(b"x", 7), None);
    }
}
