//! Who is measured, and how each is told to do comparable work: the rival's patterns of phones and
//! names, in the dialect that each program reads and in the way in which it is fastest. Ripgrep is four times as
//! fast without the rival's patterns of what to pass, perl and sed twice as fast with one
//! substitution for each pattern; neither changes another line of the corpora. All run in the C locale.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::dialect;
use crate::naive::HITS;

/// How a program is started, and what is to be said of it.
#[derive(Clone)]
pub(crate) struct Program {
    pub(crate) name: &'static str,
    /// For people; `LOG` is the corpus.
    pub(crate) shown: &'static str,
    pub(crate) does: &'static str,
    pub(crate) version: String,
    path: PathBuf,
    arguments: Vec<String>,
    variables: Vec<(&'static str, String)>,
    input: Input,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Input {
    Argument,
    Stdin,
}

impl Program {
    /// Ready to run on the file `log`; standard output is the caller's.
    pub(crate) fn on_file(&self, log: &Path) -> Command {
        let mut command = self.command();
        match self.input {
            Input::Argument => command.arg(log).stdin(Stdio::null()),
            Input::Stdin => {
                let file = std::fs::File::open(log).expect("the corpus was written before");
                command.stdin(file)
            }
        };
        command
    }

    /// Ready to run with nothing but its own arguments.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("LOGNYM_") {
                command.env_remove(name);
            }
        }
        command.env_remove("CREDENTIALS_DIRECTORY").env("LC_ALL", "C");
        command.args(&self.arguments).envs(self.variables.iter().cloned()).stderr(Stdio::null());
        command
    }

    fn new(name: &'static str, path: impl Into<PathBuf>, shown: &'static str) -> Self {
        let (does, version, input) = ("", String::new(), Input::Argument);
        let (arguments, variables) = (Vec::new(), Vec::new());
        Self { name, shown, does, version, path: path.into(), arguments, variables, input }
    }

    fn does(self, does: &'static str) -> Self {
        Self { does, ..self }
    }

    fn arguments(mut self, arguments: &[&str]) -> Self {
        self.arguments.extend(arguments.iter().map(|&argument| argument.to_owned()));
        self
    }

    /// With the first line of what it says of its version; `None` if it does not work here.
    fn probed(mut self) -> Option<Self> {
        let output = Command::new(&self.path).arg("--version").output().ok()?;
        let said = String::from_utf8_lossy(&output.stdout);
        self.version = said.lines().find(|line| !line.is_empty())?.to_owned();
        (output.status.success() && self.hands_on(b"nothing to find\n")?).then_some(self)
    }

    /// Whether `line` comes out as it went in: a perl may lack its modules, a sed know other flags.
    fn hands_on(&self, line: &[u8]) -> Option<bool> {
        let mut command = self.command();
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
        // Whoever ends before it reads has nothing to say either.
        let _ = child.stdin.take()?.write_all(line);
        Some(child.wait_with_output().ok()?.stdout == line)
    }
}

/// Everyone who is to be had, and the names of those who are not.
pub(crate) fn on_files() -> (Vec<Program>, Vec<String>) {
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    let one = lognym("lognym, 1 thread", "lognym --threads 1 LOG").arguments(&["--threads", "1"]);
    let stdin = Program { input: Input::Stdin, ..one.clone() };
    let two = lognym("lognym, 2 threads", "lognym --threads 2 LOG").arguments(&["--threads", "2"]);
    for program in [
        cat(),
        one,
        Program { name: "lognym, stdin", shown: "lognym --threads 1 < LOG", ..stdin },
        two,
        rival(),
        ripgrep(),
        perl(),
        sed(),
    ] {
        let name = program.name;
        match program.probed() {
            Some(program) => found.push(program),
            None => missing.push(name.to_owned()),
        }
    }
    (found, missing)
}

/// The copy that all else is measured by.
pub(crate) fn cat() -> Program {
    Program::new("cat", "cat", "cat LOG").does("copies; the floor")
}

/// The release that was built with this bench, without a key: it makes one for the run.
pub(crate) fn lognym(name: &'static str, shown: &'static str) -> Program {
    Program::new(name, env!("CARGO_BIN_EXE_lognym"), shown)
        .does("finds phones and names; one keyed pseudonym a person, however written")
}

fn rival() -> Program {
    let this = std::env::current_exe().expect("a running program has a path");
    let program = Program::new("naive rival", this, "rivals naive < LOG").arguments(&["naive"]);
    Program { input: Input::Stdin, ..program }
        .does("one regex that passes ids and times, one HMAC over the digits or letters of a hit")
}

fn ripgrep() -> Program {
    Program::new("rg --passthru -r", "rg", "rg --passthru -r tok REGEX LOG")
        .arguments(&["--no-config", "--passthru", "--no-line-number", "--no-filename"])
        .arguments(&["--color=never", "--text", "--replace=tok", "--regexp"])
        .arguments(&[&format!("(?-u:{})", HITS.join("|"))])
        .does("the rival's hits in one regex; a constant in place of each with its context")
}

fn perl() -> Program {
    const SCRIPT: &str = r#"BEGIN { @hits = map { qr/$_/ } split /\n/, $ENV{HITS}; $key = "Z" x 32 }
        for $hit (@hits) { s/$hit/"tok_" . substr hmac_sha256_hex($&, $key), 0, 24/ge }"#;
    let program =
        Program::new("perl -pe", "perl", "perl -MDigest::SHA -pe 's/HIT/HMAC/ge; ...' LOG")
            .arguments(&["-MDigest::SHA=hmac_sha256_hex", "-pe", SCRIPT])
            .does(
                "the rival's hits one by one; an HMAC over each with its context, in place of both",
            );
    Program { variables: vec![("HITS", HITS.join("\n"))], ..program }
}

fn sed() -> Program {
    let scripts = HITS.iter().map(|hit| format!("--expression=s#{}#tok#g", dialect::posix(hit)));
    let scripts: Vec<String> = scripts.collect();
    Program::new("sed -E", "sed", "sed -E 's/HIT/tok/g; ...' LOG")
        .arguments(&["--regexp-extended"])
        .arguments(&scripts.iter().map(String::as_str).collect::<Vec<_>>())
        .does("the rival's hits one by one in POSIX spelling; a constant in place of each with its context")
}
