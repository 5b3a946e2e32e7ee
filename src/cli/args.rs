//! What can be said on the command line, or in `LOGNYM_*` variables: parsed, nothing done yet.
//!
//! No option takes a secret: arguments and variables are open to other processes.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::builder::FalseyValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

use lognym::plan::Region;
use lognym::pseudonym::{Domain, ring};
use lognym::scan::Kernel;

use super::key::KeyCommand;
use super::units;

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
    #[command(flatten)]
    pub(crate) filter: FilterArgs,
}

const AFTER_HELP: &str = "\
Examples:
  lognym key new --key-file lognym.ring
  lognym --key-file lognym.ring app.log > clean.log
  app | lognym --key-file lognym.ring | shipper

Exit codes:
   0  done; also when the reader downstream has left
   1  `detect --fail` found something
   2  usage
  65  input refused: compressed, UTF-16, or the output file itself
  70  internal error
  74  reading or writing failed
  77  key refused
  78  configuration or rules refused";

/// A file with a subcommand's name is reached as `./NAME`, or after `--`.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Filter files or standard input to standard output (the default)
    Filter(FilterArgs),
    /// Show where something would be replaced, as JSON lines without any value
    Detect(DetectArgs),
    /// Measure the core in memory, stage by stage, on your log or on built-in ones
    Bench(BenchArgs),
    /// Make and keep key rings
    Key(KeyCommand),
    /// Print a completion script for a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page (roff)
    Man,
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
    /// Print one JSON object for each log
    #[arg(long, env = "LOGNYM_JSON", value_parser = FalseyValueParser::new())]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct InputArgs {
    /// Files to read, one after the other; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Longest line in bytes (K, M, G for binary multiples); a longer one is withheld
    #[arg(
        long,
        value_name = "BYTES",
        env = "LOGNYM_MAX_LINE",
        default_value = "1M",
        value_parser = parse_max_line
    )]
    pub(crate) max_line: usize,
}

#[derive(Debug, Args)]
pub(crate) struct DetectorArgs {
    /// Countries whose national phone numbers are read
    #[arg(
        long,
        value_name = "LIST",
        env = "LOGNYM_REGION",
        value_delimiter = ',',
        default_value = "DE,US,GB",
        value_parser = parse_region
    )]
    pub(crate) region: Vec<Region>,
    /// Instruction set to scan with: auto, scalar, ssse3, avx2, avx512, neon
    #[arg(long, value_name = "NAME", env = "LOGNYM_KERNEL", default_value = "auto")]
    pub(crate) kernel: Kernel,
}

#[derive(Debug, Args)]
pub(crate) struct KeyArgs {
    /// Key ring to read
    #[arg(long, value_name = "PATH", env = "LOGNYM_KEY_FILE")]
    pub(crate) key_file: Option<PathBuf>,
    /// Open file descriptor to read the key ring from
    #[arg(long, value_name = "N", env = "LOGNYM_KEY_FD")]
    pub(crate) key_fd: Option<u32>,
    /// Take a ring that its group may read, as Kubernetes mounts secrets
    #[arg(long, env = "LOGNYM_ALLOW_GROUP_READ", value_parser = FalseyValueParser::new())]
    pub(crate) allow_group_read: bool,
    /// What hands out the ring, if the configuration names it.
    #[arg(skip)]
    pub(crate) key_command: Option<ring::KeyCommand>,
    /// Whose pseudonyms: those of different domains cannot be matched
    #[arg(long, value_name = "NAME", env = "LOGNYM_DOMAIN", default_value = "default")]
    pub(crate) domain: Domain,
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

/// The marker of a withheld line is shorter, and most lines are; more than the upper limit
/// would not be bounded memory.
const MAX_LINE: std::ops::RangeInclusive<u64> = 64..=256 << 20;

fn parse_max_line(text: &str) -> Result<usize, String> {
    let bytes = units::parse_bytes(text).filter(|bytes| MAX_LINE.contains(bytes));
    bytes
        .and_then(|bytes| usize::try_from(bytes).ok())
        .ok_or_else(|| "expected bytes from 64 to 256M, such as 4096, 64K or 1M".to_owned())
}

fn parse_region(text: &str) -> Result<Region, String> {
    Region::from_code(text).ok_or_else(|| {
        "expected two-letter country codes (ISO 3166-1) of countries with a numbering plan, such as DE,US".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use clap::error::ErrorKind;

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
        for command in [Cli::command()].iter().flat_map(|root| {
            std::iter::once(root).chain(root.get_subcommands()).cloned().collect::<Vec<_>>()
        }) {
            for option in command.get_opts() {
                let name = option.get_long().expect("every option has a long name");
                let variable = format!("LOGNYM_{}", name.replace('-', "_").to_uppercase());
                assert_eq!(option.get_env(), Some(variable.as_ref()), "{name}");
                assert!(!["key", "secret"].contains(&name));
            }
        }
    }

    #[test]
    fn filter_is_the_default() {
        let Cli { command: None, filter } = parse("lognym --threads 3 -u a.log -").unwrap() else {
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
