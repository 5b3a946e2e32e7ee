//! The ring in memory. A [`Ring`] that exists is valid: [`Ring::new`] checks it whole.

use std::time::SystemTime;

use jiff::Timestamp;

use super::error::RingError;
use super::weak::Weakness;
use crate::pseudonym::{Domain, DomainKey, Keys};
use crate::secret::Secret;
use crate::span::TypeCode;

/// Whose keys a ring holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The secrets from which the keys of all domains follow.
    Root,
    /// The derived keys of this domain only, for a sidecar.
    Domain(Domain),
}

/// What an epoch derives its keys from.
#[derive(Debug, PartialEq, Eq)]
pub enum Material {
    /// The secret of a root ring.
    Secret(Secret),
    /// The domain's key of a domain ring.
    Key(DomainKey),
    /// Nothing any more: the time of its destruction.
    Destroyed(Timestamp),
}

/// An interval of time with a key of its own.
#[derive(Debug, PartialEq, Eq)]
pub struct Epoch {
    /// Its name in the ring, 1 to 32 of `[A-Za-z0-9._-]`.
    pub id: String,
    /// First instant at which it is in force.
    pub not_before: Timestamp,
    /// First instant at which it is no more.
    pub not_after: Timestamp,
    /// When its key is due to be destroyed.
    pub destroy_after: Timestamp,
    /// Where its keys come from.
    pub material: Material,
}

/// A valid key ring.
#[derive(Debug, PartialEq, Eq)]
pub struct Ring {
    kind: Kind,
    epochs: Vec<Epoch>,
}

impl Ring {
    /// The ring of these epochs, if it is valid.
    pub fn new(kind: Kind, epochs: Vec<Epoch>) -> Result<Self, RingError> {
        if epochs.is_empty() {
            return Err(RingError::Empty);
        }
        for (number, epoch) in (1..).zip(&epochs) {
            epoch.check(&kind, number)?;
        }
        for (second, later) in epochs.iter().enumerate() {
            for (first, earlier) in epochs[..second].iter().enumerate() {
                earlier.check_beside(later, first + 1, second + 1)?;
            }
        }
        Ok(Self { kind, epochs })
    }

    /// Whose keys it holds.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// Its epochs, in the order of the file.
    pub fn epochs(&self) -> &[Epoch] {
        &self.epochs
    }

    /// Its epochs, taken out of it.
    pub(super) fn into_epochs(self) -> Vec<Epoch> {
        self.epochs
    }

    /// The epoch of this id.
    ///
    /// # Errors
    /// When the ring has none, or its key is destroyed.
    pub fn epoch(&self, id: &str) -> Result<&Epoch, RingError> {
        let epoch = self.epochs.iter().find(|epoch| epoch.id == id);
        match epoch.ok_or(RingError::UnknownEpoch)? {
            Epoch { material: Material::Destroyed(_), .. } => Err(RingError::Destroyed),
            epoch => Ok(epoch),
        }
    }

    /// Its epochs that have a key still, in the order of the file.
    pub fn retained(&self) -> impl Iterator<Item = &Epoch> {
        self.epochs.iter().filter(|epoch| epoch.secret().is_some())
    }

    /// The domain of a domain ring, `fallback` for a root ring.
    pub fn domain_or<'d>(&'d self, fallback: &'d Domain) -> &'d Domain {
        match &self.kind {
            Kind::Root => fallback,
            Kind::Domain(holds) => holds,
        }
    }

    /// The domains to work with: those of `wanted`, or if it is empty the default domain, or that of a
    /// domain ring.
    ///
    /// # Errors
    /// When `wanted` holds another domain than that of a domain ring.
    pub fn domains(&self, wanted: &[Domain]) -> Result<Vec<Domain>, RingError> {
        let usual = Domain::default();
        let own = self.domain_or(&usual);
        match &self.kind {
            Kind::Domain(holds) if wanted.iter().any(|domain| domain != holds) => {
                Err(RingError::OtherDomain { holds: holds.clone() })
            }
            _ if wanted.is_empty() => Ok(vec![own.clone()]),
            _ => Ok(wanted.to_vec()),
        }
    }

    /// The epoch in force at `at`; an error if there is none or its key is destroyed, so that
    /// nothing is pseudonymised without a key that was meant for it.
    pub fn active(&self, at: SystemTime) -> Result<&Epoch, RingError> {
        let at = instant(at)?;
        let covers = |epoch: &&Epoch| epoch.not_before <= at && at < epoch.not_after;
        let epoch = self.epochs.iter().find(covers).ok_or_else(|| self.no_epoch(at))?;
        match epoch.material {
            Material::Destroyed(_) => Err(RingError::Destroyed),
            _ => Ok(epoch),
        }
    }

    /// The keys of one of its epochs for `domain`, ready for `types`.
    pub fn keys(
        &self,
        epoch: &Epoch,
        domain: &Domain,
        types: &[TypeCode],
    ) -> Result<Keys, RingError> {
        match (&self.kind, &epoch.material) {
            (Kind::Domain(holds), _) if holds != domain => {
                Err(RingError::OtherDomain { holds: holds.clone() })
            }
            (_, Material::Secret(secret)) => Ok(Keys::derive(secret, domain, types)),
            (_, Material::Key(key)) => Ok(Keys::of_domain(key, types)),
            (_, Material::Destroyed(_)) => Err(RingError::Destroyed),
        }
    }

    fn no_epoch(&self, at: Timestamp) -> RingError {
        let from = self.epochs.iter().map(|epoch| epoch.not_before).min();
        let to = self.epochs.iter().map(|epoch| epoch.not_after).max();
        let text = |time: Option<Timestamp>| time.unwrap_or_default().to_string();
        RingError::NoEpoch { at: at.to_string(), from: text(from), to: text(to) }
    }
}

impl Epoch {
    /// What can be checked of one epoch alone; `epoch` is its number.
    fn check(&self, kind: &Kind, epoch: usize) -> Result<(), RingError> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
        if !(1..=32).contains(&self.id.len()) || !self.id.bytes().all(allowed) {
            return Err(RingError::Id { epoch });
        }
        if self.not_before >= self.not_after || self.not_after > self.destroy_after {
            return Err(RingError::Interval { epoch });
        }
        match (kind, &self.material) {
            (Kind::Root, Material::Secret(_)) | (Kind::Domain(_), Material::Key(_)) => {}
            (_, Material::Destroyed(_)) => {}
            _ => return Err(RingError::Material { epoch }),
        }
        match self.secret().and_then(Weakness::of) {
            Some(weakness) => Err(RingError::Weak { epoch, weakness }),
            None => Ok(()),
        }
    }

    /// What two epochs must not share; `first` and `second` are their numbers.
    fn check_beside(&self, other: &Epoch, first: usize, second: usize) -> Result<(), RingError> {
        if self.id == other.id {
            return Err(RingError::SameId { first, second });
        }
        if self.not_before < other.not_after && other.not_before < self.not_after {
            return Err(RingError::Overlap { first, second });
        }
        match (self.secret(), other.secret()) {
            (Some(one), Some(two)) if one == two => Err(RingError::SameSecret { first, second }),
            _ => Ok(()),
        }
    }

    /// The secret bytes of its material, of either kind.
    pub(super) fn secret(&self) -> Option<&Secret> {
        match &self.material {
            Material::Secret(secret) | Material::Key(DomainKey(secret)) => Some(secret),
            Material::Destroyed(_) => None,
        }
    }
}

/// The instant of a system time.
pub(super) fn instant(time: SystemTime) -> Result<Timestamp, RingError> {
    Timestamp::try_from(time).map_err(|_| RingError::Calendar)
}
