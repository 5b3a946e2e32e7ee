//! The life of a ring from the command line, and the audit log that every step leaves.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Output;

use tempfile::TempDir;

use crate::util::{finish, lognym};

/// A folder in which `ring` and `audit` are what their names say.
struct Safe(TempDir);

impl Safe {
    fn with_ring(args: &[&str]) -> Self {
        let safe = Self(tempfile::tempdir().expect("a folder"));
        safe.says(0, &[&["key", "new"], args].concat());
        safe
    }

    fn run_with(&self, args: &[&str], input: &str) -> Output {
        let mut command = lognym(args);
        command.current_dir(&self.0).env("LOGNYM_KEY_FILE", "ring").env("LOGNYM_AUDIT", "audit");
        finish(command, input.as_bytes())
    }

    /// Standard output of a run that ends with `code`.
    fn says(&self, code: i32, args: &[&str]) -> String {
        let output = self.run_with(args, "");
        let messages = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {messages}");
        String::from_utf8(output.stdout).expect("text stays text")
    }

    fn listing(&self, args: &[&str]) -> serde_json::Value {
        let text = self.says(0, &[&["key", "list", "--json"], args].concat());
        serde_json::from_str(&text).expect("JSON")
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.path().join(name)).expect("a text")
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.path().join(name);
        fs::write(&path, text).expect("a file");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("rights");
    }
}

#[test]
fn a_list_shows_ids_and_states_and_never_secrets() {
    let safe = Safe::with_ring(&["--period=day", "--ahead=1"]);
    let text = safe.says(0, &["key", "list"]);
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(rows[0], ["epoch", "kid", "not_before", "not_after", "destroy_after", "state"]);
    assert_eq!((rows[1][5], rows[2][5]), ("active", "future"));
    let json = safe.listing(&[]);
    assert_eq!((&json["kind"], &json["domain"]), (&"root".into(), &"default".into()));
    assert_eq!(json["epochs"][0]["kid"], rows[1][1]);
    assert!(!text.contains("lognym-sk1-") && !json.to_string().contains("lognym-sk1-"));
    let other = safe.listing(&["--domain=tenant-a"]);
    assert_ne!(other["epochs"][0]["kid"], json["epochs"][0]["kid"]);
}

