//! What a running process and its surroundings show of a secret: nothing.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::process::{Command, Stdio};

use crate::ring::private_ring;
use crate::util::{Live, finish, lognym};

/// The secret of `tests/data/test.ring` as it is written, and its bytes.
fn planted(ring: &str) -> (String, Vec<u8>) {
    let (_, rest) = ring.split_once("lognym-sk1-").expect("a secret");
    let digits = rest[..64].to_owned();
    let byte = |at| u8::from_str_radix(&digits[at..at + 2], 16).expect("hexadecimal digits");
    let bytes = (0..64).step_by(2).map(byte).collect();
    (digits, bytes)
}

/// All memory of a process that can be read; `None` when the system does not let us.
fn memory(pid: u32) -> Option<Vec<u8>> {
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).ok()?;
    let mut file = match File::open(format!("/proc/{pid}/mem")) {
        Err(error) if error.kind() == ErrorKind::PermissionDenied => return None,
        opened => opened.expect("the process is there"),
    };
    let mut memory = Vec::new();
    for map in maps.lines() {
        let mut fields = map.split(' ');
        let (range, rights) = (fields.next()?, fields.next()?);
        if !rights.starts_with('r') || map.contains("[v") {
            continue;
        }
        let (start, end) = range.split_once('-')?;
        let [start, end] = [start, end].map(|at| u64::from_str_radix(at, 16).expect("an address"));
        file.seek(SeekFrom::Start(start)).expect("an address");
        // Pages may be gone by now.
        let _ = file.by_ref().take(end - start).read_to_end(&mut memory);
    }
    Some(memory)
}

fn holds(memory: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(memory, needle).is_some()
}

#[test]
fn a_running_filter_holds_derived_keys_only() {
    let folder = tempfile::tempdir().unwrap();
    let ring = private_ring(folder.path());
    let (digits, bytes) = planted(&fs::read_to_string(&ring).unwrap());
    for threads in ["--threads=1", "--threads=3"] {
        let mut live = Live::start(&["--key-file", ring.to_str().unwrap(), threads]);
        live.write(b"a line\n");
        live.expect(b"a line\n");
        // A process that cannot be dumped cannot be read either, unless by root.
        let Some(memory) = memory(live.id()) else { return };
        assert!(holds(&memory, ring.to_str().unwrap().as_bytes()), "the scan sees nothing");
        assert!(!holds(&memory, digits.as_bytes()), "the secret as text");
        assert!(!holds(&memory, &digits.as_bytes()[16..48]), "a part of the secret as text");
        assert!(!holds(&memory, &bytes), "the secret");
        assert!(!holds(&memory, &bytes[8..24]), "a part of the secret");
    }
}

#[test]
fn no_core_is_dumped_and_nothing_is_in_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let ring = private_ring(folder.path());
    let mut live = Live::start(&["--key-file", ring.to_str().unwrap()]);
    live.write(b"a line\n");
    live.expect(b"a line\n");
    let read = |name: &str| fs::read(format!("/proc/{}/{name}", live.id())).unwrap_or_default();
    let limits = String::from_utf8(read("limits")).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size"));
    assert!(core.is_none_or(|line| line.split_whitespace().nth(4) == Some("0")), "{core:?}");
    let (digits, bytes) = planted(&fs::read_to_string(&ring).unwrap());
    for place in ["cmdline", "environ"].map(read) {
        assert!(!holds(&place, &digits.as_bytes()[..16]) && !holds(&place, &bytes[..8]));
    }
}

/// No message, log or report of any command holds a secret or an identifier.
#[test]
fn nothing_that_is_printed_holds_a_secret_or_an_identifier() {
    let folder = tempfile::tempdir().unwrap();
    let ring = private_ring(folder.path());
    let (digits, _) = planted(&fs::read_to_string(&ring).unwrap());
    let run = |args: &[&str], input: &str| {
        let mut command: Command = lognym(args);
        command.current_dir(folder.path()).env("LOGNYM_KEY_FILE", "test.ring");
        command.env("LOGNYM_AUDIT", "audit").stdin(Stdio::piped());
        let output = finish(command, input.as_bytes());
        [output.stdout, output.stderr].concat()
    };
    fs::write(folder.path().join("raw"), "spoke to Max Mustermann, Tel. 030 23125042\n").unwrap();
    let who = "Max Mustermann\n+493023125042\n";
    fs::write(folder.path().join("clean"), run(&["raw"], "")).unwrap();
    let mut said = Vec::new();
    for (args, input) in [
        (&["--stats", "raw"][..], ""),
        (&["key", "list"], ""),
        (&["key", "check"], ""),
        (&["lookup", "--case=X"], who),
        (&["lookup"], "...\nMax Mustermann"),
        (&["find", "clean"], who),
        (&["find", "clean"], "030 23125042 and Max Mustermann, 17 Beispielweg 4711\n"),
        (&["extract", "clean"], who),
        (&["suppress", "add", "--suppress=list"], who),
        (&["suppress", "list", "--suppress=list"], ""),
        (&["erase", "clean", "--queries", "--yes"], who),
        (&["key", "destroy", "Max Mustermann", "--yes"], ""),
        (&["--key-file=raw", "raw"], ""),
        (&["--domain=Mustermann", "raw"], ""),
        (&["audit", "verify"], ""),
    ] {
        said.extend(run(args, input));
    }
    for file in ["audit", "list", "clean"] {
        said.extend(fs::read(folder.path().join(file)).unwrap());
    }
    let said = String::from_utf8_lossy(&said);
    assert!(!said.contains(&digits[..16]));
    for identifier in ["23125042", "Beispielweg"] {
        assert!(!said.contains(identifier), "{identifier} in {said}");
    }
    // clap repeats an argument that it refuses: whoever typed it put it there.
    let named = said.lines().filter(|line| line.contains("Mustermann"));
    assert!(named.clone().all(|line| line.contains("--domain")), "{:?}", named.collect::<Vec<_>>());
}
