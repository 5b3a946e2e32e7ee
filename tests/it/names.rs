//! Names in running text and what looks like them: the policy, line by line. All people are invented.

use std::io::Write as _;

use lognym::detect::Bias;
use lognym::engine::{Engine, Setup};
use lognym::pseudonym::{Domain, Keys};
use lognym::roster::Roster;
use lognym::stats::Counts;

use crate::subject::findings;

/// The names found in `text`.
fn names(text: &str) -> Vec<&str> {
    let found = findings(text.as_bytes());
    let names = found.iter().filter(|finding| finding.rule() == "name");
    names.map(|finding| &text[finding.span.start..finding.span.end]).collect()
}

/// Words that are names elsewhere: common words, places, products, eponyms, classes, hosts, months.
const NOBODY: [&str; 34] = [
    "Mark as read",
    "Grace period exceeded",
    "Will retry in 30 seconds",
    "Max retries reached for upstream billing",
    "Bill not paid, May statement attached",
    "Using Fisher-Yates shuffle for queue order",
    "Dijkstra shortest path took 7 ms",
    "Jenkins build 4711 failed on master",
    "Kerberos ticket expired",
    "com.example.JordanService started in 212 ms",
    "at com.example.crm.MadisonMapper.map(MadisonMapper.java:96)",
    "[thread-pool-Frank-3] task done",
    "host frank-01.example.net rebooted",
    "Order shipped from Berlin to Charlotte on 11/21/2026",
    "Deployed to region Virginia",
    "Mar 14 09:26:53 queue-fra-18 systemd[1]: Started Rotate Logs",
    "Der Koch und der Richter sind nicht im Haus",
    "Richter am Amtsgericht gesucht",
    "Rechnung vom März nicht bezahlt",
    "Kunde hat Rechnung bezahlt",
    "Customer Service Desk closed",
    "Agent Ready State changed",
    "User Agent Mozilla Firefox",
    "Madison Square",
    "Sandy Bridge",
    "Reason: Connection reset by peer",
    "Siemens AG und Bosch GmbH",
    "{\"queueName\":\"Support Nord\",\"className\":\"FrankHandler\"}",
    "threadName=Erika Beispiel",
    "fileName=Erika Beispiel.pdf",
    "eventName=Grace",
    "INFO Starting Grace Period Timer",
    "May 14 was the last day",
    "Loading Rich Text Module",
];

#[test]
fn what_only_looks_like_a_name_stays() {
    let hit: Vec<_> = NOBODY.iter().filter(|line| !names(line).is_empty()).collect();
    assert!(hit.is_empty(), "{hit:#?}");
}

/// Display names of rooms, functions and lines.
#[test]
fn display_names_that_are_no_persons_pass() {
    for name in [
        "Empfang",
        "Sales Queue",
        "Conference 4",
        "Service Desk",
        "Zentrale",
        "Fax",
        "Support Nord",
    ] {
        let line = format!("From: \"{name}\" <sip:100@pbx.example>;tag=1");
        assert!(names(&line).is_empty(), "{line}");
        let line = format!("{{\"displayName\":\"{name}\"}}");
        assert!(names(&line).is_empty(), "{line}");
    }
}

#[test]
fn running_text_is_read_with_its_neighbours() {
    let mut wrong = Vec::new();
    for (line, wanted) in [
        (
            "SMS body: Sabine Schneider war heute um 14:05 nicht erreichbar",
            &["Sabine Schneider"][..],
        ),
        ("Bundeskanzlerin Erika Mustermann reiste nach Berlin.", &["Erika Mustermann"]),
        (
            "meeting with Erika Beispiel and Max Mustermann in Berlin",
            &["Erika Beispiel", "Max Mustermann"],
        ),
        (
            "Transferred call from Mr. Beispiel to Mustermann, Erika in billing",
            &["Beispiel", "Mustermann, Erika"],
        ),
        ("Anrufer: sabine neumann, tel. fehlt", &["sabine neumann"]),
        ("Madame Moreau a demandé un rappel", &["Moreau"]),
        ("new message from JAN SCHNEIDER (mailbox 7)", &["JAN SCHNEIDER"]),
        ("{\"msg\":\"Sending SMS for Zo\\u00eb M\\u00fcller\"}", &["Zo\\u00eb M\\u00fcller"]),
        (
            "MESSAGE from \"Erika van der Beispiel\" <sip:100@pbx.example>",
            &["Erika van der Beispiel"],
        ),
    ] {
        if names(line) != wanted {
            wrong.push((line, names(line)));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn found_with(setup: Setup, text: &str) -> usize {
    let keys = Keys::ephemeral(&Domain::default(), &Counts::TYPES).expect("random bytes");
    let engine = Engine::new(setup, keys).expect("the embedded rules are valid");
    engine.detect(text.as_bytes(), &mut engine.scratch()).len()
}

#[test]
fn bias_moves_the_bar() {
    let words = [
        "Kim", "Robin", "Morgan", "Watson", "Noor", "Sasha", "Rose", "Summer", "Dean", "Brenn",
        "Tomk",
    ];
    let line = |word| {
        format!(
            "{word} left\nsaid {word} today\n{word} service is up\n1 {word} 2\nwith {word}, in\n[{word} x]\n"
        )
    };
    let text: String = words.into_iter().map(line).collect();
    let found = |bias| found_with(Setup { bias, ..Setup::default() }, &text);
    let (few, some, many) = (found(Bias::Precision), found(Bias::Balanced), found(Bias::Recall));
    assert!(few < some && some < many, "{few} {some} {many}");
}

#[test]
fn people_on_the_list_are_found_anywhere() {
    let mut list = tempfile::NamedTempFile::new().expect("a temporary file");
    writeln!(list, "Xqzt Vbn\nMüller, Zoë").expect("room for two lines");
    let roster = Roster::open(list.path()).expect("a valid list");
    let setup = Setup { roster: Some(roster), ..Setup::default() };
    let text = "ticket of vbn xqzt\n{\"note\":\"ZOE MUELLER\"}\nXqzt alone\nx_zoe_mueller\n";
    assert_eq!(found_with(setup, text), 2);
}
