//! The engine under test: built-in rules, default regions, one fixed key.

use std::sync::LazyLock;

use lognym::detect::Finding;
use lognym::engine::{Engine, Setup, Spare, Vetted};
use lognym::plan::Region;
use lognym::pseudonym::{Domain, Keys};
use lognym::rules::book::Book;
use lognym::scan::Kernel;
use lognym::secret::Secret;
use lognym::stats::Counts;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| engine(Kernel::auto()));

/// An engine that scans with `kernel`; all of them write the same tokens.
pub(crate) fn engine(kernel: Kernel) -> Engine {
    let secret = Secret::filled(|bytes| bytes.iter_mut().zip(7..).for_each(|(b, i)| *b = i));
    let keys = Keys::derive(&secret, &Domain::default(), &Counts::TYPES);
    Engine::new(Setup { kernel, regions: regions(), ..Setup::default() }, keys)
        .expect("the embedded rules are valid")
}

/// An engine with these packs and a key of its own.
pub(crate) fn with_packs(packs: &[&str]) -> Engine {
    let mut book = Book::default();
    packs.iter().for_each(|name| book.add_pack(name).expect("a pack"));
    let keys = Keys::ephemeral(&Domain::default(), &book.types(&Counts::TYPES));
    Engine::new(Setup { regions: regions(), book, ..Setup::default() }, keys.expect("randomness"))
        .expect("packs compile")
}

fn regions() -> Vec<Region> {
    ["DE", "US", "GB"].iter().filter_map(|code| Region::from_code(code)).collect()
}

/// `output` with every token shortened to its type.
pub(crate) fn shape(output: &str) -> String {
    let token = regex::Regex::new("([a-z]{3})_[b-df-hjkmnp-tv]{6}_[b-df-hjkmnp-tv]{24}");
    token.expect("a pattern").replace_all(output, "<$1>").into_owned()
}

pub(crate) fn process(block: &[u8]) -> Vetted {
    ENGINE.process(block, &mut ENGINE.scratch(), Spare::default())
}

pub(crate) fn clean(block: &[u8]) -> Vec<u8> {
    process(block).as_bytes().to_vec()
}

pub(crate) fn findings(block: &[u8]) -> Vec<Finding> {
    ENGINE.detect(block, &mut ENGINE.scratch()).to_vec()
}

/// The rows of an input with a header, filtered in blocks of `lines` lines.
pub(crate) fn clean_rows(input: &[u8], lines: usize) -> Vec<u8> {
    let columns = ENGINE.columns(input);
    let mut scratch = ENGINE.scratch();
    let rows: Vec<_> = input.split_inclusive(|&b| b == b'\n').collect();
    let clean = |block: Vec<u8>| {
        let vetted = ENGINE.process_rows(&columns, &block, &mut scratch, Spare::default());
        vetted.as_bytes().to_vec()
    };
    rows.chunks(lines).map(<[_]>::concat).flat_map(clean).collect()
}
