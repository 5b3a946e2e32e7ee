//! JSON in, JSON out: the same keys, the same structure, the same types.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Number, Value};

use super::grammar::{escaped, person, phone, subscriber};

/// A document, written compact, spread over lines, or with everything but ASCII escaped.
pub(super) fn document() -> impl Strategy<Value = String> {
    (object(value()), 0..4u8).prop_map(|(value, style)| match style {
        0 => format!("{value:#}"),
        1 => escaped(&value.to_string()),
        2 => value.to_string().replace("\":", "\" : ").replace(",\"", ", \"").replace('/', "\\/"),
        _ => value.to_string(),
    })
}

/// Where `after` is not what `before` may become, as a path of keys; nothing if it is.
pub(super) fn broken(before: &Value, after: &Value) -> Option<String> {
    match (before, after) {
        (Value::Object(a), Value::Object(b)) if a.len() == b.len() => {
            a.iter().zip(b).find_map(|((ka, va), (kb, vb))| {
                if ka == kb { broken(va, vb) } else { Some(String::new()) }
                    .map(|path| format!("{ka}.{path}"))
            })
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => a
            .iter()
            .zip(b)
            .enumerate()
            .find_map(|(i, (a, b))| broken(a, b).map(|path| format!("{i}.{path}"))),
        (Value::String(a), Value::String(b)) => match serde_json::from_str::<Value>(a) {
            Ok(a @ (Value::Object(_) | Value::Array(_))) => match serde_json::from_str(b) {
                Ok(b) => broken(&a, &b),
                Err(error) => Some(format!("text: {error}")),
            },
            _ => None,
        },
        (Value::Number(_), Value::String(token)) if is_tel(token) => None,
        (a, b) if a == b => None,
        _ => Some("type".into()),
    }
}

fn is_tel(text: &str) -> bool {
    text.len() == 35 && text.starts_with("tel_")
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        3 => phone().prop_map(Value::String),
        3 => person().prop_map(Value::String),
        3 => subscriber().prop_map(|(code, area, rest)| format!("{code}{area}{rest}").parse().map_or(Value::Null, |n: u64| n.into())),
        1 => subscriber().prop_map(|(_, area, rest)| format!("-{area}{rest}").parse().map_or(Value::Null, |n: i64| n.into())),
        1 => select(&[4.930231251e9, 0.4930231251, 493023125123.5, 1e21][..]).prop_map(|n| Number::from_f64(n).map_or(Value::Null, Value::Number)),
        1 => any::<i64>().prop_map(Value::from),
        1 => select(vec![Value::Null, true.into(), "".into(), "a\"b\\\n".into(), "2026-11-21T10:00:00Z".into()]),
        1 => ("[ -~äß]{0,20}").prop_map(Value::String),
        1 => (person(), phone()).prop_map(|(name, phone)| format!("\"{name}\" <sip:{phone}@pbx.example>\nRückruf unter {phone}").into()),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            3 => object(inner.clone()),
            2 => vec(inner.clone(), 0..4).prop_map(Value::Array),
            1 => object(inner).prop_map(|object| Value::String(object.to_string())),
        ]
    })
}

fn object(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    vec((select(KEYS), value), 1..5).prop_map(|members| {
        Value::Object(
            members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Map<_, _>>(),
        )
    })
}

const KEYS: &[&str] = &[
    "phone",
    "callerNumber",
    "msisdn",
    "number",
    "caller",
    "from",
    "to",
    "name",
    "callerName",
    "displayName",
    "first_name",
    "id",
    "orderId",
    "ts",
    "message",
    "payload",
    "Rückrufnummer",
    "tel:",
    "a\"b",
    "phone=",
    "value",
    "",
];
