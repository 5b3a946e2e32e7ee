//! `lognym key`: the life of key rings.

mod check;
mod destroy;
mod export;
mod list;
mod new;
mod rotate;

use clap::{Args, Subcommand, ValueEnum};
use lognym::pseudonym::ring;
use lognym::secret;

use super::exit::{Exit, Failure};

/// What follows `lognym key`.
#[derive(Debug, Args)]
pub(crate) struct KeyCommand {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Write a ring of new random keys to a new file, readable by its owner only
    ///
    /// Each epoch has its own key. The first one holds the present moment; when the last one has
    /// ended, the filter refuses to run. Keys are due for destruction two years after their
    /// epoch.
    New(new::NewArgs),
    /// Show the epochs of a ring: id, key id, times, state; never secrets
    List(list::ListArgs),
    /// Add epochs to a ring, so that enough of them follow the present one
    ///
    /// What is there stays as it is. Running filters read the ring again on SIGHUP.
    Rotate(rotate::RotateArgs),
    /// Destroy the key of an epoch, or of all that are due, for good
    ///
    /// Its tokens stay what they are, but nobody can compute or look them up any more. The file is
    /// replaced and the old one overwritten; copies, backups and snapshots are yours to destroy.
    Destroy(destroy::DestroyArgs),
    /// Derive the ring of one domain, for a sidecar
    ///
    /// It gives the same tokens for that domain and none for any other.
    Export(export::ExportArgs),
    /// Check a ring, or compare it with another host's by key ids only
    ///
    /// Exits with 1 if the rings differ.
    Check(check::CheckArgs),
}

/// How long an epoch lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Period {
    Month,
    Week,
    Day,
}

impl Period {
    fn ring(self) -> ring::Period {
        match self {
            Period::Month => ring::Period::Month,
            Period::Week => ring::Period::Week,
            Period::Day => ring::Period::Day,
        }
    }

    /// How many epochs are made in advance unless told.
    fn usual_ahead(self) -> u16 {
        match self {
            Period::Month => 12,
            Period::Week => 52,
            Period::Day => 90,
        }
    }
}

/// Runs the verb that was asked for.
pub(crate) fn run(command: &KeyCommand) -> Result<Exit, Failure> {
    secret::no_core_dumps();
    match &command.verb {
        Verb::New(args) => new::run(args),
        Verb::List(args) => list::run(args),
        Verb::Rotate(args) => rotate::run(args),
        Verb::Destroy(args) => destroy::run(args),
        Verb::Export(args) => export::run(args),
        Verb::Check(args) => check::run(args),
    }
}
