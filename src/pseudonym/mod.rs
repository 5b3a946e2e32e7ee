//! From an identity to its token: canonical form, key, HMAC, grammar.
//!
//! ```text
//! ring ── epoch secret ──> Keys (one domain, one epoch)
//! surface text ── canon ──> canonical bytes ── Keys::token ──> tel_pjmchr_tmnn...
//! ```
//!
//! [`Keys`] is immutable and shared by all workers; making a token neither allocates nor locks.
//! A worker's [`TokenCache`] spares it the MACs of identities that it has just met.
//! The secret of an epoch is gone once its keys are derived.

mod cache;
pub mod canon;
mod keys;
mod prefix;
pub mod ring;
pub mod suppress;
pub mod token;

pub use cache::{Identity, TokenCache};
pub use keys::{BadDomain, Domain, DomainKey, Keys};
pub use prefix::PrefixCache;
pub use token::{Kid, Token};
