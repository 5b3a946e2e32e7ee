//! Names with `*` and `?`, compared without regard to the case of ASCII letters.

/// A name, or a pattern of names: `*` stands for any bytes, `?` for one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob(Box<[u8]>);

impl Glob {
    /// The pattern `text`.
    pub fn new(text: &str) -> Self {
        Self(text.to_ascii_lowercase().into_bytes().into())
    }

    /// The pattern, lower case.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether it names `name`. Linear in practice: on a mismatch only the last `*` takes one more.
    pub fn matches(&self, name: &[u8]) -> bool {
        let (pattern, mut p, mut n) = (&self.0, 0, 0);
        let mut star = None;
        while n < name.len() {
            match pattern.get(p) {
                Some(b'*') => {
                    star = Some((p + 1, n));
                    p += 1;
                }
                Some(&b) if b == b'?' || b == name[n].to_ascii_lowercase() => {
                    p += 1;
                    n += 1;
                }
                _ => {
                    let Some((after, taken)) = star else { return false };
                    star = Some((after, taken + 1));
                    (p, n) = (after, taken + 1);
                }
            }
        }
        pattern[p..].iter().all(|&b| b == b'*')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_as_in_a_shell() {
        for (pattern, name, expected) in [
            ("token", "Token", true),
            ("*token", "session_token", true),
            ("*token", "tokens", false),
            ("x-*-id", "X-Customer-ID", true),
            ("?at", "cat", true),
            ("?at", "at", false),
            ("a*b*c", "a-b-b-c", true),
            ("*", "", true),
            ("", "x", false),
            ("phone/*", "phone/sip", true),
        ] {
            assert_eq!(Glob::new(pattern).matches(name.as_bytes()), expected, "{pattern} {name}");
        }
    }
}
