//! Every kind of file that is taken and refused.

use std::fs::{self, Permissions};
use std::io::Write;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::*;

const GROUP: OpenOptions = OpenOptions { allow_group_read: true };

/// A folder with a good ring in it.
fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ring.toml");
    write(&path, two_years().as_bytes(), 0o600);
    (folder, path)
}

fn write(path: &Path, bytes: &[u8], mode: u32) {
    fs::write(path, bytes).expect("a file");
    set_mode(path, mode);
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("rights");
}

/// The reason why the file at `path` is refused.
fn refused(path: &Path, options: OpenOptions) -> &'static str {
    match open(path, options) {
        Err(FileError::Refused { reason, .. }) => reason,
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn rights_decide() {
    let (_folder, path) = folder();
    for (mode, plain, group) in [
        (0o600, None, None),
        (0o400, None, None),
        (0o440, Some("group may read"), None),
        (0o640, Some("group may read"), None),
        (0o620, Some("group may write"), Some("group may write")),
        (0o660, Some("group may write"), Some("group may write")),
        (0o604, Some("everybody"), Some("everybody")),
        (0o602, Some("everybody"), Some("everybody")),
        (0o601, Some("everybody"), Some("everybody")),
        (0o644, Some("everybody"), Some("everybody")),
    ] {
        set_mode(&path, mode);
        for (options, expected) in [(OpenOptions::default(), plain), (GROUP, group)] {
            match expected {
                None => assert!(open(&path, options).is_ok(), "{mode:o}"),
                Some(reason) => assert!(refused(&path, options).contains(reason), "{mode:o}"),
            }
        }
    }
}

#[test]
fn a_file_of_another_user_is_refused() {
    let (_folder, path) = folder();
    // Only root can give a file away; for others there is nothing to test here.
    if std::os::unix::fs::chown(&path, Some(12_345), None).is_ok() {
        assert!(refused(&path, GROUP).contains("another user"));
    }
}

#[test]
fn links_are_followed_to_the_file_that_is_checked() {
    let (folder, path) = folder();
    let (data, link) = (folder.path().join("..data"), folder.path().join("link.toml"));
    symlink(&path, &data).expect("a link");
    symlink(&data, &link).expect("a link");
    assert!(open(&link, OpenOptions::default()).is_ok());
    set_mode(&path, 0o644);
    assert!(refused(&link, GROUP).contains("everybody"));
}

#[test]
fn only_regular_files_hold_rings() {
    let (folder, _) = folder();
    let fifo = folder.path().join("fifo");
    rustix::fs::mkfifoat(rustix::fs::CWD, &fifo, rustix::fs::Mode::RUSR).expect("a FIFO");
    for place in [folder.path(), &fifo, Path::new("/dev/null")] {
        assert!(refused(place, GROUP).contains("regular"), "{}", place.display());
    }
    let missing = open(&folder.path().join("missing"), GROUP);
    assert!(matches!(missing, Err(FileError::Read { .. })));
}

#[test]
fn size_is_limited() {
    let (_folder, path) = folder();
    let mut text = two_years();
    text.extend(std::iter::repeat_n('#', LIMIT - text.len()));
    write(&path, text.as_bytes(), 0o600);
    assert!(open(&path, GROUP).is_ok());
    write(&path, (text + "#").as_bytes(), 0o600);
    assert!(refused(&path, GROUP).contains("64 KiB"));
}

#[test]
fn what_is_no_ring_is_refused_with_its_place() {
    let (_folder, path) = folder();
    for bytes in [&b""[..], b"\xff\xfe", b"kind = \"root\"", &[0; 32]] {
        write(&path, bytes, 0o600);
        let error = open(&path, GROUP).expect_err("no ring");
        assert!(matches!(error, FileError::Ring { .. }), "{error}");
        assert!(error.to_string().contains("ring.toml"), "{error}");
    }
}

#[test]
fn descriptors_of_pipes_and_files() {
    let number = |fd: &dyn AsRawFd| u32::try_from(fd.as_raw_fd()).expect("a descriptor");
    let (reader, mut writer) = std::io::pipe().expect("a pipe");
    writer.write_all(two_years().as_bytes()).expect("to fit into the pipe");
    drop(writer);
    let ring = from_fd(number(&reader), OpenOptions::default()).expect("a ring");
    assert_eq!(ring, Ring::parse(&two_years()).expect("valid"));

    let (_folder, path) = folder();
    let file = fs::File::open(&path).expect("a file");
    assert!(from_fd(number(&file), OpenOptions::default()).is_ok());
    set_mode(&path, 0o604);
    let error = from_fd(number(&file), GROUP).expect_err("open to everybody");
    assert!(matches!(error, FileError::Refused { .. }), "{error}");
    assert!(matches!(from_fd(u32::MAX, GROUP), Err(FileError::Read { .. })));
}

#[test]
fn descriptors_are_limited_too() {
    let (reader, mut writer) = std::io::pipe().expect("a pipe");
    let feeder = std::thread::spawn(move || {
        // The reader stops at the limit, and the rest finds a closed pipe.
        let _ = writer.write_all(&vec![b'#'; LIMIT + 1]);
    });
    let error = from_fd(reader.as_raw_fd() as u32, GROUP).expect_err("too large");
    assert!(matches!(error, FileError::Refused { .. }), "{error}");
    drop(reader);
    feeder.join().expect("the feeder");
}

#[test]
fn exactly_one_source() {
    let (folder, path) = folder();
    let file = Some(path.as_path());
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).expect("a folder");
    let credentials = folder.path().join("credentials");
    fs::create_dir(&credentials).expect("a folder");
    let ring = credentials.join("lognym.ring");
    write(&ring, two_years().as_bytes(), 0o440);

    let choose = |file, fd, folder: &Path| {
        KeySource::choose(Places { file, fd, credentials: Some(folder), command: None })
    };
    assert_eq!(KeySource::choose(Places::default()).expect("none"), None);
    assert_eq!(choose(None, None, &empty).expect("none"), None);
    assert_eq!(choose(file, None, &empty).expect("one"), Some(KeySource::File(path.clone())));
    assert_eq!(choose(None, Some(3), &empty).expect("one"), Some(KeySource::Fd(3)));
    let credential = choose(None, None, &credentials).expect("one").expect("one");
    assert_eq!(credential, KeySource::Credential(ring));
    assert!(credential.load(OpenOptions::default()).is_ok(), "group read is usual there");

    for (file, fd, folder) in
        [(file, Some(3), &empty), (file, None, &credentials), (None, Some(3), &credentials)]
    {
        assert!(matches!(choose(file, fd, folder), Err(FileError::TwoSources { .. })));
    }
    let command = KeyCommand::new(&["/bin/true".to_owned()]).expect("a command");
    let command = Some(&command);
    let only = KeySource::choose(Places { command, ..Places::default() }).expect("one");
    assert_eq!(only, command.cloned().map(KeySource::Command));
    let two = KeySource::choose(Places { file, command, ..Places::default() });
    assert!(matches!(two, Err(FileError::TwoSources { .. })));
}

