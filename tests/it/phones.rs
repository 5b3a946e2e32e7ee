//! Phone numbers as logs hold them, point for point: «...» marks what must be found, nothing else may
//! be. All numbers are from ranges kept free for fiction, or of no plan at all.

use lognym::engine::{Engine, Setup, Spare};
use lognym::plan::Region;
use lognym::pseudonym::{Domain, Keys};
use lognym::stats::Counts;

/// An engine that reads the national numbers of these regions.
fn engine(regions: &str) -> Engine {
    let keys = Keys::ephemeral(&Domain::default(), &Counts::TYPES).expect("randomness");
    let regions = regions.split(',').filter_map(Region::from_code).collect();
    Engine::new(Setup { regions, ..Setup::default() }, keys).expect("the embedded rules are valid")
}

/// What is wrong with the marked `lines`, one line each.
fn complaints(regions: &str, lines: &[&str]) -> String {
    let engine = engine(regions);
    let mut scratch = engine.scratch();
    let mut complaints = String::new();
    for line in lines {
        let plain = line.replace(['«', '»'], "");
        let mut marked = String::new();
        let mut at = 0;
        for finding in engine.detect(plain.as_bytes(), &mut scratch) {
            if finding.rule() == "phone" {
                let span = finding.span;
                marked += &format!("{}«{}»", &plain[at..span.start], &plain[span.start..span.end]);
                at = span.end;
            }
        }
        marked += &plain[at..];
        if marked != *line {
            complaints += &format!("\n wanted {line}\n    got {marked}");
        }
        let mut clean =
            |text: &[u8]| engine.process(text, &mut scratch, Spare::default()).as_bytes().to_vec();
        let once = clean(plain.as_bytes());
        let (once, twice) =
            (once.escape_ascii().to_string(), clean(&once).escape_ascii().to_string());
        if once != twice {
            complaints += &format!("\n   once {once}\n  twice {twice}");
        }
    }
    complaints
}

fn holds(regions: &str, lines: &[&str]) {
    let complaints = complaints(regions, lines);
    assert!(complaints.is_empty(), "{complaints}");
}

const DEFAULT: &str = "DE,US,GB";

#[test]
fn encoded_forms() {
    holds(
        DEFAULT,
        &[
            "GET /dial?to=«%2B493023125123»&x=1",
            "GET /dial?to=«%2b49%2030%2023125123» HTTP/1.1",
            "GET /dial?tel=«+49+30+23125123»&x=1",
            r#"{"to":"«\u002b493023125123»"}"#,
            r#"{"to":"«\u002B49\u00a030\u202f23125\u2011123»"}"#,
            "<to>«&#43;49 30 23125123»</to>",
            "<to>«&#x2B;4930&#160;23125123»</to>",
            "<phone>«030 23125123»</phone>",
            "phone=«+49\u{a0}30\u{202f}23125\u{2011}123»",
            "phone=«０３０２３１２５１２３» x",
            "phone=«٠٣٠٢٣١٢٥١٢٣» x",
            "phone=«+49\u{200b}30\u{200d}23125123» x",
            "redial «+４９３０23125123»",
        ],
    );
}

#[test]
fn extensions() {
    holds(
        DEFAULT,
        &[
            "phone=«+49 30 23125-0» x",
            "Tel. «030 23125123 ext. 12», x",
            "Tel. «030 23125123 Durchwahl 12», x",
            "fax «(212) 555-0187x12» y",
            "To: <tel:«+493023125123;ext=12»>",
            "call «+1 212 555 0187 extension 1234» back",
        ],
    );
}

#[test]
fn international_digits_without_a_plus_sign() {
    holds(
        DEFAULT,
        &[
            "msisdn=«493023125123» id=493023125123",
            "src=«493023125123» dst=«442079460123» bytes=493023125123",
            "source_addr=«493023125123» esm_class=0",
            "ACC: method=INVITE;from_tag=1;src_user=«493023125123»;code=200",
            "fu=sip:«493023125123»@192.0.2.4 seq=493023125123",
            "processed 493023125123 rows",
            "call «212-555-0187» or «212 555 0188» before 5pm",
            "variable_effective_caller_id_number: «03023125123»",
        ],
    );
}

