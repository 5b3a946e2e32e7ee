//! Packs: rule files that come with the program and are switched on by name.

/// The names of the packs.
pub const NAMES: [&str; 0] = [];

/// The rule file of the pack called `name`.
pub fn text(_name: &str) -> Option<&'static str> {
    None
}
