//! `lognym bench`: its form. How fast anything is, is no matter for a test.

use lognym::scan::Kernel;
use serde_json::Value;

use crate::util::run;

#[test]
fn a_log_is_measured_stage_by_stage() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("some.log");
    std::fs::write(&log, "call to +493023125042 failed\n".repeat(50)).unwrap();
    let log = log.to_str().unwrap();

    let output = run(&["bench", "--rounds=2", "--json", log], b"");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let figures: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&figures["lines"], &figures["bytes"]), (&50.into(), &1450.into()));
    assert_eq!(figures["findings_by_type"]["tel"], 50);
    let kernels = figures["kernels"].as_array().unwrap();
    assert_eq!(kernels.last().unwrap()["kernel"], "scalar");
    for kernel in kernels {
        assert_eq!(kernel["stages"].as_array().unwrap().len(), 5);
        assert!(kernel["bytes_per_second"].as_f64().unwrap() > 0.0);
    }

    let output = run(&["bench", "--rounds=1", "--kernel=scalar", log], b"");
    let table = String::from_utf8(output.stdout).unwrap();
    for part in
        ["some.log\n  1.45 kB, 50 lines\n", "\n  scan ", "\n  whole ", " 50 findings, 50 tel, "]
    {
        assert!(table.contains(part), "{part:?} is not in {table}");
    }
}

#[test]
fn kernels_are_compared_with_the_scalar_one() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("some.log");
    std::fs::write(&log, "call to +493023125042 failed\n".repeat(50)).unwrap();
    let log = log.to_str().unwrap();
    let expected: Vec<&str> = Kernel::available().map(|kernel| kernel.isa().name()).collect();

    let output = run(&["bench", "--rounds=1", "--compare", "--json", log], b"");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let figures: Value = serde_json::from_slice(&output.stdout).unwrap();
    let kernels = figures["kernels"].as_array().unwrap();
    let names: Vec<&str> = kernels.iter().filter_map(|k| k["kernel"].as_str()).collect();
    assert_eq!(names, expected);
    assert_eq!(kernels[0]["ratio_to_scalar"], 1.0);
    for kernel in kernels {
        let stages = kernel["stages"].as_array().unwrap();
        assert!(stages.iter().all(|stage| stage["ratio_to_scalar"].as_f64().unwrap() > 0.0));
        let shares: f64 = stages.iter().filter_map(|stage| stage["share"].as_f64()).sum();
        assert!((shares - 1.0).abs() < 1e-6, "the shares add up to {shares}");
    }

    let output = run(&["bench", "--rounds=1", "--compare", "--kernel=scalar", log], b"");
    let table = String::from_utf8(output.stdout).unwrap();
    let heads = table.lines().find(|line| line.ends_with("ratio")).unwrap();
    let heads: Vec<&str> = heads.split_whitespace().filter(|head| *head != "ratio").collect();
    assert_eq!(heads, expected);
}

#[test]
fn what_the_filter_refuses_is_not_measured() {
    let folder = tempfile::tempdir().unwrap();
    for (name, content, code) in
        [("packed", Some(&b"\x1f\x8b\x08\0"[..]), 65), ("empty", Some(b""), 65), ("none", None, 74)]
    {
        let path = folder.path().join(name);
        if let Some(content) = content {
            std::fs::write(&path, content).unwrap();
        }
        let output = run(&["bench", path.to_str().unwrap()], b"");
        assert_eq!((output.status.code(), &output.stdout[..]), (Some(code), &b""[..]), "{name}");
    }
}
