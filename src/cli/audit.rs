//! `lognym audit`.

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use lognym::audit::{self, AuditError, Head, Report};
use lognym::pseudonym::Keys;
use lognym::pseudonym::ring::Ring;
use lognym::secret;

use super::exit::{Exit, Failure};
use super::message::{self, note};
use super::options::DomainsArgs;
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
    keys: DomainsArgs,
}

/// Runs the verb that was asked for.
pub(crate) fn run(command: &AuditCommand) -> Result<Exit, Failure> {
    secret::no_core_dumps();
    let Verb::Verify(args) = &command.verb;
    let ring = settings::ring_if_any(&args.keys.ring)?;
    let keys = ring.as_ref().map(|ring| keys(ring, args)).transpose()?;
    let report = verify(args, keys.as_deref().unwrap_or_default())?;
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

fn verify(args: &VerifyArgs, keys: &[Keys]) -> Result<Report, Failure> {
    let Some(path) = args.log.as_ref().or(args.audit.as_ref()) else {
        return Err(Failure::new(Exit::Usage, anyhow::anyhow!("name an audit log")));
    };
    let failed = |source| AuditError::Io { operation: "read", path: path.clone(), source };
    let log = BufReader::new(File::open(path).map_err(failed)?);
    Ok(audit::verify(log, keys, args.expect.as_ref()).map_err(failed)?)
}

/// The keys of all retained epochs and the given domains.
fn keys(ring: &Ring, args: &VerifyArgs) -> Result<Vec<Keys>, Failure> {
    let mut keys = Vec::new();
    for domain in ring.domains(&args.keys.domain)? {
        for epoch in ring.retained() {
            keys.push(ring.keys(epoch, &domain, &[])?);
        }
    }
    Ok(keys)
}
