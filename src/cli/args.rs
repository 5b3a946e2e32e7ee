//! What can be said on the command line, or in `LOGNYM_*` variables: parsed, nothing done yet.
//!
//! No option takes a secret: arguments and variables are open to other processes.

mod serve;
mod verbs;

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::builder::FalseyValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

use super::audit::AuditCommand;
use super::chapter::Topic;
use super::key::KeyCommand;
use super::options::{DetectorArgs, InputArgs, KeyArgs, RecordArgs, SuppressArgs};
use super::rights::{EraseArgs, ExtractArgs, FindArgs, LookupArgs};
use super::suppress::SuppressCommand;
pub(crate) use verbs::{CheckArgs, ConfigCommand, ConfigVerb, RulesCommand, RulesVerb, TestArgs};

pub(crate) use serve::{LogFormat, LogLevel, ServeArgs};

/// Replaces phone numbers and person names in logs by keyed pseudonyms.
///
/// Reads files or standard input and writes to standard output. What is found is replaced by
/// a token; everything else passes byte for byte.
#[derive(Debug, Parser)]
#[command(name = "lognym", version, args_conflicts_with_subcommands = true)]
#[command(after_long_help = AFTER_HELP)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    /// Configuration file (TOML); flags and LOGNYM_* variables win over it
    ///
    /// Without it, $XDG_CONFIG_HOME/lognym/config.toml or else /etc/lognym/config.toml is read, if
    /// there is one.
    #[arg(long, value_name = "FILE", env = "LOGNYM_CONFIG", global = true)]
    pub(crate) config: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) filter: FilterArgs,
}

const AFTER_HELP: &str = "\
Examples:
  lognym key new --key-file lognym.ring
  lognym --key-file lognym.ring app.log > clean.log
  app | lognym --key-file lognym.ring | shipper
  lognym lookup --key-file lognym.ring < who.txt

Exit codes:
   0  done; also when the reader downstream has left
   1  `detect --fail` found something, `find` nothing; a log or ring is not as expected
   2  usage
  65  input refused: compressed, UTF-16, or the output file itself
  70  internal error
  74  reading or writing failed
  77  key refused
  78  configuration, rules or network refused";

/// A file with a subcommand's name is reached as `./NAME`, or after `--`.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Filter files or standard input to standard output (the default)
    Filter(FilterArgs),
    /// Run as a sidecar: take logs from sockets, filter them, forward them
    ///
    /// Runs until SIGTERM or SIGINT. One frame in is one frame out, in order for each connection. A
    /// forward side that is slow or absent stops reading; what was not handed over when a
    /// connection breaks goes to the next one. Addresses that were bound are told on standard
    /// error.
    Serve(Box<ServeArgs>),
    /// Show where something would be replaced, as JSON lines without any value
    Detect(DetectArgs),
    /// Measure the core in memory, stage by stage, on your log or on built-in ones
    Bench(BenchArgs),
    /// Make and keep key rings
    Key(KeyCommand),
    /// Print the tokens of a person in every epoch and domain
    ///
    /// One a line: token, epoch, domain, type, with tabs between.
    Lookup(LookupArgs),
    /// Print the lines of filtered logs that hold a person's tokens, as grep does
    ///
    /// Reads plain, gzip and Zstandard files, folders with all that is in them, or standard input.
    /// Exits with 1 if there is no such line.
    Find(FindArgs),
    /// Write a person's lines as CSV or JSON lines, other people's tokens masked
    Extract(ExtractArgs),
    /// Take a person's lines out of files, in place
    ///
    /// Shows what it would do, and asks; without an answer nothing is changed. Each file is replaced
    /// as a whole. What other programs keep (open files, copies, backups, indexes) is not reached:
    /// --queries prints the same request for them.
    Erase(EraseArgs),
    /// Keep the list of those who get a constant instead of a token
    Suppress(SuppressCommand),
    /// Check audit logs
    Audit(AuditCommand),
    /// Check, list and try rules
    Rules(RulesCommand),
    /// Check and show the configuration
    Config(ConfigCommand),
    /// Print a completion script for a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page (roff), or a chapter of the manual (Markdown)
    Man {
        /// Which chapter
        topic: Option<Topic>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct FilterArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) detector: DetectorArgs,
    #[command(flatten)]
    pub(crate) key: KeyArgs,
    /// Worker threads [default: one a core]
    #[arg(long, value_name = "N", env = "LOGNYM_THREADS", value_parser = parse_threads)]
    pub(crate) threads: Option<NonZeroUsize>,
    /// Find people again in later lines, the last N of them [default N: 10000]
    ///
    /// Whoever a field, a display name, an honorific or a row gave is found from the next line on: in full
    /// in any spelling, or by the family name. What is found then hangs on the lines before, so that
    /// the same line may read differently in another file; one thread works, in the order of the input.
    #[arg(
        long,
        value_name = "N",
        env = "LOGNYM_REMEMBER",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "10000",
        value_parser = parse_remember
    )]
    pub(crate) remember: Option<NonZeroUsize>,
    /// Write complete lines after each read, even when more input is there already
    #[arg(
        long,
        visible_alias = "unbuffered",
        visible_short_alias = 'u',
        env = "LOGNYM_LINE_BUFFERED",
        value_parser = FalseyValueParser::new()
    )]
    pub(crate) line_buffered: bool,
    /// Print a summary on standard error at the end
    #[arg(
        long,
        value_name = "FORM",
        env = "LOGNYM_STATS",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "text"
    )]
    pub(crate) stats: Option<StatsForm>,
    /// Epoch of the ring to write with, for replays of old logs [default: the one in force]
    #[arg(long, value_name = "ID", env = "LOGNYM_EPOCH")]
    pub(crate) epoch: Option<String>,
    #[command(flatten)]
    pub(crate) suppress: SuppressArgs,
    #[command(flatten)]
    pub(crate) record: RecordArgs,
    /// Show the progress on standard error while it is a terminal
    #[arg(long, env = "LOGNYM_PROGRESS", value_parser = FalseyValueParser::new())]
    pub(crate) progress: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DetectArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) detector: DetectorArgs,
    /// Exit with 1 if anything was found, or a line could not be searched
    #[arg(long, env = "LOGNYM_FAIL", value_parser = FalseyValueParser::new())]
    pub(crate) fail: bool,
    /// Show for each phone number which evidence counted how much
    #[arg(long, env = "LOGNYM_EXPLAIN", value_parser = FalseyValueParser::new())]
    pub(crate) explain: bool,
    /// Show the numbers as well that had too little evidence
    #[arg(long, env = "LOGNYM_REJECTED", requires = "explain", value_parser = FalseyValueParser::new())]
    pub(crate) rejected: bool,
}

