//! Exit codes, and which failure leads to which.

use std::process::ExitCode;

use lognym::audit::AuditError;
use lognym::net;
use lognym::pseudonym::ring::{FileError, RingError};
use lognym::rights::RightsError;
use lognym::rules::RulesError;
use lognym::rules::book::Fault;
use lognym::stream;

/// How the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Done; also when the reader downstream left early.
    Ok = 0,
    /// `detect --fail` found something, `find` nothing; a log or a ring is not what it should be.
    Found = 1,
    /// What was asked for makes no sense, or was not confirmed.
    Usage = 2,
    /// The input was refused (`EX_DATAERR` of sysexits.h, as the codes below are from there).
    Input = 65,
    /// A defect of lognym.
    Internal = 70,
    /// Reading or writing failed.
    Io = 74,
    /// The key was refused.
    Key = 77,
    /// The configuration, the rules or the network was refused.
    Config = 78,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// An error together with the exit code it leads to.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    pub(crate) error: anyhow::Error,
}

impl Failure {
    pub(crate) fn new(exit: Exit, error: impl Into<anyhow::Error>) -> Self {
        Self { exit, error: error.into() }
    }
}

impl From<stream::Error> for Failure {
    fn from(error: stream::Error) -> Self {
        let exit = match error {
            stream::Error::Refused { .. } | stream::Error::OutputIsInput { .. } => Exit::Input,
            stream::Error::NoEpoch { .. } => Exit::Key,
            _ => Exit::Io,
        };
        Self::new(exit, error)
    }
}

impl From<net::Error> for Failure {
    fn from(error: net::Error) -> Self {
        Self::new(if error.is_refusal() { Exit::Config } else { Exit::Io }, error)
    }
}

impl From<FileError> for Failure {
    fn from(error: FileError) -> Self {
        let exit = match error {
            FileError::Write { .. } | FileError::Busy { .. } => Exit::Io,
            _ => Exit::Key,
        };
        Self::new(exit, error)
    }
}

impl From<RingError> for Failure {
    fn from(error: RingError) -> Self {
        Self::new(Exit::Key, error)
    }
}

impl From<RightsError> for Failure {
    fn from(error: RightsError) -> Self {
        let exit = match &error {
            RightsError::Identifier { .. } | RightsError::Refused { .. } => Exit::Input,
            RightsError::Ring(_) => Exit::Key,
            _ => Exit::Io,
        };
        Self::new(exit, error)
    }
}

impl From<AuditError> for Failure {
    fn from(error: AuditError) -> Self {
        Self::new(Exit::Io, error)
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::new(Exit::Config, fault)
    }
}

impl From<RulesError> for Failure {
    fn from(error: RulesError) -> Self {
        Self::new(Exit::Config, error)
    }
}