#[test]
fn rotation_adds_epochs_and_changes_none() {
    let safe = Safe::with_ring(&["--period=week", "--ahead=1"]);
    let before = safe.listing(&[])["epochs"].clone();
    let text = safe.says(0, &["key", "rotate", "--ahead=3"]);
    assert!(text.ends_with(", 2 added\n"), "{text}");
    let after = safe.listing(&[])["epochs"].clone();
    assert_eq!(after.as_array().unwrap().len(), 4);
    assert_eq!((&after[0], &after[1]), (&before[0], &before[1]));
    assert!(after[3]["id"].as_str().unwrap().contains("-W"));
    assert!(safe.says(0, &["key", "rotate", "--ahead=3"]).ends_with(", 0 added\n"));
    let mode = safe.0.path().join("ring").metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn destruction_is_asked_for_and_final() {
    let safe = Safe::with_ring(&["--ahead=1"]);
    let epochs = safe.listing(&[])["epochs"].clone();
    let doomed = epochs[1]["id"].as_str().unwrap();
    let secret = safe.read("ring").rsplit("lognym-sk1-").next().unwrap()[..64].to_owned();
    for answer in ["", "n\n", "perhaps\n"] {
        let output = safe.run_with(&["key", "destroy", doomed], answer);
        assert_eq!(output.status.code(), Some(2));
        assert!(safe.read("ring").contains(&secret));
    }
    let output = safe.run_with(&["key", "destroy", doomed], "y\n");
    assert!(output.status.success());
    assert!(!safe.read("ring").contains(&secret) && safe.read("ring").contains("destroyed = "));
    assert_eq!(safe.listing(&[])["epochs"][1]["state"], "destroyed");
    safe.says(77, &["key", "destroy", doomed, "--yes"]);
    safe.says(77, &["key", "destroy", "1999-01", "--yes"]);
    safe.says(77, &["filter", "--epoch", doomed]);
    assert_eq!(safe.says(0, &["key", "destroy", "--expired", "--yes"]), "no epoch is due\n");
    let names: Vec<_> = fs::read_dir(&safe.0).unwrap().collect();
    assert_eq!(names.len(), 2, "the ring and the log, nothing beside");
}

#[test]
fn what_is_due_is_destroyed_together() {
    let safe = Safe::with_ring(&["--ahead=0"]);
    let past = |year: u32, seed: u8| {
        let secret: String = (0..32u8)
            .map(|i| format!("{:02x}", i.wrapping_mul(i).wrapping_mul(7) ^ seed))
            .collect();
        format!(
            "\n[[epoch]]\nid = \"{year}\"\nnot_before = {year}-01-01T00:00:00Z\nnot_after = \
             {year}-06-01T00:00:00Z\ndestroy_after = {year}-12-01T00:00:00Z\nsecret = \
             \"lognym-sk1-{secret}\"\n"
        )
    };
    safe.write("ring", &(safe.read("ring") + &past(2020, 0x31) + &past(2021, 0x72)));
    assert_eq!(
        safe.says(0, &["key", "destroy", "--expired", "--yes"]),
        "ring: destroyed 2020, 2021\n"
    );
    let states: Vec<_> = safe.listing(&[])["epochs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|epoch| epoch["state"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(states, ["active", "destroyed", "destroyed"]);
}

#[test]
fn a_domain_ring_writes_the_same_tokens_and_no_others() {
    let safe = Safe::with_ring(&["--ahead=1"]);
    let exported = safe.says(0, &["key", "export", "--domain=tenant-a"]);
    safe.write("sidecar", &exported);
    safe.says(0, &["key", "export", "--domain=tenant-a", "--output=other"]);
    assert_eq!(safe.read("other"), exported);
    let mode = safe.0.path().join("other").metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    safe.says(77, &["key", "export", "--domain=tenant-a", "--output=other"]);

    let line = "call to +493023125042 failed\n";
    let of = |args: &[&str]| safe.run_with(args, line);
    let root = of(&["--domain=tenant-a"]);
    let sidecar = of(&["--domain=tenant-a", "--key-file=sidecar"]);
    assert!(root.stdout.starts_with(b"call to tel_") && root.stdout == sidecar.stdout);
    assert_eq!(of(&["--key-file=sidecar"]).status.code(), Some(77), "another domain");
    let found = safe.run_with(&["lookup", "--key-file=sidecar"], "+493023125042\n").stdout;
    assert_eq!(found[..35], sidecar.stdout[8..43], "its own domain unless told");
    assert_eq!(of(&["key", "rotate", "--ahead=9", "--key-file=sidecar"]).status.code(), Some(77));
}

#[test]
fn rings_of_two_hosts_are_compared_by_key_ids() {
    let safe = Safe::with_ring(&["--ahead=1"]);
    assert!(safe.says(0, &["key", "check"]).starts_with("good, "));
    let listing = safe.says(0, &["key", "list", "--json"]);
    safe.write("there.json", &listing);
    assert_eq!(safe.says(0, &["key", "check", "--against=there.json"]), "2 epochs agree\n");
    let kid = safe.listing(&[])["epochs"][0]["kid"].as_str().unwrap().to_owned();
    safe.write("there.json", &listing.replace(&kid, "bcdfgh"));
    let text = safe.says(1, &["key", "check", "--against=there.json"]);
    assert!(text.ends_with(&format!("\t{kid}\tbcdfgh\n")), "{text}");
    safe.says(0, &["key", "rotate", "--ahead=2"]);
    safe.write("there.json", &listing);
    assert!(safe.says(1, &["key", "check", "--against=there.json"]).contains("\tmissing\n"));
    safe.says(2, &["key", "check", "--against=there.json", "--domain=tenant-a"]);
    safe.write("there.json", "+493023125042");
    let output = safe.run_with(&["key", "check", "--against=there.json"], "");
    assert_eq!(output.status.code(), Some(65));
    assert!(!String::from_utf8_lossy(&output.stderr).contains("23125042"));
}

#[test]
fn every_step_stands_in_the_audit_log() {
    let safe = Safe::with_ring(&["--ahead=1"]);
    safe.says(0, &["key", "rotate", "--ahead=2"]);
    safe.run_with(&["filter", "--threads=1"], "call to +493023125042 failed\n");
    let who = "+493023125042\n";
    assert!(safe.run_with(&["lookup"], who).status.success());
    assert!(safe.run_with(&["lookup", "--case=DSR/1"], who).status.success());
    assert_eq!(safe.run_with(&["filter", "missing.log"], "").status.code(), Some(74));
    let text = safe.read("audit");
    let entries: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let actions: Vec<_> = entries.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["key new", "key rotate", "filter", "lookup", "lookup", "filter"]);
    assert_eq!(entries[2]["counts"]["findings"], 1);
    assert_eq!(entries[2]["flags"], serde_json::json!(["--threads"]));
    for hash in ["config", "rules"] {
        assert_eq!(entries[2][hash].as_str().unwrap().len(), 64);
    }
    assert!(entries[3].get("tokens").is_none() && !entries[3].to_string().contains("tel_"));
    assert_eq!(entries[4]["case"], "DSR/1");
    assert_eq!(entries[4]["tokens"].as_array().unwrap().len(), 3);
    assert_eq!((&entries[4]["exit"], &entries[5]["exit"]), (&0.into(), &74.into()));
    assert!(!text.contains("23125042"));

    assert!(safe.run_with(&["lookup", "--domain=tenant-a"], who).status.success());
    let report = safe.says(0, &["audit", "verify"]);
    let head = report.trim_end().rsplit(' ').next().unwrap();
    let text = safe.read("audit");
    assert!(report.starts_with("good\t7 entries\thead 7:"), "{report}");
    safe.says(0, &["audit", "verify", "audit", "--expect", head]);
    let lines: Vec<_> = text.lines().collect();
    safe.write("cut", &(lines[..5].join("\n") + "\n"));
    safe.says(0, &["audit", "verify", "cut"]);
    assert!(safe.says(1, &["audit", "verify", "cut", "--expect", head]).contains("cut off"));
    safe.write("changed", &text.replace("\"findings\":1", "\"findings\":0"));
    assert!(safe.says(1, &["audit", "verify", "changed"]).starts_with("bad\tline 3\t"));
    safe.says(2, &["audit", "verify", "cut", "--expect", "nonsense"]);
}

#[test]
fn no_run_without_the_log_that_was_asked_for() {
    let safe = Safe::with_ring(&["--ahead=0"]);
    safe.write("audit", "torn");
    let output = safe.run_with(&["filter"], "a line\n");
    assert_eq!((output.status.code(), output.stdout.len()), (Some(74), 0));
    assert!(String::from_utf8_lossy(&output.stderr).contains("lognym audit verify"));
}

#[test]
fn writers_of_many_processes_keep_the_chain() {
    let safe = Safe::with_ring(&["--ahead=0"]);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..3 {
                    assert!(safe.run_with(&["filter"], "line\n").status.success());
                }
            });
        }
    });
    assert!(safe.says(0, &["audit", "verify"]).starts_with("good\t13 entries\t"));
}
