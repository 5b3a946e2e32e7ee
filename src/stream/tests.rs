//! The transport with scripted inputs and outputs: no descriptors, no clock, no sleeping.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, SystemTime};

use proptest::prelude::*;

use super::headers::Under;
use super::pump::{Frames, Pump};
use super::source::{Feed, Input, Patience, Ready};
use super::worker::{Work, Worker};
use super::*;
use crate::engine::{Engine, Setup, Spare, Vetted};
use crate::frame::{Block, Framer, Limits};
use crate::pseudonym::ring::{Period, Ring, RingError};
use crate::pseudonym::{Domain, Keys};
use crate::stats::Counts;

/// What an input does next.
#[derive(Clone, Debug)]
enum Step {
    Bytes(Vec<u8>),
    /// A read would wait: the log so far is shown to the test.
    Pause,
    Fail(ErrorKind),
    Stop,
    Closed,
}

/// An input that follows a script, and notes how much had been written at each pause.
struct Script {
    steps: VecDeque<Step>,
    output: Output,
    at_pauses: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Read for Script {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        match self.steps.pop_front() {
            Some(Step::Bytes(mut bytes)) => {
                let count = bytes.len().min(space.len());
                space[..count].copy_from_slice(&bytes[..count]);
                let rest = bytes.split_off(count);
                if !rest.is_empty() {
                    self.steps.push_front(Step::Bytes(rest));
                }
                Ok(count)
            }
            Some(Step::Fail(kind)) => Err(kind.into()),
            Some(step) => panic!("read in spite of {step:?}"),
            None => Ok(0),
        }
    }
}

impl Input for Script {
    fn ready(&mut self, patience: Patience) -> io::Result<Ready> {
        Ok(match (self.steps.front(), patience) {
            (Some(Step::Pause), Patience::None) => Ready::Later,
            (Some(Step::Pause), Patience::Forever) => {
                self.at_pauses.lock().unwrap().push(self.output.bytes());
                self.steps.pop_front();
                return self.ready(Patience::None);
            }
            (Some(Step::Stop), _) => Ready::Stopped,
            (Some(Step::Closed), _) => Ready::Closed,
            _ => Ready::Data,
        })
    }
}

/// An output that keeps what it takes, `limit` bytes at most, `at_once` bytes a write.
#[derive(Clone, Debug)]
struct Output {
    taken: Arc<Mutex<Vec<u8>>>,
    at_once: usize,
    limit: usize,
    failure: ErrorKind,
}

impl Output {
    fn new() -> Self {
        let taken = Arc::default();
        Self { taken, at_once: usize::MAX, limit: usize::MAX, failure: ErrorKind::StorageFull }
    }

