use super::model::{Finder, Kind, Truncate};
use super::*;

const HEAD: &str = "format = \"lognym-rules-1\"\n[[rule]]\nid = \"a\"\n";
const TAIL: &str = "description = \"d\"\nhits = [\"x «y»\"]\nmisses = [\"z\"]\n";

fn read(body: &str) -> Result<Book, Fault> {
    let mut book = Book::default();
    book.add_text(&format!("{HEAD}{TAIL}{body}"), "r.toml", None)?;
    Ok(book)
}

fn complaint(body: &str) -> String {
    read(body).err().map_or_else(String::new, |fault| fault.to_string())
}

#[test]
fn a_pattern_is_read() {
    let book = read("kind = \"pattern\"\ntype = \"cus\"\npattern = 'K-(\\d+)'\ngroup = 1").unwrap();
    let rule = &book.rules()[0];
    assert_eq!((rule.kind, rule.code.as_str()), (Kind::Pattern, "cus"));
    assert!(matches!(&rule.finder, Finder::Pattern(pattern) if pattern.text == "K-(\\d+)"));
    assert_eq!(rule.place.to_string(), "r.toml:3:6");
    assert_eq!(book.types(&[TypeCode::TEL]).len(), 2);
}

#[test]
fn each_mistake_has_its_place_and_a_hint() {
    for (body, place, words) in [
        ("kind = \"pattern\"\npatern = 'x'", "r.toml:8:1", "did you mean `pattern`?"),
        ("kind = \"patern\"", "r.toml:7:8", "did you mean `pattern`?"),
        ("kind = \"pattern\"\ntype = \"cus\"", "r.toml:2:1", "needs `pattern`"),
        ("kind = \"pattern\"\npattern = 'x'", "r.toml:2:1", "the type is missing"),
        ("kind = \"pattern\"\ntype = \"CUST\"\npattern = 'x'", "r.toml:8:8", "three letters"),
        ("kind = \"pattern\"\ntype = \"tel\"\npattern = 'x'", "r.toml:8:8", "not for this kind"),
        ("kind = \"field\"\ntype = \"cus\"\njson = [\"a\"]", "r.toml:9:9", "begins with $"),
        ("kind = \"list\"\ntype = \"cus\"\nvalues = [\"x\"]", "r.toml:2:1", "one byte"),
        ("kind = \"list\"\ntype = \"cus\"\nfile = \"no.txt\"", "r.toml:9:8", "needs `values`"),
        ("kind = \"guard\"\npattern = 'x'\naction = \"mask\"", "r.toml:2:1", "no action"),
        ("kind = \"name\"\nkeys = [\"k\"]\nkeep = 3", "r.toml:2:1", "`keep` is for mask"),
        ("kind = \"name\"\nkeys = [\"k\"]\naction = \"truncate\"", "r.toml:9:10", "ip:24/48"),
        ("kind = \"name\"\nkeys = 3", "r.toml:8:8", "invalid type"),
        ("kind = ", "r.toml:7:8", ""),
    ] {
        let complaint = complaint(body);
        assert!(complaint.starts_with(&format!("{place}: ")), "{body}: {complaint}");
        assert!(complaint.contains(words), "{body}: {complaint}");
    }
}

#[test]
fn later_rules_of_an_id_win_and_changes_reach_what_is_there() {
    let mut book = read("kind = \"name\"\nkeys = [\"k\"]").unwrap();
    let other = format!("{HEAD}{TAIL}kind = \"phone\"\nkeys = [\"k\"]\n");
    book.add_text(&other, "s.toml", None).unwrap();
    assert_eq!(book.rules().len(), 1);
    assert_eq!(book.rules()[0].kind, Kind::Phone);
    let change = |what: &str| format!("format = \"lognym-rules-1\"\n[[change]]\n{what}\n");
    let masked = change("id = \"a\"\naction = \"truncate\"\nto = \"ip:16/32\"");
    book.add_text(&masked, "t.toml", None).unwrap();
    let expected = Action::Truncate(Truncate::Ip { v4: 16, v6: 32 });
    assert_eq!(book.rules()[0].action, expected);
    book.add_text(&change("id = \"a\"\noff = true"), "t.toml", None).unwrap();
    assert!(book.is_empty());
    book.add_text(&change("id = \"phone/*\"\noff = true"), "t.toml", None).unwrap();
    assert_eq!(book.changes().len(), 1);
    let unknown = book.add_text(&change("id = \"b\"\noff = true"), "t.toml", None);
    assert!(unknown.is_err_and(|fault| fault.to_string().starts_with("t.toml:3:6: no rule")));
}

#[test]
fn folders_are_read_in_the_order_of_their_names() {
    let folder = tempfile::tempdir().unwrap();
    for (name, kind) in [("20.toml", "phone"), ("10.toml", "name"), ("notes.txt", "nonsense")] {
        let text = format!("{HEAD}{TAIL}kind = \"{kind}\"\nkeys = [\"k\"]\n");
        fs::write(folder.path().join(name), text).unwrap();
    }
    let mut book = Book::default();
    book.add_path(folder.path()).unwrap();
    assert_eq!(book.rules()[0].kind, Kind::Phone);
    assert!(book.add_path(&folder.path().join("missing")).is_err());
}

#[test]
fn lists_come_from_files_beside_the_rules() {
    let folder = tempfile::tempdir().unwrap();
    let rule = format!("{HEAD}{TAIL}kind = \"list\"\ntype = \"cus\"\nfile = \"l.txt\"\n");
    fs::write(folder.path().join("r.toml"), rule).unwrap();
    let mut book = Book::default();
    assert!(book.add_path(folder.path()).is_err_and(|f| f.to_string().contains("not found")));
    fs::write(folder.path().join("l.txt"), "# note\nACME\n\nx\n").unwrap();
    assert!(book.add_path(folder.path()).is_err_and(|f| f.to_string().contains("l.txt:4:1")));
    fs::write(folder.path().join("l.txt"), "# note\nACME\n").unwrap();
    book.add_path(folder.path()).unwrap();
    let Finder::List(list) = &book.rules()[0].finder else { panic!("it is a list") };
    assert_eq!(list.entries().collect::<Vec<_>>(), ["ACME"]);
}

#[test]
fn the_digest_tells_texts_and_their_order_apart() {
    let rule = |id: &str| {
        format!(
            "format = \"lognym-rules-1\"\n[[rule]]\nid = \"{id}\"\nkind = \"guard\"\n\
             description = \"d\"\nvalues = [\"some text\"]\nhits = [\"«some text»\"]\nmisses = [\"x\"]\n"
        )
    };
    let digest = |texts: &[&str]| {
        let mut book = Book::default();
        for text in texts {
            book.add_text(text, "test.toml", None).expect("valid rules");
        }
        book.digest()
    };
    let (one, two) = (rule("one"), rule("two"));
    let digests = [digest(&[]), digest(&[&one]), digest(&[&one, &two]), digest(&[&two, &one])];
    let different: std::collections::BTreeSet<_> = digests.iter().collect();
    assert_eq!(different.len(), digests.len());
    assert_eq!(digest(&[&one]), digests[1]);
}
