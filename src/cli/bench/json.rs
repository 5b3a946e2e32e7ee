//! The figures of a bench as one line of JSON, for programs: the names are a contract, units stand
//! in them, and every number is finite.

use std::collections::BTreeMap;
use std::time::Duration;

use lognym::stats::Counts;
use serde::Serialize;

use super::measure::{DETECT, Measured, STAGES, ratio, scalar};

#[derive(Serialize)]
struct Figures<'m> {
    name: &'m str,
    bytes: u64,
    lines: u64,
    familiar_lines: u64,
    candidates: u64,
    candidates_per_megabyte: f64,
    findings_by_type: BTreeMap<String, u64>,
    kernels: Vec<KernelFigures>,
}

#[derive(Serialize)]
struct KernelFigures {
    kernel: &'static str,
    bytes_per_second: f64,
    bytes_per_second_median: f64,
    ratio_to_scalar: f64,
    /// Of the stage that judges them, as in its entry of `stages`.
    ns_per_candidate: f64,
    ns_per_finding: f64,
    stages: Vec<StageFigures>,
}

#[derive(Serialize)]
struct StageFigures {
    stage: &'static str,
    bytes_per_second: f64,
    ratio_to_scalar: f64,
    /// Of the time of all stages, from 0 to 1.
    share: f64,
    ns_per_byte: f64,
    ns_per_candidate: f64,
}

/// One line; kernels in the order of `results`.
pub(super) fn line(name: &str, results: &[Measured]) -> String {
    let (Some(first), Some(scalar)) = (results.first(), scalar(results)) else {
        return String::new();
    };
    let types = Counts::TYPES.iter().map(|kind| kind.as_str().to_owned());
    let figures = Figures {
        name,
        bytes: first.counts.bytes_in,
        lines: first.counts.lines,
        familiar_lines: first.familiar,
        candidates: first.candidates,
        candidates_per_megabyte: first.candidates_per_megabyte(),
        findings_by_type: types.zip(first.counts.by_type).collect(),
        kernels: results.iter().map(|result| KernelFigures::of(result, scalar)).collect(),
    };
    // Text keys and finite numbers only: nothing that JSON could not hold.
    serde_json::to_string(&figures).map(|json| json + "\n").unwrap_or_default()
}

impl KernelFigures {
    fn of(result: &Measured, scalar: &Measured) -> Self {
        let stage = |(index, &time): (usize, &Duration)| StageFigures {
            stage: STAGES[index],
            bytes_per_second: result.rate(time),
            ratio_to_scalar: ratio(scalar.stages[index], time),
            share: result.share(time),
            ns_per_byte: result.ns_per_byte(time),
            ns_per_candidate: result.ns_per_candidate(time),
        };
        Self {
            kernel: result.isa.name(),
            bytes_per_second: result.rate(result.whole),
            bytes_per_second_median: result.rate(result.whole_median),
            ratio_to_scalar: ratio(scalar.whole, result.whole),
            ns_per_candidate: result.ns_per_candidate(result.stages[DETECT]),
            ns_per_finding: result.ns_per_finding(),
            stages: result.stages.iter().enumerate().map(stage).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use lognym::scan::Isa;

    use super::super::show::tests::result;
    use super::*;

    #[test]
    fn names_are_stable_and_numbers_finite() {
        let json = line("some.log", &[result(Isa::Avx2, 1), result(Isa::Scalar, 10)]);
        let figures: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!((&figures["bytes"], &figures["candidates"]), (&1_000_000.into(), &3000.into()));
        assert_eq!(figures["candidates_per_megabyte"], 3000.0);
        let [avx2, scalar] = [&figures["kernels"][0], &figures["kernels"][1]];
        assert_eq!((&avx2["kernel"], &scalar["kernel"]), (&"avx2".into(), &"scalar".into()));
        assert_eq!(avx2["bytes_per_second"], 1e9);
        let detect = &avx2["stages"][DETECT];
        assert_eq!(detect["stage"], "detect");
        for (kernel, name, expected) in [
            (avx2, "ratio_to_scalar", 10.0),
            (scalar, "ratio_to_scalar", 1.0),
            (detect, "ratio_to_scalar", 10.0),
            (detect, "share", 0.3),
            (detect, "ns_per_byte", 0.3),
            (detect, "ns_per_candidate", 100.0),
        ] {
            let figure = kernel[name].as_f64().unwrap();
            assert!((figure - expected).abs() < 1e-9, "{name} is {figure}, not {expected}");
        }

        let empty = Measured { counts: Counts::default(), candidates: 0, ..result(Isa::Scalar, 0) };
        assert!(!line("none", &[empty]).contains("null"));
    }
}
