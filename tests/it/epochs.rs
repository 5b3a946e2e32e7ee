//! Keys that change while the filter runs, and what it reads again on a signal.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, SystemTime};

use rustix::process::Signal;

use crate::ring::private_ring;
use crate::util::{DEADLINE, Live, run};

/// A ring of two epochs, the first of which ends at `change`.
fn two_epochs(path: &std::path::Path, change: SystemTime) {
    let text = |seed: u8, id: &str, from: &str, to: &str| {
        let secret: String = (0..32u8)
            .map(|i| format!("{:02x}", i.wrapping_mul(i).wrapping_mul(7) ^ seed))
            .collect();
        format!(
            "[[epoch]]\nid = \"{id}\"\nnot_before = {from}\nnot_after = {to}\n\
             destroy_after = 2199-01-01T00:00:00Z\nsecret = \"lognym-sk1-{secret}\"\n"
        )
    };
    let change = jiff::Timestamp::try_from(change).expect("a time").to_string();
    let ring = [
        "format = \"lognym-ring-1\"\nkind = \"root\"\n".to_owned(),
        text(0x51, "first", "2020-01-01T00:00:00Z", &change),
        text(0x93, "second", &change, "2199-01-01T00:00:00Z"),
    ];
    fs::write(path, ring.concat()).expect("a file");
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("rights");
}

fn kid(line: &str) -> &str {
    line.split_once("tel_").map_or("", |(_, rest)| &rest[..6])
}

#[test]
fn a_running_filter_changes_its_key_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let ring = folder.path().join("ring");
    let change = SystemTime::now() + Duration::from_millis(1500);
    two_epochs(&ring, change);
    let ring = ring.to_str().unwrap();
    let of = |epoch: &str| {
        let output =
            run(&["--key-file", ring, "--epoch", epoch], b"call to +493023125042 failed\n");
        String::from_utf8(output.stdout).unwrap()
    };
    let (first, second) = (of("first"), of("second"));
    assert!(kid(&first) != kid(&second) && !kid(&first).is_empty());

    let mut live = Live::start(&["--key-file", ring, "--threads=2"]);
    let (mut before, mut after) = (0, 0);
    let begun = SystemTime::now();
    while after < 3 {
        live.write(b"call to +493023125042 failed\n");
        let line = live.line();
        match line {
            line if line == first => before += 1,
            line if line == second => after += 1,
            line => panic!("{line}"),
        }
        assert!(after == 0 || SystemTime::now() >= change, "too early");
        assert!(begun.elapsed().unwrap() < DEADLINE, "the epoch never changed");
        std::thread::yield_now();
    }
    live.close_input();
    live.expect_end(b"");
    assert!(live.wait().success() && before > 0);
}

#[test]
fn nothing_is_written_without_an_epoch() {
    let folder = tempfile::tempdir().unwrap();
    let ring = folder.path().join("ring");
    let end = SystemTime::now() + Duration::from_millis(1500);
    two_epochs(&ring, end);
    let text = fs::read_to_string(&ring).unwrap();
    let second = text.rfind("[[epoch]]").unwrap();
    fs::write(&ring, &text[..second]).unwrap();

    let mut live = Live::start(&["--key-file", ring.to_str().unwrap(), "--threads=2"]);
    live.write(b"a line\n");
    live.expect(b"a line\n");
    while SystemTime::now() < end {
        std::thread::sleep(Duration::from_millis(10));
    }
    live.write(b"a line\n");
    live.expect_end(b"");
    assert_eq!(live.wait().code(), Some(77));
}

#[test]
fn a_ring_is_read_again_on_a_hangup() {
    let folder = tempfile::tempdir().unwrap();
    let ring = folder.path().join("ring");
    two_epochs(&ring, SystemTime::now() + Duration::from_secs(3600));
    let mut live = Live::start(&["--key-file", ring.to_str().unwrap()]);
    let ask = |live: &mut Live| {
        live.write(b"call to +493023125042 failed\n");
        live.line()
    };
    let first = ask(&mut live);
    let before = fs::read(&ring).unwrap();
    // What cannot be read changes nothing.
    fs::write(&ring, "no ring").unwrap();
    live.signal(Signal::HUP);
    assert_eq!(ask(&mut live), first);
    fs::write(&ring, before).unwrap();
    two_epochs(&ring, SystemTime::now());
    live.signal(Signal::HUP);
    let begun = SystemTime::now();
    while ask(&mut live) == first {
        assert!(begun.elapsed().unwrap() < DEADLINE, "the ring was not read again");
    }
}

#[test]
fn an_unknown_epoch_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let ring = private_ring(folder.path());
    for (args, code) in [
        (&["--epoch", "1999", "--key-file", ring.to_str().unwrap()][..], 77),
        (&["--epoch", "1999"], 2),
    ] {
        let output = run(args, b"line\n");
        assert_eq!((output.status.code(), output.stdout.len()), (Some(code), 0));
    }
}

#[test]
fn a_list_is_read_again_on_a_hangup() {
    let folder = tempfile::tempdir().unwrap();
    let ring = private_ring(folder.path());
    let list = folder.path().join("list");
    let (ring, list) = (ring.to_str().unwrap(), list.to_str().unwrap());
    let suppress = |verb| run(&["suppress", verb, "--suppress", list], b"+493023125042\n");
    assert!(suppress("add").status.success() && suppress("remove").status.success());
    let mut live = Live::start(&["--key-file", ring, "--suppress", list]);
    let ask = |live: &mut Live| {
        live.write(b"call to +493023125042 failed\n");
        live.line()
    };
    assert!(ask(&mut live).contains("tel_"));
    assert!(suppress("add").status.success());
    assert!(ask(&mut live).contains("tel_"), "not before the signal");
    live.signal(Signal::HUP);
    let begun = SystemTime::now();
    while !ask(&mut live).contains("[lognym:suppressed]") {
        assert!(begun.elapsed().unwrap() < DEADLINE, "the list was not read again");
    }
    // A list that cannot be read does not set anybody free.
    fs::write(list, "no list").unwrap();
    live.signal(Signal::HUP);
    for _ in 0..20 {
        assert!(ask(&mut live).contains("[lognym:suppressed]"));
    }
}
