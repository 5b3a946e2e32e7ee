//! Thirty-two bytes that nobody may see: zeroised when dropped, printed as `[secret]`.
//!
//! Bytes enter through a closure that fills them in place, so that no copy stays behind on
//! the stack; a move moves a pointer. There is no `Clone`, no `Display`, and comparison takes
//! the same time wherever two secrets differ. [`no_core_dumps`] keeps them off the disk.

use std::convert::Infallible;
use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A 256-bit secret.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Secret(Box<[u8; Secret::LEN]>);

impl Secret {
    /// Length in bytes.
    pub const LEN: usize = 32;

    /// The secret that `fill` writes.
    pub fn filled(fill: impl FnOnce(&mut [u8; Secret::LEN])) -> Self {
        let written = Self::try_filled(|bytes| {
            fill(bytes);
            Ok::<(), Infallible>(())
        });
        match written {
            Ok(secret) => secret,
            Err(never) => match never {},
        }
    }

    /// The secret that `fill` writes; what a failing `fill` has written is wiped.
    pub fn try_filled<E>(
        fill: impl FnOnce(&mut [u8; Secret::LEN]) -> Result<(), E>,
    ) -> Result<Self, E> {
        let mut secret = Self(Box::new([0; Secret::LEN]));
        fill(&mut secret.0)?;
        Ok(secret)
    }

    /// A secret from the random generator of the operating system.
    pub fn random() -> Result<Self, getrandom::Error> {
        Self::try_filled(|bytes| getrandom::fill(bytes))
    }

    /// The bytes, for derivation and for writing a key file; never for messages.
    pub fn expose(&self) -> &[u8; Secret::LEN] {
        &self.0
    }
}

impl ConstantTimeEq for Secret {
    fn ct_eq(&self, other: &Self) -> subtle::Choice {
        self.0.as_slice().ct_eq(other.0.as_slice())
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.ct_eq(other).into()
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// Keeps this process from leaving core dumps or being traced by its own user, as far as the
/// system allows: best effort, since a filter that runs is worth more than one that refuses to.
pub fn no_core_dumps() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing() {
        let secret = Secret::filled(|bytes| bytes.fill(0xab));
        assert_eq!(format!("{secret:?}"), "[secret]");
    }

    #[test]
    fn compares_by_value() {
        let one = Secret::filled(|bytes| bytes.fill(1));
        let same = Secret::filled(|bytes| bytes.fill(1));
        let other = Secret::filled(|bytes| bytes[31] = 1);
        assert!(one == same && one != other);
    }

    #[test]
    fn wipes_its_bytes() {
        let mut secret = Secret::filled(|bytes| bytes.fill(7));
        secret.zeroize();
        assert_eq!(secret.expose(), &[0; 32]);
    }

    #[test]
    fn random_ones_differ() {
        let (one, two) = (Secret::random().expect("random"), Secret::random().expect("random"));
        assert!(one != two);
    }
}
