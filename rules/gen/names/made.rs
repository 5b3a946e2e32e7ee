//! Lines made from templates: the speech of call centres, which no labelled text has.

use std::collections::HashSet;
use std::error::Error;
use std::fs;
use std::path::Path;

use lognym::span::Span;

use super::corpus::Line;
use super::random::Random;

/// Lines made from each template.
const LINES: usize = 60;
/// Lines made from each labelled line with names.
const SWAPS: usize = 2;
const TEMPLATES: &str = include_str!("templates.txt");

/// Words of `rules/words` by what they are; of those with bands, the frequent ones several times.
struct Lists {
    given: Vec<String>,
    family: Vec<String>,
    places: Vec<String>,
    others: Vec<String>,
    hosts: Vec<String>,
    months: Vec<String>,
    common: Vec<String>,
    /// Common words that are frequent names too.
    ambiguous: Vec<String>,
    german: Vec<String>,
}

pub(crate) fn lines(rules: &Path, random: &mut Random) -> Result<Vec<Line>, Box<dyn Error>> {
    let lists = Lists::read(&rules.join("words"))?;
    let mut lines = Vec::new();
    let templates = TEMPLATES.lines().filter(|line| !line.starts_with(['#', '=']));
    for template in templates {
        for _ in 0..LINES {
            lines.push(fill(template, &lists, random));
        }
    }
    Ok(lines)
}

/// The labelled lines with other people in them: what stands around a name is to be learnt, not the
/// name.
pub(crate) fn swapped(
    lines: &[Line],
    rules: &Path,
    random: &mut Random,
) -> Result<Vec<Line>, Box<dyn Error>> {
    let lists = Lists::read(&rules.join("words"))?;
    let named = lines.iter().filter(|line| !line.names.is_empty());
    Ok((0..SWAPS).flat_map(|_| named.clone()).map(|line| swap(line, &lists, random)).collect())
}

fn swap(line: &Line, lists: &Lists, random: &mut Random) -> Line {
    let mut swapped = Line { text: String::new(), names: Vec::new(), weight: line.weight / 2.0 };
    let mut at = 0;
    for name in &line.names {
        swapped.text.push_str(&line.text[at.min(name.start)..name.start]);
        let start = swapped.text.len();
        let words = line.text[name.start..name.end].split(' ').count();
        let other = match words {
            1 if random.percent(50) => given(lists, random),
            1 => family(lists, random),
            2 => format!("{} {}", given(lists, random), family(lists, random)),
            _ => person(lists, random),
        };
        swapped.text.push_str(&other);
        swapped.names.push(Span::new(start, swapped.text.len()));
        at = name.end;
    }
    swapped.text.push_str(&line.text[at..]);
    swapped
}

impl Lists {
    fn read(folder: &Path) -> Result<Self, Box<dyn Error>> {
        let all = |names: &[&str], wanted: fn(&str) -> usize| -> Result<Vec<String>, String> {
            let mut words = Vec::new();
            for name in names {
                let path = folder.join(name).with_extension("txt");
                let text =
                    fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
                for line in text.lines().filter(|line| !line.starts_with('#')) {
                    let (word, value) = line.split_once('\t').unwrap_or((line, ""));
                    words.extend(std::iter::repeat_n(word.to_owned(), wanted(value)));
                }
            }
            Ok(words)
        };
        // Frequent names are far fewer than rare ones.
        let banded = |value: &str| match value {
            "3" => 24,
            "2" => 6,
            _ => 1,
        };
        let common: HashSet<String> = all(&["common_en"], |_| 1)?.into_iter().collect();
        let is_word = |name: &String| common.contains(&name.to_lowercase());
        let mut ambiguous = all(&["given_us"], |band| usize::from(band != "1"))?;
        ambiguous.extend(all(&["family_us"], |band| usize::from(band == "3"))?);
        ambiguous.retain(is_word);
        let nouns: HashSet<String> = all(&["common_de"], |_| 1)?.into_iter().collect();
        let mut german = all(&["family_world", "family_us"], |band| usize::from(band != "1"))?;
        german.retain(|name| nouns.contains(name));
        Ok(Self {
            ambiguous,
            german,
            given: all(&["given_berlin", "given_us", "given_world"], banded)?,
            family: all(&["family_us", "family_world"], banded)?,
            places: all(&["places"], |_| 1)?,
            others: all(&["orgs"], |value| usize::from(value != "host"))?,
            hosts: all(&["orgs"], |value| usize::from(value.contains("host")))?,
            months: all(&["months"], |_| 1)?,
            common: all(&["common_en", "common_de", "nonperson"], |value| match value {
                "3" => 8,
                "1" => 1,
                _ => 3,
            })?,
        })
    }
}