#[test]
fn a_new_ring_is_private_and_never_overwrites() {
    let (folder, path) = folder();
    let ring = Ring::fresh(at("2026-11-21T12:00:00Z"), Period::Month, 12).expect("a ring");
    let new = folder.path().join("new.toml");
    create(&new, &ring).expect("written");
    assert_eq!(fs::metadata(&new).expect("a file").permissions().mode() & 0o777, 0o600);
    assert_eq!(open(&new, OpenOptions::default()).expect("valid"), ring);

    let dangling = folder.path().join("dangling");
    symlink(folder.path().join("nowhere"), &dangling).expect("a link");
    for existing in [&path, &new, &dangling, &folder.path().to_owned()] {
        let error = create(existing, &ring).expect_err("an existing file");
        assert!(matches!(error, FileError::Exists { .. }), "{error}");
    }
    assert_eq!(fs::read(&path).expect("a file"), two_years().as_bytes());

    let nowhere = create(&folder.path().join("no/folder"), &ring);
    assert!(matches!(nowhere, Err(FileError::Write { .. })));
}

#[test]
fn a_ring_that_could_not_be_read_is_not_written() {
    let (folder, _) = folder();
    let path = folder.path().join("new.toml");
    let ring = Ring::fresh(at("2026-11-21T12:00:00Z"), Period::Day, 300).expect("a ring");
    assert!(matches!(create(&path, &ring), Err(FileError::Refused { .. })));
    assert!(!path.exists());
    let most = Ring::fresh(at("2026-11-21T12:00:00Z"), Period::Day, 250).expect("a ring");
    create(&path, &most).expect("250 ahead fit");
}

#[test]
fn a_change_replaces_the_file_and_nothing_of_the_old_one_stays() {
    let (folder, path) = folder();
    let backup = folder.path().join("backup");
    fs::hard_link(&path, &backup).expect("a second name");
    let link = folder.path().join("link");
    symlink(&path, &link).expect("a link");
    update(&link, |ring| ring.destroyed(&["2026".into()], at("2026-11-21T12:00:00Z")))
        .expect("to be written");
    let ring = open(&path, OpenOptions::default()).expect("valid");
    assert!(matches!(ring.epoch("2026"), Err(RingError::Destroyed)));
    assert!(ring.epoch("2027").is_ok());
    assert!(!fs::read_to_string(&path).expect("text").contains(&digits(1)));
    assert!(fs::read(&backup).expect("the old file").iter().all(|&byte| byte == 0));
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 3);
}

#[test]
fn a_refused_change_leaves_the_file_alone() {
    let (folder, path) = folder();
    let unknown =
        update(&path, |ring| ring.destroyed(&["1999".into()], at("2026-11-21T12:00:00Z")));
    assert!(matches!(unknown, Err(FileError::Ring { source: RingError::UnknownEpoch, .. })));
    assert_eq!(fs::read(&path).expect("a file"), two_years().as_bytes());
    let other = crate::replace::Replacement::begin(&path, &fs::metadata(&path).expect("a file"));
    assert!(matches!(update(&path, Ok), Err(FileError::Busy { .. })));
    drop(other);
    assert!(update(&path, Ok).is_ok());
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
}

/// A Kubernetes volume: `ring -> ..data/ring`, `..data -> ..2026_11_21`, root's and its group's.
#[test]
fn a_mounted_secret_is_read_where_group_read_is_allowed() {
    let (folder, path) = folder();
    let version = folder.path().join("..2026_11_21");
    fs::create_dir(&version).expect("a folder");
    fs::rename(&path, version.join("ring")).expect("to be moved");
    set_mode(&version.join("ring"), 0o440);
    symlink("..2026_11_21", folder.path().join("..data")).expect("a link");
    symlink("..data/ring", folder.path().join("ring")).expect("a link");
    let ring = folder.path().join("ring");
    assert!(refused(&ring, OpenOptions::default()).contains("group may read"));
    assert!(open(&ring, GROUP).is_ok());
}
