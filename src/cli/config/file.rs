//! The configuration file: everything that flags can say about a run, and what only it can.
//!
//! Unknown fields are refused, and so is a secret. Paths are relative to the file's folder.

use std::path::{Path, PathBuf};

use lognym::rules::book::{Fault, Place, Source};
use serde::Deserialize;
use toml::Spanned;

/// What the file may hold; flags of the same name win.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    key_file: Option<Spanned<PathBuf>>,
    domain: Option<Spanned<String>>,
    region: Option<Spanned<Vec<String>>>,
    rules: Option<Spanned<Vec<PathBuf>>>,
    pack: Option<Spanned<Vec<String>>>,
    kernel: Option<Spanned<String>>,
    threads: Option<Spanned<usize>>,
    max_line: Option<Spanned<String>>,
    line_buffered: Option<Spanned<bool>>,
    progress: Option<Spanned<bool>>,
    stats: Option<Spanned<String>>,
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
    pub(crate) listen: String,
    /// URI to forward to.
    pub(crate) forward: String,
}

/// A value of the file, as its flag would take it.
pub(crate) struct Setting {
    /// The flag's name in the definition of the command line.
    pub(crate) id: &'static str,
    pub(crate) values: Vec<String>,
    pub(crate) place: Place,
}

impl Config {
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
        let config: Config = toml::from_str(&text).map_err(|error| source.syntax(&error))?;
        config.judge(&source)?;
        let settings = config.settings(&source, path.parent().unwrap_or(Path::new(".")));
        Ok((config, settings))
    }

    fn judge(&self, source: &Source) -> Result<(), Fault> {
        let fault = |message: &str| Fault::new(Place::whole(&source.name), message);
        if self.key_file.is_some() && self.key_command.is_some() {
            return Err(fault("key_file and key_command are both given: the key has one source"));
        }
        let program = self.key_command.as_ref().map(|command| command.first());
        if program.is_some_and(|program| program.is_none_or(|path| !Path::new(path).is_absolute()))
        {
            return Err(fault("key_command begins with the absolute path of a program"));
        }
        let empty = |pair: &Serve| !pair.listen.contains("://") || !pair.forward.contains("://");
        if self.serve.iter().any(empty) {
            let fault = fault("listen and forward of a [[serve]] are URIs");
            return Err(fault.with_hint("as in listen = \"tcp://127.0.0.1:6514\""));
        }
        Ok(())
    }

    fn settings(&self, source: &Source, folder: &Path) -> Vec<Setting> {
        let path = |path: &PathBuf| folder.join(path).display().to_string();
        let setting = |id, values: Option<(std::ops::Range<usize>, Vec<String>)>| {
            values.map(|(range, values)| Setting { id, values, place: source.place(&range) })
        };
        let all = [
            setting("key_file", one(&self.key_file, path)),
            setting("domain", one(&self.domain, String::clone)),
            setting("region", many(&self.region, String::clone)),
            setting("rules", many(&self.rules, path)),
            setting("pack", many(&self.pack, String::clone)),
            setting("kernel", one(&self.kernel, String::clone)),
            setting("threads", one(&self.threads, usize::to_string)),
            setting("max_line", one(&self.max_line, String::clone)),
            setting("line_buffered", one(&self.line_buffered, bool::to_string)),
            setting("progress", one(&self.progress, bool::to_string)),
            setting("stats", one(&self.stats, String::clone)),
        ];
        all.into_iter().flatten().collect()
    }
}

type Values = Option<(std::ops::Range<usize>, Vec<String>)>;

fn one<T>(value: &Option<Spanned<T>>, text: impl Fn(&T) -> String) -> Values {
    value.as_ref().map(|value| (value.span(), vec![text(value.get_ref())]))
}

fn many<T>(value: &Option<Spanned<Vec<T>>>, text: impl Fn(&T) -> String) -> Values {
    value.as_ref().map(|value| (value.span(), value.get_ref().iter().map(text).collect()))
}
