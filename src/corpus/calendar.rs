//! Microseconds since 1970 as calendar fields, in UTC.

/// Abbreviations of the months, as syslog and access logs write them.
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A moment, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) year: u64,
    /// From 1.
    pub(super) month: u64,
    /// From 1.
    pub(super) day: u64,
    pub(super) hour: u64,
    pub(super) minute: u64,
    pub(super) second: u64,
    pub(super) micros: u64,
}

impl Moment {
    /// The days part is `civil_from_days` of Howard Hinnant's "chrono-compatible low-level
    /// date algorithms", for dates from 1970 on.
    pub(super) fn of(epoch_us: u64) -> Self {
        let (seconds, micros) = (epoch_us / 1_000_000, epoch_us % 1_000_000);
        let (days, clock) = (seconds / 86_400 + 719_468, seconds % 86_400);
        let era = days / 146_097;
        let day_of_era = days % 146_097;
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        // Months counted from March, so that the leap day comes last.
        let month_from_march = (5 * day_of_year + 2) / 153;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        Self {
            year: year_of_era + era * 400 + u64::from(month <= 2),
            month,
            day: day_of_year - (153 * month_from_march + 2) / 5 + 1,
            hour: clock / 3_600,
            minute: clock / 60 % 60,
            second: clock % 60,
            micros,
        }
    }

    pub(super) fn month_name(self) -> &'static str {
        MONTHS[self.month as usize - 1]
    }

    pub(super) const fn millis(self) -> u64 {
        self.micros / 1_000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values from `date -u -d @N`.
    #[test]
    fn known_moments() {
        let fields = |seconds: u64| {
            let at = Moment::of(seconds * 1_000_000);
            (at.year, at.month, at.day, at.hour, at.minute, at.second)
        };
        assert_eq!(fields(0), (1970, 1, 1, 0, 0, 0));
        assert_eq!(fields(951_782_399), (2000, 2, 28, 23, 59, 59));
        assert_eq!(fields(951_782_400), (2000, 2, 29, 0, 0, 0));
        assert_eq!(fields(1_773_480_413), (2026, 3, 14, 9, 26, 53));
        assert_eq!(fields(1_798_761_599), (2026, 12, 31, 23, 59, 59));
    }
}
