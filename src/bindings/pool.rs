//! The package's thread pool, keyed by process id.
//!
//! A forked child inherits the memory of a pool but none of its threads, so that work sent there would wait for ever.
//! Each process therefore looks its pool up under its own id; an inherited one is left alone and never dropped.

use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use super::errors;

/// The pool of one process, built on first use.
struct Slot {
    process: u32,
    pool: Mutex<Option<Arc<ThreadPool>>>,
}

static SLOT: AtomicPtr<Slot> = AtomicPtr::new(std::ptr::null_mut());

/// Threads asked for by [`set_threads`]; 0 while nobody has asked.
static WANTED: AtomicUsize = AtomicUsize::new(0);

/// The slot of this process. No lock is taken on the way: a lock held during a fork would stay locked in the child.
fn slot() -> &'static Slot {
    let process = std::process::id();
    loop {
        let current = SLOT.load(Ordering::Acquire);
        // SAFETY: the pointer is null or comes from `Box::leak` below, and is never freed.
        if let Some(slot) = unsafe { current.as_ref() }
            && slot.process == process
        {
            return slot;
        }
        let fresh = Box::leak(Box::new(Slot { process, pool: Mutex::new(None) }));
        if SLOT.compare_exchange(current, fresh, Ordering::AcqRel, Ordering::Acquire).is_ok() {
            return fresh;
        }
    }
}

/// Why there is no pool.
pub enum Failure {
    /// The environment variable holds this instead of a number.
    Variable(String),
    /// There is no room for so many; the system's words.
    Start(usize, String),
}

impl Failure {
    /// The exception to raise.
    pub fn into_exception(self, py: Python<'_>) -> PyErr {
        match self {
            Self::Variable(text) => {
                let range = format!("a whole number from 1 to {MOST_THREADS}");
                errors::invalid(py, format!("REGIOMETRICS_NUM_THREADS is '{text}'; it must be {range}"))
            }
            Self::Start(n, words) => {
                let told = format!("{n} threads could not be started ({words}); set fewer with set_threads");
                errors::memory(py, told)
            }
        }
    }
}

/// The pool of this process.
pub fn current() -> Result<Arc<ThreadPool>, Failure> {
    let mut pool = slot().pool.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(pool) = pool.as_ref() {
        return Ok(Arc::clone(pool));
    }
    let n = wanted()?;
    let builder = ThreadPoolBuilder::new().num_threads(n).thread_name(|i| format!("regiometrics-{i}"));
    let built = builder.build().map_err(|error| Failure::Start(n, error.to_string()))?;
    Ok(Arc::clone(pool.insert(Arc::new(built))))
}

fn wanted() -> Result<usize, Failure> {
    let asked = WANTED.load(Ordering::Acquire);
    if asked > 0 {
        return Ok(asked);
    }
    match std::env::var("REGIOMETRICS_NUM_THREADS") {
        Ok(text) if text.trim().is_empty() => Ok(all_cores()),
        Ok(text) => match text.trim().parse() {
            Ok(n) if (1..=MOST_THREADS).contains(&n) => Ok(n),
            _ => Err(Failure::Variable(text)),
        },
        Err(_) => Ok(all_cores()),
    }
}

fn all_cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// More threads than this are refused as a slip.
const MOST_THREADS: usize = 1024;

/// Set the number of threads; 0 goes back to the environment variable or all cores.
#[pyfunction]
pub fn set_threads(py: Python<'_>, n: usize) -> PyResult<()> {
    if n > MOST_THREADS {
        let message = format!("the number of threads must be from 1 to {MOST_THREADS}, not {n}");
        return Err(errors::invalid(py, message));
    }
    WANTED.store(n, Ordering::Release);
    // Calls under way hold their own handle and finish on the old threads.
    let previous = slot().pool.lock().unwrap_or_else(PoisonError::into_inner).take();
    drop(previous);
    Ok(())
}

/// The number of threads that the next call uses.
#[pyfunction]
pub fn threads(py: Python<'_>) -> PyResult<usize> {
    let pool = current().map_err(|failure| failure.into_exception(py))?;
    Ok(pool.current_num_threads())
}
