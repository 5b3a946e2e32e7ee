//! The figures of a bench as a table for people.

use std::fmt::Write;
use std::time::Duration;

use lognym::stats::Counts;

use super::measure::{Measured, ratio, scalar};
use crate::cli::units::{grouped, human_bytes};

/// What the figures mean, below the tables.
pub(super) fn legend(rounds: u32, compare: bool) -> String {
    let columns = if compare {
        "each kernel in turn, with its ratio to the scalar one"
    } else {
        "`share`, `ns/kB` and `ns/cand` (for each candidate) are of the first kernel"
    };
    format!(
        "In memory, one thread, nothing read or written; fastest of {rounds} rounds, each stage by \
         itself.\n`whole` is the flow as the filter runs it; {columns}.\n"
    )
}

/// One table; the first of `results` is the kernel that was asked for.
pub(super) fn table(name: &str, results: &[Measured]) -> String {
    written(name, results, |out, first| {
        write!(out, "  {:<12} {:>12}", "", first.isa.name())?;
        write!(out, " {:>7} {:>8} {:>8}", "share", "ns/kB", "ns/cand")?;
        for other in &results[1..] {
            write!(out, " {:>12}", other.isa.name())?;
        }
        writeln!(out)?;
        for (index, (label, time, is_stage)) in first.rows().enumerate() {
            let share = format!("{:.0} %", 100.0 * first.share(time));
            let share = if is_stage { share.as_str() } else { "" };
            write!(out, "  {label:<12} {:>12} {share:>7}", speed(first, time))?;
            let per_kb = 1000.0 * first.ns_per_byte(time);
            write!(out, " {per_kb:>8.0} {:>8.0}", first.ns_per_candidate(time))?;
            for other in &results[1..] {
                let time = other.rows().nth(index).map_or(Duration::MAX, |(_, time, _)| time);
                write!(out, " {:>12}", speed(other, time))?;
            }
            writeln!(out)?;
        }
        Ok(())
    })
}

/// One table of every kernel, each with its ratio to the scalar one.
pub(super) fn comparison(name: &str, results: &[Measured]) -> String {
    written(name, results, |out, first| {
        let scalar = scalar(results).unwrap_or(first);
        write!(out, "  {:<12}", "")?;
        for result in results {
            write!(out, " {:>10} {:>7}", result.isa.name(), "ratio")?;
        }
        writeln!(out)?;
        for (index, (label, of_scalar, _)) in scalar.rows().enumerate() {
            write!(out, "  {label:<12}")?;
            for result in results {
                let time = result.rows().nth(index).map_or(Duration::MAX, |(_, time, _)| time);
                write!(out, " {:>10} {:>6.2}x", speed(result, time), ratio(of_scalar, time))?;
            }
            writeln!(out)?;
        }
        Ok(())
    })
}

/// A table between what was measured and what was found in it.
fn written(
    name: &str,
    results: &[Measured],
    rows: impl FnOnce(&mut String, &Measured) -> std::fmt::Result,
) -> String {
    let mut out = String::new();
    let Some(first) = results.first() else { return out };
    let size = human_bytes(first.counts.bytes_in as f64);
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{name}\n  {size}, {} lines\n", grouped(first.counts.lines))
        .and_then(|()| rows(&mut out, first))
        .and_then(|()| write_hits(&mut out, first));
    out
}

fn speed(result: &Measured, time: Duration) -> String {
    format!("{}/s", human_bytes(result.rate(time)))
}

fn write_hits(out: &mut String, result: &Measured) -> std::fmt::Result {
    let (familiar, candidates) = (grouped(result.familiar), grouped(result.candidates));
    writeln!(out, "\n  {familiar:>12} lines like one before, left out")?;
    writeln!(out, "  {candidates:>12} candidates, {:.0} a MB", result.candidates_per_megabyte())?;
    write!(out, "  {:>12} findings", grouped(result.findings()))?;
    let by_type = Counts::TYPES.iter().zip(&result.counts.by_type);
    for (kind, &count) in by_type.filter(|(_, count)| **count > 0) {
        write!(out, ", {} {}", grouped(count), kind.as_str())?;
    }
    if result.findings() > 0 {
        write!(out, ", {:.0} ns each to replace", result.ns_per_finding())?;
    }
    writeln!(out, "\n")
}

#[cfg(test)]
pub(super) mod tests {
    use lognym::scan::Isa;

    use super::*;

    pub(in super::super) fn result(isa: Isa, factor: u32) -> Measured {
        let counts =
            Counts { bytes_in: 1_000_000, lines: 5000, by_type: [10, 0], ..Counts::default() };
        let stages = [100, 50, 150, 300, 400].map(|us| Duration::from_micros(us) * factor);
        let (whole, whole_median) =
            (Duration::from_millis(1) * factor, Duration::from_millis(2) * factor);
        Measured { isa, counts, familiar: 7, candidates: 3000, stages, whole, whole_median }
    }

    #[test]
    fn the_table_is_aligned() {
        let text = table("some.log", &[result(Isa::Avx2, 1), result(Isa::Scalar, 10)]);
        let expected = "\
some.log
  1.00 MB, 5,000 lines

                       avx2   share    ns/kB  ns/cand       scalar
  scan            10.0 GB/s    10 %      100       33    1.00 GB/s
  sift            20.0 GB/s     5 %       50       17    2.00 GB/s
  candidates      6.67 GB/s    15 %      150       50     667 MB/s
  detect          3.33 GB/s    30 %      300      100     333 MB/s
  pseudonymise    2.50 GB/s    40 %      400      133     250 MB/s
  whole           1.00 GB/s             1000      333     100 MB/s
    median         500 MB/s             2000      667    50.0 MB/s

             7 lines like one before, left out
         3,000 candidates, 3000 a MB
            10 findings, 10 tel, 40000 ns each to replace

";
        assert_eq!(text, expected);
    }

    #[test]
    fn kernels_stand_beside_the_scalar_one() {
        let text = comparison("some.log", &[result(Isa::Scalar, 10), result(Isa::Avx2, 1)]);
        let expected = "\
some.log
  1.00 MB, 5,000 lines

                   scalar   ratio       avx2   ratio
  scan          1.00 GB/s   1.00x  10.0 GB/s  10.00x
  sift          2.00 GB/s   1.00x  20.0 GB/s  10.00x
  candidates     667 MB/s   1.00x  6.67 GB/s  10.00x
  detect         333 MB/s   1.00x  3.33 GB/s  10.00x
  pseudonymise   250 MB/s   1.00x  2.50 GB/s  10.00x
  whole          100 MB/s   1.00x  1.00 GB/s  10.00x
    median      50.0 MB/s   1.00x   500 MB/s  10.00x

             7 lines like one before, left out
         3,000 candidates, 3000 a MB
            10 findings, 10 tel, 400000 ns each to replace

";
        assert_eq!(text, expected);
    }
}