#[test]
fn dial_strings() {
    holds(
        DEFAULT,
        &[
            "INVITE sip:«9011442037690237»@192.0.2.4 SIP/2.0",
            "INVITE sip:«9011+442079460123»@192.0.2.4 SIP/2.0",
            "INVITE sip:«900011442079460123442079460123»@192.0.2.4 SIP/2.0",
            "Executing [«900442079460123»@in:1] NoOp",
            "-- Called SIP/provider/«03023125123»",
            "bridge(sofia/gateway/provider/«4930231250»)",
            "to extension '«9011442079460123»' rejected",
            "AttributeANI '«493023125123»' AttributeConnID '493023125123'",
            "GET /tel/«03023125123»/history from /orders/03023125123",
            "21.11.26 10:15:00;RING;0;«03023125123»;«231251»;SIP0;",
            "INVITE sip:«**622»@fritz.box SIP/2.0",
            "dialed=«*31#03023125123» phone=******3123 key=*31#",
            "Executing [622@in:1] NoOp",
        ],
    );
}

#[test]
fn rows() {
    holds(
        DEFAULT,
        &[
            "1773172689|1773172689.51746|support|NONE|ENTERQUEUE||«4930231250»|1",
            "1773172689|1773172689.51746|support|PJSIP/3011|CONNECT|12|1773172680.51740|4",
            "7;«+493023125123»;«2125550187»;12;1773172689;4930231250123456",
            "20261121101500;1234567890;ok;9876543210;55",
        ],
    );
}

#[test]
fn other_numbers() {
    holds(
        DEFAULT,
        &[
            "ts=1773172689 1773172689123 1773172689123456 1773172689123456789",
            "uniqueid=1773172689.51746 linkedid=1773172689.51746",
            "Call-ID: 4930231250123@192.0.2.4",
            "o=- 1773172689 1773172690 IN IP4 192.0.2.4",
            "a=candidate:842163049 1 udp 1677729535 192.0.2.4 46154 typ srflx",
            "a=ssrc:4930231250 cname:x",
            "offset 4930231250, 4930231250 bytes in 12 ms",
            "order 4930231250, Rechnung 03023125123, ticket #2125550187, Vorgang 0302312512",
            "serial=030231251234 ISBN 978-3-16-148410-0 card 4111 1111 1111 1111",
            "IBAN DE89 3704 0044 0532 0130 00, VAT DE123456789",
            "lat=52.5200066 lon=13.4049540 at 52.5200066,13.4049540",
            "amount 1.234.567,89 EUR, total 12,345,678.90",
            "version 10.0.19041.3570, build 20261121.3",
            "mac 00:49:30:23:12:51 hash 4930231250abcdef 0x4930231250",
            "range 4930231250-4930231299, 1000000-2000000",
            "image 1920x1080 3840x21600000",
            "s=4930231250abcdef;i=12345678;b=4930231251234567;m=1234567;t=5f1e2d3c4b5a6;x=1",
            "pid 4930231 port 50600 thread-4930231250",
            "Cisco-Guid: 4930231250-1234567890-4930231250-1234567890",
            "Cisco-Guid: 2958436352-3519484395-2200969216-1006632970",
            r#"{"orderNumber":"03023125123","phone_id":"2125550187","cardNumber":4111111111111111}"#,
        ],
    );
}

#[test]
fn numbers_that_count_something() {
    holds(
        "DE",
        &[
            "Patient-Nr. 0079124408, Kd.-Nr. 0079124408",
            "unter der Artikelnummer 502-81-7743 bestellt",
            "(Schaden-Nr. 24-0711-993844): offen",
            "claim number 23125000, policy number 23125000",
            "employeeNumber: 0049984824 patient=00417301",
            "Customer is on firmware 7.58-110239, order",
            "Rückruf-Nr. «0171 3920042», Tel.-Nr. «030 23125000»",
            "Dead call 441-20118@192.0.2.9, <91820417@mail.example>",
            "nr umowy 88/27304/2023, numéro de commande 030 23125000",
            "stm[3877]: <501044> <3877> <NOTI> AP",
            "unsere servicenummer «0800 1234567» gilt",
            "his number «030 23125000», Kontaktnummer «030 23125000»",
        ],
    );
}

