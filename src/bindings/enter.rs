//! The one door from Python into the kernel.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use pyo3::prelude::*;

use super::{errors, memory, pool};
use crate::kernel::error::{Error, Result};
use crate::kernel::job::Job;

/// How often the calling thread looks for Ctrl-C and reports progress.
const POLL: Duration = Duration::from_millis(50);

/// How the work ended: its own result, or the payload of a panic.
type Outcome<T> = std::thread::Result<Result<T>>;

/// Run `work` on the package's threads with the interpreter lock released.
///
/// The calling thread waits, and every 50 ms hands pending signals to Python and calls `progress(done, total)`. If
/// either raises, the job is told to stop, and the exception is raised once it has. Errors and panics of the kernel
/// come out as exceptions of the package.
pub fn enter<T, W>(py: Python<'_>, progress: Option<Bound<'_, PyAny>>, work: W) -> PyResult<T>
where
    T: Send,
    W: FnOnce(&Job) -> Result<T> + Send,
{
    let pool = pool::current().map_err(|failure| failure.into_exception(py))?;
    let progress = progress.map(Bound::unbind);
    let job = Job::with_memory(memory::left);
    let outcome = py.detach(|| {
        let (sender, receiver) = sync_channel(1);
        pool.in_place_scope(|scope| {
            scope.spawn(|_| {
                let outcome = catch_unwind(AssertUnwindSafe(|| work(&job)));
                // The receiver outlives this scope, so that sending cannot fail.
                let _ = sender.send(outcome);
            });
            watch(&job, &receiver, progress.as_ref())
        })
    })?;
    finished(py, outcome)
}

thread_local! {
    /// What interrupted the call that this thread is in.
    static RAISED: RefCell<Option<PyErr>> = const { RefCell::new(None) };
}

/// As [`enter`], for work of a few milliseconds: the calling thread does it, and those of the package help.
pub fn enter_briefly<T, W>(py: Python<'_>, work: W) -> PyResult<T>
where
    T: Send,
    W: FnOnce(&Job) -> Result<T> + Send,
{
    let pool = pool::current().map_err(|failure| failure.into_exception(py))?;
    let outcome = py.detach(|| {
        let job = Job::here(memory::left, pool, is_interrupted);
        catch_unwind(AssertUnwindSafe(|| work(&job)))
    });
    if let Some(error) = RAISED.take() {
        return Err(error);
    }
    finished(py, outcome)
}

/// Hand pending signals to Python; true if one raises.
fn is_interrupted() -> bool {
    let raised = Python::attach(|py| py.check_signals()).err();
    let is_raised = raised.is_some();
    if is_raised {
        RAISED.set(raised);
    }
    is_raised
}

fn finished<T>(py: Python<'_>, outcome: Outcome<T>) -> PyResult<T> {
    match outcome {
        Ok(result) => result.map_err(|error| errors::from_kernel(py, error)),
        Err(payload) => Err(errors::internal(py, &panic_text(payload.as_ref()))),
    }
}

fn watch<T>(
    job: &Job,
    receiver: &Receiver<Outcome<T>>,
    progress: Option<&Py<PyAny>>,
) -> PyResult<Outcome<T>> {
    let mut raised = None;
    loop {
        let message = if raised.is_some() {
            receiver.recv().map_err(|_| RecvTimeoutError::Disconnected)
        } else {
            receiver.recv_timeout(POLL)
        };
        match message {
            Ok(outcome) => {
                return match raised {
                    Some(error) => Err(error),
                    None => report(job, progress).map(|()| outcome),
                };
            }
            Err(RecvTimeoutError::Timeout) => {
                if let Err(error) =
                    Python::attach(|py| py.check_signals()).and_then(|()| report(job, progress))
                {
                    job.cancel();
                    raised = Some(error);
                }
            }
            Err(RecvTimeoutError::Disconnected) => {
                return Ok(Err(Box::new("the work ended without a result")));
            }
        }
    }
}

fn report(job: &Job, progress: Option<&Py<PyAny>>) -> PyResult<()> {
    match progress {
        None => Ok(()),
        Some(callback) => Python::attach(|py| callback.call1(py, job.progress()).map(drop)),
    }
}

fn panic_text(payload: &(dyn std::any::Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "unknown panic".to_owned())
}

/// What the contract tests of the door run: `"panic"`, or `"spin"` for `steps` steps of about a millisecond, by the threads
/// of the package or, `briefly`, by the calling one with their help.
#[pyfunction]
#[pyo3(signature = (action, steps=1, progress=None, briefly=false))]
pub fn exercise(
    py: Python<'_>,
    action: &str,
    steps: usize,
    progress: Option<Bound<'_, PyAny>>,
    briefly: bool,
) -> PyResult<u64> {
    let work = |job: &Job| {
        job.expect_steps(steps);
        let results = job.map(steps, |step| {
            #[expect(clippy::panic, reason = "the tests need a panic to see it caught")]
            if action == "panic" {
                panic!("a panic asked for by a test");
            }
            std::thread::sleep(Duration::from_millis(1));
            job.step();
            Ok(step as u64)
        })?;
        results.into_iter().reduce(u64::wrapping_add).ok_or(Error::Empty { name: "steps" })
    };
    if briefly { enter_briefly(py, work) } else { enter(py, progress, work) }
}
