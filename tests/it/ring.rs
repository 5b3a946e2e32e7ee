//! The test ring, and what its tokens are like from outside.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::util::run;

/// Where logs and the ring of the tests are kept.
pub(crate) fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data")
}

/// The ring of `tests/data/test.ring` where the binary accepts it: git keeps no file modes,
/// and a ring that others can read is refused.
pub(crate) fn private_ring(folder: &Path) -> PathBuf {
    let ring = folder.join("test.ring");
    fs::copy(data().join("test.ring"), &ring).expect("tests/data/test.ring is there");
    fs::set_permissions(&ring, fs::Permissions::from_mode(0o600)).expect("the copy is ours");
    ring
}

/// The output for `input` under the test ring and `domain`.
fn filtered(domain: &str, input: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let ring = private_ring(folder.path());
    let ring = ring.to_str().expect("the path is text");
    let output = run(&["--key-file", ring, "--domain", domain], input.as_bytes());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.stderr, b"");
    String::from_utf8(output.stdout).expect("text stays text")
}

/// The tokens of a type, each once.
fn tokens<'t>(text: &'t str, kind: &str) -> BTreeSet<&'t str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with(kind) && word.len() == 35).collect()
}

#[test]
fn one_ring_gives_one_token_from_run_to_run() {
    let input = "caller=+493023125042 callerName=\"Max Mustermann\"\n";
    let output = filtered("default", input);
    assert_eq!(output, filtered("default", input));
    assert_eq!((tokens(&output, "tel_").len(), tokens(&output, "nam_").len()), (1, 1));
}

#[test]
fn domains_share_no_token() {
    let input = "caller=+493023125042 callerName=\"Max Mustermann\"\n";
    let (one, other) = (filtered("tenant-a", input), filtered("tenant-b", input));
    for kind in ["tel_", "nam_"] {
        let (one, other) = (tokens(&one, kind), tokens(&other, kind));
        assert!(one.len() == 1 && other.len() == 1 && one.is_disjoint(&other), "{one:?} {other:?}");
    }
}

/// Asserts that each line has one token of this type, and all of them the same.
fn assert_one_token(kind: &str, lines: &[&str]) {
    let output = filtered("default", &(lines.join("\n") + "\n"));
    let per_line: Vec<_> = output.lines().map(|line| tokens(line, kind)).collect();
    assert_eq!(per_line.len(), lines.len());
    for (line, tokens) in lines.iter().zip(&per_line) {
        assert_eq!((tokens.len(), tokens), (1, &per_line[0]), "{line}");
    }
}

#[test]
fn all_spellings_of_a_number_get_one_token() {
    let spellings = [
        "call to +493023125042 failed",
        "call to +49 30 23125042 failed",
        "call to +49 (0)30 23125-042 failed",
        "call to +49-30-23125042 failed",
        "call to 0049 30 23125042 failed",
        "To: <tel:+49-30-23125042>",
        "To: <sip:+493023125042@sip.example.net;user=phone>",
        "Tel. 030 / 23125042",
        "Rufnummer (030) 23125042",
        r#"{"callerNumber":"030 23125042"}"#,
        r#"{"callerNumber":493023125042}"#,
        "GET /lookup?phone=%2B493023125042&limit=5",
    ];
    assert_one_token("tel_", &spellings);
    // Germany comes before the United States in the default regions.
    let spellings = [
        "call to +12125550142 failed",
        "To: <sip:+1-212-555-0142@sip.example.net>",
        "asked to be called back at (212) 555-0142 after 15:30",
        "Phone: (212) 555-0142",
    ];
    assert_one_token("tel_", &spellings);
}

#[test]
fn all_spellings_of_a_name_get_one_token() {
    let spellings = [
        r#"From: "Jürgen Müller-Beispiel" <sip:+493023125042@sip.example.net>"#,
        r#"From: "Müller-Beispiel, Jürgen" <sip:+493023125042@sip.example.net>"#,
        r#"From: "JUERGEN MUELLER-BEISPIEL" <sip:+493023125042@sip.example.net>"#,
        r#"{"callerName":"J\u00fcrgen M\u00fcller-Beispiel"}"#,
        r#"{"callerName":"Dr. Jürgen Müller-Beispiel"}"#,
    ];
    assert_one_token("nam_", &spellings);
}

#[test]
fn a_second_pass_changes_nothing() {
    let log = fs::read_to_string(data().join("example.log")).expect("the example is there");
    let once = filtered("default", &log);
    assert_eq!(filtered("default", &once), once);
    // Nor does one under another key.
    assert_eq!(filtered("tenant-a", &once), once);
}
