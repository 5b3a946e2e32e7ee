//! Which German numbers stand in an assigned area: `rules/areas.bin`, made from `rules/areas.txt`.
//!
//! The plan of Germany lets nearly any digits be a subscriber's number, as numbers there have no fixed
//! length. Where the national numbers of several regions overlap, an area that nobody was
//! assigned speaks against Germany. Cost: one load.

/// Bit n % 8 of byte n / 8 stands for the opening digits n.
static ASSIGNED: &[u8; 100_000 / 8] = include_bytes!("../../rules/areas.bin");

/// Whether the area code that opens the German `national` number is assigned.
pub(super) fn is_assigned(national: &[u8]) -> bool {
    let Some(opening) = national.first_chunk::<5>() else { return false };
    let number = opening.iter().fold(0, |n, &d| n * 10 + usize::from(d.wrapping_sub(b'0') % 10));
    ASSIGNED[number / 8] >> (number % 8) & 1 != 0
}

#[cfg(test)]
mod tests {
    use super::is_assigned;

    #[test]
    fn assigned_areas_are_told_from_others() {
        for national in ["3023125123", "2214710123", "8999998123", "7403123456"] {
            assert!(is_assigned(national.as_bytes()), "{national}");
        }
        for national in ["7400123456", "1612345678", "30", "0000000000"] {
            assert!(!is_assigned(national.as_bytes()), "{national}");
        }
    }
}
