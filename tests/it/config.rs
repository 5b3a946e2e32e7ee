//! `--config` and `lognym rules` from outside: what wins, what is refused, and with which exit code.

use std::fs;
use std::path::Path;

use crate::util::{finish, lognym, run};

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, text).expect("a file can be written");
    path.display().to_string()
}

const RULES: &str = r#"format = "lognym-rules-1"
[[rule]]
id = "customer"
kind = "pattern"
type = "cus"
description = "Customer numbers."
pattern = '\bK-\d{8}\b'
hits = ["order of «K-12345678»"]
misses = ["K-1234567"]
"#;

#[test]
fn flags_win_over_variables_over_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "rules.toml", RULES);
    let config = "rules = [\"rules.toml\"]\ndomain = \"filed\"\nthreads = 3\nregion = [\"FR\"]\nstats = \"json\"\n";
    let config = write(folder.path(), "config.toml", config);
    let show = |variable: Option<&str>| {
        let mut command = lognym(&["config", "show", "--config", &config]);
        if let Some(domain) = variable {
            command.env("LOGNYM_DOMAIN", domain);
        }
        text(&finish(command, b"").stdout)
    };
    let shown = show(None);
    assert!(shown.contains("domain = filed  # ") && shown.contains("threads = 3  # "), "{shown}");
    assert!(shown.contains("max_line = 1M  # built in"), "{shown}");
    assert!(show(Some("varied")).contains("domain = varied  # LOGNYM_DOMAIN"));
    // The rules of the file are in force, found beside it; a flag wins over its threads.
    let output = run(&["--config", &config, "--threads", "1"], b"K-12345678\n");
    assert!(text(&output.stdout).starts_with("cus_"), "{output:?}");
    let stats = text(&output.stderr);
    assert!(stats.contains("\"threads\":1") && stats.contains("\"customer\":1"), "{stats}");
    // The usual place is read without being named.
    let home = folder.path().join("xdg");
    fs::create_dir_all(home.join("lognym")).expect("a folder");
    write(&home.join("lognym"), "config.toml", "pack = [\"uuid\"]\n");
    let mut command = lognym(&[]);
    command.env("XDG_CONFIG_HOME", &home);
    let output = finish(command, b"5b0c1f5e-8a55-4b8e-9d57-3f0f6e8a7c11\n");
    assert!(text(&output.stdout).starts_with("uid_"), "{output:?}");
}

#[test]
fn a_bad_configuration_stops_the_start_before_a_byte_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    for (content, words) in [
        ("treads = 3\n", "c.toml:1:1: unknown field `treads` (hint: did you mean `threads`?)"),
        ("threads = 0\n", "c.toml:1:11: "),
        ("\nregion = [\"XX\"]\n", "c.toml:2:10: "),
        ("rules = [\"missing.toml\"]\n", "missing.toml: cannot be read"),
        ("key_file = \"a\"\nkey_command = [\"/bin/x\"]\n", "one source"),
        ("key_command = [\"x\"]\n", "absolute path"),
        ("domain = \"lognym-sk1-00\"\n", "c.toml:1:11: a secret"),
        ("[[serve]]\nlisten = \"x\"\nforward = \"tcp://a:1\"\n", "c.toml:2:10: "),
        ("grace = [[1]]\nthreads = { a = 1 }\n", "c.toml:2:11: a text, a number"),
        ("epoch = \"2026-11\"\n", "c.toml:1:1: unknown field `epoch`"),
    ] {
        let config = write(folder.path(), "c.toml", content);
        let output = run(&["--config", &config], b"call 030 23125 042\n");
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(78), "{content}: {stderr}");
        assert!(output.stdout.is_empty(), "{content}");
        assert!(stderr.contains(words), "{content}: {stderr}");
    }
    let output = run(&["config", "check", "--config", "/nonexistent/c.toml"], b"");
    assert_eq!(output.status.code(), Some(78));
}

