//! New epochs: consecutive months, weeks or days of UTC, each with a random secret.

use std::time::SystemTime;

use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan};

use super::error::RingError;
use super::model::{Epoch, Kind, Material, Ring, instant};
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

    /// The period that gives its epochs ids of this form; a month unless it looks like another.
    fn of_id(id: &str) -> Self {
        let mut parts = id.split(['-', '.']);
        match (parts.next(), parts.next(), parts.next()) {
            (Some(_), Some(week), _) if week.starts_with('W') => Period::Week,
            (Some(_), Some(_), Some(day)) if day.len() == 2 => Period::Day,
            _ => Period::Month,
        }
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
    ///
    /// # Errors
    /// Beyond the calendar, or without random bytes.
    pub fn fresh(now: SystemTime, period: Period, ahead: usize) -> Result<Self, RingError> {
        let begin = midnight(period.begin(date(instant(now)?)).map_err(|_| RingError::Calendar)?)?;
        let mut epochs = vec![epoch_from(begin, period, &[])?];
        extend(&mut epochs, begin, period, ahead)?;
        Ring::new(Kind::Root, epochs)
    }

    /// This ring with as many new epochs behind its last one as it takes for `ahead` to follow the
    /// present moment; none if they are there. A period of `None` is that of the last epoch, told
    /// by its id. An epoch that begins within a period, because the period was changed,
    /// is shorter.
    ///
    /// # Errors
    /// A domain ring, the end of the calendar, or no random bytes.
    pub fn rotated(
        self,
        now: SystemTime,
        period: Option<Period>,
        ahead: usize,
    ) -> Result<Self, RingError> {
        if self.kind() != &Kind::Root {
            return Err(RingError::RootOnly);
        }
        let now = instant(now)?;
        let mut epochs = self.into_epochs();
        let last = epochs.iter().max_by_key(|epoch| epoch.not_after).ok_or(RingError::Empty)?;
        let period = period.unwrap_or_else(|| Period::of_id(&last.id));
        let end = last.not_after;
        if end <= now {
            let begin = midnight(period.begin(date(now)).map_err(|_| RingError::Calendar)?)?;
            let epoch = epoch_from(begin.max(end), period, &epochs)?;
            epochs.push(epoch);
        }
        extend(&mut epochs, now, period, ahead)?;
        Ring::new(Kind::Root, epochs)
    }
}

/// Adds epochs behind the last one until `ahead` of them begin after `now`.
fn extend(
    epochs: &mut Vec<Epoch>,
    now: Timestamp,
    period: Period,
    ahead: usize,
) -> Result<(), RingError> {
    while epochs.iter().filter(|epoch| epoch.not_before > now).count() < ahead {
        let end = epochs.iter().map(|epoch| epoch.not_after).max().ok_or(RingError::Empty)?;
        let epoch = epoch_from(end, period, epochs)?;
        epochs.push(epoch);
    }
    Ok(())
}

/// A new epoch from `begin` to the end of the period that holds it, its id none of those of
/// `others`.
fn epoch_from(begin: Timestamp, period: Period, others: &[Epoch]) -> Result<Epoch, RingError> {
    let first = period.begin(date(begin)).map_err(|_| RingError::Calendar)?;
    let end = period.next(first).map_err(|_| RingError::Calendar)?;
    let plain = period.id(first);
    let is_free = |id: &String| others.iter().all(|other| other.id != *id);
    let numbered = (2..).map(|number: u32| format!("{plain}.{number}"));
    let id = std::iter::once(plain.clone()).chain(numbered).find(is_free);
    Ok(Epoch {
        id: id.unwrap_or(plain),
        not_before: begin,
        not_after: midnight(end)?,
        destroy_after: midnight(end.saturating_add(RETENTION_YEARS.years()))?,
        material: Material::Secret(strong_secret()?),
    })
}

fn date(at: Timestamp) -> Date {
    Offset::UTC.to_datetime(at).date()
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