    fn bytes(&self) -> Vec<u8> {
        self.taken.lock().unwrap().clone()
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut taken = self.taken.lock().unwrap();
        if taken.len() >= self.limit {
            return Err(self.failure.into());
        }
        let count = bytes.len().min(self.at_once).min(self.limit - taken.len());
        taken.extend_from_slice(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A whole run over scripted inputs.
struct Run {
    output: Output,
    options: Options,
    at_pauses: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Run {
    fn new(threads: usize) -> Self {
        let options = Options {
            limits: Limits { block_bytes: 16, max_line: 40 },
            threads: NonZeroUsize::new(threads).unwrap(),
            line_buffered: false,
            remember: None,
        };
        Self { output: Output::new(), options, at_pauses: Arc::default() }
    }

    fn go(&self, inputs: &[Vec<Step>]) -> Result<Counts, Error> {
        let workers = (0..self.options.threads.get()).map(|_| Worker::default()).collect();
        self.go_with(workers, inputs)
    }

    fn go_with<K: Work>(&self, workers: Vec<K>, inputs: &[Vec<Step>]) -> Result<Counts, Error> {
        self.go_under(&Epochs::fixed(engine()), workers, inputs)
    }

    fn go_under<K: Work>(
        &self,
        epochs: &Epochs,
        mut workers: Vec<K>,
        inputs: &[Vec<Step>],
    ) -> Result<Counts, Error> {
        let own = workers.pop().expect("a run has a worker");
        let stop = Stop::new().unwrap();
        let meter = Meter::default();
        let frames = Pump::new(self.feeds(inputs), &self.options, &meter);
        let sink = Sink::new(self.output.clone());
        workers::run(own, workers, frames, sink, &stop, epochs).map(|tally| tally.counts)
    }

    fn feeds(&self, inputs: &[Vec<Step>]) -> impl Iterator<Item = Result<Feed<Script>, Error>> {
        inputs.iter().enumerate().map(|(number, steps)| {
            let input = Script {
                steps: steps.iter().cloned().collect(),
                output: self.output.clone(),
                at_pauses: self.at_pauses.clone(),
            };
            Ok(Feed { name: format!("input {number}"), input })
        })
    }
}

fn bytes(text: &str) -> Step {
    Step::Bytes(text.into())
}

fn engine() -> Engine {
    let keys = Keys::ephemeral(&Domain::default(), &Counts::TYPES).expect("randomness");
    Engine::new(Setup::default(), keys).expect("the embedded rules are valid")
}

#[test]
fn complete_lines_leave_before_a_read_that_waits() {
    let run = Run::new(1);
    let steps = vec![bytes("one\ntw"), Step::Pause, bytes("o\nthree"), Step::Pause];
    run.go(&[steps]).unwrap();
    assert_eq!(*run.at_pauses.lock().unwrap(), [&b"one\n"[..], b"one\ntwo\n"]);
    assert_eq!(run.output.bytes(), b"one\ntwo\nthree");
}

#[test]
fn line_buffered_writes_after_each_read() {
    let mut run = Run::new(1);
    run.options.line_buffered = true;
    let error = run.go(&[vec![bytes("one\ntw"), Step::Fail(ErrorKind::NotFound)]]);
    assert!(matches!(error, Err(Error::Read { .. })));
    assert_eq!(run.output.bytes(), b"one\n");
}

#[test]
fn a_lone_first_byte_waits_for_the_second_one() {
    for threads in [1, 3] {
        let run = Run::new(threads);
        let steps = vec![bytes("\x1f"), Step::Pause, Step::Bytes(b"\x8b\x08\n".to_vec())];
        let refused = run.go(&[steps]);
        assert!(matches!(refused, Err(Error::Refused { .. })), "{refused:?}");
        assert_eq!(run.output.bytes(), b"");
    }
}

#[test]
fn each_input_is_sniffed_and_ends_by_itself() {
    let run = Run::new(2);
    let refused = run.go(&[vec![bytes("no end")], vec![bytes("a\n")], vec![bytes("PK\x03\x04")]]);
    assert!(matches!(refused, Err(Error::Refused { input, .. }) if input == "input 2"));
    assert_eq!(run.output.bytes(), b"no enda\n");
}

#[test]
fn each_input_has_its_own_header() {
    // Bare digits: no phone number unless a column says so. Blocks are far shorter than this.
    let rows = "7,4930231250\n".repeat(20);
    let with = |head: &str| vec![bytes(&format!("{head}\n{rows}"))];
    for threads in [1, 3] {
        let run = Run::new(threads);
        let counts = run.go(&[with("id,phone"), with("id,order"), vec![bytes(&rows)]]).unwrap();
        let output = String::from_utf8(run.output.bytes()).unwrap();
        let (first, rest) = output.split_once("id,order\n").unwrap();
        assert!(first.starts_with("id,phone\n7,tel_") && !first.contains("4930231250"), "{first}");
        assert_eq!(rest, rows.repeat(2));
        assert_eq!(counts.by_type, [20, 0]);
    }
}

#[test]
fn interruptions_are_no_end() {
    let steps = vec![
        Step::Fail(ErrorKind::Interrupted),
        bytes("one\nt"),
        Step::Fail(ErrorKind::WouldBlock),
        bytes("wo\n"),
    ];
    let run = Run::new(1);
    run.go(&[steps]).unwrap();
    assert_eq!(run.output.bytes(), b"one\ntwo\n");
}

#[test]
fn a_stop_writes_the_whole_lines_and_opens_no_more() {
    for threads in [1, 2] {
        let run = Run::new(threads);
        run.go(&[vec![bytes("one\ntw"), Step::Stop], vec![bytes("never\n")]]).unwrap();
        assert_eq!(run.output.bytes(), b"one\n[lognym:withheld bytes=2 reason=interrupted]");
    }
}

#[test]
fn a_reader_that_left_ends_the_run_quietly() {
    for threads in [1, 4] {
        let mut run = Run::new(threads);
        run.output.limit = 10;
        run.output.failure = ErrorKind::BrokenPipe;
        // More input than fits the slots, so that only the failure can end the run.
        let steps = vec![bytes("line of text\n"); 100].into_iter().chain([Step::Closed]);
        run.go(&[steps.collect()]).unwrap();
        assert_eq!(run.output.bytes(), b"line of te");
    }
}

#[test]
fn a_full_disk_is_an_error() {
    for threads in [1, 4] {
        let mut run = Run::new(threads);
        run.output.limit = 20;
        let error = run.go(&[vec![bytes("line of text\n"); 100]]).unwrap_err();
        assert!(matches!(error, Error::Write { .. }), "{error}");
        assert_eq!(run.output.bytes(), b"line of text\nline of"[..20].to_vec());
    }
}

#[test]
fn a_read_error_comes_after_the_lines_before_it() {
    let run = Run::new(2);
    let error = run.go(&[vec![bytes("one\ntw"), Step::Fail(ErrorKind::ConnectionReset)]]);
    assert!(matches!(error, Err(Error::Read { input, .. }) if input == "input 0"));
    assert_eq!(run.output.bytes(), b"one\n");
}

#[test]
fn long_lines_are_withheld_and_counted() {
    let run = Run::new(2);
    let long = "x".repeat(41);
    let counts = run.go(&[vec![bytes(&format!("a\n{long}\r\nb\n{long}"))]]).unwrap();
    let marker = "[lognym:withheld bytes=41 reason=line-too-long]";
    assert_eq!(run.output.bytes(), format!("a\n{marker}\r\nb\n{marker}").as_bytes());
    assert_eq!((counts.withheld, counts.bytes_in), (2, 2 * 41 + 2 + 4));
}

/// A worker that lets others go first, as often as its list says.
struct Late {
    inner: Worker,
    waits: Vec<usize>,
    turn: usize,
}

impl Work for Late {
    fn work(&mut self, under: &Under, frame: Frame, spare: Spare) -> (Vetted, Option<Block>) {
        let done = self.inner.work(under, frame, spare);
        self.turn += 1;
        let waits = self.waits[self.turn % self.waits.len()];
        (0..waits).for_each(|_| std::thread::yield_now());
        done
    }

    fn busy(&self) -> Duration {
        self.inner.busy()
    }
}

/// What is on its way: begun and not yet written.
#[derive(Default)]
struct Way {
    begun: Mutex<u64>,
    changed: Condvar,
    written: AtomicU64,
}

/// A worker that tells when it begins, and never has more on the way than `most`.
struct Counting<'w>(Worker, &'w Way, u64);

impl Work for Counting<'_> {
    fn work(&mut self, under: &Under, frame: Frame, spare: Spare) -> (Vetted, Option<Block>) {
        let Self(inner, way, most) = self;
        let mut begun = way.begun.lock().unwrap();
        *begun += 1;
        assert!(*begun - way.written.load(Ordering::SeqCst) <= *most, "{begun}");
        way.changed.notify_all();
        drop(begun);
        inner.work(under, frame, spare)
    }

    fn busy(&self) -> Duration {
        self.0.busy()
    }
}

/// An output whose first write waits until so many frames have been begun.
struct Slow<'w>(&'w Way, u64, Vec<u8>);

impl Write for Slow<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Self(way, wanted, taken) = self;
        let begun = way.begun.lock().unwrap();
        drop(way.changed.wait_while(begun, |begun| *begun < *wanted).unwrap());
        taken.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.written.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

#[test]
fn others_work_while_one_writes_as_far_as_they_may_go_ahead() {
    for threads in 2..5 {
        let (way, ahead) = (Way::default(), 2 * threads as u64 + 2);
        let mut workers: Vec<_> =
            (0..threads).map(|_| Counting(Worker::default(), &way, ahead)).collect();
        let own = workers.pop().expect("there are two at least");
        let (run, meter, stop) = (Run::new(threads), Meter::default(), Stop::new().unwrap());
        let inputs = [vec![bytes("line of text\n"); 40]];
        let frames = Pump::new(run.feeds(&inputs), &run.options, &meter);
        let sink = Sink::new(Slow(&way, ahead, Vec::new()));
        let epochs = Epochs::fixed(engine());
        workers::run(own, workers, frames, sink, &stop, &epochs).unwrap();
        assert_eq!((*way.begun.lock().unwrap(), way.written.into_inner()), (40, 40));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn order_holds_whichever_worker_is_late(
        lines in proptest::collection::vec("[a-z]{0,30}", 1..60),
        threads in 2usize..6,
        picks in proptest::collection::vec(0usize..40, 1..8),
    ) {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let late = |turn| Late { inner: Worker::default(), waits: picks.clone(), turn };
        let run = Run::new(threads);
        run.go_with((0..threads).map(late).collect(), &[vec![bytes(&text)]]).unwrap();
        prop_assert_eq!(run.output.bytes(), text.into_bytes());
    }

    #[test]
    fn any_reads_writes_and_threads_give_the_same_bytes(
        input in proptest::collection::vec(
            prop_oneof![4 => Just(b'x'), 1 => Just(b'\r'), 2 => Just(b'\n'), 1 => 0x80u8..],
            0..300,
        ),
        reads in proptest::collection::vec(1usize..50, 1..10),
        threads in 1usize..4,
        at_once in 1usize..20,
        pauses: bool,
    ) {
        let mut run = Run::new(threads);
        run.options.limits = Limits { block_bytes: 7, max_line: 1000 };
        run.output.at_once = at_once;
        let mut steps = Vec::new();
        let mut rest = &input[..];
        for &size in reads.iter().cycle() {
            let (now, later) = rest.split_at(size.min(rest.len()));
            if now.is_empty() {
                break;
            }
            steps.push(Step::Bytes(now.to_vec()));
            if pauses {
                steps.push(Step::Pause);
            }
            rest = later;
        }
        // What opens a line may be a letter of another script, and a name: the input is not always the
        // output.
        let epochs = Epochs::fixed(engine());
        let alone = Run { options: run.options, ..Run::new(1) };
        alone.go_under(&epochs, vec![Worker::default()], &[vec![Step::Bytes(input.clone())]]).unwrap();
        let workers = (0..threads).map(|_| Worker::default()).collect();
        let counts = run.go_under(&epochs, workers, &[steps]).unwrap();
        prop_assert_eq!(counts.bytes_in, input.len() as u64);
        prop_assert_eq!(run.output.bytes(), alone.output.bytes());
        prop_assert!(counts.lines_changed > 0 || run.output.bytes() == input);
    }
}

/// A worker that panics at its third frame, unless it has had more.
struct Fragile(Worker, usize);

impl Work for Fragile {
    fn work(&mut self, under: &Under, frame: Frame, spare: Spare) -> (Vetted, Option<Block>) {
        self.1 += 1;
        assert!(self.1 != 3, "fragile");
        self.0.work(under, frame, spare)
    }

    fn busy(&self) -> Duration {
        self.0.busy()
    }
}

#[test]
fn a_panic_of_a_worker_reaches_the_caller() {
    // The last one is the caller's own.
    for had in [&[0][..], &[0, 0, 0], &[3, 0], &[0, 3]] {
        let workers = had.iter().map(|&had| Fragile(Worker::default(), had)).collect();
        let run = Run::new(had.len());
        let inputs = [vec![bytes("line of text\n"); 2000]];
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            run.go_with(workers, &inputs)
        }));
        assert!(outcome.is_err(), "{had:?}");
    }
}

