//! `stream/<threads>/<density>`: a file through readers, workers and the ordered writer to
//! standard output, which goes to `/dev/null` meanwhile; throughput in bytes of input.

mod common;

use std::fs::File;
use std::io::Write;
use std::num::NonZeroUsize;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use lognym::epochs::Epochs;
use lognym::frame::Limits;
use lognym::scan::Kernel;
use lognym::stream::{self, Meter, Options, Source, Stop, Summary};
use rustix::io::dup;
use rustix::stdio::{dup2_stdout, stdout};

fn streams(criterion: &mut Criterion) {
    let epochs = Epochs::fixed(common::engine(Kernel::auto()));
    for threads in [NonZeroUsize::MIN, NonZeroUsize::MIN.saturating_add(1)] {
        let options =
            Options { limits: Limits::default(), threads, line_buffered: false, remember: None };
        let mut group = criterion.benchmark_group(format!("stream/{threads}"));
        for (density, corpus) in common::corpora() {
            let mut file = tempfile::NamedTempFile::new().expect("a file can be made");
            file.write_all(&corpus.text).expect("the file takes the corpus");
            let sources = [Source::Path(file.path().to_owned())];
            let run = || -> Summary {
                let stop = Stop::new().expect("descriptors are to be had");
                stream::run(&epochs, &sources, &options, &stop, &Meter::default())
                    .expect("the file can be read")
            };
            let counts = muted(run).counts;
            assert_eq!(counts.bytes_in, corpus.text.len() as u64);
            common::assert_found(&corpus, counts.by_type, common::ENGINE_SHARE);
            group.throughput(Throughput::Bytes(corpus.text.len() as u64));
            group.bench_function(density, |bencher| muted(|| bencher.iter(run)));
        }
        group.finish();
    }
}

/// Runs `work` while standard output goes to `/dev/null`.
fn muted<T>(work: impl FnOnce() -> T) -> T {
    let kept = dup(stdout()).expect("standard output is open");
    let null = File::options().write(true).open("/dev/null").expect("there is /dev/null");
    dup2_stdout(&null).expect("standard output can be exchanged");
    let done = work();
    dup2_stdout(&kept).expect("standard output can be put back");
    done
}

criterion_group! {
    name = benches;
    config = common::config();
    targets = streams
}
criterion_main!(benches);
