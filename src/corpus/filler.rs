//! What fills the holes of a template: times, addresses, ids and words; people come from
//! [`super::identity`].

use super::identity;
use super::pen::Pen;

/// Writes one value.
pub(super) type Filler = fn(&mut Pen);

/// The filler of a hole `${kind}`.
pub(super) fn by_kind(kind: &str) -> Option<Filler> {
    FILLERS.iter().find(|(name, _)| *name == kind).map(|&(_, filler)| filler)
}

const FILLERS: &[(&str, Filler)] = &[
    ("tel", identity::international),
    ("tel-e164", identity::e164),
    ("tel-uri", identity::uri),
    ("tel-keyword", identity::with_keyword),
    ("tel-field", identity::field),
    ("name", identity::full_name),
    ("name-last-first", identity::last_first),
    ("name-addressed", identity::addressed),
    ("time-syslog", |pen| {
        let at = pen.now();
        let (hour, minute, second) = (at.hour, at.minute, at.second);
        pen.put(format_args!(
            "{} {:>2} {hour:02}:{minute:02}:{second:02}",
            at.month_name(),
            at.day
        ));
    }),
    ("time-iso", |pen| iso(pen, 'T', '.', "+00:00")),
    ("time-utc", |pen| iso(pen, 'T', '.', "Z")),
    ("time-space", |pen| iso(pen, ' ', '.', "")),
    ("time-java", |pen| iso(pen, ' ', ',', "")),
    ("time-access", |pen| {
        let at = pen.now();
        let (hour, minute, second) = (at.hour, at.minute, at.second);
        pen.put(format_args!(
            "{:02}/{}/{}:{hour:02}:{minute:02}:{second:02} +0000",
            at.day,
            at.month_name(),
            at.year
        ));
    }),
    ("epoch", |pen| pen.put(format_args!("{}", pen.now_us() / 1_000_000))),
    ("epoch-ms", |pen| pen.put(format_args!("{}", pen.now_us() / 1_000))),
    ("epoch-us", |pen| pen.put(format_args!("{}", pen.now_us()))),
    ("uptime", |pen| {
        let (seconds, micros) = (pen.rng.between(1, 9_999_999), pen.rng.below(1_000_000));
        pen.put(format_args!("{seconds:>7}.{micros:06}"));
    }),
    ("ip4", |pen| {
        let block = pen.rng.pick(&["10.", "172.16.", "192.168.", "198.51.100.", "203.0.113."]);
        pen.text(block);
        for _ in block.matches('.').count()..3 {
            let octet = pen.rng.below(256);
            pen.put(format_args!("{octet}."));
        }
        let octet = pen.rng.between(1, 254);
        pen.put(format_args!("{octet}"));
    }),
    ("ip6", |pen| {
        let (site, subnet, host) =
            (pen.rng.below(0x1_0000), pen.rng.below(0x1000), pen.rng.below(0x1_0000));
        match pen.rng.below(3) {
            0 => pen.put(format_args!("2001:db8:{site:x}::{host:x}")),
            1 => pen.put(format_args!("2001:db8:{site:x}:{subnet:x}:0:8a2e:370:{host:x}")),
            _ => pen.put(format_args!("fe80::{site:x}:{subnet:x}ff:fe{:02x}:{host:x}", host >> 8)),
        }
    }),
    ("port", |pen| number(pen, 1_024, 65_535)),
    ("host", |pen| {
        let role = pen.rng.pick(&["pbx", "edge", "sbc", "app", "db", "proxy", "media", "queue"]);
        let (site, index) =
            (pen.rng.pick(&["fra", "ber", "ham", "lon", "nyc"]), pen.rng.between(1, 40));
        pen.put(format_args!("{role}-{site}-{index:02}"));
    }),
    ("uuid", |pen| {
        let (high, low) = (pen.rng.next(), pen.rng.next());
        let (time, mid, version) = (high >> 32, high >> 16 & 0xffff, high & 0x0fff);
        let (variant, node) = (low >> 48 & 0x3fff | 0x8000, low & 0xffff_ffff_ffff);
        pen.put(format_args!("{time:08x}-{mid:04x}-4{version:03x}-{variant:04x}-{node:012x}"));
    }),
    ("hex8", |pen| {
        let id = pen.rng.next() as u32;
        pen.put(format_args!("{id:08x}"));
    }),
    ("hex16", |pen| {
        let id = pen.rng.next();
        pen.put(format_args!("{id:016x}"));
    }),
    ("hex32", |pen| {
        let (high, low) = (pen.rng.next(), pen.rng.next());
        pen.put(format_args!("{high:016x}{low:016x}"));
    }),
    ("order", |pen| {
        let (prefix, id) =
            (pen.rng.pick(&["ORD-", "INV-", "T", ""]), pen.rng.between(10_000_000, 99_999_999));
        pen.put(format_args!("{prefix}{id}"));
    }),
    ("version", |pen| {
        let (major, minor, patch) = (pen.rng.between(1, 22), pen.rng.below(40), pen.rng.below(100));
        pen.put(format_args!("{major}.{minor}.{patch}"));
    }),
    ("pid", |pen| number(pen, 300, 99_999)),
    ("small", |pen| number(pen, 1, 60)),
    ("count", |pen| number(pen, 1, 5_000)),
    ("bytes", |pen| number(pen, 120, 4_000_000)),
    ("line", |pen| number(pen, 20, 2_400)),
    ("millis", |pen| {
        let (whole, part) = (pen.rng.below(900), pen.rng.below(1_000));
        pen.put(format_args!("{whole}.{part:03}"));
    }),
    ("status", |pen| {
        let status = pen.rng.pick(&[200, 200, 200, 201, 204, 301, 304, 400, 401, 404, 429, 503]);
        pen.put(format_args!("{status}"));
    }),
    ("level", |pen| word(pen, &["DEBUG", "INFO", "INFO", "INFO", "WARN", "ERROR"])),
    ("service", |pen| {
        word(pen, &["router", "billing", "presence", "recorder", "ivr", "session-store", "cdr"])
    }),
    ("path", |pen| {
        let (route, id) = (pen.rng.pick(&ROUTES), pen.rng.between(1, 90_000));
        pen.put(format_args!("/api/v2/{route}/{id}"));
    }),
    ("agent", |pen| {
        word(pen, &["curl/8.9.1", "Go-http-client/2.0", "python-requests/2.32.3", BROWSER, BROWSER])
    }),
    ("event", |pen| word(pen, &EVENTS)),
    ("frames", |pen| {
        for _ in 0..pen.rng.between(3, 9) {
            let (class, method, line) =
                (pen.rng.pick(&CLASSES), pen.rng.pick(&METHODS), pen.rng.between(20, 900));
            let file = class.rsplit('.').next().unwrap_or(class);
            pen.end_line();
            pen.put(format_args!("\tat {class}.{method}({file}.java:{line})"));
        }
    }),
];

