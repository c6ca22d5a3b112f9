//! Work in parallel whose results are taken in by one after another.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use rayon::Scope;

use super::error::{Error, Result};
use super::job::Job;

/// Results that wait for those before them, for each thread, beyond which threads stop to take them in.
const WAITING: usize = 2;

/// What all threads share.
struct Turns<T, W, K> {
    n: usize,
    work: W,
    next: AtomicUsize,
    /// Results that are not taken in yet.
    waiting: Mutex<BTreeMap<usize, T>>,
    taken: Mutex<Taken<K>>,
    is_over: AtomicBool,
    /// The first by position of the errors so far.
    error: Mutex<Option<(usize, Error)>>,
    most_waiting: usize,
}

/// Where results go, and how many of them are there.
struct Taken<K> {
    take: K,
    count: usize,
}

impl Job {
    /// How many results of `n` [`Job::in_turn`] holds, those that are being made among them; more only where one takes far
    /// longer than those after it.
    pub fn held_in_turn(&self, n: usize) -> usize {
        ((WAITING + 1) * rayon::current_num_threads()).min(n)
    }

    /// `take(work(0))`, …, `take(work(n − 1))`: the work is done in parallel, its results are taken in their order, by one
    /// thread at a time, soon after they are made, so that few of them are held.
    ///
    /// Whoever is free works on the next. Neither may hand work to other threads. Of several errors the first by position
    /// is returned.
    pub fn in_turn<T: Send>(
        &self,
        n: usize,
        work: impl Fn(usize) -> Result<T> + Sync,
        mut take: impl FnMut(T) -> Result<()> + Send,
    ) -> Result<()> {
        if self.is_of_caller() {
            return (0..n).try_for_each(|index| self.check().and_then(|()| take(work(index)?)));
        }
        let n_threads = rayon::current_num_threads().min(n);
        let turns = Turns {
            n,
            work,
            next: AtomicUsize::new(0),
            waiting: Mutex::default(),
            taken: Mutex::new(Taken { take, count: 0 }),
            is_over: AtomicBool::new(false),
            error: Mutex::default(),
            most_waiting: WAITING * n_threads,
        };
        rayon::scope(|scope| (0..n_threads).for_each(|_| scope.spawn(|scope| turns.step(self, scope))));
        held(&turns.error).take().map_or(Ok(()), |(_, error)| Err(error))
    }
}

/// Ends the work of all threads if this one panics.
struct Ender<'t>(&'t AtomicBool);

impl Drop for Ender<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.store(true, Ordering::Relaxed);
        }
    }
}

/// A panic of another thread ends all of it, after which nothing is looked at.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<T: Send, W: Fn(usize) -> Result<T> + Sync, K: FnMut(T) -> Result<()> + Send> Turns<T, W, K> {
    /// One result, and then the next as work of its own: threads that came from other calls go back to those, and calls
    /// that wait for a thread find one. A call that begins on it ends before this one does.
    fn step<'s>(&'s self, job: &'s Job, scope: &Scope<'s>) {
        let _guard = Ender(&self.is_over);
        let index = self.next.fetch_add(1, Ordering::Relaxed);
        if index >= self.n || self.is_over.load(Ordering::Relaxed) {
            return;
        }
        match job.check().and_then(|()| (self.work)(index)) {
            Ok(result) => {
                held(&self.waiting).insert(index, result);
                self.take_in();
            }
            Err(error) => return self.end(index, error),
        }
        rayon::yield_now();
        scope.spawn(|scope| self.step(job, scope));
    }

    /// Take in what is next, and what comes after it, unless another thread is about to.
    fn take_in(&self) {
        loop {
            let is_crowded = held(&self.waiting).len() > self.most_waiting;
            let mut taken = match self.taken.try_lock() {
                Ok(taken) => taken,
                Err(TryLockError::Poisoned(taken)) => taken.into_inner(),
                Err(TryLockError::WouldBlock) if is_crowded => held(&self.taken),
                Err(TryLockError::WouldBlock) => return,
            };
            loop {
                let result = held(&self.waiting).remove(&taken.count);
                let Some(result) = result else { break };
                if let Err(error) = (taken.take)(result) {
                    return self.end(taken.count, error);
                }
                taken.count += 1;
            }
            let next = taken.count;
            drop(taken);
            // What came in the meantime found this thread in its way.
            if !held(&self.waiting).contains_key(&next) {
                return;
            }
        }
    }

    fn end(&self, index: usize, error: Error) {
        self.is_over.store(true, Ordering::Relaxed);
        let mut first = held(&self.error);
        if first.as_ref().is_none_or(|&(position, _)| index < position) {
            *first = Some((index, error));
        }
    }
}
