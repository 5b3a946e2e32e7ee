//! New epochs: consecutive months, weeks or days of UTC, each with a random secret.

use std::time::SystemTime;

use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan};

use super::error::RingError;
use super::model::{Epoch, Kind, Material, Ring};
use super::weak::Weakness;
use crate::secret::Secret;

/// Years for which a key is kept after its epoch has ended.
const RETENTION_YEARS: i64 = 2;

/// How long an epoch lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// A calendar month, named `2026-11`.
    Month,
    /// A week from Monday, named by ISO 8601 as `2026-W47`.
    Week,
    /// A day, named `2026-11-21`.
    Day,
}

impl Period {
    /// The first day of the period that holds `date`.
    fn begin(self, date: Date) -> Result<Date, jiff::Error> {
        match self {
            Period::Month => Ok(date.first_of_month()),
            Period::Week => {
                let days = date.weekday().to_monday_zero_offset();
                date.checked_sub(i64::from(days).days())
            }
            Period::Day => Ok(date),
        }
    }

    /// The first day of the period after the one that begins at `begin`.
    fn next(self, begin: Date) -> Result<Date, jiff::Error> {
        begin.checked_add(match self {
            Period::Month => 1.month(),
            Period::Week => 1.week(),
            Period::Day => 1.day(),
        })
    }

    /// The id of the epoch that begins at `begin`.
    fn id(self, begin: Date) -> String {
        match self {
            Period::Month => format!("{:04}-{:02}", begin.year(), begin.month()),
            Period::Week => {
                let week = begin.iso_week_date();
                format!("{:04}-W{:02}", week.year(), week.week())
            }
            Period::Day => begin.to_string(),
        }
    }
}

impl Ring {
    /// A new root ring with the epoch that holds `now` and `ahead` following ones.
    pub fn fresh(now: SystemTime, period: Period, ahead: usize) -> Result<Self, RingError> {
        let now = Timestamp::try_from(now).map_err(|_| RingError::Calendar)?;
        let today = Offset::UTC.to_datetime(now).date();
        let mut begin = period.begin(today).map_err(|_| RingError::Calendar)?;
        let mut epochs = Vec::new();
        for _ in 0..=ahead {
            let end = period.next(begin).map_err(|_| RingError::Calendar)?;
            epochs.push(Epoch {
                id: period.id(begin),
                not_before: midnight(begin)?,
                not_after: midnight(end)?,
                destroy_after: midnight(end.saturating_add(RETENTION_YEARS.years()))?,
                material: Material::Secret(strong_secret()?),
            });
            begin = end;
        }
        Ring::new(Kind::Root, epochs)
    }
}

fn midnight(date: Date) -> Result<Timestamp, RingError> {
    Offset::UTC.to_timestamp(date.at(0, 0, 0, 0)).map_err(|_| RingError::Calendar)
}

/// A random secret that passes the checks, which all but one in 2^45 do.
fn strong_secret() -> Result<Secret, RingError> {
    loop {
        let secret = Secret::random().map_err(RingError::Random)?;
        if Weakness::of(&secret).is_none() {
            return Ok(secret);
        }
    }
}