/// Frames of one line each, the fifth of which is lost in a panic.
struct Torn(u64);

impl Frames for Torn {
    fn next(&mut self) -> Result<Option<(usize, Frame)>, Error> {
        self.0 += 1;
        assert!(self.0 != 5, "torn");
        let mut framer = Framer::new(Limits { block_bytes: 16, max_line: 16 });
        let line = format!("line {:2}\n", self.0);
        framer.space()[..line.len()].copy_from_slice(line.as_bytes());
        framer.filled(line.len());
        Ok((self.0 < 40).then(|| (0, framer.next_frame().expect("a whole line"))))
    }

    fn recycle(&mut self, _block: Block) {}
}

#[test]
fn nothing_is_written_past_a_frame_that_was_lost() {
    let epochs = Epochs::fixed(engine());
    for round in 0..400 {
        let mut workers: Vec<_> = (0..2 + round % 5).map(|_| Worker::default()).collect();
        let (own, stop, output) = (workers.pop().unwrap(), Stop::new().unwrap(), Output::new());
        let sink = Sink::new(output.clone());
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            workers::run(own, workers, Torn(0), sink, &stop, &epochs).map(|_| ())
        }));
        assert!(outcome.is_err());
        assert!(b"line  1\nline  2\nline  3\nline  4\n".starts_with(&output.bytes()));
    }
}

