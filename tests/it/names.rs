//! Names in running text and what looks like them: the policy, line by line. All people are invented.

use std::io::Write as _;

use lognym::detect::{Bias, Columns};
use lognym::engine::{Engine, Setup, Spare};
use lognym::memory::Memory;
use lognym::plan::Region;
use lognym::pseudonym::{Domain, Keys};
use lognym::roster::Roster;
use lognym::stats::Counts;

use crate::subject::findings;
use crate::util::run;

/// The names found in `text`.
fn names(text: &str) -> Vec<&str> {
    let found = findings(text.as_bytes());
    let names = found.iter().filter(|finding| finding.rule() == "name");
    names.map(|finding| &text[finding.span.start..finding.span.end]).collect()
}

/// Words that are names elsewhere: common words, places, products, eponyms, classes, hosts, months.
const NOBODY: [&str; 38] = [
    "Rollout of Morgan v8.2.55 planned for August 12",
    "Rollout of Julia 10.4 planned",
    "Poisson arrival took 166.113s",
    "MESSAGE from \"Service  Desk\" <sip:100@pbx.example>",
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
        ("Señorita Ejemplova en espera", &["Ejemplova"]),
        ("rozmowa z Anna Przykładova, Pan Kowalski", &["Anna Przykładova", "Kowalski"]),
        ("MESSAGE from \"Erika M  ller\" <sip:100@pbx.example>", &["Erika M  ller"]),
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

/// Nothing of it opens with a capital of ASCII behind a space, and nothing comes after it.
/// `«...»` marks the names of a text.
fn holds(marked: &str) {
    let text = marked.replace(['«', '»'], "");
    let wanted: Vec<_> =
        marked.split('«').skip(1).filter_map(|part| Some(part.split_once('»')?.0)).collect();
    assert_eq!(names(&text), wanted, "{text}");
}

#[test]
fn names_in_quotes_are_found_whole() {
    for text in [
        "lookup '«Erika Mustermann»' done",
        "imported lead='«Max Mustermann»' x",
        "KeyError: '«Mustermann, Erika»'",
        "KeyError: '«Xyzmann, Erika»'",
        "match -> \"«van der Xyzmann, Erika»\" (ldap)",
        "Agent e.mu («Xyzmann-Muster, Erika») state change",
        "SrcName \"«Erika Xyzova Mustermann»\" -> \"Anonymous\"",
        "UPDATE people SET surname = '«D'Xyzmann»', x = 1",
        "CN=«Xyzmann\\, Erika»,OU=People",
        "{\"propertyName\":\"lastname\",\"propertyValue\":\"«Xyzmann»\"}",
        "Display Name: «Erika Mustermann» User Principal Name: e",
        "{\"m\":\"key [«Xyzmann, Erika»] twice\"}",
        "ERROR user 'Service, Desk' unknown",
        "don't 'Max Retries' now",
    ] {
        holds(text);
    }
}

#[test]
fn no_half_of_a_name_stays() {
    for text in [
        "«Ortmann, Erika»: Portierung der Rufnummer",
        "«Mustermann, Dean»: Portierung der Rufnummer",
        "Spoke with «Mustermann, Jan», she called",
        "sent (\"«Maurice von Xyzberg»\" queued)",
        "Sending SMS to +493023125000 for «\\u015eerika Mustermann»",
        "Sending SMS to +493023125000 for «Erika M\\u00fc\\u00dfter»",
        "Anruf von «Erika van der Xyzens» an die Technik",
        "«Erika» von Vodafone rief an",
    ] {
        holds(text);
    }
}

#[test]
fn elements_and_arrows_hold_fields() {
    for text in [
        "<ns2:LastName>«Xyzmann»</ns2:LastName><FirstName>«Thorgard»</FirstName><Ort>Xyzhausen</Ort>",
        "<Data Name='DisplayName'>«Xyzmann, Thorgard»</Data><Data Name='Host'>Elizabeth</Data>",
        "<name>«Erika Mustermann»</name><queueName>Max Beispiel</queueName>",
        "{\"first_name\" => \"«Thorgard»\", \"host\" => \"Thorgard\"}",
        ":last_name=>\"«Xyzmann»\", :file_name=>\"Xyzmann\"",
    ] {
        holds(text);
    }
}

#[test]
fn what_is_called_after_somebody_is_no_person() {
    for text in [
        "delivered to Elizabeth Miller Hospital today",
        "rue Elizabeth Miller 7, bât. C",
        "Zustellung in der Elizabeth-Miller-Straße 4",
        "Termin im Hotel Elizabeth Miller verschoben",
        "Rechnung Fa. Michael Schneider bezahlt",
        "Telefon im Besprechungsraum \"Elizabeth Miller\" tot",
        "Ankunft MS Elizabeth Miller in Berlin",
        "Advisory Hurricane Elizabeth, failover",
        "Alarm Sturmtief Elizabeth, Böen",
        "sent to «Erika Storm», «Maria Sala» and «Erika Mustermann» MS Teams",
        "Rechnung von «Michael Schneider» bezahlt",
        "Anruf von Frau «Weg» und Herrn «Lane»",
    ] {
        holds(text);
    }
}

#[test]
fn letters_close_with_a_name() {
    for text in [
        "body=\"Kind regards,\\n«Erika»\"",
        "body=\"Mit freundlichen Grüßen\\r\\n«Erika Mustermann»\\r\\nTel. 7\"",
        "body=\"Kind regards, and thanks\"",
        "comment by requester \"«Erika»\": done",
        "dr «Mustermann» called, took 5 ms Total",
        "la sig.ra «Xyzova» richiama, il sig. «Xyzovo» no",
        "filter=(&(sn=«Xyzova»)(objectClass=person))",
        "Termin bei Mag. «Xyzmann» am 14.10.",
        "room c-7 <«Erika»> der Server ist da",
        "room c-7 <Button> ist da",
        "Kontakt ist «Erika» 030 23125000 heute",
    ] {
        holds(text);
    }
}

#[test]
fn the_parts_of_a_name_fill_two_cells() {
    for text in [
        "E10442,«Mustermann»,«Erika»,Logistik,2026-11-27,+49 30 23125 000",
        "20044;Frau;Dr.;«Erika»;«Mustermann»;Am Bach 3;91522;030/23125000;0",
        "7|2026-11-27T10:00:00Z|IN|+493023125000|«XYZE ABCDEFGH»|192.0.2.1|9",
        "810903,«Schottin»,«Erika»,030 / 23125000,11044,Berlin,2026-11-27",
        "20260502;00493023125000;03023125000;1608;60;Berlin;OK;65318290",
        "20044;Berlin;Hamburg;x;2026-11-27;+493023125000",
    ] {
        holds(text);
    }
}

#[test]
fn a_name_may_fill_the_last_cell_of_its_row() {
    for text in [
        "1;+493023125000;Ömer Çelik",
        "1;+493023125000;Ömer Çelik\r\n2;Bob",
        "1;+493023125000;Ömer Çelik;x=1",
    ] {
        assert_eq!(names(text), ["Ömer Çelik"], "{text}");
    }
}

/// Half a name beside the token of the other half would be found by a second pass alone.
#[test]
fn a_value_that_is_damaged_behind_a_name_keeps_no_half_of_it() {
    for text in [
        r#"From: "Beispiel, Erika]" <sip:desk@192.0.2.1>"#,
        r#"From: "Beispiel, Erika/ <sip:desk@192.0.2.1>"#,
        r#"{"agentName":"Beispiel, Erika;","handled":37}"#,
        r#"{"agentName":"von Beispiel, Erika+,"handled":37}"#,
    ] {
        let found = names(text);
        assert!(
            matches!(found[..], ["Beispiel, Erika" | "von Beispiel, Erika"]),
            "{text} {found:?}"
        );
    }
    assert_eq!(names(r#"{"displayName":"in billing, reason - refund"}"#), [""; 0]);
}

/// Such lines have nothing else that the scan would propose.
#[test]
fn a_name_that_opens_a_line_needs_no_other_capital() {
    let log = "Kowalski hat angerufen\nÖzdemir hat angerufen\nFairchild called twice\n\
               Retrying in 3 seconds\nConnected\nStopping\n";
    assert_eq!(names(log), ["Kowalski", "Özdemir", "Fairchild"]);
    let lines: Vec<_> = log.split_inclusive('\n').flat_map(names).collect();
    assert_eq!(names(log), lines);
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

/// Lines in which a person is found by a field, and later ones that name her.
const LATER: [(&str, &str); 6] = [
    ("callerName=\"Zoë Mustermann\" leg=1\n", "callerName=\"<nam>\" leg=1\n"),
    ("ticket of zoe mustermann\n", "ticket of <nam>\n"),
    ("so Mustermann it is\n", "so <nam> it is\n"),
    (
        "mustermann, Mustermann GmbH, queue=Mustermann\n",
        "mustermann, Mustermann GmbH, queue=Mustermann\n",
    ),
    ("displayName=\"Grace Will\" leg=2\n", "displayName=\"<nam>\" leg=2\n"),
    ("Will retry within the grace period\n", "Will retry within the grace period\n"),
];

#[test]
fn a_stream_remembers_wherever_it_is_cut() {
    let keys = Keys::ephemeral(&Domain::default(), &Counts::TYPES).expect("random bytes");
    let engine = Engine::new(Setup::default(), keys).expect("the embedded rules are valid");
    let text: String = LATER.iter().map(|(line, _)| *line).collect();
    let expected: String = LATER.iter().map(|(_, line)| *line).collect();
    let token = regex::Regex::new("nam_[a-z]{6}_[a-z]{24}").expect("a pattern");
    for lines in 1..=LATER.len() {
        let mut memory = Memory::new(Memory::USUAL);
        let (columns, mut scratch) = (Columns::default(), engine.scratch());
        let rows: Vec<_> = text.split_inclusive('\n').collect();
        let clean = rows.chunks(lines).map(|rows| {
            let block = rows.concat();
            let spare = Spare::default();
            let vetted = engine.process_remembering(
                &columns,
                &mut memory,
                block.as_bytes(),
                &mut scratch,
                spare,
            );
            String::from_utf8_lossy(vetted.as_bytes()).into_owned()
        });
        let clean: String = clean.collect();
        assert_eq!(token.replace_all(&clean, "<nam>"), expected, "{lines} lines a block");
    }
}

#[test]
fn only_the_filter_remembers_and_only_if_asked() {
    let text: String = LATER.iter().map(|(line, _)| *line).collect();
    let tokens = |args: &[&str]| {
        let output = run(args, text.as_bytes());
        assert_eq!(output.status.code(), Some(0));
        String::from_utf8_lossy(&output.stdout).matches("nam_").count()
    };
    assert_eq!((tokens(&[]), tokens(&["--remember"]), tokens(&["--remember=1"])), (3, 4, 4));
    assert_eq!(run(&["--remember=0"], b"").status.code(), Some(2));
    assert_eq!(run(&["serve", "--remember"], b"").status.code(), Some(2));
}

/// What the list adds speaks for its neighbours at once, as its token does in a second pass.
#[test]
fn a_second_pass_finds_no_more_than_the_list_did() {
    let roster = Roster::read("Xqzt Vbn\nZoe Tied".as_bytes()).expect("a valid list");
    let setup = Setup {
        roster: Some(roster),
        regions: ["DE", "US"].iter().filter_map(|code| Region::from_code(code)).collect(),
        ..Setup::default()
    };
    let keys = Keys::ephemeral(&Domain::default(), &Counts::TYPES).expect("random bytes");
    let engine = Engine::new(setup, keys).expect("the embedded rules are valid");
    for line in [
        "ticket xqzt vbn (030 23125042) and",
        "9,vbn xqzt,2125550187,x",
        "zoe tied to Mustermann and Erika",
        "call xqzt vbn, 23125042",
    ] {
        let once = engine.process(line.as_bytes(), &mut engine.scratch(), Spare::default());
        let twice = engine.process(once.as_bytes(), &mut engine.scratch(), Spare::default());
        assert_eq!(once.as_bytes(), twice.as_bytes(), "{line}");
    }
}
