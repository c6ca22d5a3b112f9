//! Cancellation, progress, and parallel work whose result does not depend on the number of threads.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use rayon::ThreadPool;
use rayon::prelude::*;

use super::crew::Crew;
use super::error::{Error, Result};

/// Rows that one partial sum covers: the chunks are the same for any number of threads.
const SUM_CHUNK: usize = 4096;

/// Items between two checks of a walk.
const WALK_CHECK: usize = 1 << 16;

/// Milliseconds between two questions whether the caller is interrupted.
const POLL: u64 = 50;

/// Below this many entries a sort is one uninterrupted call.
const SORT_LEAF: usize = 1 << 16;

/// Less memory than this many bytes is taken without asking: the loops of small calls have no time for it.
const SMALL: u64 = 1 << 16;

/// Less memory than this many bytes is asked for without a look at what the machine has left.
const LARGE: u64 = 1 << 26;

/// One call from outside: how far it has come, whether it should stop, and what memory it may have.
///
/// A kernel calls [`Job::check`] often enough that a tenth of a second hardly passes between two calls.
#[derive(Debug, Default)]
pub struct Job {
    cancelled: AtomicBool,
    done: AtomicU64,
    total: AtomicU64,
    left: Option<fn() -> Option<u64>>,
    here: Option<Here>,
}

/// What a job needs that is done by the thread that calls, outside the pool.
#[derive(Debug)]
struct Here {
    crew: Crew,
    is_interrupted: fn() -> bool,
    start: Instant,
    /// Milliseconds after the start at which that is asked again.
    next: AtomicU64,
}

impl Here {
    /// Whether the caller is interrupted; asked every 50 ms.
    fn is_interrupted(&self) -> bool {
        let now = self.start.elapsed().as_millis() as u64;
        if now < self.next.load(Ordering::Relaxed) {
            return false;
        }
        self.next.store(now + POLL, Ordering::Relaxed);
        (self.is_interrupted)()
    }
}

impl Job {
    /// A job that has not started.
    pub fn new() -> Self {
        Self::default()
    }

    /// A job that has not started, with a function that tells how many bytes the machine has left, if it knows.
    pub fn with_memory(left: fn() -> Option<u64>) -> Self {
        Self { left: Some(left), ..Self::default() }
    }

    /// A job that the calling thread does itself, helped by the threads of a pool, which it does not belong to. Every 50 ms
    /// it asks `is_interrupted`, and stops if so.
    pub fn here(left: fn() -> Option<u64>, pool: Arc<ThreadPool>, is_interrupted: fn() -> bool) -> Self {
        let crew = Crew::of(pool);
        let here = Here { crew, is_interrupted, start: Instant::now(), next: AtomicU64::new(POLL) };
        Self { here: Some(here), ..Self::with_memory(left) }
    }

    /// What the calling thread needs, if it does this job and is the one that asks.
    fn by_caller(&self) -> Option<&Here> {
        self.here.as_ref().filter(|_| rayon::current_thread_index().is_none())
    }

    /// Whether the calling thread does this job and is the one that asks.
    pub(super) fn is_of_caller(&self) -> bool {
        self.by_caller().is_some()
    }

    /// Ask the work to stop at its next check.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// `Err(Cancelled)` once [`Job::cancel`] was called.
    pub fn check(&self) -> Result<()> {
        if self.by_caller().is_some_and(Here::is_interrupted) {
            self.cancel();
        }
        if self.cancelled.load(Ordering::Relaxed) {
            return Err(Error::Cancelled);
        }
        Ok(())
    }

    /// Walk through `items` in order, checking now and then. For passes too light to be worth several threads.
    pub fn walk<I>(&self, items: impl Iterator<Item = I>, mut visit: impl FnMut(I)) -> Result<()> {
        for (position, item) in items.enumerate() {
            if position % WALK_CHECK == 0 {
                self.check()?;
            }
            visit(item);
        }
        Ok(())
    }

    /// `Err(Memory)` where `count` things of so many bytes each cannot be held.
    ///
    /// An allocation that fails ends the whole process. Whatever grows with an option, or with a product of sizes of the
    /// input, is therefore asked for here before it is made. Nothing is kept: the memory is there to be taken afterwards.
    pub fn foresee(&self, what: &'static str, count: usize, bytes_each: usize) -> Result<()> {
        let bytes = (count as u64).saturating_mul(bytes_each as u64);
        if bytes < SMALL {
            return Ok(());
        }
        let exceeds = || self.left.and_then(|left| left()).is_some_and(|left| bytes > left);
        let mut room: Vec<u8> = Vec::new();
        if (bytes < LARGE || !exceeds()) && room.try_reserve_exact(bytes as usize).is_ok() {
            // Without a use of it the compiler may leave the allocation out.
            std::hint::black_box(&room);
            return Ok(());
        }
        Err(Error::Memory { what, count, bytes })
    }

    /// Announce `steps` more steps of work.
    pub fn expect_steps(&self, steps: usize) {
        self.total.fetch_add(steps as u64, Ordering::Relaxed);
    }

