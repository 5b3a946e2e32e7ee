//! The text format of Prometheus, version 0.0.4, as far as it is needed here.

use std::fmt::{Display, Write};

/// What a family of samples is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Counter,
    Gauge,
    Histogram,
}

/// A text in the making: families one after the other.
#[derive(Debug, Default)]
pub(super) struct Text {
    text: String,
    family: &'static str,
}

impl Text {
    /// Begins a family; its samples follow.
    pub(super) fn family(&mut self, name: &'static str, kind: Kind, help: &str) {
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        self.family = name;
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    /// A sample of the family. Label values must be free of quotes, backslashes and line feeds: all
    /// of them are names of this program, or ids that the ring has checked.
    pub(super) fn sample(&mut self, suffix: &str, labels: &[(&str, &str)], value: impl Display) {
        let _ = write!(self.text, "{}{suffix}", self.family);
        for (index, (label, value)) in labels.iter().enumerate() {
            let before = if index == 0 { '{' } else { ',' };
            let _ = write!(self.text, "{before}{label}=\"{value}\"");
        }
        let after = if labels.is_empty() { "" } else { "}" };
        let _ = writeln!(self.text, "{after} {value}");
    }

    /// A family of one sample without labels.
    pub(super) fn plain(
        &mut self,
        name: &'static str,
        kind: Kind,
        help: &str,
        value: impl Display,
    ) {
        self.single(name, kind, help, &[], value);
    }

    /// A family of one sample.
    pub(super) fn single(
        &mut self,
        name: &'static str,
        kind: Kind,
        help: &str,
        labels: &[(&str, &str)],
        value: impl Display,
    ) {
        self.family(name, kind, help);
        self.sample("", labels, value);
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_and_samples_are_written() {
        let mut text = Text::default();
        text.plain("a_total", Kind::Counter, "All of a.", 3);
        text.family("b", Kind::Gauge, "Some b.");
        text.sample("", &[("x", "1"), ("y", "two")], 0.5);
        let expected = "# HELP a_total All of a.\n# TYPE a_total counter\na_total 3\n\
                        # HELP b Some b.\n# TYPE b gauge\nb{x=\"1\",y=\"two\"} 0.5\n";
        assert_eq!(text.finish(), expected);
    }
}
