//! Requests of the people in the logs, from the command line.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::ring::private_ring;
use crate::util::{finish, lognym, wait};

const WHO: &str = "Mustermann, Max\n+49 30 23125-042\n";
const RAW: &str = "one call to +493023125042 failed\n\
    {\"callerName\":\"Max Mustermann\",\"n\":1}\n\
    two calls to +493023125043 failed\n\
    nobody\n\
    callerName=\"Erika Beispiel\" spoke to Herr Mustermann\n";

/// A folder with the test ring, `who`, and a filtered log `clean.log`.
struct Office(TempDir);

impl Office {
    fn open() -> Self {
        let office = Self(tempfile::tempdir().expect("a folder"));
        private_ring(office.path());
        office.write("who", WHO);
        let clean = office.run(&["filter"], RAW);
        office.write("clean.log", &stdout(&clean));
        office
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path().join(name), text).expect("a file");
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).expect("a text")
    }

    fn run(&self, args: &[&str], input: &str) -> Output {
        let mut command = lognym(args);
        command.current_dir(self.path()).env("LOGNYM_KEY_FILE", "test.ring");
        finish(command, input.as_bytes())
    }

    /// Standard output of a run that ends with `code`.
    fn says(&self, code: i32, args: &[&str], input: &str) -> String {
        let output = self.run(args, input);
        let messages = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {messages}");
        stdout(&output)
    }
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text stays text")
}

#[test]
fn lookup_prints_what_the_filter_writes() {
    let office = Office::open();
    let rows = office.says(0, &["lookup", "--domain=default,tenant-a"], WHO);
    let rows: Vec<Vec<&str>> = rows.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(rows.len(), 4);
    let clean = office.read("clean.log");
    for row in &rows {
        let [token, epoch, domain, kind] = row[..] else { panic!("{row:?}") };
        assert_eq!((epoch, &token[..3]), ("test-only", kind));
        assert_eq!(clean.contains(token), domain == "default", "{row:?}");
    }
    let json = office.says(0, &["lookup", "--json", "--from=who"], "");
    let first: serde_json::Value = serde_json::from_str(json.lines().next().unwrap()).unwrap();
    assert_eq!((&first["epoch"], &first["domain"]), (&"test-only".into(), &"default".into()));
    assert_eq!(first["token"], rows[0][0]);
}

#[test]
fn lookup_refuses_what_is_nobody_without_repeating_it() {
    let office = Office::open();
    let output = office.run(&["lookup"], "Max Mustermann\n---\n");
    assert_eq!((output.status.code(), output.stdout.len()), (Some(65), 0));
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(message.contains("identifier 2") && !message.contains("---"), "{message}");
    let output = office.run(&["lookup", "Max Mustermann"], "");
    assert_eq!(output.status.code(), Some(2), "identifiers are no arguments");
}

#[test]
fn find_has_the_manners_of_grep() {
    let office = Office::open();
    let clean = office.read("clean.log");
    let lines: Vec<&str> = clean.lines().collect();
    let text = |args: &[&str]| office.says(0, &[&["find", "--from=who"], args].concat(), &clean);
    assert_eq!(text(&["clean.log"]), format!("{}\n{}\n", lines[0], lines[1]));
    assert_eq!(text(&["-"]), text(&["clean.log"]));
    assert_eq!(text(&[]), text(&["clean.log"]));
    assert_eq!(text(&["-c", "clean.log"]), "clean.log:2\n");
    assert_eq!((text(&["-c"]), text(&["-cH"])), ("2\n".into(), "(standard input):2\n".into()));
    assert_eq!(text(&["-ch", "clean.log"]), "2\n");
    assert_eq!(text(&["-l", "clean.log"]), "clean.log\n");
    assert_eq!(text(&["-n", "clean.log"]), format!("1:{}\n2:{}\n", lines[0], lines[1]));
    assert!(text(&["-Hn", "clean.log"]).starts_with(&format!("clean.log:1:{}\n", lines[0])));
    fs::create_dir(office.path().join("logs")).unwrap();
    office.write("logs/a", &clean);
    office.write("logs/b", "nothing\n");
    assert_eq!(text(&["-c", "logs"]), "logs/a:2\nlogs/b:0\n");
    assert_eq!(text(&["-l", "logs", "clean.log"]), "logs/a\nclean.log\n");
    assert!(text(&["logs"]).starts_with("logs/a:one call"));
    assert!(text(&["-h", "logs"]).starts_with("one call"));
    assert_eq!(office.says(1, &["find", "clean.log"], "Nora Niemand\n"), "");
    assert_eq!(office.says(1, &["find", "-c", "clean.log"], "Nora Niemand\n"), "clean.log:0\n");
}

