//! `lognym audit`.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use lognym::audit::{self, AuditError, Head, Report};
use lognym::pseudonym::ring::{Kind, Ring};
use lognym::pseudonym::{Domain, Keys};
use lognym::secret;

use super::exit::{Exit, Failure};
use super::message::{self, note};
use super::options::RingArgs;
use super::settings;

/// What follows `lognym audit`.
#[derive(Debug, Args)]
pub(crate) struct AuditCommand {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Check an audit log: its numbers, its chain, and its seals if the ring is given
    ///
    /// Finds changed, missing, added and reordered lines, and exits with 1. That lines are missing
    /// at the end shows only against a head that was kept elsewhere (--expect). What was never written
    /// is not in the log, and whoever has the keys can write another one.
    Verify(VerifyArgs),
}

#[derive(Debug, Args)]
struct VerifyArgs {
    /// The log
    #[arg(value_name = "LOG", required_unless_present = "audit")]
    log: Option<PathBuf>,
    /// The log, if it was not named before
    #[arg(long, value_name = "PATH", env = "LOGNYM_AUDIT")]
    audit: Option<PathBuf>,
    /// Head of an earlier check: the log must still hold this entry
    #[arg(long, value_name = "HEAD", env = "LOGNYM_EXPECT")]
    expect: Option<Head>,
    #[command(flatten)]
    ring: RingArgs,
}

/// Runs the verb that was asked for.
pub(crate) fn run(command: &AuditCommand) -> Result<Exit, Failure> {
    secret::no_core_dumps();
    let Verb::Verify(args) = &command.verb;
    let ring = settings::ring_if_any(&args.ring)?;
    let path = path(args)?;
    let failed = |source| AuditError::Io { operation: "read", path: path.to_owned(), source };
    let log = || File::open(path).map(BufReader::new).map_err(failed);
    let keys = match &ring {
        Some(ring) => Some(keys(ring, &audit::domains(log()?).map_err(failed)?)?),
        None => None,
    };
    let known = keys.as_deref().unwrap_or_default();
    let report = audit::verify(log()?, known, args.expect.as_ref()).map_err(failed)?;
    match report.fault {
        Some((line, fault)) => {
            let entry = if line == 0 { "empty log".to_owned() } else { format!("line {line}") };
            message::print(format!("bad\t{entry}\t{fault}\n").as_bytes())?;
            Ok(Exit::Found)
        }
        None if keys.is_some() && report.unproven > 0 => {
            let count = report.unproven;
            let text = format!("bad\tlast {count} entries\tno key of the ring has sealed them\n");
            message::print(text.as_bytes())?;
            Ok(Exit::Found)
        }
        None => {
            if keys.is_none() {
                note(format_args!("no ring given: numbers and chain were checked, seals were not"));
            }
            let Report { head, .. } = report;
            message::print(format!("good\t{} entries\thead {head}\n", head.seq).as_bytes())
        }
    }
}

fn path(args: &VerifyArgs) -> Result<&Path, Failure> {
    let path = args.log.as_deref().or(args.audit.as_deref());
    path.ok_or_else(|| Failure::new(Exit::Usage, anyhow::anyhow!("name an audit log")))
}

/// The keys of all retained epochs for each of `domains` that the ring has.
fn keys(ring: &Ring, domains: &[Domain]) -> Result<Vec<Keys>, Failure> {
    let domains: Vec<&Domain> = match ring.kind() {
        Kind::Root => domains.iter().collect(),
        Kind::Domain(holds) => vec![holds],
    };
    let mut keys = Vec::new();
    for domain in domains {
        for epoch in ring.retained() {
            keys.push(ring.keys(epoch, domain, &[])?);
        }
    }
    Ok(keys)
}
