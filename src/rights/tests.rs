//! Requests on small logs, with every kind of file and every way of tampering with a file in between.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::engine::{Engine, Setup, Spare};
use crate::plan::Region;
use crate::pseudonym::{Domain, Keys, token};
use crate::secret::Secret;
use crate::stats::Counts;

const OURS: &str = "tel_pjmchr_tmnnqdsfftfcvpvrrcttbvdd";
const ALSO_OURS: &str = "nam_pjmchr_pmnjsjknpbvfhjspmmprhhqv";
const THEIRS: &str = "tel_smhhkt_hmphkhvjpqbdrgrcnqshngcc";

fn ours() -> TokenSet {
    TokenSet::new([OURS, ALSO_OURS])
}

fn folder_with(name: &str, content: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    (folder, path)
}

/// The numbers and texts of the hits in the file at `path`.
fn hits(path: &Path) -> Vec<(u64, String)> {
    let mut hits = Vec::new();
    find(Input::open(path).unwrap(), &ours(), Lines::Numbered, &mut |hit| {
        hits.push((hit.number, String::from_utf8(hit.line.to_vec()).unwrap()));
        Ok(true)
    })
    .unwrap();
    hits
}

#[test]
fn lines_with_any_of_the_tokens_are_found_once() {
    let text = format!("none\n{OURS} and {ALSO_OURS}\r\n\n{THEIRS}\nx{OURS}y");
    let (_folder, path) = folder_with("log", text.as_bytes());
    let expected = [(2, format!("{OURS} and {ALSO_OURS}")), (5, format!("x{OURS}y"))];
    assert_eq!(hits(&path), expected);
}

#[test]
fn lines_are_numbered_over_blocks() {
    let filler = "tel_ nam_pjmchr_ of no interest\n".repeat(20_000);
    let text = format!("{filler}{OURS}\n{filler}{OURS}\n");
    let (_folder, path) = folder_with("log", text.as_bytes());
    let numbers: Vec<_> = hits(&path).into_iter().map(|(number, _)| number).collect();
    assert_eq!(numbers, [20_001, 40_002]);
}

#[test]
fn compressed_logs_are_read_as_they_are() {
    let text = format!("one\n{OURS}\n");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    let zstd = ruzstd::encoding::compress_to_vec(
        text.as_bytes(),
        ruzstd::encoding::CompressionLevel::Uncompressed,
    );
    for member in [gzip, zstd] {
        // Two of them, one after the other, as log rotation appends them.
        let (_folder, path) = folder_with("log.xz", &[&member[..], &member].concat());
        let numbers: Vec<_> = hits(&path).into_iter().map(|(number, _)| number).collect();
        assert_eq!(numbers, [2, 4]);
        let cut = &member[..member.len() - 5];
        fs::write(&path, cut).unwrap();
        let outcome =
            find(Input::open(&path).unwrap(), &ours(), Lines::Unnumbered, &mut |_| Ok(true));
        assert!(matches!(outcome, Err(RightsError::Read { .. })), "a cut member is no end");
        let refused = erase(&path, &ours(), Mode::Drop);
        assert!(matches!(refused, Err(RightsError::Refused { .. } | RightsError::Read { .. })));
        assert_eq!(fs::read(&path).unwrap(), cut);
    }
}

#[test]
fn folders_are_searched_in_order_and_links_in_them_are_not_followed() {
    let (folder, _) = folder_with("b", b"");
    fs::create_dir(folder.path().join("a")).unwrap();
    fs::write(folder.path().join("a/z"), "").unwrap();
    std::os::unix::fs::symlink("/", folder.path().join("link")).unwrap();
    let found = files(&[folder.path().to_owned()]).unwrap();
    assert_eq!(found, [folder.path().join("a/z"), folder.path().join("b")]);
    assert!(files(&[folder.path().join("missing")]).is_err());
}

