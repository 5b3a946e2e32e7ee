//! Compiles the word lists of `rules/words` into `rules/lexicon.bin`.
//!
//! `cargo run --example lexicon` writes the file and prints its size; `src/lexicon/table.rs`
//! describes its layout. Deterministic: the same lists always give the same bytes, and a test
//! compares them.

use lognym::fold;
use lognym::lexicon::Bits;
use lognym::lexicon::table::{ENTRY, LINE, MAGIC, MAX_WORD, Place, walk};
use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;

/// Mean entries of a line. At this load one line in twenty is full and sends words on to the
/// next; the rest answers a miss at once.
const LOAD: usize = 10;

/// The second column of a list, and what it means.
#[derive(Clone, Copy)]
enum Column {
    /// A band from 1 to 3.
    Band(fn(u8) -> Bits),
    /// None: every word has these bits.
    Fixed(Bits),
    /// Kinds joined by `+`: `org`, `eponym`, `host`.
    Kinds,
}

const LISTS: [(&str, Column); 11] = [
    ("common_de", Column::Band(Bits::with_common)),
    ("common_en", Column::Band(Bits::with_common)),
    ("family_us", Column::Band(Bits::with_family)),
    ("family_world", Column::Band(Bits::with_family)),
    ("given_berlin", Column::Band(Bits::with_given)),
    ("given_us", Column::Band(Bits::with_given)),
    ("given_world", Column::Band(Bits::with_given)),
    ("months", Column::Fixed(Bits::MONTH)),
    ("nonperson", Column::Fixed(Bits::NONPERSON)),
    ("orgs", Column::Kinds),
    ("places", Column::Fixed(Bits::PLACE)),
];

#[allow(dead_code, reason = "unused where a test includes this file")]
fn main() -> Result<(), Box<dyn Error>> {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let words = read(&rules.join("words"))?;
    let table = compile(&words)?;
    let path = rules.join("lexicon.bin");
    fs::write(&path, &table).map_err(|e| format!("writing {}: {e}", path.display()))?;
    let lines = table.len() / LINE;
    let full = table[LINE..].chunks(LINE).filter(|line| line[LINE - 4..] != [0; 4]).count();
    eprintln!("{} words, {} bytes, {full} of {lines} lines full", words.len(), table.len());
    Ok(())
}

/// All lists of a folder as one map from search form to evidence.
pub(crate) fn read(folder: &Path) -> Result<BTreeMap<String, Bits>, Box<dyn Error>> {
    let mut words = BTreeMap::new();
    for (name, column) in LISTS {
        let path = folder.join(name).with_extension("txt");
        let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        for (number, line) in text.lines().enumerate() {
            if line.starts_with('#') {
                continue;
            }
            let (word, bits) = entry(line, column)
                .ok_or_else(|| format!("{name}.txt:{}: bad line", number + 1))?;
            add(&mut words, form(word), bits);
            if let Some((plain, bits)) = stripped(word, bits) {
                add(&mut words, plain, bits);
            }
        }
    }
    Ok(words)
}

fn add(words: &mut BTreeMap<String, Bits>, form: String, bits: Bits) {
    let known = words.entry(form).or_default();
    *known = known.merge(bits);
}

fn entry(line: &str, column: Column) -> Option<(&str, Bits)> {
    let (word, value) = line.split_once('\t').unwrap_or((line, ""));
    let bits = match column {
        Column::Fixed(bits) => value.is_empty().then_some(bits)?,
        Column::Band(with) => with(value.parse().ok().filter(|band| (1..=3).contains(band))?),
        Column::Kinds => value.split('+').try_fold(Bits::EMPTY, |bits, kind| {
            Some(bits.merge(match kind {
                "org" => Bits::ORG,
                "eponym" => Bits::EPONYM,
                "host" => Bits::HOST,
                _ => return None,
            }))
        })?,
    };
    let form = form(word);
    let valid = !form.is_empty() && form.len() <= MAX_WORD && form.is_ascii();
    valid.then_some((word, bits))
}

fn form(word: &str) -> String {
    let mut form = String::new();
    for c in word.chars() {
        fold::search_form(c, &mut form);
    }
    form
}

/// The spelling of systems that drop marks (`Muller`, `Zurich`), a band lower than the right
/// one. Not for common words: too many would turn into others.
fn stripped(word: &str, bits: Bits) -> Option<(String, Bits)> {
    let plain: String = word
        .chars()
        .map(|c| match c {
            'Ä' | 'ä' | 'Å' | 'å' => 'a',
            'Ö' | 'ö' | 'Ø' | 'ø' => 'o',
            'Ü' | 'ü' => 'u',
            c => c,
        })
        .collect();
    if plain == word || bits.common() != 0 {
        return None;
    }
    let lower = |band: u8| if band == 0 { 0 } else { (band - 1).max(1) };
    let names =
        Bits::with_given(lower(bits.given())).merge(Bits::with_family(lower(bits.family())));
    let flags = Bits::from_raw(u32::from(bits.raw()) & !0b11_1111);
    Some((form(&plain), names.merge(flags)))
}

/// The table with the first seed under which every word finds its own evidence.
pub(crate) fn compile(words: &BTreeMap<String, Bits>) -> Result<Vec<u8>, Box<dyn Error>> {
    let homes = words.len().div_ceil(LOAD).max(1);
    let lines = (0..1000).find_map(|seed| Some((seed, fill(words, seed, homes)?)));
    let (seed, lines) = lines.ok_or("no seed of 1000 keeps the words apart: lower LOAD")?;
    let mut file = [&MAGIC[..], &seed.to_le_bytes()].concat();
    file.resize(LINE, 0);
    file.extend(lines.as_flattened());
    Ok(file)
}

/// Every word on the first line with room from its home on; `None` if there is no such line
/// or a word is taken for another.
fn fill(words: &BTreeMap<String, Bits>, seed: u64, homes: usize) -> Option<Vec<[u8; LINE]>> {
    let place = |word: &String| Place::of(word.as_bytes(), seed, homes);
    let mut lines = vec![[0; LINE]; homes + 1];
    for (word, &bits) in words {
        let place = place(word)?;
        let mut entries = lines[place.home()..].as_flattened_mut().chunks_mut(ENTRY);
        let free = entries.find(|entry| **entry == [0; ENTRY])?;
        free.copy_from_slice(&place.entry(bits).to_le_bytes());
    }
    words
        .iter()
        .all(|(word, &bits)| place(word).is_some_and(|place| walk(&lines, place) == bits))
        .then_some(lines)
}
