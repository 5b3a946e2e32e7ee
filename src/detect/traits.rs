//! What kinds of key a key is, as far as its bytes alone tell.
//!
//! In: a key as it is written. Out: its [`Traits`]: keys of searches, labels, values, schemes and texts mean
//! something beside what their words say.

/// `?q=Erika+Beispiel`: what people search for in a CRM is people.
pub(super) const SEARCHES: [&[u8]; 4] = [b"q", b"query", b"search", b"term"];
/// Keys whose value is the name of a field: JSON Patch (RFC 6902), forms, audit logs, ContactPoint of FHIR.
pub(super) const LABELS: [&[u8]; 7] =
    [b"path", b"field", b"key", b"name", b"attribute", b"property", b"system"];
/// Keys of the value of a field that is named elsewhere.
pub(super) const VALUES: [&[u8]; 5] = [b"value", b"val", b"content", b"newValue", b"oldValue"];
/// Both as words of longer keys, which the scan lets through for their ends.
const LONG_LABELS: [&[u8]; 3] = [b"propertyName", b"fieldName", b"attributeName"];
const LONG_VALUES: [&[u8]; 2] = [b"propertyValue", b"fieldValue"];
/// Keys of texts that people write; their values count as something else where they are a number or a name alone.
const TEXTS: [&[u8]; 9] = [
    b"message",
    b"msg",
    b"body",
    b"text",
    b"description",
    b"desc",
    b"content",
    b"subject",
    b"betreff",
];
/// Schemes of URIs whose user part may be a phone number (RFC 3261, RFC 3966; `pjsip` is Asterisk's).
pub(super) const SCHEMES: [&[u8]; 4] = [b"sip", b"sips", b"tel", b"pjsip"];
/// A parameter of a Record-Route, the id of a dialog (RFC 3261 header parameters): no number.
const DIALOG: &[u8] = b"did";

/// What kinds of key a key is, as far as its bytes alone tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Traits(u8);

impl Traits {
    /// One of [`SEARCHES`].
    pub(super) const SEARCH: Traits = Traits(1);
    /// One of [`LABELS`].
    pub(super) const LABEL: Traits = Traits(2);
    /// One of [`VALUES`].
    pub(super) const VALUE: Traits = Traits(4);
    /// One of [`SCHEMES`], in capitals or not.
    pub(super) const SCHEME: Traits = Traits(8);
    /// The id of a dialog where parameters stand.
    pub(super) const DIALOG: Traits = Traits(16);
    /// One of [`TEXTS`], in capitals or not.
    pub(super) const TEXT: Traits = Traits(32);

    /// What kinds of key `key` is.
    pub(super) fn of(key: &[u8]) -> Self {
        let is_scheme = SCHEMES.iter().any(|scheme| key.eq_ignore_ascii_case(scheme));
        let traits = [
            (Self::SEARCH, SEARCHES.contains(&key)),
            (Self::LABEL, LABELS.contains(&key) || LONG_LABELS.contains(&key)),
            (Self::VALUE, VALUES.contains(&key) || LONG_VALUES.contains(&key)),
            (Self::SCHEME, is_scheme),
            (Self::DIALOG, key == DIALOG),
            (Self::TEXT, TEXTS.iter().any(|text| key.eq_ignore_ascii_case(text))),
        ];
        Self(traits.iter().map(|(traits, seen)| traits.0 * u8::from(*seen)).sum())
    }

    pub(super) fn has(self, traits: Traits) -> bool {
        self.0 & traits.0 != 0
    }
}