#[test]
fn elements_and_information_elements() {
    holds(
        "DE,US",
        &[
            "<phone type=\"home\">«03023125000»</phone><orderId>03023125000</orderId>",
            "<ns2:callingNumber>«493023125000»</ns2:callingNumber>",
            "<attribute name=\"msisdn\">«493023125000»</attribute>",
            "Telefon: <b>«23125000»</b>, <td>Phone</td><td>«2125550187»</td>",
            "%{\"phone\" => \"«030/23125-000»\"} :msisdn=>\"«493023125000»\"",
            "RX <- SETUP  Calling Party Number i = 0x2181, '«2125550187»'",
            "a line before it\nnum IN ('«0030 210 1234567»','«302101234567»') x",
            "calling «030-23125000»@pbx.example, <«493023125000»@host.example>",
            "jid=«493023125000»@s.whatsapp.net callingDevice=\"«493023125000»\" oad=\"«03023125000»\"",
            "num IN ('«0030 210 1234567»','«302101234567»') x",
            "|«+493023125000»@192.0.2.1 |«03023125000»@192.0.2.1 |",
            "From «493023125000» To «493023125001» realm=core",
        ],
    );
}

#[test]
fn carriers() {
    holds(
        DEFAULT,
        &[
            r#"{"m":"{\"callerNumber\":\"«+493023125123»\",\"id\":3023125123}"}"#,
            r#"{"m":"\u001B[1;35m«+493023125123»\u001b[0m"}"#,
            "«00491713920000»(030) 23125000",
            "\u{1b}[1;35m«+493023125123»\u{1b}[0m called",
            "first line#012«+493023125123» second#012Tel. «030 23125123»#012",
            r"first\n«+493023125123»\nTel. «030 23125123»\n",
            r#"{"callerNumber":«493023125123»,"n":493023125123}"#,
            "<caller number=\"«03023125123»\" order=\"03023125123\"/>",
            "insert into t (id, phone) values (3023125123, '«030 23125123»')",
            "update t set phone = '«030 23125123»' where id = 3023125123",
            "name=x&phone=«%2B49+30+23125123»&order=3023125123",
            "From: \"x\"#015#012 <sip:«+493023125123»@192.0.2.4>;tag=3023125123",
            " <sip:«03023125123»@192.0.2.4>;tag=3023125123",
            "Contact: <tel:«+49-(30)-23125.123»;phone-context=example.com>",
            "To: <tel:«030-23125-123»;phone-context=+49>",
        ],
    );
}

#[test]
fn regions_as_people_write_them() {
    for (regions, lines) in [
        (
            "DE",
            &[
                "leg «030/23125-123» up",
                "leg «0171 39200 99» up",
                "leg «(030) 23125 123» up",
                "leg «+49 (0)30 23125-0» up",
                "leg «030 - 23125123» up",
                "call from «0049 30 23125 123»",
            ][..],
        ),
        (
            "AT",
            &["leg «01 / 234 56 78» up", "tel. «0664 123 45 67»", "leg «+43 (0) 1 234 56 78» up"],
        ),
        ("CH", &["leg «044 668 18 00» up", "leg «078 123 45 67» up", "tel. «0041 44 668 18 00»"]),
        ("US", &["leg «(212) 555-0187» up", "leg «212-555-0187» up", "leg «1-212-555-0187» up"]),
        ("CA", &["leg «(604) 555-0187» up", "leg «604.555.0187» up"]),
        ("GB", &["leg «020 7946 0123» up", "call to «07700 900123»", "leg «(020) 7946 0123» up"]),
        (
            "FR",
            &["leg «06 12 34 56 78» up", "leg «01.23.45.67.89» up", "tel. «+33 (0)6 12 34 56 78»"],
        ),
        (
            "ES",
            &[
                "tel. «91 123 45 67»",
                "tel. «612 34 56 78»",
                "leg «+34 91 123 45 67» up",
                // Nine digits without a trunk prefix, in the row of a call.
                "20260504110329;«00493023125123»;«911234567»;2736;85,72;OK;37608738",
            ],
        ),
        ("IT", &["tel. «06 1234 5678»", "tel. «312 345 6789»", "leg «+39 06 1234 5678» up"]),
        ("PL", &["tel. «22 123 45 67»", "tel. «512 345 678»", "leg «+48 22 123 45 67» up"]),
        ("TR", &["leg «0212 345 67 89» up", "leg «(0212) 345 67 89» up", "tel. «0 532 123 45 67»"]),
        ("NL", &["leg «020 123 4567» up", "leg «06-12345678» up", "leg «+31 (0)20 123 4567» up"]),
    ] {
        let complaints = complaints(regions, lines);
        assert!(complaints.is_empty(), "{regions}: {complaints}");
    }
}
