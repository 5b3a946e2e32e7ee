//! `lognym bench`: its form. How fast anything is, is no matter for a test.

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
        assert_eq!(kernel["stages"].as_array().unwrap().len(), 4);
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
