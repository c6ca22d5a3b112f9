//! Threads that help the one that calls, if they come in time.
//!
//! To hand work over to another thread and to hear of its end takes a tenth of a millisecond, and on two cores the system may
//! run the other thread only once the caller rests. Short work is therefore done where it was called, piece by piece, and
//! the threads of a pool take pieces as they come. None of them is waited for but while it does a piece.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rayon::ThreadPool;

/// Most threads that help: to wake each takes a few microseconds.
const MOST_OTHERS: usize = 15;

/// How long the caller waits for the others between two looks around.
const PATIENCE: Duration = Duration::from_millis(50);

/// Work that may be done by several threads at once; it takes the pieces that are left, and returns when there are none.
#[derive(Clone, Copy)]
struct Work(*const (dyn Fn() + Sync));

// SAFETY: what it points to is `Sync`, and is alive as long as the board shows it or a thread is at it: see `Shown`.
unsafe impl Send for Work {}

#[derive(Default)]
struct State {
    work: Option<Work>,
    /// How often work was shown, so that no thread takes the same twice.
    n_shown: u64,
    /// Threads that are at it.
    n_inside: usize,
    panic: Option<Box<dyn Any + Send>>,
    is_closed: bool,
}

#[derive(Default)]
struct Board {
    state: Mutex<State>,
    changed: Condvar,
}

/// Threads of a pool that wait for work until this is dropped, asked for when there first is some.
pub struct Crew {
    board: Arc<Board>,
    pool: Arc<ThreadPool>,
    n_asked: AtomicUsize,
}

impl std::fmt::Debug for Crew {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Crew").field("n_asked", &self.n_asked).finish_non_exhaustive()
    }
}

impl Board {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Do whatever work is shown, until the board is closed.
    fn serve(&self) {
        let mut n_seen = 0;
        let mut state = self.state();
        while !state.is_closed {
            let Some(work) = state.work.filter(|_| state.n_shown > n_seen) else {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            n_seen = state.n_shown;
            state.n_inside += 1;
            drop(state);
            // SAFETY: it is alive while `n_inside` counts this thread.
            let outcome = catch_unwind(AssertUnwindSafe(|| unsafe { (*work.0)() }));
            state = self.state();
            state.n_inside -= 1;
            if let Err(payload) = outcome {
                state.panic = Some(payload);
            }
            if state.n_inside == 0 {
                self.changed.notify_all();
            }
        }
    }
}

/// Work on the board; when this is dropped, nobody is at it any more.
struct Shown<'a> {
    board: &'a Board,
    look_around: &'a dyn Fn(),
}

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        let mut state = self.board.state();
        state.work = None;
        while state.n_inside > 0 {
            let (back, waited) =
                self.board.changed.wait_timeout(state, PATIENCE).unwrap_or_else(PoisonError::into_inner);
            state = back;
            if waited.timed_out() {
                drop(state);
                (self.look_around)();
                state = self.board.state();
            }
        }
    }
}

impl Crew {
    /// None is asked yet.
    pub fn of(pool: Arc<ThreadPool>) -> Self {
        Self { board: Arc::default(), pool, n_asked: AtomicUsize::new(0) }
    }

    /// Have so many others, or as many as there are beside the one whose place the caller takes.
    fn ask(&self, n_wanted: usize) -> usize {
        let n_others = n_wanted.min(self.pool.current_num_threads() - 1).min(MOST_OTHERS);
        let n_asked = self.n_asked.fetch_max(n_others, Ordering::Relaxed);
        for _ in n_asked..n_others {
            let board = Arc::clone(&self.board);
            self.pool.spawn(move || board.serve());
        }
        n_others
    }

    /// Do `work` of so many pieces, alone or with others, and return when all of it is done. `look_around` is called now
    /// and then while others are at their last pieces. Work within work is done alone.
    ///
    /// # Panics
    /// If the work does, wherever it was done.
    pub fn share(&self, n_pieces: usize, work: &(dyn Fn() + Sync), look_around: &dyn Fn()) {
        if n_pieces < 2 || self.board.state().work.is_some() || self.ask(n_pieces - 1) == 0 {
            return work();
        }
        // SAFETY: only the lifetime is taken away; `Shown` is dropped, and with it all use ended, before this returns.
        let lasting = unsafe {
            std::mem::transmute::<*const (dyn Fn() + Sync + '_), *const (dyn Fn() + Sync + 'static)>(work)
        };
        let mut state = self.board.state();
        state.n_shown += 1;
        // If the caller panicked last time, nobody has asked for that of the others.
        state.panic = None;
        state.work = Some(Work(lasting));
        drop(state);
        self.board.changed.notify_all();
        let shown = Shown { board: &self.board, look_around };
        work();
        drop(shown);
        if let Some(payload) = self.board.state().panic.take() {
            resume_unwind(payload);
        }
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.board.state().is_closed = true;
        self.board.changed.notify_all();
    }
}
