//! Memory that one piece of work leaves to the next, on whatever thread.

use std::sync::{Mutex, PoisonError};

/// What is not in use at the moment.
#[derive(Debug)]
pub(crate) struct Spares<S>(Mutex<Vec<S>>);

impl<S> Default for Spares<S> {
    fn default() -> Self {
        Self(Mutex::new(Vec::new()))
    }
}

impl<S> Spares<S> {
    /// One of them, or a new one if all are in use.
    pub fn take(&self, make: impl FnOnce() -> S) -> S {
        let spare = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        spare.unwrap_or_else(make)
    }

    /// Leave one to others.
    pub fn give(&self, spare: S) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(spare);
    }

    /// `work` with one of them; after a panic it is not used again.
    pub fn with<T>(&self, make: impl FnOnce() -> S, work: impl FnOnce(&mut S) -> T) -> T {
        let mut spare = self.take(make);
        let result = work(&mut spare);
        self.give(spare);
        result
    }
}
