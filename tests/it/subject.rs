//! The engine under test: built-in rules, default regions, one fixed key.

use std::sync::LazyLock;

use lognym::detect::Finding;
use lognym::engine::{Engine, Setup, Spare, Vetted};
use lognym::plan::Region;
use lognym::pseudonym::{Domain, Keys};
use lognym::scan::Kernel;
use lognym::secret::Secret;
use lognym::stats::Counts;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| engine(Kernel::auto()));

/// An engine that scans with `kernel`; all of them write the same tokens.
pub(crate) fn engine(kernel: Kernel) -> Engine {
    let secret = Secret::filled(|bytes| bytes.iter_mut().zip(7..).for_each(|(b, i)| *b = i));
    let keys = Keys::derive(&secret, &Domain::default(), &Counts::TYPES);
    let regions = ["DE", "US", "GB"].iter().filter_map(|code| Region::from_code(code)).collect();
    Engine::new(Setup { kernel, regions, ..Setup::default() }, keys)
        .expect("the embedded rules are valid")
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
