//! Packs: rule files that come with the program and are switched on by name, but for [`ALWAYS`].
//!
//! They are what an operator could have written, and are read like his; `lognym rules check` without
//! a path runs their examples.

/// The names of the packs.
pub const NAMES: [&str; 11] = [
    "email",
    "email-person",
    "finance",
    "germany",
    "ip",
    "ip-token",
    "location",
    "telecom",
    "usa",
    "uuid",
    "web",
];

/// What is on without being named.
pub const ALWAYS: [&str; 1] = ["email-person"];

/// The rule file of the pack called `name`.
pub fn text(name: &str) -> Option<&'static str> {
    Some(match name {
        "email" => include_str!("../../../rules/packs/email.toml"),
        "email-person" => include_str!("../../../rules/packs/email-person.toml"),
        "finance" => include_str!("../../../rules/packs/finance.toml"),
        "germany" => include_str!("../../../rules/packs/germany.toml"),
        "ip" => include_str!("../../../rules/packs/ip.toml"),
        "ip-token" => include_str!("../../../rules/packs/ip-token.toml"),
        "location" => include_str!("../../../rules/packs/location.toml"),
        "telecom" => include_str!("../../../rules/packs/telecom.toml"),
        "usa" => include_str!("../../../rules/packs/usa.toml"),
        "uuid" => include_str!("../../../rules/packs/uuid.toml"),
        "web" => include_str!("../../../rules/packs/web.toml"),
        _ => return None,
    })
}
