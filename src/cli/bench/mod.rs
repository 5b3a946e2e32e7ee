//! `lognym bench [FILE...]`: how fast the core is in memory, stage by stage, on one thread; with
//! `--compare` on every kernel of this CPU.
//!
//! Nothing is read or written while the clock runs, so the figures are those of the core; what a run
//! over files makes of them is what `--stats` shows.

mod json;
mod measure;
mod show;

use std::fs;
use std::path::Path;

use anyhow::{Context, anyhow};
use lognym::corpus::{self, Density};
use lognym::frame::sniff;
use lognym::scan::{Isa, Kernel};

use super::args::BenchArgs;
use super::exit::{Exit, Failure};
use super::options::DetectorArgs;
use super::{message, settings};
use measure::Contender;

/// Outgrows the second-level cache, as a log does, and is measured in a second or two.
const BUILT_IN_BYTES: usize = 4 << 20;
const SEED: u64 = 0x006c_6f67_6e79_6d00;

pub(crate) fn run(args: &BenchArgs) -> Result<Exit, Failure> {
    let mut contenders = contenders(args)?;
    if args.files.is_empty() {
        for density in Density::ALL {
            let corpus = corpus::generate(density, BUILT_IN_BYTES, SEED);
            let name = format!("built in, identities: {}", density.as_str());
            report(&name, &corpus.text, &mut contenders, args)?;
        }
    }
    for file in &args.files {
        report(&file.display().to_string(), &read(file)?, &mut contenders, args)?;
    }
    if !args.json {
        message::print(show::legend(args.rounds, args.compare).as_bytes())?;
    }
    Ok(Exit::Ok)
}

/// The kernel that was asked for and the scalar one beside it, or every one of this CPU with the
/// scalar one first.
fn contenders(args: &BenchArgs) -> Result<Vec<Contender>, Failure> {
    let asked = args.detector.kernel;
    let kernels: Vec<Kernel> = if args.compare {
        Kernel::available().collect()
    } else {
        let scalar = Kernel::new(Isa::Scalar).filter(|_| asked.isa() != Isa::Scalar);
        [Some(asked), scalar].into_iter().flatten().collect()
    };
    let contender = |kernel: Kernel| {
        let detector = DetectorArgs { kernel, ..args.detector.clone() };
        Ok(Contender::new(kernel.isa(), settings::keyless(&detector)?))
    };
    kernels.into_iter().map(contender).collect()
}

fn report(
    name: &str,
    text: &[u8],
    contenders: &mut [Contender],
    args: &BenchArgs,
) -> Result<Exit, Failure> {
    let results = measure::all(contenders, text, args.rounds);
    let form = match (args.json, args.compare) {
        (true, _) => json::line,
        (false, true) => show::comparison,
        (false, false) => show::table,
    };
    let text = form(name, &results);
    message::print(text.as_bytes())
}

/// The whole file. What the filter refuses is no measure of anything.
fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    let name = file.display();
    let text = fs::read(file)
        .with_context(|| format!("cannot read {name}"))
        .map_err(|error| Failure::new(Exit::Io, error))?;
    match sniff::refuse(&text) {
        Some(encoding) => {
            Err(Failure::new(Exit::Input, anyhow!("refused {name}: it is {encoding}")))
        }
        None if text.is_empty() => {
            Err(Failure::new(Exit::Input, anyhow!("refused {name}: it is empty")))
        }
        None => Ok(text),
    }
}