#[test]
fn find_goes_on_after_a_log_that_cannot_be_read() {
    let office = Office::open();
    fs::write(office.path().join("cut.gz"), b"\x1f\x8b\x08\0\0\0\0\0\0\x03").unwrap();
    let output = office.run(&["find", "-c", "cut.gz", "clean.log"], WHO);
    assert_eq!(output.status.code(), Some(74));
    assert_eq!(stdout(&output), "clean.log:2\n");
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot read cut.gz"));
    let output = office.run(&["find"], WHO);
    assert_eq!(output.status.code(), Some(2), "one standard input is not two");
}

#[test]
fn a_reader_that_leaves_is_no_failure() {
    let office = Office::open();
    let clean = office.read("clean.log");
    office.write("long.log", &clean.repeat(5_000));
    for verb in ["find", "extract"] {
        let mut command = lognym(&[verb, "--from=who", "long.log"]);
        command.current_dir(office.path()).env("LOGNYM_KEY_FILE", "test.ring");
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = wait(child);
        assert_eq!((output.status.code(), &output.stderr[..]), (Some(0), &b""[..]), "{verb}");
    }
}

#[test]
fn tokens_need_no_ring() {
    let office = Office::open();
    let tokens = office.says(0, &["lookup"], WHO);
    let mut command = lognym(&["find", "-c", "clean.log"]);
    command.current_dir(office.path());
    let output = finish(command, tokens.as_bytes());
    assert_eq!(stdout(&output), "clean.log:2\n");
}

#[test]
fn extract_masks_others_and_keeps_the_source() {
    let office = Office::open();
    let others = office.says(0, &["lookup"], "+493023125043\n");
    let other = &others[..35];
    let own = office.read("clean.log").lines().next().unwrap().to_owned();
    office.write("mixed.log", &format!("=1+1\n=\"{own}\" {other}\n"));
    let csv = office.says(0, &["extract", "--format=csv", "mixed.log"], WHO);
    assert_eq!(
        csv,
        format!("file,line,text\r\n\"mixed.log\",2,\"'=\"\"{own}\"\" [lognym:masked]\"\r\n")
    );
    let json = office.says(0, &["extract", "mixed.log"], WHO);
    let row: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&row["file"], &row["line"]), (&"mixed.log".into(), &2.into()));
    assert!(office.says(0, &["extract", "--keep-others", "mixed.log"], WHO).contains(other));
    assert_eq!(office.says(1, &["extract", "mixed.log"], "Nora Niemand\n"), "");
}

#[test]
fn erase_asks_first_and_then_does_what_it_said() {
    let office = Office::open();
    let clean = office.read("clean.log");
    let path = office.path().join("clean.log");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let plan = office.says(0, &["erase", "clean.log"], WHO);
    assert!(plan.starts_with("clean.log\t2 lines\t"), "{plan}");
    assert_eq!(office.says(0, &["erase", "--dry-run", "clean.log"], WHO), plan);
    assert_eq!(office.read("clean.log"), clean);

    let report = office.says(0, &["erase", "--yes", "clean.log"], WHO);
    assert_eq!(report, format!("{plan}erased 2 lines in 1 files\n"));
    let rest: Vec<&str> = clean.lines().skip(2).collect();
    assert_eq!(office.read("clean.log"), rest.join("\n") + "\n");
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(office.says(1, &["erase", "--yes", "clean.log"], WHO), "");
    assert_eq!(office.says(1, &["find", "-c", "clean.log"], WHO), "clean.log:0\n");
}

