//! lognym: phone numbers and person names out of logs, keyed pseudonyms in.
//!
//! Bytes go through the stages from left to right; each has a module of its name or beside it:
//!
//! ```text
//! bytes -> frame -> scan -> detect -> resolve -> pseudonymise -> bytes
//!         (blocks   (SIMD   (guard,    (disjoint  (canonical form,
//!          of whole  candi-  phone,     spans)     HMAC, token)
//!          lines)    dates   name)
//!                    of new
//!                    lines)
//! ```
//!
//! [`engine`] is this flow for one block, a pure function of the block, the rules and the keys: no
//! clock, no I/O, no logging. What leaves it is [`engine::Vetted`], which nothing else can make and
//! which is all that a sink takes, so raw bytes cannot get out by a slip. [`stream`] drives it: files
//! and pipes in, ordered worker threads, vetted bytes out. [`net`] is the same for sockets.
//!
//! ```
//! use lognym::engine::{Engine, Setup, Spare};
//! use lognym::plan::Region;
//! use lognym::pseudonym::{Domain, Keys};
//! use lognym::stats::Counts;
//!
//! // Keys that last come from a ring: see `lognym::pseudonym::ring`.
//! let keys = Keys::ephemeral(&Domain::default(), &Counts::TYPES)?;
//! let regions = Region::from_code("DE").into_iter().collect();
//! let engine = Engine::new(Setup { regions, ..Setup::default() }, keys)?;
//!
//! let line = b"198.51.100.17 callerName=\"Max Mustermann\" phone=\"030 23125042\"\n";
//! let vetted = engine.process(line, &mut engine.scratch(), Spare::default());
//! let text = String::from_utf8_lossy(vetted.as_bytes());
//! assert!(text.starts_with("198.51.100.17 callerName=\"nam_"));
//! assert!(text.contains("\" phone=\"tel_"));
//! assert!(!text.contains("Mustermann") && !text.contains("23125042"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Floors
//!
//! Imports run strictly downward, siblings do not know each other, and a test keeps it so:
//!
//! | floor | modules |
//! |---|---|
//! | transports | [`stream`], [`net`] |
//! | around the flow | [`epochs`], [`audit`], [`rights`] |
//! | flow | [`engine`] |
//! | order, replacement | [`resolve`], [`action`] |
//! | detectors | [`detect`] |
//! | stages and their data | [`scan`], [`rules`], [`lexicon`], [`roster`], [`memory`], [`plan`], [`pseudonym`] |
//! | words in any spelling | [`spelling`] |
//! | plain things | [`span`], [`class`], [`carrier`], [`colour`], [`octets`], [`fold`], [`frame`], [`stats`], [`secret`], [`replace`], [`manual`] |
//!
//! The binary stands above all of it and uses this public library only. `unsafe` lives in the scan
//! kernels of the architectures, nowhere else. No error, message or figure ever holds input bytes.

pub mod action;
pub mod audit;
pub mod carrier;
pub mod class;
pub mod colour;
#[doc(hidden)]
pub mod corpus;
pub mod detect;
pub mod engine;
pub mod epochs;
pub mod fold;
pub mod frame;
pub mod lexicon;
pub mod manual;
pub mod memory;
pub mod net;
pub mod octets;
pub mod plan;
pub mod pseudonym;
pub mod replace;
pub mod resolve;
pub mod rights;
pub mod roster;
pub mod rules;
pub mod scan;
pub mod secret;
pub mod span;
pub mod spelling;
pub mod stats;
pub mod stream;
mod swar;
