//! What a source file names of its own crate: text in, paths out.
//!
//! Works on tokens, so comments and strings do not count and macro arguments do. Test code
//! is left out: items under `#[cfg(test)]` here, `tests.rs` files by the caller.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The paths in `source` that open with `crate`, `self`, `super` or `lognym`, as written,
/// use trees taken apart: `use super::{a, b::c}` gives `super a` and `super b c`.
pub(super) fn named(source: &str) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    walk(&tokens(source), &mut paths);
    paths
}

/// Whether the keyword `unsafe` stands anywhere in `source`.
pub(super) fn has_unsafe(source: &str) -> bool {
    fn within(tokens: &[TokenTree]) -> bool {
        tokens.iter().any(|token| match token {
            TokenTree::Ident(ident) => ident == "unsafe",
            TokenTree::Group(group) => within(&list(group.stream())),
            _ => false,
        })
    }
    within(&tokens(source))
}

fn tokens(source: &str) -> Vec<TokenTree> {
    list(source.parse().expect("source files are Rust"))
}

fn list(stream: TokenStream) -> Vec<TokenTree> {
    stream.into_iter().collect()
}

fn walk(tokens: &[TokenTree], paths: &mut Vec<Vec<String>>) {
    let mut rest = tokens;
    while let [token, tail @ ..] = rest {
        rest = tail;
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '#' && opens_test_item(tail) => {
                rest = after_item(&tail[1..]);
            }
            TokenTree::Ident(ident) if is_root(&ident.to_string()) && opens_with_colons(tail) => {
                rest = tree(vec![ident.to_string()], &tail[2..], paths);
            }
            TokenTree::Group(group) => walk(&list(group.stream()), paths),
            _ => {}
        }
    }
}

fn is_root(word: &str) -> bool {
    matches!(word, "crate" | "self" | "super" | "lognym")
}

/// Reads what follows `path::`, notes each path it makes, returns the tokens behind it.
fn tree<'a>(
    mut path: Vec<String>,
    mut rest: &'a [TokenTree],
    paths: &mut Vec<Vec<String>>,
) -> &'a [TokenTree] {
    loop {
        match rest {
            [TokenTree::Ident(ident), tail @ ..] => {
                path.push(ident.to_string());
                rest = tail;
                if !opens_with_colons(rest) {
                    break;
                }
                rest = &rest[2..];
            }
            [TokenTree::Group(group), tail @ ..] if group.delimiter() == Delimiter::Brace => {
                for branch in list(group.stream()).split(is_comma) {
                    tree(path.clone(), branch, paths);
                }
                return tail;
            }
            _ => break,
        }
    }
    paths.push(path);
    rest
}

fn is_comma(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',')
}

fn opens_with_colons(tokens: &[TokenTree]) -> bool {
    matches!(tokens, [TokenTree::Punct(a), TokenTree::Punct(b), ..]
        if a.as_char() == ':' && b.as_char() == ':')
}

fn opens_test_item(after_hash: &[TokenTree]) -> bool {
    matches!(after_hash, [TokenTree::Group(group), ..]
        if group.stream().to_string().replace(' ', "") == "cfg(test)")
}

/// Skips to behind the braces or the semicolon that end an item.
fn after_item(tokens: &[TokenTree]) -> &[TokenTree] {
    let end = tokens.iter().position(|token| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(punct) => punct.as_char() == ';',
        _ => false,
    });
    end.map_or(&[], |end| &tokens[end + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(source: &str) -> Vec<String> {
        named(source).iter().map(|path| path.join(" ")).collect()
    }

    #[test]
    fn use_trees_are_taken_apart() {
        let source = "use crate::{a::{B, c::*}, d as e}; pub(crate) use super::super::f;";
        assert_eq!(joined(source), ["crate a B", "crate a c", "crate d", "super super f"]);
    }

    #[test]
    fn paths_in_code_and_macros_count() {
        let source = "fn f() -> crate::a::B { println!(\"{}\", crate::c::d::<u8>()); self.x() }";
        assert_eq!(joined(source), ["crate a B", "crate c d"]);
    }

    #[test]
    fn comments_strings_and_test_items_do_not() {
        let source = "//! [crate::a]\nconst S: &str = \"crate::b\";\n\
             #[cfg(test)]\nmod tests { use crate::c; }\n#[cfg(test)] use crate::d; use crate::e;";
        assert_eq!(joined(source), ["crate e"]);
    }

    #[test]
    fn unsafe_is_the_keyword_only() {
        assert!(has_unsafe("fn f() { unsafe { g() } }"));
        assert!(!has_unsafe("// unsafe\n#![allow(unsafe_code)] const S: &str = \"unsafe\";"));
    }
}
