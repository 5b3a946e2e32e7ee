//! What follows the subcommands that have verbs of their own.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::options::DetectorArgs;

/// What follows `lognym rules`.
#[derive(Debug, Args)]
pub(crate) struct RulesCommand {
    #[command(subcommand)]
    pub(crate) verb: RulesVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RulesVerb {
    /// Read rule files, run their examples and warn about what looks wrong
    ///
    /// Without a path the built-in rules and all packs are checked. Exits with 78 if a file is
    /// refused or an example fails; warnings alone exit with 0.
    Check(CheckArgs),
    /// List all rules: id, kind, type, action and where they stand
    List(SetArgs),
    /// Show one rule in full
    Show {
        /// Its id, as `rules list` shows it
        #[arg(value_name = "ID")]
        id: String,
        #[command(flatten)]
        set: SetArgs,
    },
    /// Show where rules match in a log: places and the text around them, the match itself hidden
    Test(TestArgs),
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Rule files, or folders of them
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// A log to measure the cost of each rule with
    #[arg(long, value_name = "FILE", env = "LOGNYM_PROFILE")]
    pub(crate) profile: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) detector: DetectorArgs,
}

#[derive(Debug, Args)]
pub(crate) struct SetArgs {
    #[command(flatten)]
    pub(crate) detector: DetectorArgs,
}

#[derive(Debug, Args)]
pub(crate) struct TestArgs {
    /// The log
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Only this rule
    #[arg(long, value_name = "ID", env = "LOGNYM_RULE")]
    pub(crate) rule: Option<String>,
    /// Show what matches, too: identities in clear
    #[arg(long, env = "LOGNYM_VALUES", value_parser = clap::builder::FalseyValueParser::new())]
    pub(crate) values: bool,
    #[command(flatten)]
    pub(crate) detector: DetectorArgs,
}

/// What follows `lognym config`.
#[derive(Debug, Args)]
pub(crate) struct ConfigCommand {
    #[command(subcommand)]
    pub(crate) verb: ConfigVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigVerb {
    /// Read the configuration and say whether it is good; exits with 78 if it is not
    Check,
    /// Show the value of every setting of the filter, and where it comes from
    Show,
}
