//! The reasons to find something, as `lognym detect` and the statistics name them.

use crate::span::TypeCode;

/// Why something was found: the reason that `lognym detect` and the statistics show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Context {
    /// A plus sign and a valid number.
    International,
    /// An international prefix and a valid number.
    Prefix,
    /// A national number in its usual grouping.
    National,
    /// A number after a phone word.
    Keyword,
    /// The value of a phone field.
    PhoneField,
    /// The user part of a URI, or the number of a name-addr.
    Sip,
    /// What a PBX dialled.
    Dialplan,
    /// The value of a name field.
    NameField,
    /// A display name before an address.
    Display,
    /// After an honorific.
    Honorific,
    /// After a role word.
    Role,
    /// After a phrase or greeting.
    Phrase,
    /// Words of the name lists side by side.
    Words,
    /// In a cell beside a number.
    Row,
    /// On the operator's list.
    List,
    /// Found on better evidence elsewhere in the line, or before it if the stream remembers.
    Memory,
    /// None of the built-in reasons: a rule of the operator, which [`super::Finding::by`] names.
    Rule,
}

impl Context {
    /// All built-in ones, in the order of their numbers.
    pub const ALL: [Context; 16] = [
        Context::International,
        Context::Prefix,
        Context::National,
        Context::Keyword,
        Context::PhoneField,
        Context::Sip,
        Context::Dialplan,
        Context::NameField,
        Context::Display,
        Context::Honorific,
        Context::Role,
        Context::Phrase,
        Context::Words,
        Context::Row,
        Context::List,
        Context::Memory,
    ];

    /// The id of the rule in the rule files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Context::International => "intl",
            Context::Prefix => "prefix",
            Context::National => "national",
            Context::Keyword => "keyword",
            Context::PhoneField | Context::NameField => "field",
            Context::Sip => "sip",
            Context::Dialplan => "dialplan",
            Context::Display => "display",
            Context::Honorific => "honorific",
            Context::Role => "role",
            Context::Phrase => "phrase",
            Context::Words => "words",
            Context::Row => "row",
            Context::List => "list",
            Context::Memory => "memory",
            Context::Rule => "rule",
        }
    }

    /// The name of the rule among all rules: `phone/sip`, `name/role`.
    pub fn name(self) -> String {
        let detector = if self.kind() == TypeCode::TEL { "phone" } else { "name" };
        format!("{detector}/{}", self.as_str())
    }

    /// What kind of identity it finds.
    pub const fn kind(self) -> TypeCode {
        match self as u8 {
            0..7 => TypeCode::TEL,
            _ => TypeCode::NAM,
        }
    }
}
