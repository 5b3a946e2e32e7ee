//! The later life of a ring: ends of epochs, and rings of one domain for sidecars.
//!
//! Everything here turns a valid ring into another valid ring; files are [`super::update`]'s matter.

use std::time::SystemTime;

use super::error::RingError;
use super::model::{Epoch, Kind, Material, Ring, instant};
use crate::pseudonym::{Domain, DomainKey};

impl Ring {
    /// The ids of the epochs whose keys are due for destruction at `now`.
    ///
    /// # Errors
    /// When `now` is beyond the calendar.
    pub fn expired(&self, now: SystemTime) -> Result<Vec<String>, RingError> {
        let now = instant(now)?;
        let due = self.retained().filter(|epoch| epoch.destroy_after <= now);
        Ok(due.map(|epoch| epoch.id.clone()).collect())
    }

    /// This ring with a tombstone in place of the key of each epoch of `ids`. The secrets are
    /// wiped from memory; the file is another matter.
    ///
    /// # Errors
    /// When there is no such epoch, or its key was destroyed before.
    pub fn destroyed(self, ids: &[String], now: SystemTime) -> Result<Self, RingError> {
        for id in ids {
            self.epoch(id)?;
        }
        let now = instant(now)?;
        let kind = self.kind().clone();
        let mut epochs = self.into_epochs();
        for epoch in epochs.iter_mut().filter(|epoch| ids.contains(&epoch.id)) {
            epoch.material = Material::Destroyed(now);
        }
        Ring::new(kind, epochs)
    }

    /// The ring of `domain` alone: it gives the same tokens and none of any other domain.
    ///
    /// # Errors
    /// When this is a domain ring itself.
    pub fn exported(&self, domain: &Domain) -> Result<Self, RingError> {
        if self.kind() != &Kind::Root {
            return Err(RingError::RootOnly);
        }
        let epochs = self.epochs().iter().map(|epoch| {
            let material = match &epoch.material {
                Material::Secret(secret) => Material::Key(DomainKey::derive(secret, domain)),
                Material::Destroyed(at) => Material::Destroyed(*at),
                Material::Key(_) => return Err(RingError::RootOnly),
            };
            let Epoch { not_before, not_after, destroy_after, .. } = *epoch;
            Ok(Epoch { id: epoch.id.clone(), not_before, not_after, destroy_after, material })
        });
        Ring::new(Kind::Domain(domain.clone()), epochs.collect::<Result<_, _>>()?)
    }
}
