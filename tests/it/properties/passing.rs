//! What must pass byte for byte: addresses, UUIDs and times, each in its own syntax.

use std::net::{Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;
use proptest::sample::select;

pub(super) fn any_of_them() -> impl Strategy<Value = String> {
    prop_oneof![ipv4(), ipv6(), uuid(), time()]
}

/// With or without port or prefix length.
pub(super) fn ipv4() -> impl Strategy<Value = String> {
    let address = any::<u32>().prop_map(|bits| Ipv4Addr::from_bits(bits).to_string());
    (address, any::<u16>(), 0..5u8).prop_map(|(address, port, style)| match style {
        0 => format!("{address}:{port}"),
        1 => format!("{address}/{}", port % 33),
        _ => address,
    })
}

/// RFC 4291 and RFC 5952: full, compressed, upper case, with IPv4 tail, zone, brackets and port.
pub(super) fn ipv6() -> impl Strategy<Value = String> {
    // Short groups and runs of zeros, as real addresses have them; decimal-looking ones too.
    let group = prop_oneof![
        Just(0u16),
        0..0x100u16,
        any::<u16>(),
        select(&[0x4930, 0x2312, 0x5123, 0x30][..])
    ];
    let address =
        (prop::array::uniform8(group), any::<u32>(), 0..7u8).prop_map(|(groups, bits, style)| {
            let address = Ipv6Addr::from(groups);
            match style {
                0 => groups.map(|group| format!("{group:04x}")).join(":"),
                1 => address.to_string().to_uppercase(),
                2 => format!("::ffff:{}", Ipv4Addr::from_bits(bits)),
                3 => format!("64:ff9b::{}", Ipv4Addr::from_bits(bits)),
                _ => address.to_string(),
            }
        });
    (address, any::<u16>(), 0..7u8).prop_map(|(address, port, style)| match style {
        0 => format!("[{address}]:{port}"),
        1 => format!("[{address}]"),
        2 => format!("{address}/{}", port % 129),
        3 => format!("{address}%eth{}", port % 10),
        _ => address,
    })
}

/// RFC 9562, also as URN, in braces, in upper case, without hyphens, and of digits only.
pub(super) fn uuid() -> impl Strategy<Value = String> {
    let hex =
        prop_oneof![3 => "[0-9a-f]{32}", 1 => "[0-9]{32}", 1 => "(00|49|030)[0-9a-f]{28}[0-9]{2}"];
    (hex, 0..7u8).prop_map(|(hex, style)| {
        let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..32]];
        let uuid = parts.join("-");
        match style {
            0 => uuid.to_uppercase(),
            1 => format!("{{{uuid}}}"),
            2 => format!("urn:uuid:{uuid}"),
            _ => uuid,
        }
    })
}

/// RFC 3339, ISO 8601 basic form, syslog, CLF, DIN 5008, US and epoch times.
pub(super) fn time() -> impl Strategy<Value = String> {
    let day = (1970..2100u32, 1..=12u32, 1..=28u32);
    let clock = (0..24u32, 0..60u32, 0..60u32, 0..1_000_000_000u32);
    (day, clock, 0..16u8).prop_map(|((y, mo, d), (h, mi, s, ns), style)| {
        let month =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
                [mo as usize - 1];
        let epoch = 1_400_000_000 + u64::from(ns) % 600_000_000;
        match style {
            0 => format!("{y}-{mo:02}-{d:02}T{h:02}:{mi:02}:{s:02}Z"),
            1 => format!("{y}-{mo:02}-{d:02}T{h:02}:{mi:02}:{s:02}.{ns:09}+01:00"),
            2 => format!("{y}-{mo:02}-{d:02} {h:02}:{mi:02}:{s:02},{:03}", ns / 1_000_000),
            3 => format!("{y}-{mo:02}-{d:02} {h:02}:{mi:02}:{s:02}.{:06} +0000 UTC", ns / 1000),
            4 => format!("{y}{mo:02}{d:02}T{h:02}{mi:02}{s:02}Z"),
            5 => format!("{y}{mo:02}{d:02}{h:02}{mi:02}{s:02}"),
            6 => format!("{d:02}/{month}/{y}:{h:02}:{mi:02}:{s:02} +0000"),
            7 => format!("{month} {d:2} {h:02}:{mi:02}:{s:02}"),
            8 => format!("{d:02}.{mo:02}.{y} {h:02}:{mi:02}:{s:02}"),
            9 => format!("{mo:02}/{d:02}/{y} {h:02}:{mi:02}:{s:02}"),
            10 => format!("{y}/{mo:02}/{d:02} {h:02}:{mi:02}:{s:02}"),
            11 => epoch.to_string(),
            12 => format!("{epoch}.{:06}", ns / 1000),
            13 => format!("{epoch}{:03}", ns / 1_000_000),
            14 => format!("{epoch}{ns:09}"),
            _ => format!("{y}-{mo:02}-{d:02}"),
        }
    })
}
