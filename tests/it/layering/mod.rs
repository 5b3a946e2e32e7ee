//! The floors of the crate, kept by a test: imports run strictly downward, siblings on one
//! floor do not know each other, modules within a folder import each other without cycles.
//!
//! A module may name what its own folder's `mod.rs` holds; that a folder is entered only
//! through the public names of its `mod.rs` is for the compiler to see to.

mod paths;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The floors of the library, lowest first.
const FLOORS: [&[&str]; 8] = [
    &[
        "span", "class", "colour", "swar", "carrier", "octets", "fold", "corpus", "frame", "stats",
        "secret", "replace", "manual",
    ],
    &["spelling"],
    &["scan", "rules", "lexicon", "roster", "memory", "pseudonym", "plan"],
    &["detect"],
    &["resolve", "action"],
    &["engine"],
    &["audit", "epochs", "rights"],
    &["stream", "net"],
];
/// Plain data that a sibling on the lowest floor may name.
const FLOOR_0_ARROWS: [(&str, &str); 2] = [("stats", "span"), ("octets", "span")];
/// The binary: `main.rs` and this folder use the library from outside.
const BINARY: [&str; 2] = ["main", "cli"];
/// The only places for `unsafe`.
const UNSAFE: [&str; 2] = ["src/scan/x86.rs", "src/scan/neon.rs"];
const LONGEST_FILE_LINES: usize = 600;

/// One source file: where it stands in the module tree (`lib.rs` at the root) and what it names.
struct Module {
    path: Vec<String>,
    arrows: Vec<Vec<String>>,
}

impl Module {
    fn new(path: &str, source: &str) -> Self {
        let path: Vec<String> =
            path.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect();
        let arrows = paths::named(source).into_iter().map(|named| resolve(&path, named)).collect();
        Self { path, arrows }
    }

    fn top(&self) -> &str {
        self.path.first().map_or("lib", String::as_str)
    }
}

/// Makes a path absolute: `super x` in module `a b` is `a x`. Paths into the library from the
/// binary keep their `lognym`.
fn resolve(module: &[String], named: Vec<String>) -> Vec<String> {
    let ups = named.iter().take_while(|part| *part == "super").count();
    let base = match named[0].as_str() {
        "super" => &module[..module.len().saturating_sub(ups)],
        "self" => module,
        _ => &[],
    };
    let skipped = if named[0] == "lognym" { 0 } else { ups.max(1) };
    base.iter().cloned().chain(named.into_iter().skip(skipped)).collect()
}

fn violations(modules: &[Module]) -> Vec<String> {
    let mut found = Vec::new();
    for module in modules {
        let arrows =
            module.arrows.iter().filter_map(|arrow| Some((arrow, complaint(module, arrow)?)));
        found.extend(arrows.map(|(arrow, why)| {
            format!("{} -> {}: {why}", module.path.join("::"), arrow.join("::"))
        }));
    }
    found.extend(cycles(modules));
    found
}

/// What is wrong with an arrow between top-level modules, if anything.
fn complaint(module: &Module, arrow: &[String]) -> Option<&'static str> {
    let (from, to) = (module.top(), arrow.first().map_or("lib", String::as_str));
    if BINARY.contains(&from) {
        return match arrow {
            [lognym, internal, ..] if lognym == "lognym" && internal == "internal" => {
                Some("the binary uses the public library only")
            }
            [first, ..] if first == "lognym" || BINARY.contains(&first.as_str()) => None,
            _ => Some("the binary uses the library from outside"),
        };
    }
    if from == "lib" || from == to {
        return None;
    }
    let Some(from_floor) = floor(from) else { return Some("the module has no floor") };
    match floor(to) {
        None => Some("this is a name of lib.rs, which is above"),
        Some(to_floor) if to_floor < from_floor => None,
        Some(to_floor) if to_floor > from_floor => Some("upward"),
        Some(0) if FLOOR_0_ARROWS.contains(&(from, to)) => None,
        Some(_) => Some("sideways"),
    }
}

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

/// Folders whose modules import each other in a circle.
fn cycles(modules: &[Module]) -> Vec<String> {
    let known: BTreeSet<&[String]> = modules.iter().map(|module| &module.path[..]).collect();
    let mut folders: BTreeMap<&[String], BTreeMap<&str, BTreeSet<&str>>> = BTreeMap::new();
    for module in modules {
        for arrow in &module.arrows {
            let shared = module.path.iter().zip(arrow).take_while(|(a, b)| a == b).count();
            let (Some(from), Some(to)) = (module.path.get(shared), arrow.get(shared)) else {
                continue;
            };
            if shared > 0 && known.contains(&arrow[..=shared]) {
                let folder = folders.entry(&arrow[..shared]).or_default();
                folder.entry(from).or_default().insert(to);
            }
        }
    }
    let circular = folders.iter().filter_map(|(folder, arrows)| {
        let circle = on_circles(arrows);
        (!circle.is_empty()).then(|| format!("{}: circle among {circle:?}", folder.join("::")))
    });
    circular.collect()
}