#[derive(Debug, Args)]
pub(crate) struct BenchArgs {
    /// Logs to measure with, each held in memory as a whole [default: three built-in ones]
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) detector: DetectorArgs,
    /// How often each log is measured; the fastest round counts
    #[arg(
        long,
        value_name = "N",
        env = "LOGNYM_ROUNDS",
        default_value = "10",
        value_parser = clap::value_parser!(u32).range(1..=10_000)
    )]
    pub(crate) rounds: u32,
    /// Measure every kernel that this CPU can run, with ratios to the scalar one
    #[arg(long, env = "LOGNYM_COMPARE", value_parser = FalseyValueParser::new())]
    pub(crate) compare: bool,
    /// Print one JSON object for each log
    #[arg(long, env = "LOGNYM_JSON", value_parser = FalseyValueParser::new())]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum StatsForm {
    Text,
    Json,
}

/// More threads than this only cost memory.
const MAX_THREADS: usize = 1024;

fn parse_threads(text: &str) -> Result<NonZeroUsize, String> {
    let threads = text.parse().ok().filter(|threads: &NonZeroUsize| threads.get() <= MAX_THREADS);
    threads.ok_or_else(|| format!("expected a number from 1 to {MAX_THREADS}"))
}

/// Some 250 bytes each.
const MOST_REMEMBERED: usize = 1_000_000;

fn parse_remember(text: &str) -> Result<NonZeroUsize, String> {
    let count = text.parse().ok().filter(|count: &NonZeroUsize| count.get() <= MOST_REMEMBERED);
    count.ok_or_else(|| format!("expected a number from 1 to {MOST_REMEMBERED}"))
}

#[cfg(test)]
mod tests {
    use clap::error::ErrorKind;
    use clap::{ArgAction, CommandFactory};
    use lognym::plan::Region;

    use super::*;

    fn parse(line: &str) -> Result<Cli, ErrorKind> {
        Cli::try_parse_from(line.split(' ')).map_err(|error| error.kind())
    }

    #[test]
    fn the_definition_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_option_has_its_variable_and_none_takes_a_secret() {
        fn check(command: &clap::Command) {
            let options = command.get_opts();
            for option in options.filter(|o| !matches!(o.get_action(), ArgAction::Help)) {
                let name = option.get_long().expect("every option has a long name");
                let variable = format!("LOGNYM_{}", name.replace('-', "_").to_uppercase());
                assert_eq!(option.get_env(), Some(variable.as_ref()), "{name}");
                assert!(!["key", "secret"].contains(&name));
            }
            command.get_subcommands().for_each(check);
        }
        check(&Cli::command());
    }

    #[test]
    fn filter_is_the_default() {
        let Cli { command: None, filter, .. } = parse("lognym --threads 3 -u a.log -").unwrap()
        else {
            panic!("no subcommand was given")
        };
        assert_eq!(filter.threads.map(NonZeroUsize::get), Some(3));
        assert!(filter.line_buffered);
        assert_eq!(filter.input.files, [PathBuf::from("a.log"), PathBuf::from("-")]);
        let regions: Vec<_> = filter.detector.region.iter().map(Region::iso).collect();
        assert_eq!(regions, ["DE", "US", "GB"]);
        assert_eq!(filter.input.max_line, 1 << 20);
    }

    #[test]
    fn files_may_be_called_like_subcommands() {
        assert!(matches!(parse("lognym filter"), Ok(Cli { command: Some(_), .. })));
        // A subcommand comes first or not at all: what follows an option is a file.
        for line in ["lognym ./filter", "lognym -- filter", "lognym -u filter"] {
            let cli = parse(line).unwrap();
            assert!(cli.command.is_none(), "{line}");
            assert_eq!(cli.filter.input.files.len(), 1, "{line}");
        }
    }

    #[test]
    fn stats_takes_its_form_after_an_equals_sign_only() {
        assert_eq!(parse("lognym --stats json").unwrap().filter.stats, Some(StatsForm::Text));
        assert_eq!(parse("lognym --stats=json").unwrap().filter.stats, Some(StatsForm::Json));
        assert_eq!(parse("lognym").unwrap().filter.stats, None);
    }

    #[test]
    fn nonsense_is_a_usage_error() {
        for line in [
            "lognym --threads 0",
            "lognym --threads 9999",
            "lognym --max-line 1",
            "lognym --max-line 1G",
            "lognym --region DEU",
            "lognym --region DE,",
            "lognym --kernel sse9",
            "lognym --stats=xml",
            "lognym --key-fd -1",
            "lognym key new",
            "lognym bench --rounds 0",
            "lognym --key 00",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
