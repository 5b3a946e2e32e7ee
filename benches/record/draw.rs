//! What a record looks like: a chart for the README and the section around it. Pure: the same record
//! always gives the same bytes, so that a test can tell whether those in the README are its.

use std::fmt::Write;

use super::schema::{Each, Record, Row};

/// The README's section lies between `<!-- speed: PATH -->`, which names the record, and this.
const START: &str = "<!-- speed: ";
const END: &str = "<!-- /speed -->";

/// Where the record lies that `readme` shows.
pub(crate) fn shown_by(readme: &str) -> Option<&str> {
    Some(readme.split_once(START)?.1.split_once(" -->")?.0)
}

/// `readme` with the section of `record` in place of the one it has.
pub(crate) fn redrawn(readme: &str, record: &Record) -> Option<String> {
    let (before, rest) = readme.split_once(START)?;
    let (path, rest) = rest.split_once(" -->\n")?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{START}{path} -->\n{}{END}{after}", section(record)))
}

/// Chart, table and what else was measured, as Markdown.
fn section(record: &Record) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write_table(&mut out, record).and_then(|()| write_rest(&mut out, record));
    out
}

fn write_table(out: &mut String, record: &Record) -> std::fmt::Result {
    let megabytes = record.corpora.first().map_or(0, |corpus| corpus.bytes) / 1_000_000;
    writeln!(out, "![Speed of lognym and others](benches/record/speed.svg)\n")?;
    writeln!(out, "| MB/s, with an identity on | no line | one line in ten | every line |")?;
    writeln!(out, "|---|--:|--:|--:|")?;
    for row in &record.core {
        write_row(out, &format!("in memory, 1 thread: {}", row.name), row)?;
    }
    for row in &record.files {
        let own = row.name.starts_with("lognym");
        write_row(out, &if own { format!("**{}**", row.name) } else { code(&row.name) }, row)?;
    }
    let machine = &record.machine;
    writeln!(
        out,
        "\nWhole programs on a file of {megabytes} MB, their output to `/dev/null`, unless in memory; {}, {} \
         cores, commit {}, {}.",
        machine.cpu, machine.cores, record.commit, record.date
    )
}

/// Programs as code; what has no command of its own as words.
fn code(name: &str) -> String {
    if name.contains("rival") { name.to_owned() } else { format!("`{name}`") }
}

fn write_row(out: &mut String, name: &str, row: &Row) -> std::fmt::Result {
    let [none, one_in_ten, every] = row.mb_per_s.to_array().map(figure);
    writeln!(out, "| {name} | {none} | {one_in_ten} | {every} |")
}

/// What is told in a sentence: pipes, threads and waits.
fn write_rest(out: &mut String, record: &Record) -> std::fmt::Result {
    let file = |name: &str| record.files.iter().find(|row| row.name == name);
    if let [cat, lognym] = &record.pipes[..] {
        let [a, b, c] = ratios(cat, lognym);
        write!(
            out,
            "`cat LOG | lognym | cat` takes {a:.2}, {b:.2} and {c:.2} times as long as `cat LOG | cat | cat`"
        )?;
    }
    if let (Some(one), Some(two)) = (file("lognym, 1 thread"), file("lognym, 2 threads")) {
        let [a, b, c] = ratios(two, one);
        write!(out, ". Two threads are {a:.2}, {b:.2} and {c:.2} times as fast as one")?;
    }
    let waits = record.waits.iter().filter(|wait| wait.name == "lognym");
    for wait in waits {
        let time = match wait.median_us {
            us @ ..1000.0 => format!("{us:.0} us"),
            us => format!("{:.1} ms", us / 1000.0),
        };
        let what = if wait.of == "line" { "in the trickle" } else { "from start to end" };
        write!(out, "; one line takes {time} {what}")?;
    }
    writeln!(out, ".")
}

