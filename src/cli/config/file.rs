//! The configuration file: everything that flags can say about a run, and what only it can.
//!
//! Whatever the filter or the sidecar takes as a flag may stand here under the flag's name; anything
//! else is refused, and so is a secret. Paths are relative to the file's folder.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use clap::{Arg, Command, CommandFactory};
use lognym::net::Uri;
use lognym::rules::book::{Fault, Place, Source};
use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::cli::args::Cli;

/// What only the file can say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Config {
    /// A program and its arguments that print the key ring: the door to a KMS.
    pub(crate) key_command: Option<Vec<String>>,
    /// Pairs of a sidecar.
    pub(crate) serve: Vec<Serve>,
}

/// One listener of the sidecar and where its logs go.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Serve {
    /// URI to listen on.
    pub(crate) listen: Spanned<String>,
    /// URI to forward to.
    pub(crate) forward: Spanned<String>,
}

/// A value of the file, as its flag would take it.
pub(crate) struct Setting {
    /// The flag's name in the definition of the command line.
    pub(crate) id: String,
    pub(crate) values: Vec<String>,
    pub(crate) place: Place,
}

impl Config {
    /// Names that are no flags.
    const OWN: [&str; 2] = ["key_command", "serve"];

    /// Reads the file at `path`.
    pub(crate) fn read(path: &Path) -> Result<(Self, Vec<Setting>), Fault> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| {
            Fault::new(Place::whole(&name), format!("cannot be read: {}", error.kind()))
        })?;
        let source = Source { name: name.into(), text: &text };
        if let Some(at) = text.find("lognym-sk1-") {
            let fault = Fault::new(source.place(&(at..at)), "a secret stands in the configuration");
            return Err(fault.with_hint("keep it in a key ring and name that by key_file"));
        }
        let table = DeTable::parse(&text).map_err(|error| source.syntax(&error))?.into_inner();
        let config: Config = toml::from_str(&text).map_err(|error| source.syntax(&error))?;
        let folder = path.parent().unwrap_or(Path::new("."));
        let mut settings = settings(&table, &source, folder)?;
        config.judge(&source, &settings)?;
        settings.extend(config.pairs(&source));
        Ok((config, settings))
    }

    fn judge(&self, source: &Source, settings: &[Setting]) -> Result<(), Fault> {
        let fault = |message: &str| Fault::new(Place::whole(&source.name), message);
        let has_key = settings.iter().any(|setting| setting.id == "key_file");
        if has_key && self.key_command.is_some() {
            return Err(fault("key_file and key_command are both given: the key has one source"));
        }
        let program = self.key_command.as_ref().map(|command| command.first());
        if program.is_some_and(|program| program.is_none_or(|path| !Path::new(path).is_absolute()))
        {
            return Err(fault("key_command begins with the absolute path of a program"));
        }
        for uri in self.serve.iter().flat_map(|pair| [&pair.listen, &pair.forward]) {
            if let Err(error) = uri.get_ref().parse::<Uri>() {
                return Err(Fault::new(source.place(&uri.span()), error.to_string()));
            }
        }
        Ok(())
    }

    /// The pairs as what the flags would say.
    fn pairs(&self, source: &Source) -> Vec<Setting> {
        let Some(first) = self.serve.first() else { return Vec::new() };
        let setting = |id: &str, uri: fn(&Serve) -> &Spanned<String>| Setting {
            id: id.to_owned(),
            values: self.serve.iter().map(|pair| uri(pair).get_ref().clone()).collect(),
            place: source.place(&uri(first).span()),
        };
        vec![setting("listen", |pair| &pair.listen), setting("forward", |pair| &pair.forward)]
    }
}

/// The flags that the file sets.
fn settings(table: &DeTable, source: &Source, folder: &Path) -> Result<Vec<Setting>, Fault> {
    let flags = flags();
    let entries = table.iter().filter(|(key, _)| !Config::OWN.contains(&key.get_ref().as_ref()));
    let setting = |(key, value): (&Spanned<_>, &Spanned<DeValue>)| {
        let name: &std::borrow::Cow<str> = key.get_ref();
        let Some(&is_path) = flags.get(&**name) else {
            let known = flags.keys().map(String::as_str).chain(Config::OWN);
            return Err(source.unknown_field(&key.span(), name, known));
        };
        let texts = texts(value).map_err(|at| {
            Fault::new(source.place(&at), "a text, a number, true or false is wanted, or a list")
        })?;
        let path = |text: String| folder.join(text).display().to_string();
        let values = if is_path { texts.into_iter().map(path).collect() } else { texts };
        Ok(Setting { id: name.to_string(), values, place: source.place(&value.span()) })
    };
    entries.map(setting).collect()
}

/// The flags of the filter and the sidecar, and whether they take a path.
fn flags() -> BTreeMap<String, bool> {
    /// What makes sense for one run only, and the pairs, which have a form of their own.
    const NOT_HERE: [&str; 8] =
        ["config", "help", "version", "epoch", "case", "key_fd", "listen", "forward"];
    let takes_path =
        |arg: &Arg| arg.get_value_parser().type_id() == clap::value_parser!(PathBuf).type_id();
    let root = Cli::command();
    let serve = root.find_subcommand("serve");
    let long = |command: &Command| -> Vec<(String, bool)> {
        let flags = command.get_arguments().filter(|arg| arg.get_long().is_some());
        flags.map(|arg| (arg.get_id().to_string(), takes_path(arg))).collect()
    };
    let all = [Some(&root), serve].into_iter().flatten().flat_map(long);
    all.filter(|(id, _)| !NOT_HERE.contains(&&**id)).collect()
}

/// The value as the texts that a flag would take; or where it cannot be told as such.
fn texts(value: &Spanned<DeValue>) -> Result<Vec<String>, Range<usize>> {
    Ok(vec![match value.get_ref() {
        DeValue::String(text) => text.to_string(),
        DeValue::Boolean(yes) => yes.to_string(),
        DeValue::Integer(number) => number.as_str().to_owned(),
        DeValue::Array(list) => {
            let each = list.iter().map(texts).collect::<Result<Vec<_>, _>>()?;
            return Ok(each.concat());
        }
        _ => return Err(value.span()),
    }])
}
