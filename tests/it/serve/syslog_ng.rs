//! syslog-ng as a sender, with the destination that stands in `deploy/`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::harness::{Sidecar, Sink, program};
use super::real::{LISTEN, Running, all_there, assert_complete, log_to};

#[test]
fn syslog_ng_sends_counted_frames() {
    let Some(syslog_ng) = program("syslog-ng") else { return };
    let sink = Sink::start();
    let sidecar = Sidecar::start(&[LISTEN, "--forward", &sink.uri()]);
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = |name: &str| folder.path().join(name);
    let config = format!(
        "@version: 3.38\nsource s_local {{ unix-dgram(\"{}\" flags(no-hostname)); }};\n{}",
        file("log").display(),
        flow(folder.path(), sidecar.address().port())
    );
    fs::write(file("conf"), config).expect("a file can be written");
    let mut command = Command::new(&syslog_ng);
    for (option, name) in [("-f", "conf"), ("-R", "persist"), ("-p", "pid"), ("-c", "control")] {
        command.arg(option).arg(file(name));
    }
    // Its modules, where it was unpacked instead of installed.
    let libraries = syslog_ng.ancestors().nth(2).expect("usr/sbin").join("lib/syslog-ng");
    if let Some(modules) = version_folder(&libraries) {
        command.arg("--module-path").arg(modules).env("LD_LIBRARY_PATH", &libraries);
    }
    command.args(["--foreground", "--no-caps"]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let _running = Running::start(&mut command);
    log_to(&file("log"), 500);
    let out = sink.wait_until(|bytes| all_there(bytes, 500));
    assert_complete(&String::from_utf8(out.clone()).expect("text"), 500);
    assert!(out[0].is_ascii_digit(), "frames are counted");
}

/// What `deploy/` says after its source, with another port and a folder of the test's own.
fn flow(folder: &Path, port: u16) -> String {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/shippers/syslog-ng.conf");
    let shipped = fs::read_to_string(shipped).expect("the file is there");
    let flow = &shipped[shipped.find("\ndestination").expect("a destination")..];
    let queue = format!("dir(\"{}\") disk-buf-size", folder.display());
    let flow = flow.replace("disk-buf-size", &queue);
    flow.replace("port(10601)", &format!("port({port})"))
}

fn version_folder(libraries: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(libraries).ok()?.map_while(Result::ok);
    entries.map(|entry| entry.path()).find(|path| path.join("libafsocket.so").exists())
}