/// How many times faster `one` is than `other`, on each corpus.
fn ratios(one: &Row, other: &Row) -> [f64; 3] {
    let (one, other) = (one.mb_per_s.to_array(), other.mb_per_s.to_array());
    std::array::from_fn(|at| one[at] / other[at].max(f64::MIN_POSITIVE))
}

/// MB/s to two or three figures, thousands set apart.
fn figure(value: f64) -> String {
    match value {
        ..9.95 => format!("{value:.1}"),
        ..999.5 => format!("{value:.0}"),
        _ => {
            let whole = value.round();
            format!("{},{:03}", (whole / 1000.0).floor(), whole % 1000.0)
        }
    }
}

/// Of the chart, in pixels at its natural size.
const WIDTH: f64 = 720.0;
const LABELS: f64 = 150.0;
const FIGURES: f64 = 60.0;
const TOP: f64 = 44.0;
const BAR: f64 = 11.0;
const ROW: f64 = 3.0 * BAR + 14.0;

/// Bars of the whole programs, three for each. The floor is left out: beside it all others are flat.
pub(crate) fn svg(record: &Record) -> String {
    let shown = |row: &&Row| row.name != "cat" && row.name != "lognym, stdin";
    let rows: Vec<&Row> = record.files.iter().filter(shown).collect();
    let most = rows.iter().flat_map(|row| row.mb_per_s.to_array()).fold(1.0, f64::max);
    let scale = (WIDTH - LABELS - FIGURES) / most;
    let height = TOP + ROW * rows.len() as f64;
    let mut out = format!("{}{STYLE}", head(height));
    out.push_str(&legend());
    for (index, row) in rows.iter().enumerate() {
        out.push_str(&bars(row, TOP + ROW * index as f64, scale));
    }
    out + "</svg>\n"
}

/// Colours that can be read on white and on black; words take the colour of the reader's theme.
const STYLE: &str = "\
<style>
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.figure { font-size: 10px }
.own { fill: #2f81f7 }
.other { fill: #8b949e }
.one-in-ten { opacity: .7 }
.every { opacity: .4 }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } }
</style>
";

fn head(height: f64) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" \
         height=\"{height}\" role=\"img\">\n<title>Megabytes of log a second, whole programs</title>\n"
    )
}

fn legend() -> String {
    let mut out = "<text x=\"0\" y=\"16\">MB/s, with an identity on</text>\n".to_owned();
    let kinds = [("none", "no line"), ("one-in-ten", "one line in ten"), ("every", "every line")];
    for ((class, words), x) in kinds.into_iter().zip([190, 270, 400]) {
        let text = x + 16;
        out += &format!(
            "<rect class=\"own {class}\" x=\"{x}\" y=\"6\" width=\"11\" height=\"11\"/>\n\
             <text x=\"{text}\" y=\"16\">{words}</text>\n"
        );
    }
    out
}

/// One program: its name, and a bar with its figure for each corpus.
fn bars(row: &Row, top: f64, scale: f64) -> String {
    let whose = if row.name.starts_with("lognym") { "own" } else { "other" };
    let name = row.name.replace('&', "&amp;").replace('<', "&lt;");
    let middle = top + 1.5 * BAR + 4.0;
    let mut out =
        format!("<text x=\"{}\" y=\"{middle}\" text-anchor=\"end\">{name}</text>\n", LABELS - 8.0);
    let Each { none, one_in_ten, every } = row.mb_per_s;
    for (index, (class, rate)) in
        [("none", none), ("one-in-ten", one_in_ten), ("every", every)].into_iter().enumerate()
    {
        // Seen, however slow.
        let width = (rate * scale).max(1.0);
        let y = top + BAR * index as f64;
        out += &format!(
            "<rect class=\"{whose} {class}\" x=\"{LABELS}\" y=\"{y}\" width=\"{width:.1}\" height=\"{}\"/>\n\
             <text class=\"figure\" x=\"{:.1}\" y=\"{}\">{}</text>\n",
            BAR - 1.0,
            LABELS + width + 4.0,
            y + 9.0,
            figure(rate),
        );
    }
    out
}