const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";

const ROUTES: [&str; 8] =
    ["calls", "queues", "recordings", "sessions", "events", "metrics", "trunks", "voicemail"];

const CLASSES: [&str; 8] = [
    "com.example.routing.CallRouter",
    "com.example.routing.QueueSelector",
    "com.example.media.RecordingStore",
    "com.example.http.RequestFilter",
    "org.springframework.web.servlet.DispatcherServlet",
    "org.apache.catalina.core.StandardWrapperValve",
    "io.netty.channel.AbstractChannelHandlerContext",
    "java.util.concurrent.ThreadPoolExecutor$Worker",
];

const METHODS: [&str; 7] =
    ["handle", "invoke", "run", "doFilter", "channelRead", "lambda$select$0", "process"];

const EVENTS: [&str; 16] = [
    "session refreshed",
    "cache entry expired",
    "connection pool exhausted, waiting for a free slot",
    "retrying after backoff",
    "configuration reloaded without changes",
    "heartbeat missed, peer marked as suspect",
    "request completed",
    "queue drained",
    "snapshot written to disk",
    "leader election finished",
    "token bucket refilled",
    "upstream answered late",
    "certificate will expire soon",
    "slow statement on index scan",
    "batch committed",
    "worker restarted after a failed health check",
];

fn number(pen: &mut Pen, low: usize, high: usize) {
    let drawn = pen.rng.between(low, high);
    pen.put(format_args!("{drawn}"));
}

fn word(pen: &mut Pen, choices: &[&str]) {
    let drawn = *pen.rng.pick(choices);
    pen.text(drawn);
}

/// Date and time of day to the millisecond: `2026-03-14T09:26:53.589Z`.
fn iso(pen: &mut Pen, between: char, fraction: char, zone: &str) {
    let at = pen.now();
    let (year, month, day) = (at.year, at.month, at.day);
    let (hour, minute, second, millis) = (at.hour, at.minute, at.second, at.millis());
    pen.put(format_args!(
        "{year}-{month:02}-{day:02}{between}{hour:02}:{minute:02}:{second:02}{fraction}{millis:03}{zone}"
    ));
}
