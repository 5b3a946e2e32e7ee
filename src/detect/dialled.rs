//! Where systems say what was dialled, or who somebody is by a number: user parts, arguments of a dial plan, the
//! information elements of a trace.
//!
//! In: a line and a number in it. Out: whether its surroundings are such.

use super::cells;
use super::line::{Line, is_word_byte};
use super::number::{Number, Signs};

/// What a number before an `@` is.
pub(super) enum User {
    /// What a PBX dialled.
    Dialled,
    /// A user at the address of a machine.
    Party,
    /// The id of a call.
    Id,
    /// The user part of an address that nothing announced.
    Unknown,
}

/// What `number` is as a user part: `030...@in:1`, `030...@192.0.2.1`.
pub(super) fn user_part(line: &Line, number: &Number) -> Option<User> {
    let (start, end) = (number.span.start, number.span.end);
    if line.at(end) != b'@' {
        return line.text[line.start..start].ends_with(b">->").then_some(User::Dialled);
    }
    let trunk = number.digits[0] == b'0';
    if number.count > 1 {
        // `441-20118@192.0.2.1`, shorter than a number that is dialled from anywhere.
        let id = number.count == 2 && number.len < 10 && !trunk && !number.plus;
        return (id && number.groups[1].before.only(Signs::DASH)).then_some(User::Id);
    }
    if !is_word_byte(line.at(end + 1)) {
        return None;
    }
    // `<91820417@mail.example>` is the id of a message.
    let bracket = line.before(start) == b'<' && (number.plus || trunk || number.len > 9);
    Some(match line.before(start) {
        b'[' | b'/' => User::Dialled,
        _ if bracket => User::Dialled,
        _ if trunk && (8..=15).contains(&number.len) && is_address(&line.text[end + 1..]) => {
            User::Party
        }
        _ => User::Unknown,
    })
}

/// Whether `host` begins with four groups of digits.
fn is_address(host: &[u8]) -> bool {
    const LONGEST: usize = 16;
    let sign = |b: &&u8| b.is_ascii_digit() || **b == b'.';
    host.iter().take(LONGEST).take_while(sign).filter(|&&b| b == b'.').count() == 3
}

/// `4930...@s.whatsapp.net`: the number is who it is there.
pub(super) fn is_messenger(line: &Line, end: usize) -> bool {
    let host = line.text.get(end..).unwrap_or_default();
    host.starts_with(b"@s.whatsapp.net") || host.starts_with(b"@c.us")
}

/// `Goto (in,030...,8)`, `Spawn extension (in, 030..., 6)`: the second argument of three; the call
/// monitor of a router.
pub(super) fn is_dialled(line: &Line, number: &Number) -> bool {
    is_second_argument(line, number)
        || is_party_number(line, number.span.start)
        || cells::is_call_monitor(line, number)
}

fn is_second_argument(line: &Line, number: &Number) -> bool {
    if line.at(number.span.end) != b',' {
        return false;
    }
    // Contexts of a dial plan are short; a look back to the start of each line would be none.
    const LONGEST: usize = 128;
    let start = number.span.start;
    let head = &line.text[line.start.max(start.saturating_sub(LONGEST))..start];
    let head = head.strip_suffix(b" ").unwrap_or(head);
    let Some(head) = head.strip_suffix(b",") else { return false };
    let Some(open) = head.iter().rposition(|&b| b == b'(') else { return false };
    let context = &head[open + 1..];
    let name =
        !context.is_empty() && context.iter().all(|&b| is_word_byte(b) || matches!(b, b'-' | b'_'));
    name && (head[..open].ends_with(b"Goto ") || head[..open].ends_with(b"extension "))
}

/// `Calling Party Number i = 0x2181, '030...'`: an information element of Q.931 as routers print it.
fn is_party_number(line: &Line, start: usize) -> bool {
    const LONGEST: usize = 48;
    let head = &line.text[line.start.max(start.saturating_sub(LONGEST)).min(start)..start];
    let Some(head) = head.strip_suffix(b", '") else { return false };
    let hex = head.iter().rev().take_while(|b| b.is_ascii_hexdigit()).count();
    let Some(head) = head[..head.len() - hex].strip_suffix(b"0x") else { return false };
    head.ends_with(b"Party Number i = ") || head.ends_with(b"Redirecting Number i = ")
}