    /// One announced step is done.
    pub fn step(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    /// Steps done and steps announced.
    pub fn progress(&self) -> (u64, u64) {
        (self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed))
    }

    /// `work(0), …, work(n − 1)` in parallel, in order; of several errors the first by position is returned.
    pub fn map<T: Send>(&self, n: usize, work: impl Fn(usize) -> Result<T> + Sync + Send) -> Result<Vec<T>> {
        self.map_with(n, || (), |(), index| work(index))
    }

    /// As [`Job::map`], with scratch space that is made once per stretch of work and handed on.
    ///
    /// `work` must leave no trace of one index in the scratch space that changes the result of another.
    pub fn map_with<S, T: Send>(
        &self,
        n: usize,
        scratch: impl Fn() -> S + Sync + Send,
        work: impl Fn(&mut S, usize) -> Result<T> + Sync + Send,
    ) -> Result<Vec<T>> {
        self.foresee("steps of work", n, size_of::<Result<T>>())?;
        if let Some(here) = self.by_caller() {
            return self.map_here(here, n, scratch, work);
        }
        let results: Vec<Result<T>> = (0..n)
            .into_par_iter()
            .map_init(scratch, |space, index| {
                self.check()?;
                work(space, index)
            })
            .collect();
        in_their_own_room(results)
    }

    /// [`Job::map_with`] outside the pool: whoever is free takes the next index.
    fn map_here<S, T: Send>(
        &self,
        here: &Here,
        n: usize,
        scratch: impl Fn() -> S + Sync + Send,
        work: impl Fn(&mut S, usize) -> Result<T> + Sync + Send,
    ) -> Result<Vec<T>> {
        let next = AtomicUsize::new(0);
        let done = Mutex::new(Vec::with_capacity(n));
        let take = || {
            let mut own = Vec::new();
            let mut space = None;
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                if index >= n {
                    break;
                }
                let result = self.check().and_then(|()| work(space.get_or_insert_with(&scratch), index));
                own.push((index, result));
            }
            done.lock().unwrap_or_else(PoisonError::into_inner).append(&mut own);
        };
        here.crew.share(n, &take, &|| drop(self.check()));
        let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        done.sort_unstable_by_key(|&(index, _)| index);
        done.into_iter().map(|(_, result)| result).collect()
    }

    /// Both at once, where there are threads for it.
    pub fn join<A: Send, B: Send>(
        &self,
        a: impl FnOnce() -> A + Send,
        b: impl FnOnce() -> B + Send,
    ) -> (A, B) {
        // Outside the pool rayon would start another one.
        if self.by_caller().is_some() { (a(), b()) } else { rayon::join(a, b) }
    }

    /// `work` on each of `items`, in parallel, results in the order of the items.
    pub fn each<I: Send, T: Send>(
        &self,
        items: Vec<I>,
        work: impl Fn(I) -> Result<T> + Sync + Send,
    ) -> Result<Vec<T>> {
        if self.by_caller().is_some() {
            return items.into_iter().map(|item| self.check().and_then(|()| work(item))).collect();
        }
        let results: Vec<Result<T>> = items
            .into_par_iter()
            .map(|item| {
                self.check()?;
                work(item)
            })
            .collect();
        in_their_own_room(results)
    }

    /// `term(0) + … + term(n − 1)`: partial sums over fixed chunks, added in order. O(n).
    pub fn sum(&self, n: usize, term: impl Fn(usize) -> f64 + Sync + Send) -> Result<f64> {
        let partial = self.map(n.div_ceil(SUM_CHUNK), |chunk| {
            let start = chunk * SUM_CHUNK;
            Ok((start..n.min(start + SUM_CHUNK)).map(&term).sum::<f64>())
        })?;
        Ok(partial.iter().sum())
    }

    /// Sort by a total order, in place, in parallel, stopping when cancelled. O(n log n), no extra memory.
    ///
    /// Entries that compare equal must be alike in every bit that is read afterwards: their order is not kept.
    pub fn sort_by<T: Send>(
        &self,
        entries: &mut [T],
        compare: impl Fn(&T, &T) -> std::cmp::Ordering + Sync + Copy + Send,
    ) -> Result<()> {
        self.check()?;
        if entries.len() <= SORT_LEAF {
            entries.sort_unstable_by(compare);
            return Ok(());
        }
        let middle = entries.len() / 2;
        let (low, _, high) = entries.select_nth_unstable_by(middle, compare);
        let (left, right) = self.join(|| self.sort_by(low, compare), || self.sort_by(high, compare));
        left.and(right)
    }
}

/// The values, or the first error. They are collected where the results stood, which may be many times their room.
fn in_their_own_room<T>(results: Vec<Result<T>>) -> Result<Vec<T>> {
    let mut values = results.into_iter().collect::<Result<Vec<T>>>()?;
    if values.capacity() > 2 * values.len() {
        values.shrink_to_fit();
    }
    Ok(values)
}
