//! The rival's regex in the spelling of POSIX, which has no `(?:...)` and no `(?i:...)`.

/// Non-capturing groups become capturing ones, and letters under `(?i:...)` both of their cases.
/// Group numbers that come after such a group move; whoever counts on one puts it first.
pub(crate) fn posix(regex: &str) -> String {
    let mut out = String::with_capacity(2 * regex.len());
    // Whether each group that is open takes letters of both cases.
    let mut open: Vec<bool> = Vec::new();
    let mut in_brackets = false;
    let mut rest = regex;
    while let Some(letter) = rest.chars().next() {
        let any_case = open.last().copied().unwrap_or_default();
        let taken = match letter {
            '\\' => rest.chars().take(2).map(char::len_utf8).sum(),
            '(' if rest.starts_with("(?i:") && !in_brackets => 4,
            '(' if rest.starts_with("(?:") && !in_brackets => 3,
            _ => letter.len_utf8(),
        };
        match letter {
            '(' if !in_brackets => {
                open.push(any_case || taken == 4);
                out.push('(');
            }
            letter if any_case && letter.is_ascii_alphabetic() => {
                let both = [letter.to_ascii_lowercase(), letter.to_ascii_uppercase()];
                let both: String = both.into_iter().collect();
                out.push_str(&if in_brackets { both } else { format!("[{both}]") });
            }
            _ => out.push_str(&rest[..taken]),
        }
        match letter {
            ')' if !in_brackets => drop(open.pop()),
            '[' => in_brackets = true,
            ']' => in_brackets = false,
            _ => {}
        }
        rest = &rest[taken..];
    }
    out
}