proptest! {
    /// The search agrees with looking at every place of every line.
    #[test]
    fn finding_is_looking_everywhere(
        pieces in proptest::collection::vec(
            prop_oneof![
                Just(OURS), Just(ALSO_OURS), Just(THEIRS), Just("\n"), Just("\r\n"), Just("tel_"),
                Just("nam_pjmchr_"), Just("x"), Just(&OURS[..34]), Just("\0"),
            ],
            0..60,
        ),
    ) {
        let text = pieces.concat();
        let (_folder, path) = folder_with("log", text.as_bytes());
        let lines = (1..).zip(text.split('\n'));
        let expected: Vec<_> = lines
            .filter(|(_, line)| line.contains(OURS) || line.contains(ALSO_OURS))
            .map(|(number, line)| (number, line.strip_suffix('\r').unwrap_or(line).to_owned()))
            .collect();
        prop_assert_eq!(hits(&path), expected);
    }

    /// What is left is the other lines, byte for byte.
    #[test]
    fn erasing_leaves_the_other_lines(
        lines in proptest::collection::vec(
            prop_oneof![Just(OURS), Just(THEIRS), Just("{\"a\":1}"), Just(""), Just("\u{fffd}\r")],
            0..40,
        ),
        ends: bool,
    ) {
        let mut text = lines.join("\n");
        if ends {
            text.push('\n');
        }
        let (_folder, path) = folder_with("log", text.as_bytes());
        let erased = erase(&path, &ours(), Mode::Drop).unwrap();
        let kept: String = text.split_inclusive('\n').filter(|line| !line.contains(OURS)).collect();
        prop_assert_eq!(fs::read_to_string(&path).unwrap(), kept);
        prop_assert_eq!(erased.lines, lines.iter().filter(|line| **line == OURS).count() as u64);
        prop_assert_eq!(erase(&path, &ours(), Mode::Drop).unwrap(), Erased::default());
    }
}

#[test]
fn blanked_lines_keep_their_numbers_and_json_stays_json() {
    let text = format!("a\r\n{OURS}\r\n{{\"tel\":\"{OURS}\"}}\n{ALSO_OURS}");
    let (_folder, path) = folder_with("log", text.as_bytes());
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let survey = survey(&path, &ours()).unwrap();
    assert_eq!(fs::read(&path).unwrap(), text.as_bytes(), "a survey changes nothing");
    assert_eq!(erase(&path, &ours(), Mode::Blank).unwrap(), survey);
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        "a\r\n[lognym:erased]\r\n{\"lognym\":\"erased\"}\n[lognym:erased]"
    );
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o7777, 0o640);
}

#[test]
fn what_cannot_be_erased_is_left_alone() {
    let (folder, path) = folder_with("log", OURS.as_bytes());
    fs::hard_link(&path, folder.path().join("second")).unwrap();
    for place in [path.as_path(), folder.path(), Path::new("/dev/null")] {
        let refused = erase(place, &ours(), Mode::Drop);
        assert!(matches!(refused, Err(RightsError::Refused { .. })), "{}", place.display());
    }
    assert_eq!(fs::read(&path).unwrap(), OURS.as_bytes());
}

fn extracted(form: Form, own: Option<&TokenSet>, file: &str, line: &str) -> String {
    let mut output = Vec::new();
    let mut extract = Extract::new(&mut output, form, own).unwrap();
    extract.write(file, Hit { number: 7, line: line.as_bytes() }).unwrap();
    extract.finish().unwrap();
    String::from_utf8(output).unwrap()
}

#[test]
fn other_peoples_tokens_are_masked() {
    let own = ours();
    let line = format!("{OURS} to {THEIRS}, glued_{THEIRS}x{THEIRS}");
    assert_eq!(
        extracted(Form::Jsonl, Some(&own), "a.log", &line),
        format!(
            "{{\"file\":\"a.log\",\"line\":7,\"text\":\"{OURS} to [lognym:masked], \
             glued_[lognym:masked]x[lognym:masked]\"}}\n"
        )
    );
    assert!(extracted(Form::Jsonl, None, "a.log", &line).contains(THEIRS));
}