/// Takes away modules that import nothing of what is left, or are not imported by any of it,
/// until none can go: what stays is on a circle.
fn on_circles<'a>(arrows: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> BTreeSet<&'a str> {
    let mut left: BTreeSet<&str> = arrows.keys().copied().collect();
    loop {
        let imports = |from: &str| !arrows[from].is_disjoint(&left);
        let imported = |to: &str| left.iter().any(|from| arrows[from].contains(to));
        let stay: BTreeSet<&str> =
            left.iter().copied().filter(|name| imports(name) && imported(name)).collect();
        if stay.len() == left.len() {
            return stay;
        }
        left = stay;
    }
}

/// Rust files under `folder` of the repository, by their path from its root.
fn sources(folder: &str) -> Vec<(String, String)> {
    fn visit(folder: &Path, files: &mut Vec<PathBuf>) {
        let Ok(entries) = fs::read_dir(folder) else { return };
        for entry in entries {
            let path = entry.expect("folders of the repository are readable").path();
            if path.is_dir() {
                visit(&path, files);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    visit(&root.join(folder), &mut files);
    files.sort();
    let relative = |path: &Path| {
        let path = path.strip_prefix(root).expect("files stand below the root");
        path.to_str().expect("file names are UTF-8").replace('\\', "/")
    };
    let read = |path: &PathBuf| fs::read_to_string(path).expect("sources are readable");
    files.iter().map(|path| (relative(path), read(path))).collect()
}

/// `src/scan/mod.rs` -> `scan`, `src/lib.rs` -> the root.
fn module_path(file: &str) -> String {
    let inner = file.trim_start_matches("src/").trim_end_matches(".rs");
    let inner = inner.strip_suffix("/mod").unwrap_or(inner);
    if inner == "lib" { String::new() } else { inner.replace('/', "::") }
}

#[test]
fn imports_run_downward() {
    let files = sources("src");
    assert!(
        files.iter().any(|(file, _)| file == "src/engine/mod.rs"),
        "the sources were not found"
    );
    let modules: Vec<Module> = files
        .iter()
        .filter(|(file, _)| !file.ends_with("/tests.rs") && !file.contains("/tests/"))
        .map(|(file, source)| Module::new(&module_path(file), source))
        .collect();
    let found = violations(&modules);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn unsafe_stays_in_the_kernels() {
    for (file, source) in sources("src") {
        let allowed = UNSAFE.contains(&file.as_str());
        assert!(allowed || !paths::has_unsafe(&source), "{file} has unsafe code");
    }
}

/// Tables that a program writes say so in their first line and may be longer.
#[test]
fn files_stay_short() {
    for (file, source) in ["src", "tests", "benches", "rules"].into_iter().flat_map(sources) {
        let lines = source.lines().count();
        let generated = source.lines().next().is_some_and(|first| first.contains("@generated"));
        assert!(generated || lines <= LONGEST_FILE_LINES, "{file} has {lines} lines: split it");
    }
}

mod checker {
    use super::*;

    fn found(sources: &[(&str, &str)]) -> Vec<String> {
        let modules: Vec<Module> =
            sources.iter().map(|(path, source)| Module::new(path, source)).collect();
        violations(&modules)
    }

    #[test]
    fn downward_passes() {
        let sources = [
            ("", "pub use crate::engine::Engine;"),
            ("engine", "use crate::{detect::Hit, scan, span::Span};"),
            ("stats", "use crate::span::TypeCode;"),
            ("scan::x86", "use super::{Lane, drive::drive}; use crate::class::Class;"),
            ("scan::drive", "use super::Lane;"),
            ("scan", "use drive::drive; use self::x86::Avx2;"),
            ("main", "use lognym::engine::Engine; use crate::cli::run;"),
            ("cli::filter", "use super::args::Args; use lognym::stream;"),
        ];
        assert_eq!(found(&sources), [""; 0]);
    }

    #[test]
    fn upward_sideways_and_the_root_are_found() {
        let found = |module, source| found(&[(module, source)]).join("\n");
        assert_eq!(found("scan", "use crate::engine::Engine;"), "scan -> engine::Engine: upward");
        assert!(found("scan::drive", "use super::super::plan;").ends_with("sideways"));
        assert!(found("span", "use crate::stats::Counts;").ends_with("sideways"));
        assert!(found("net::tls", "fn f() -> crate::stream::Error {}").ends_with("sideways"));
        assert!(found("detect", "use crate::Engine;").ends_with("which is above"));
        assert!(found("extra", "use crate::span;").ends_with("has no floor"));
    }

    #[test]
    fn the_binary_stays_outside() {
        let found = |source| found(&[("cli::filter", source)]).join("\n");
        assert!(found("use crate::engine::Engine;").ends_with("from outside"));
        assert!(found("use lognym::internal::scan;").ends_with("public library only"));
    }

    #[test]
    fn circles_in_a_folder_are_found() {
        let sources = [
            ("frame::a", "use super::b::B;"),
            ("frame::b", "use crate::frame::c::C;"),
            ("frame::c", "use super::a::A;"),
            ("frame::d", "use super::a::A;"),
        ];
        assert_eq!(found(&sources), [r#"frame: circle among {"a", "b", "c"}"#]);
        assert_eq!(found(&sources[..2]), [""; 0]);
    }
}
