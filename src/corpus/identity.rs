//! The people of the corpus: phone numbers of fiction ranges and names made by chance.

use super::pen::Pen;

/// A block of numbers set aside for fiction; `digits` free digits follow `prefix`.
pub(super) struct Range {
    country: &'static str,
    pub(super) area: &'static str,
    pub(super) prefix: &'static str,
    digits: usize,
}

/// Germany: Bundesnetzagentur, "Rufnummern für Medienproduktionen". NANP: 555-0100 to
/// 555-0199 of any area. UK: Ofcom, "Telephone numbers for drama use" (its mobile range is
/// left out: numbering plans do not list it as assigned).
#[rustfmt::skip]
pub(super) const RANGES: [Range; 15] = [
    Range { country: "49", area: "30", prefix: "23125", digits: 3 },
    Range { country: "49", area: "69", prefix: "90009", digits: 3 },
    Range { country: "49", area: "40", prefix: "66969", digits: 3 },
    Range { country: "49", area: "221", prefix: "4710", digits: 3 },
    Range { country: "49", area: "89", prefix: "99998", digits: 3 },
    Range { country: "49", area: "171", prefix: "39200", digits: 2 },
    Range { country: "44", area: "20", prefix: "79460", digits: 3 },
    Range { country: "1", area: "212", prefix: "55501", digits: 2 },
    Range { country: "1", area: "415", prefix: "55501", digits: 2 },
    Range { country: "1", area: "617", prefix: "55501", digits: 2 },
    Range { country: "1", area: "312", prefix: "55501", digits: 2 },
    Range { country: "1", area: "206", prefix: "55501", digits: 2 },
    Range { country: "1", area: "512", prefix: "55501", digits: 2 },
    Range { country: "1", area: "702", prefix: "55501", digits: 2 },
    Range { country: "1", area: "503", prefix: "55501", digits: 2 },
];

#[rustfmt::skip]
const GIVEN: [&str; 40] = [
    "Anna", "Bernd", "Clara", "Daniel", "Elena", "Felix", "Greta", "Hannah", "Ines", "Jonas",
    "Katrin", "Lukas", "Miriam", "Niklas", "Olivia", "Paul", "Rita", "Stefan", "Theresa", "Ulrich",
    "Vera", "Walter", "Yvonne", "Jürgen", "Sören", "Max", "Erika", "Emma", "Oliver", "Sophie",
    "Arthur", "Charlotte", "Henry", "Alice", "Edmund", "Martha", "Simon", "Laura", "Tobias", "René",
];

#[rustfmt::skip]
pub(super) const FAMILY: [&str; 40] = [
    "Mustermann", "Beispiel", "Schröder", "Hoffmann", "Krüger", "Vogelsang", "Brandt", "Kellner",
    "Lorenz", "Seidel", "Hartmann", "Böhm", "Kaufmann", "Winkler", "Albrecht", "Grünwald",
    "Niemeyer", "Reinhardt", "Steinbach", "Petersen", "Fletcher", "Whitfield", "Ashworth",
    "Pemberton", "Bennett", "Reynolds", "Thornton", "Hathaway", "Underhill", "Fairchild",
    "Lockwood", "Mayfield", "Winslow", "Prescott", "Kowalski", "Lindqvist", "Moreau", "Castellano",
    "Meyer-Holthaus", "O'Hara",
];

/// One number in its parts.
struct Number {
    country: &'static str,
    area: &'static str,
    local: String,
}

fn number(pen: &mut Pen) -> Number {
    let range = pen.rng.pick(&RANGES);
    let free = pen.rng.below(10usize.pow(range.digits as u32));
    let local = format!("{}{free:0width$}", range.prefix, width = range.digits);
    Number { country: range.country, area: range.area, local }
}

/// `+493023125042`.
pub(super) fn e164(pen: &mut Pen) {
    let Number { country, area, local } = number(pen);
    pen.phone(format_args!("+{country}{area}{local}"));
}

/// The user part of a URI: with `+`, with `00`, or the country code alone.
pub(super) fn uri(pen: &mut Pen) {
    let Number { country, area, local } = number(pen);
    let prefix = pen.rng.pick(&["+", "+", "+", "00", ""]);
    pen.phone(format_args!("{prefix}{country}{area}{local}"));
}

/// An international number as people and programs write it, recognisable without context.
pub(super) fn international(pen: &mut Pen) {
    let number = number(pen);
    write_international(pen, &number);
}

fn write_international(pen: &mut Pen, number: &Number) {
    let Number { country, area, local } = number;
    let (head, tail) = local.split_at(local.len() - 4);
    match pen.rng.below(8) {
        0..=2 => pen.phone(format_args!("+{country}{area}{local}")),
        3 => pen.phone(format_args!("+{country} {area} {local}")),
        4 => pen.phone(format_args!("+{country} {area} {head} {tail}")),
        5 => pen.phone(format_args!("+{country}-{area}-{head}-{tail}")),
        6 if *country == "49" => pen.phone(format_args!("+49 (0){area} {local}")),
        6 => pen.phone(format_args!("+{country} ({area}) {head}-{tail}")),
        _ => pen.phone(format_args!("00{country}{area}{local}")),
    }
}

/// What stands behind a phone keyword: international, or as dialled inside the country.
pub(super) fn with_keyword(pen: &mut Pen) {
    let number = number(pen);
    if pen.rng.below(2) == 0 {
        return write_international(pen, &number);
    }
    let Number { country, area, local } = &number;
    let (head, tail) = local.split_at(local.len() - 4);
    match (*country, pen.rng.below(3)) {
        ("1", 0) => pen.phone(format_args!("({area}) {head}-{tail}")),
        ("1", _) => pen.phone(format_args!("{area}-{head}-{tail}")),
        ("49", 0) => pen.phone(format_args!("0{area}/{local}")),
        (_, 1) => pen.phone(format_args!("0{area} {local}")),
        (_, _) => pen.phone(format_args!("0{area} {head} {tail}")),
    }
}

/// The value of a phone field: any of the above, or bare digits with the country code.
pub(super) fn field(pen: &mut Pen) {
    if pen.rng.below(5) > 0 {
        return with_keyword(pen);
    }
    let Number { country, area, local } = number(pen);
    pen.phone(format_args!("{country}{area}{local}"));
}

/// `Max Mustermann`.
pub(super) fn full_name(pen: &mut Pen) {
    let (given, family) = (pen.rng.pick(&GIVEN), pen.rng.pick(&FAMILY));
    pen.name(format_args!("{given} {family}"));
}

/// `Mustermann, Max`.
pub(super) fn last_first(pen: &mut Pen) {
    let (given, family) = (pen.rng.pick(&GIVEN), pen.rng.pick(&FAMILY));
    pen.name(format_args!("{family}, {given}"));
}

/// What follows an honorific: the family name, sometimes the full one.
pub(super) fn addressed(pen: &mut Pen) {
    if pen.rng.below(3) == 0 {
        return full_name(pen);
    }
    let family = pen.rng.pick(&FAMILY);
    pen.name(format_args!("{family}"));
}
