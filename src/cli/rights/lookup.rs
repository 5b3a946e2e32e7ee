//! `lognym lookup`.

use clap::Args;
use clap::builder::FalseyValueParser;
use lognym::rights::Located;
use serde::Serialize;

use super::super::exit::{Exit, Failure};
use super::super::message;
use super::super::options::SubjectArgs;
use super::Request;

#[derive(Debug, Args)]
pub(crate) struct LookupArgs {
    #[command(flatten)]
    pub(crate) subject: SubjectArgs,
    /// Print one JSON object a line
    #[arg(long, env = "LOGNYM_JSON", value_parser = FalseyValueParser::new())]
    json: bool,
}

/// The JSON form; names are a contract.
#[derive(Serialize)]
struct Row<'r> {
    token: &'r str,
    epoch: Option<&'r str>,
    domain: Option<&'r str>,
    #[serde(rename = "type")]
    kind: &'r str,
}

pub(crate) fn run(args: &LookupArgs) -> Result<Exit, Failure> {
    let request = Request::read(&args.subject, "lookup")?;
    let rows = request.located.iter().map(|found| row(found, args.json));
    let text: String = rows.collect();
    let outcome = message::print(text.as_bytes());
    request.finish(outcome)
}

fn row(found: &Located, json: bool) -> String {
    let (epoch, domain) = (found.epoch.as_deref(), found.domain.as_deref());
    let row = Row { token: &found.token, epoch, domain, kind: found.kind.as_str() };
    if json {
        // Texts only: nothing that JSON could not hold.
        return serde_json::to_string(&row).map(|json| json + "\n").unwrap_or_default();
    }
    let (epoch, domain) = (epoch.unwrap_or("-"), domain.unwrap_or("-"));
    format!("{}\t{epoch}\t{domain}\t{}\n", row.token, row.kind)
}
