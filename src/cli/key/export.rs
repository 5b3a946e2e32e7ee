//! `lognym key export`.

use std::io::{self, IsTerminal};
use std::path::PathBuf;

use clap::Args;
use lognym::pseudonym::ring;

use super::super::exit::{Exit, Failure};
use super::super::options::{KeyArgs, RecordArgs};
use super::super::record::Record;
use super::super::{message, settings};
use super::new;

#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    #[command(flatten)]
    key: KeyArgs,
    /// The file to write, never an existing one [default: standard output, unless a terminal]
    #[arg(long, value_name = "PATH", env = "LOGNYM_OUTPUT")]
    output: Option<PathBuf>,
    #[command(flatten)]
    record: RecordArgs,
}

pub(super) fn run(args: &ExportArgs) -> Result<Exit, Failure> {
    if args.output.is_none() && io::stdout().is_terminal() {
        let error = anyhow::anyhow!("keys are not shown on a terminal; name a file by --output");
        return Err(Failure::new(Exit::Usage, error));
    }
    let mut record = Record::open(&args.record, "key export")?;
    let root = settings::ring(&args.key.ring)?;
    let domain = &args.key.domain;
    let exported = root.exported(domain)?;
    let keys = settings::signer(&root, domain)?;
    record.entry.domains = vec![domain.clone()];
    for epoch in exported.retained() {
        record.entry.kids.push(exported.keys(epoch, domain, &[])?.kid());
    }
    let outcome = match &args.output {
        Some(path) => ring::create(path, &exported)
            .map_err(Failure::from)
            .and_then(|()| message::print(new::summary(&path.display(), &exported).as_bytes())),
        None => message::print(exported.to_text().as_bytes()),
    };
    record.finish(&keys, outcome)
}
