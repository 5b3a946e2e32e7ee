//! `lognym erase`: a person's lines out of files.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use clap::builder::FalseyValueParser;
use clap::{Args, ValueEnum};
use lognym::rights::{self, Erased, Mode, Store, TokenSet};

use super::super::confirm::confirm;
use super::super::exit::{Exit, Failure};
use super::super::message::{self, note};
use super::super::options::SubjectArgs;
use super::{Request, for_logs};

#[derive(Debug, Args)]
pub(crate) struct EraseArgs {
    #[command(flatten)]
    pub(crate) subject: SubjectArgs,
    /// Filtered logs and folders of such
    #[arg(value_name = "LOG", required_unless_present = "queries")]
    logs: Vec<PathBuf>,
    /// What becomes of a line: it goes, or a marker takes its place
    #[arg(long, value_enum, env = "LOGNYM_MODE", default_value_t = ModeName::Drop)]
    mode: ModeName,
    /// Only show what would be done
    #[arg(long, env = "LOGNYM_DRY_RUN", value_parser = FalseyValueParser::new())]
    dry_run: bool,
    /// Do not ask
    #[arg(
        long,
        env = "LOGNYM_YES",
        value_parser = FalseyValueParser::new(),
        conflicts_with = "dry_run"
    )]
    yes: bool,
    /// Also print the request as queries for other stores
    #[arg(long, env = "LOGNYM_QUERIES", value_parser = FalseyValueParser::new())]
    queries: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ModeName {
    Drop,
    Blank,
}

impl ModeName {
    fn mode(self) -> Mode {
        match self {
            ModeName::Drop => Mode::Drop,
            ModeName::Blank => Mode::Blank,
        }
    }
}

pub(crate) fn run(args: &EraseArgs) -> Result<Exit, Failure> {
    let mut request = Request::read(&args.subject, "erase")?;
    let outcome = carry_out(args, &mut request);
    request.finish(outcome)
}

fn carry_out(args: &EraseArgs, request: &mut Request) -> Result<Exit, Failure> {
    if args.queries {
        print_queries(request)?;
    }
    if args.logs.is_empty() {
        return Ok(Exit::Ok);
    }
    let logs = rights::files(&args.logs)?;
    let tokens = request.tokens();
    let planned = report(&logs, |log| rights::survey(log, &tokens))?;
    request.count("files_affected", planned.files);
    request.count("lines_affected", planned.lines);
    if planned.lines == 0 {
        return Ok(planned.exit(Exit::Found));
    }
    if !may_go_on(args, &planned)? {
        note(format_args!("nothing was changed; give --yes to erase these lines"));
        return Ok(planned.exit(Exit::Ok));
    }
    let done = erase(args, &logs, &tokens)?;
    request.count("lines_erased", done.lines);
    Ok(done.exit(Exit::Ok))
}

/// Whether somebody wants it done: by --yes, or by an answer on a terminal that is free for it.
fn may_go_on(args: &EraseArgs, planned: &Done) -> Result<bool, Failure> {
    let can_ask = args.subject.from != Path::new("-") && io::stdin().is_terminal();
    if args.dry_run || !(args.yes || can_ask) {
        return Ok(false);
    }
    let what = format!("erase {} lines in {} files", planned.lines, planned.files);
    confirm(args.yes, &what).map(|()| true)
}

fn erase(args: &EraseArgs, logs: &[PathBuf], tokens: &TokenSet) -> Result<Done, Failure> {
    let mut done = Done::default();
    done.failed = for_logs(logs, |log| {
        let erased = rights::erase(log, tokens, args.mode.mode())?;
        done.lines += erased.lines;
        done.files += u64::from(erased.lines > 0);
        Ok(())
    })?;
    let text = format!("erased {} lines in {} files\n", done.lines, done.files);
    message::print(text.as_bytes())?;
    Ok(done)
}

/// What was done, or would be.
#[derive(Default)]
struct Done {
    files: u64,
    lines: u64,
    failed: bool,
}

impl Done {
    /// `good`, unless some log failed.
    fn exit(&self, good: Exit) -> Exit {
        if self.failed { Exit::Io } else { good }
    }
}

/// Prints FILE, lines and bytes for each log with such lines.
fn report(
    logs: &[PathBuf],
    mut survey: impl FnMut(&Path) -> Result<Erased, rights::RightsError>,
) -> Result<Done, Failure> {
    let mut done = Done::default();
    let mut text = String::new();
    done.failed = for_logs(logs, |log| {
        let Erased { lines, bytes } = survey(log)?;
        if lines > 0 {
            text += &format!("{}\t{lines} lines\t{bytes} bytes\n", log.display());
            done.lines += lines;
            done.files += 1;
        }
        Ok(())
    })?;
    message::print(text.as_bytes())?;
    Ok(done)
}

fn print_queries(request: &Request) -> Result<(), Failure> {
    let tokens: Vec<_> = request.located.iter().map(|found| found.token.as_str()).collect();
    for store in Store::ALL {
        let text = format!("# {}\n{}", store.as_str(), rights::queries(store, &tokens));
        message::print(text.as_bytes())?;
    }
    Ok(())
}