#[test]
fn csv_is_quoted_and_guarded() {
    let head = "file,line,text\r\n";
    for (file, line, row) in [
        ("a.log", "plain", "\"a.log\",7,\"plain\""),
        ("a,b", "say \"x\"", "\"a,b\",7,\"say \"\"x\"\"\""),
        ("=a", "=HYPERLINK(1)", "\"'=a\",7,\"'=HYPERLINK(1)\""),
        ("a", "+1", "\"a\",7,\"'+1\""),
        ("a", "-1", "\"a\",7,\"'-1\""),
        ("a", "@x", "\"a\",7,\"'@x\""),
        ("a", "\tx", "\"a\",7,\"'\tx\""),
    ] {
        assert_eq!(extracted(Form::Csv, None, file, line), format!("{head}{row}\r\n"));
    }
}

#[test]
fn queries_hold_all_tokens_and_stay_small() {
    let tokens = vec![OURS; 513];
    for store in Store::ALL {
        let text = queries(store, &tokens);
        assert_eq!((text.lines().count(), text.matches(OURS).count()), (2, 513));
        assert_eq!(queries(store, &[]), "");
    }
    let query = queries(Store::Elasticsearch, &[OURS, THEIRS]);
    let query: serde_json::Value = serde_json::from_str(&query).unwrap();
    assert_eq!(query["query"]["query_string"]["query"], format!("{OURS} OR {THEIRS}"));
}

/// An engine with the regions of the command line's default.
fn engine() -> Engine {
    let regions = ["DE", "US", "GB"].iter().filter_map(|code| Region::from_code(code)).collect();
    let keys = Keys::ephemeral(&Domain::default(), &Counts::TYPES).unwrap();
    Engine::new(Setup { regions, ..Setup::default() }, keys).unwrap()
}

fn keys() -> Keys {
    let secret = Secret::filled(|bytes| bytes.iter_mut().zip(0..).for_each(|(byte, i)| *byte = i));
    Keys::derive(&secret, &Domain::default(), &Counts::TYPES)
}

#[test]
fn every_spelling_leads_to_the_tokens_of_the_filter() {
    let engine = engine();
    let numbers = [
        "+493023125000",
        "+49 (0)30 23125-000",
        "0049 30 23125000",
        "030 23125000",
        "030/23125000",
        "tel:+49-30-23125000",
        "\u{ff10}30 23125000",
    ];
    let names =
        ["Max Mustermann", "MUSTERMANN, Max", "Herr Dr. Max Mustermann", "nam:max.mustermann"];
    let expected = [&[OURS; 7][..], &[ALSO_OURS; 4]].concat();
    for (text, expected) in numbers.iter().chain(&names).zip(expected) {
        let subjects = identifiers(text).unwrap();
        assert_eq!(marks(&engine, keys(), &subjects).unwrap(), [expected], "{text}");
    }
    let filter = engine.with_keys(keys());
    let line = b"Tel. 030 23125000 callerName=\"Mustermann, Max\"\n";
    let output = filter.process(line, &mut filter.scratch(), Spare::default());
    assert_eq!(output.as_bytes(), format!("Tel. {OURS} callerName=\"{ALSO_OURS}\"\n").as_bytes());
}

#[test]
fn tokens_and_the_output_of_lookup_are_taken_as_they_are() {
    let subjects = identifiers(&format!("{OURS}\t2026-11\tdefault\ttel\n\n{THEIRS}\n")).unwrap();
    let located = locate(&engine(), None, &[], &subjects).unwrap();
    let tokens: Vec<_> = located.iter().map(|found| found.token.as_str()).collect();
    assert_eq!(tokens, [OURS, THEIRS]);
    assert!(located.iter().all(|found| found.epoch.is_none() && found.token.len() == token::LEN));
}

#[test]
fn what_is_nobody_is_refused_by_its_line() {
    for text in ["Max Mustermann\n...", "a\n\u{1}\u{2}", "a\nnam: -"] {
        let error = identifiers(text).err().expect("no identifier");
        assert!(matches!(error, RightsError::Identifier { line: 2 }), "{error}");
    }
    let subjects =
        identifiers("Max Mustermann\n12345678901234567890123456789012345678901").unwrap();
    if let Err(error) = marks(&engine(), keys(), &subjects) {
        assert!(!error.to_string().contains("1234567"), "{error}");
    }
}