#[test]
fn frames_reports_the_number_of_the_source() {
    let directory = tempfile::tempdir().unwrap();
    let sources = ["one\n", "two\nthree"].map(|text| {
        let path = directory.path().join(text.trim());
        std::fs::write(&path, text).unwrap();
        Source::Path(path)
    });
    let meter = Meter::default();
    let mut seen = Vec::new();
    frames(&sources, &Run::new(1).options, &Stop::new().unwrap(), &meter, &mut |number, frame| {
        let Frame::Lines(block) = frame else { panic!("no line is too long") };
        seen.push((number, block.as_bytes().to_vec()));
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(seen, [(0, b"one\n".to_vec()), (1, b"two\n".to_vec()), (1, b"three".to_vec())]);
    assert_eq!((meter.bytes_in(), meter.bytes_expected()), (13, Some(13)));
}

/// A clock that a day passes on at every look.
fn daily(days: usize) -> Epochs {
    let day = Duration::from_secs(86_400);
    let begin = SystemTime::UNIX_EPOCH;
    let ring = Ring::fresh(begin, Period::Day, days - 1).unwrap();
    let build = |keys| Ok::<_, RingError>(engine().with_keys(keys));
    let epochs = Epochs::of_ring(&ring, &Domain::default(), &Counts::TYPES, begin, build).unwrap();
    let looks = AtomicU32::new(0);
    epochs.with_clock(move || begin + day * looks.fetch_add(1, Ordering::Relaxed))
}

#[test]
fn rotation_in_mid_stream_loses_and_repeats_nothing() {
    for threads in [1, 2, 5] {
        let mut run = Run::new(threads);
        run.options.limits.block_bytes = 64;
        let lines = (0..200).map(|i| format!("line {i} tel:+493023125042\n"));
        let input: Vec<_> = lines.map(|line| Step::Bytes(line.into_bytes())).collect();
        let workers = (0..threads).map(|_| Worker::default()).collect();
        run.go_under(&daily(400), workers, &[input]).unwrap();
        let output = String::from_utf8(run.output.bytes()).unwrap();
        let mut kids: Vec<&str> = Vec::new();
        for (number, line) in output.lines().enumerate() {
            let (head, token) = line.split_once(" tel:").unwrap();
            assert_eq!(head, format!("line {number}"));
            let kid = &token[4..10];
            if kids.last() != Some(&kid) {
                assert!(!kids.contains(&kid), "an epoch came back");
                kids.push(kid);
            }
        }
        assert_eq!(output.lines().count(), 200);
        assert!(kids.len() > 20, "{} epochs", kids.len());
    }
}

#[test]
fn a_stream_ends_with_the_last_epoch() {
    for threads in [1, 3] {
        let run = Run::new(threads);
        let lines = (0..9).map(|i| bytes(&format!("line of text {i}\n")));
        let workers = (0..threads).map(|_| Worker::default()).collect();
        let outcome = run.go_under(&daily(3), workers, &[lines.collect()]);
        assert!(matches!(outcome, Err(Error::NoEpoch { .. })), "{outcome:?}");
        assert_eq!(run.output.bytes(), b"line of text 0\nline of text 1\nline of text 2\n");
    }
}