#[test]
fn a_sidecar_takes_its_pairs_and_flags_from_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = "ephemeral_key = true\naudit = \"audit\"\ngrace = \"5s\"\nlog_level = \"error\"\n\
                  [[serve]]\nlisten = \"stdin:\"\nforward = \"stdout:\"\n";
    let config = write(folder.path(), "c.toml", config);
    let output = run(&["serve", "--config", &config], b"From: <sip:+493023125042@192.0.2.1>\n");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(text(&output.stdout).starts_with("From: <sip:tel_"), "{output:?}");
    let audit = fs::read_to_string(folder.path().join("audit")).expect("an audit log");
    assert!(audit.contains("\"serve\"") && audit.contains("\"findings\":1"), "{audit}");
    // Half a pair on the command line is no pair, whatever the file says.
    let output = run(&["serve", "--config", &config, "--listen", "stdin:"], b"");
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

#[test]
fn rules_are_checked_with_their_examples() {
    let folder = tempfile::tempdir().expect("a folder");
    let good = write(folder.path(), "good.toml", RULES);
    let output = run(&["rules", "check", &good], b"");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(text(&output.stdout).contains("1 rules and 0 changes are good"));
    for (from, to, words) in [
        ("order of «K-12345678»", "order «of» K-12345678", "rule customer: hit 1 does not hold"),
        ("\"K-1234567\"", "\"K-12345670\"", "rule customer: miss 1 does not hold"),
        (
            "\\d{8}",
            "(\\d{8}",
            "bad.toml:7:11: the pattern is refused at its byte 5: unclosed group",
        ),
        ("pattern = ", "patern = ", "did you mean `pattern`?"),
    ] {
        let bad = write(folder.path(), "bad.toml", &RULES.replace(from, to));
        let output = run(&["rules", "check", &bad], b"");
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(78), "{stderr}");
        assert!(stderr.contains(words), "{stderr}");
    }
}

#[test]
fn shadows_slowness_and_frequent_matches_are_warned_of() {
    let folder = tempfile::tempdir().expect("a folder");
    let wide = RULES.split_once("[[rule]]").map(|(_, rule)| rule.replace("customer", "wide"));
    let wide = wide
        .expect("a rule")
        .replace("\\bK-\\d{8}\\b", "[K-]*\\w+")
        .replace("[\"K-1234567\"]", "[\"--\"]");
    let wide = wide.replace("order of «K-12345678»", "«order» «of» «K-12345678»");
    let path = write(folder.path(), "r.toml", &format!("{RULES}[[rule]]{wide}"));
    let output = run(&["rules", "check", &path], b"");
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    for words in ["customer is shadowed by wide", "wide is slow", "wide matches"] {
        assert!(stderr.contains(words), "{words}: {stderr}");
    }
}

#[test]
fn packs_and_built_in_rules_keep_to_their_examples() {
    let output = run(&["rules", "check"], b"");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

#[test]
fn rules_are_tried_without_showing_what_they_find() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = write(folder.path(), "r.toml", RULES);
    let log = write(folder.path(), "a.log", "\nfrom K-12345678 to K-87654321\n");
    let output = run(&["rules", "test", &log, "--rules", &rules], b"");
    let expected = "2:6\tcustomer\tfrom [cus, 10 bytes] to ..........\n\
                    2:20\tcustomer\tfrom .......... to [cus, 10 bytes]\n";
    assert_eq!(text(&output.stdout), expected);
    let output = run(&["rules", "test", &log, "--rules", &rules, "--values"], b"");
    assert!(text(&output.stdout).contains("«K-12345678»"));
    let output = run(&["rules", "list", "--rules", &rules, "--pack", "usa"], b"");
    let list = text(&output.stdout);
    for id in ["phone/sip", "name/role", "us-ssn", "customer"] {
        assert!(list.lines().any(|line| line.starts_with(id)), "{id}: {list}");
    }
    let output = run(&["rules", "show", "customer", "--rules", &rules], b"");
    assert!(text(&output.stdout).contains("pattern \\bK-\\d{8}\\b"), "{output:?}");
    let output = run(&["detect", "--rules", &rules], b"a K-12345678\n");
    let expected = "{\"line\":1,\"start\":2,\"end\":12,\"type\":\"cus\",\"rule\":\"pattern\",\"context\":\"customer\"}\n";
    assert_eq!(text(&output.stdout), expected);
}

#[test]
fn the_example_of_the_guide_is_good() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/rules/examples/shop.toml");
    let output = run(&["rules", "check", path], b"");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}
