//! Why a line can be withheld.

/// Why a line is withheld.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Longer than the limit.
    LineTooLong,
    /// A stop request, or the end of a connection, came before its end: half a number or half a name
    /// cannot be told.
    Interrupted,
    /// No frame where there had to be one.
    BadFrame,
    /// There was no memory for all of it.
    Memory,
    /// The stream it begins is no text that can be searched.
    Encoding,
    /// A defect of lognym.
    Internal,
}

impl Reason {
    /// All of them, in the order of their numbers.
    pub const ALL: [Reason; 6] = [
        Reason::LineTooLong,
        Reason::Interrupted,
        Reason::BadFrame,
        Reason::Memory,
        Reason::Encoding,
        Reason::Internal,
    ];

    /// The word in the marker.
    pub const fn as_str(self) -> &'static str {
        match self {
            Reason::LineTooLong => "line-too-long",
            Reason::Interrupted => "interrupted",
            Reason::BadFrame => "bad-frame",
            Reason::Memory => "memory",
            Reason::Encoding => "encoding",
            Reason::Internal => "internal",
        }
    }
}