fn fill(template: &str, lists: &Lists, random: &mut Random) -> Line {
    let mut line = Line { text: String::new(), names: Vec::new(), weight: 1.0 };
    if random.percent(30) {
        let heads = ["INFO ", "12:31:07 ", "[7] ", "note: ", "WARN  [main] ", "2026-11-21 "];
        line.text.push_str(random.pick::<&str>(&heads));
    }
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        line.text.push_str(before);
        let Some((hole, after)) = after.split_once('}') else { break };
        let start = line.text.len();
        line.text.push_str(&filler(hole, lists, random));
        if matches!(hole, "n" | "g" | "f" | "u") {
            line.names.push(Span::new(start, line.text.len()));
        }
        rest = after;
    }
    line.text.push_str(rest);
    if random.percent(20) { wrapped(&line, random) } else { line }
}

/// The line as the message of a structured log.
fn wrapped(line: &Line, random: &mut Random) -> Line {
    let wraps = [
        ("{\"level\":\"info\",\"msg\":\"", "\",\"id\":7}"),
        ("{\"message\": \"", "\", \"thread\": \"main\"}"),
        ("level=info msg=\"", "\" took=7ms"),
        ("pbx.c: Verbose(\"2,", "\") in new stack"),
    ];
    let &(head, tail) = random.pick(&wraps);
    let moved = |name: &Span| Span::new(name.start + head.len(), name.end + head.len());
    Line {
        text: [head, &line.text, tail].concat(),
        names: line.names.iter().map(moved).collect(),
        weight: line.weight,
    }
}

fn filler(hole: &str, lists: &Lists, random: &mut Random) -> String {
    match hole {
        "n" => person(lists, random),
        "g" => given(lists, random),
        "f" => family(lists, random),
        "u" => format!("{} {}", given(lists, random), family(lists, random)),
        "p" => capital(random.pick(&lists.places).as_str()),
        "o" => capital(random.pick(&lists.others).as_str()),
        "h" => capital(random.pick(&lists.hosts).as_str()),
        "G" if random.percent(70) => given(lists, random),
        "G" => family(lists, random),
        "a" => capital(random.pick(&lists.ambiguous).as_str()),
        "D" => capital(random.pick(&lists.german).as_str()),
        "m" => capital(random.pick(&lists.months).as_str()),
        "w" => capital(random.pick(&lists.common).as_str()),
        "t" => format!("+49 30 23125 {:03}", random.below(1000)),
        _ => random.below(100_000).to_string(),
    }
}

/// A person in one of the spellings of running text.
fn person(lists: &Lists, random: &mut Random) -> String {
    let (first, last) = (given(lists, random), family(lists, random));
    match random.below(100) {
        0..48 => format!("{first} {last}"),
        48..66 => first,
        66..74 => last,
        74..80 => format!("{}. {last}", first.chars().next().unwrap_or('A')),
        80..85 => format!("{first} {} {last}", given(lists, random)),
        85..88 => format!("{first} {}. {last}", given(lists, random).chars().next().unwrap_or('A')),
        88..92 => {
            let particles = ["von", "van", "de", "von der", "van den", "di", "del", "zu"];
            format!("{first} {} {last}", random.pick(&particles))
        }
        92..96 => format!("{first} {last}-{}", family(lists, random)),
        _ => format!("{first} {last}").to_uppercase(),
    }
}

fn given(lists: &Lists, random: &mut Random) -> String {
    let name = capital(random.pick(&lists.given).as_str());
    if random.percent(6) {
        format!("{name}-{}", capital(random.pick(&lists.given).as_str()))
    } else {
        name
    }
}

fn family(lists: &Lists, random: &mut Random) -> String {
    capital(random.pick(&lists.family).as_str())
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