#[test]
fn erase_blanks_and_prints_queries() {
    let office = Office::open();
    let text = office.says(0, &["erase", "--yes", "--mode=blank", "--queries", "clean.log"], WHO);
    let tokens = office.says(0, &["lookup"], WHO);
    for token in tokens.lines().map(|line| &line[..35]) {
        assert_eq!(text.matches(token).count(), 3, "{text}");
    }
    let clean = office.read("clean.log");
    assert!(clean.starts_with("[lognym:erased]\n{\"lognym\":\"erased\"}\ntwo calls"), "{clean}");
    assert!(office.says(0, &["erase", "--queries"], WHO).starts_with("# elasticsearch\n"));
}

/// `kill -9` at any moment leaves the old or the new file whole, and the next run does the rest.
#[test]
fn erase_survives_being_killed() {
    let office = Office::open();
    let token = &office.says(0, &["lookup"], WHO)[..35];
    let line = |i: usize| match i % 3 {
        0 => format!("line {i} of {token}\n"),
        _ => format!("line {i} of nobody\n"),
    };
    let old: String = (0..60_000).map(line).collect();
    let new: String =
        old.lines().filter(|l| !l.contains(token)).map(|l| format!("{l}\n")).collect();
    office.write("token", token);
    let (mut whole, mut done) = (0, 0);
    for round in 0..60u32 {
        office.write("big.log", &old);
        let mut command = lognym(&["erase", "--yes", "--from=token", "big.log"]);
        command.current_dir(office.path()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        // From before its first to behind its last system call, whatever the speed.
        std::thread::sleep(Duration::from_micros(700 * u64::from(round)));
        let _ = child.kill();
        child.wait().unwrap();
        match office.read("big.log") {
            text if text == old => whole += 1,
            text if text == new => done += 1,
            text => panic!("round {round}: {} of {} bytes", text.len(), old.len()),
        }
    }
    assert!(whole > 0, "never killed before the end ({done} times after it)");
    office.write("big.log", &old);
    office.says(0, &["erase", "--yes", "--from=token", "big.log"], "");
    assert_eq!(office.read("big.log"), new);
    let left = fs::read_dir(office.path()).unwrap().filter(|entry| {
        entry.as_ref().unwrap().file_name().to_string_lossy().ends_with(".lognym-new")
    });
    assert_eq!(left.count(), 0, "what was left has been taken over");
}

#[test]
fn who_objects_gets_a_constant() {
    let office = Office::open();
    let suppress = |verb, input: &str| office.run(&["suppress", verb, "--suppress=list"], input);
    assert_eq!(stdout(&suppress("add", WHO)), "2 added\n");
    assert_eq!(stdout(&suppress("add", "030 23125042\n")), "0 added\n");
    assert_eq!(stdout(&suppress("list", "")).lines().count(), 2);
    let list = office.read("list");
    assert!(!list.contains("23125042") && !list.to_lowercase().contains("mustermann"));

    let filter = |input: &str| office.says(0, &["filter", "--suppress=list"], input);
    let once = filter(RAW);
    assert!(once.starts_with("one call to [lognym:suppressed] failed\n"), "{once}");
    assert!(once.contains("{\"callerName\":\"[lognym:suppressed]\",\"n\":1}\n"), "{once}");
    assert!(once.contains("two calls to tel_"), "{once}");
    assert_eq!(filter(&once), once, "a second pass changes nothing");
    let numeric = filter("{\"callerNumber\":493023125042}\n");
    assert_eq!(numeric, "{\"callerNumber\":\"[lognym:suppressed]\"}\n");

    assert_eq!(stdout(&suppress("remove", WHO)), "2 removed\n");
    assert_eq!(suppress("remove", WHO).status.code(), Some(1));
    assert_eq!(filter(RAW), office.read("clean.log"));
    fs::set_permissions(office.path().join("list"), fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(office.run(&["filter", "--suppress=list"], RAW).status.code(), Some(77));
}
