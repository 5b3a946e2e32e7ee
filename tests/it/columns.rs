//! Files with a header line: what it says holds for every row, wherever a block ends.

use std::fmt::Write;

use lognym::pseudonym::token;
use proptest::prelude::*;
use proptest::sample::select;

use crate::properties::config;
use crate::subject::{clean, clean_rows};

/// `text` with every token as `tel` or `nam`.
fn masked(text: &[u8]) -> String {
    let (mut out, mut at) = (Vec::new(), 0);
    while at < text.len() {
        let free = at == 0 || !text[at - 1].is_ascii_alphanumeric();
        match token::lex(&text[at..]).filter(|_| free) {
            Some(found) => {
                out.extend(found.kind.as_bytes());
                at += token::LEN;
            }
            None => {
                out.push(text[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[test]
fn cells_are_what_their_columns_say() {
    for (input, wanted) in [
        (
            "id,msisdn,orderId,last_name,first_name\n\
             7,4930231250,4930231250,Xqzt,Vbn\n\
             8,,4930231251,,\n\
             9,030 23125-123,3023125123,mustermann,erika\n",
            "id,msisdn,orderId,last_name,first_name\n\
             7,tel,4930231250,nam,nam\n\
             8,,4930231251,,\n\
             9,tel,3023125123,nam,nam\n",
        ),
        (
            "\u{feff}\"Kunde\";\"Rufnummer\";\"Betrag\"\r\n\
             \"Beispiel, Erika\";\"(030) 23125123\";\"1.234.567\"\r\n\
             \"Mustermann, Max\"; 004930231250 ;493023125\r\n",
            "\u{feff}\"Kunde\";\"Rufnummer\";\"Betrag\"\r\n\
             \"nam\";\"tel\";\"1.234.567\"\r\n\
             \"nam\"; tel ;493023125\r\n",
        ),
        (
            "ts\tcaller\tcallee\tbytes\n1773172689\t4930231250\t2125550187\t4930231250\n",
            "ts\tcaller\tcallee\tbytes\n1773172689\ttel\ttel\t4930231250\n",
        ),
        // Another width: no row of this table.
        ("id,phone\n7,4930231250,x\n", "id,phone\n7,4930231250,x\n"),
        // The header again, as in rotated files.
        ("name,phone\nname,phone\n", "name,phone\nname,phone\n"),
    ] {
        assert_eq!(masked(&clean_rows(input.as_bytes(), 99)), wanted);
    }
}

#[test]
fn without_a_header_bare_digits_pass() {
    let rows = b"7,4930231250,4930231250,x\n";
    assert_eq!(clean(rows), rows);
}

fn cell() -> impl Strategy<Value = String> {
    let plain = "[a-z0-9 +().-]{0,14}";
    const KNOWN: [&str; 7] = [
        "030 23125123",
        "4930231250",
        "Erika Beispiel",
        "1773172689",
        "\"a,b\"",
        "\"\"",
        "+442079460018",
    ];
    prop_oneof![plain.prop_map(String::from), select(&KNOWN[..]).prop_map(String::from)]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn where_blocks_end_changes_nothing(
        header in select(&["id,phone,name", "src,dst,duration", "a,b,c"][..]),
        rows in prop::collection::vec([cell(), cell(), cell()], 0..12),
    ) {
        let mut input = format!("{header}\n");
        for [a, b, c] in &rows {
            writeln!(input, "{a},{b},{c}").expect("a string takes everything");
        }
        let whole = clean_rows(input.as_bytes(), usize::MAX);
        for lines in 1..4 {
            prop_assert_eq!(&clean_rows(input.as_bytes(), lines), &whole, "{}", input);
        }
        prop_assert_eq!(masked(&clean_rows(&whole, 5)), masked(&whole), "{}", input);
        let cells = |text: &[u8]| text.iter().filter(|&&b| b == b',').count();
        prop_assert_eq!(cells(&whole), cells(input.as_bytes()), "{}", input);
    }
}
