//! Groups of options that commands share.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;
use clap::{Args, ValueEnum};

use lognym::audit::Case;
use lognym::detect::Bias;
use lognym::plan::Region;
use lognym::pseudonym::{Domain, ring};
use lognym::rules::book::pack;
use lognym::scan::Kernel;

use super::units;

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

#[derive(Clone, Debug, Args)]
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
    /// Where only the words speak for a name: miss few, balance, or mistake few
    #[arg(long, value_name = "BIAS", env = "LOGNYM_BIAS", default_value = "balanced")]
    pub(crate) bias: BiasArg,
    /// List of people, a name a line in any spelling, who are found wherever they stand
    #[arg(long, value_name = "FILE", env = "LOGNYM_NAMES")]
    pub(crate) names: Option<PathBuf>,
    /// Rule file to obey, or a folder of them; may be given more than once, later ones win
    #[arg(long, value_name = "PATH", env = "LOGNYM_RULES", value_delimiter = ':')]
    pub(crate) rules: Vec<PathBuf>,
    /// Rules that come with lognym; `email-person` is always on, `rules list` shows what is in force
    #[arg(
        long,
        value_name = "LIST",
        env = "LOGNYM_PACK",
        value_delimiter = ',',
        value_parser = clap::builder::PossibleValuesParser::new(pack::NAMES)
    )]
    pub(crate) pack: Vec<String>,
    /// Instruction set to scan with: auto, scalar, ssse3, avx2, avx512, neon
    #[arg(long, value_name = "NAME", env = "LOGNYM_KERNEL", default_value = "auto")]
    pub(crate) kernel: Kernel,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum BiasArg {
    Recall,
    Balanced,
    Precision,
}

impl From<BiasArg> for Bias {
    fn from(bias: BiasArg) -> Self {
        match bias {
            BiasArg::Recall => Bias::Recall,
            BiasArg::Balanced => Bias::Balanced,
            BiasArg::Precision => Bias::Precision,
        }
    }
}

/// Where the ring is.
#[derive(Clone, Debug, Args)]
pub(crate) struct RingArgs {
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
}

#[derive(Clone, Debug, Args)]
pub(crate) struct KeyArgs {
    #[command(flatten)]
    pub(crate) ring: RingArgs,
    /// Whose pseudonyms: those of different domains cannot be matched
    #[arg(long, value_name = "NAME", env = "LOGNYM_DOMAIN", default_value = "default")]
    pub(crate) domain: Domain,
}

/// Whom a request is about, and where it is looked up.
#[derive(Debug, Args)]
pub(crate) struct SubjectArgs {
    /// File of phone numbers, names or tokens, one a line; `-` is standard input
    ///
    /// Numbers and names in any spelling; `tel:` and `nam:` before one settle which it is. What
    /// `lookup` has printed will do, and then no ring is needed.
    #[arg(long, value_name = "FILE", env = "LOGNYM_FROM", default_value = "-")]
    pub(crate) from: PathBuf,
    #[command(flatten)]
    pub(crate) ring: RingArgs,
    /// Domains to look in [default: default, or that of a domain ring]
    #[arg(long, value_name = "LIST", env = "LOGNYM_DOMAIN", value_delimiter = ',')]
    pub(crate) domain: Vec<Domain>,
    #[command(flatten)]
    pub(crate) detector: DetectorArgs,
    #[command(flatten)]
    pub(crate) record: RecordArgs,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct SuppressArgs {
    /// List of subjects who get a constant instead of a token; read again on SIGHUP
    #[arg(long, value_name = "PATH", env = "LOGNYM_SUPPRESS")]
    pub(crate) suppress: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct RecordArgs {
    /// Audit log to append an entry to
    #[arg(long, value_name = "PATH", env = "LOGNYM_AUDIT")]
    pub(crate) audit: Option<PathBuf>,
    /// Case that the entry belongs to; only then it holds tokens
    #[arg(long, value_name = "ID", env = "LOGNYM_CASE", requires = "audit")]
    pub(crate) case: Option<Case>,
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
