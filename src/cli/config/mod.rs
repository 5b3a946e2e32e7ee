//! `--config`: what the command line says, what variables and a file say for it, and which wins.
//!
//! Flags win over `LOGNYM_*` variables, these over the file, the file over what is built in. The file
//! is that of `--config`, or `$XDG_CONFIG_HOME/lognym/config.toml`, or `/etc/lognym/config.toml`. Its
//! values become the defaults of the command line, so they are read by the same parsers.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::error::{ContextKind, ContextValue};
use clap::parser::ValueSource;
use clap::{ArgMatches, Command, CommandFactory, FromArgMatches};
use lognym::pseudonym::ring::KeyCommand;
use lognym::rules::book::{Fault, Place};

use super::args::{self, Cli, ConfigCommand, ConfigVerb};
use super::exit::{Exit, Failure};
use super::message;
use super::options::RingArgs;

mod file;

pub(crate) use file::Config;
use file::Setting;

/// The command line, with the configuration file for its defaults.
pub(crate) fn parse() -> Result<Cli, Failure> {
    let given = Cli::command().get_matches();
    let Some(path) = place(&given) else { return Ok(finish(&given)) };
    let (config, settings) = Config::read(&path)?;
    let mut cli = finish(&with_defaults(&settings, &given)?);
    // A key source that flags or variables name wins.
    let ring = ring(&mut cli).filter(|ring| ring.key_file.is_none() && ring.key_fd.is_none());
    if let (Some(ring), Some(words)) = (ring, config.key_command) {
        ring.key_command = Some(KeyCommand::new(&words)?);
    }
    Ok(cli)
}

/// Where the command that was given looks for its ring.
fn ring(cli: &mut Cli) -> Option<&mut RingArgs> {
    Some(match &mut cli.command {
        None => &mut cli.filter.key.ring,
        Some(args::Command::Filter(args)) => &mut args.key.ring,
        Some(args::Command::Serve(args)) => &mut args.key.ring,
        Some(args::Command::Lookup(args)) => &mut args.subject.ring,
        Some(args::Command::Find(args)) => &mut args.subject.ring,
        Some(args::Command::Extract(args)) => &mut args.subject.ring,
        Some(args::Command::Erase(args)) => &mut args.subject.ring,
        Some(_) => return None,
    })
}

fn finish(matches: &ArgMatches) -> Cli {
    Cli::from_arg_matches(matches).unwrap_or_else(|error| error.exit())
}

/// The file that was asked for, or the first of the usual ones that is there.
fn place(given: &ArgMatches) -> Option<PathBuf> {
    let innermost = given.subcommand().map_or(given, |(_, matches)| matches);
    let asked = [innermost, given]
        .into_iter()
        .find_map(|matches| matches.try_get_one::<PathBuf>("config").ok().flatten());
    asked.cloned().or_else(usual_place)
}

fn usual_place() -> Option<PathBuf> {
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".config"));
    let own = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).or_else(home);
    let own = own.filter(|folder| folder.is_absolute()).map(|f| f.join("lognym/config.toml"));
    [own, Some(PathBuf::from("/etc/lognym/config.toml"))]
        .into_iter()
        .flatten()
        .find(|path| path.exists())
}

/// The same command line once more, `settings` for its defaults.
fn with_defaults(settings: &[Setting], given: &ArgMatches) -> Result<ArgMatches, Failure> {
    let given = given.subcommand().map_or(given, |(_, matches)| matches);
    // A key source that is named wins over the file's; together they would be two.
    let has_key = given.try_get_raw("key_fd").ok().flatten().is_some();
    // So is a pair of a sidecar that is named, or half of one.
    let said = |id| given.try_get_raw(id).ok().flatten().is_some();
    let has_pair = said("listen") || said("forward");
    let kept = settings.iter().filter(|setting| match &*setting.id {
        "key_file" => !has_key,
        "listen" | "forward" => !has_pair,
        _ => true,
    });
    let command = kept.fold(Cli::command(), with_default);
    command.try_get_matches().map_err(|error| {
        // It was read without these defaults, so one of them is wrong.
        let named = match error.get(ContextKind::InvalidArg) {
            Some(ContextValue::String(flag)) => flag.trim_start_matches('-').replace('-', "_"),
            _ => String::new(),
        };
        let wrong = settings.iter().find(|setting| named.starts_with(&*setting.id));
        let place = wrong.map_or_else(|| Place::whole("configuration"), |s| s.place.clone());
        let text = error.to_string();
        let message = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
        Failure::from(Fault::new(place, message))
    })
}

/// Sets the default wherever `command` and what is below it has the flag.
fn with_default(command: Command, setting: &Setting) -> Command {
    let names: Vec<String> =
        command.get_subcommands().map(|below| below.get_name().to_owned()).collect();
    let has = command.get_arguments().any(|arg| *arg.get_id() == *setting.id);
    let command = match has {
        true => {
            command.mut_arg(setting.id.clone(), |arg| arg.default_values(setting.values.clone()))
        }
        false => command,
    };
    names.into_iter().fold(command, |command, name| {
        command.mut_subcommand(name, |below| with_default(below, setting))
    })
}

/// Runs the verb that was asked for.
pub(crate) fn run(command: &ConfigCommand, asked: Option<&Path>) -> Result<Exit, Failure> {
    let path = asked.map(Path::to_owned).or_else(usual_place);
    let (config, settings) = match &path {
        Some(path) => Config::read(path)?,
        None => (Config::default(), Vec::new()),
    };
    let name = path.as_ref().map_or("no file".to_owned(), |path| path.display().to_string());
    match command.verb {
        ConfigVerb::Check => message::print(format!("{name}: good\n").as_bytes()),
        ConfigVerb::Show => message::print(shown(&config, &settings, &name)?.as_bytes()),
    }
}

/// One `flag = value` a line, and where the value comes from.
fn shown(config: &Config, settings: &[Setting], name: &str) -> Result<String, Failure> {
    let command = settings.iter().fold(Cli::command(), with_default);
    let ids: Vec<String> = command.get_arguments().map(|arg| arg.get_id().to_string()).collect();
    let matches = command.try_get_matches_from(["lognym"]).map_err(|error| {
        Failure::new(Exit::Config, anyhow::anyhow!("{}", error.to_string().trim_end()))
    })?;
    let mut text = String::new();
    for id in ids.iter().filter(|id| !matches!(&***id, "config" | "files" | "help" | "version")) {
        let Some(values) = matches.try_get_raw(id).ok().flatten() else { continue };
        let values: Vec<_> = values.map(|value| value.to_string_lossy()).collect();
        let from = match matches.value_source(id) {
            Some(ValueSource::EnvVariable) => format!("LOGNYM_{}", id.to_uppercase()),
            _ if settings.iter().any(|setting| setting.id == *id) => name.to_owned(),
            _ => "built in".to_owned(),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{id} = {}  # {from}", values.join(","));
    }
    if let Some(command) = &config.key_command {
        let _ = writeln!(text, "key_command = {}  # {name}", command.join(" "));
    }
    for pair in &config.serve {
        let _ = writeln!(
            text,
            "serve {} -> {}  # {name}",
            pair.listen.get_ref(),
            pair.forward.get_ref()
        );
    }
    Ok(text)
}
