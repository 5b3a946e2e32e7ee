//! What a record in this folder holds: how fast lognym and its rivals went, where, and by which
//! command. One JSON file a machine; the newest run takes the place of the one before, so that a
//! diff shows what changed.
#![allow(dead_code, reason = "the bench writes what chart and test read")]

use serde::{Deserialize, Serialize};

/// The value of [`Record::format`].
pub(crate) const FORMAT: &str = "lognym-record-1";

/// One run of `cargo bench --bench rivals`.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Record {
    pub(crate) format: String,
    /// The commit that was measured, in short; `-dirty` behind it if the files were not as committed.
    pub(crate) commit: String,
    /// Of the run, in UTC: `2026-11-22`.
    pub(crate) date: String,
    /// What makes such a record.
    pub(crate) command: String,
    pub(crate) machine: Machine,
    /// Thinnest first, as the fields of [`Each`].
    pub(crate) corpora: Vec<CorpusFacts>,
    /// In memory, on one thread, nothing read or written: 4 MiB of each corpus.
    pub(crate) core: Vec<Row>,
    /// Whole programs on a file, their output to `/dev/null`.
    pub(crate) files: Vec<Row>,
    /// Whole programs between two `cat`.
    pub(crate) pipes: Vec<Row>,
    /// What one line waits for.
    pub(crate) waits: Vec<Wait>,
    /// Programs that were not found.
    pub(crate) missing: Vec<String>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Machine {
    pub(crate) cpu: String,
    pub(crate) cores: usize,
    pub(crate) system: String,
    pub(crate) compiler: String,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CorpusFacts {
    pub(crate) name: String,
    pub(crate) bytes: u64,
    pub(crate) lines: u64,
    /// How many were planted.
    pub(crate) phones: u64,
    pub(crate) names: u64,
}

/// One program, kernel or pipeline on each corpus.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Row {
    pub(crate) name: String,
    /// As for a shell, `LOG` for the corpus; what is longer than a line is told in words.
    pub(crate) command: String,
    /// Which release of which program, if it is not lognym's own.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) version: String,
    /// What work the time is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) does: String,
    /// 10^6 bytes of input a second, in the fastest round.
    pub(crate) mb_per_s: Each<f64>,
    /// How many lines of the first 4 MiB came out changed; only counted for `files`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) changed_lines: Option<Each<u64>>,
}

/// From writing a line to having its answer, or from start to end with one line.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wait {
    pub(crate) name: String,
    /// `line` or `start`.
    pub(crate) of: String,
    pub(crate) samples: usize,
    pub(crate) median_us: f64,
    /// All but one in a hundred waited less.
    pub(crate) most_us: f64,
}

/// One value for each corpus.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Each<T> {
    pub(crate) none: T,
    pub(crate) one_in_ten: T,
    pub(crate) every: T,
}

impl<T: Copy> Each<T> {
    pub(crate) fn from_array([none, one_in_ten, every]: [T; 3]) -> Self {
        Self { none, one_in_ten, every }
    }

    pub(crate) fn to_array(self) -> [T; 3] {
        [self.none, self.one_in_ten, self.every]
    }
}
