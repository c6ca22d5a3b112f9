use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use regiometrics::kernel::error::Error;
use regiometrics::kernel::job::Job;

use crate::tools::on_threads;

fn at(period: usize) -> Error {
    Error::ZeroMean { name: "values", period }
}

#[test]
fn results_are_taken_in_their_order() {
    for threads in [1, 2, 5] {
        let mut taken = Vec::new();
        let slow_at_times = |i: usize| {
            std::thread::sleep(Duration::from_micros(if i.is_multiple_of(7) { 900 } else { 0 }));
            Ok(i * i)
        };
        let done = on_threads(threads, || {
            Job::new().in_turn(200, slow_at_times, |square| {
                taken.push(square);
                Ok(())
            })
        });
        assert_eq!(done, Ok(()));
        assert_eq!(taken, (0..200).map(|i| i * i).collect::<Vec<_>>());
    }
    assert_eq!(Job::new().in_turn(0, Ok, |_: usize| Err(at(0))), Ok(()));
}

#[test]
fn few_results_are_held_where_taking_them_is_slow() {
    let (made, taken) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let most = AtomicUsize::new(0);
    let make = |_| {
        let n_made = made.fetch_add(1, Ordering::SeqCst) + 1;
        most.fetch_max(n_made - taken.load(Ordering::SeqCst), Ordering::SeqCst);
        Ok(())
    };
    let done = on_threads(3, || {
        Job::new().in_turn(100, make, |()| {
            std::thread::sleep(Duration::from_millis(1));
            taken.fetch_add(1, Ordering::SeqCst);
            Ok(())
        })
    });
    assert_eq!(done, Ok(()));
    assert_eq!(taken.into_inner(), 100);
    // Two for each thread, one more that makes a crowd of them, and what each thread has in hand.
    assert!(most.into_inner() <= 3 * 2 + 1 + 2 * 3);
}

#[test]
fn the_first_error_by_position_ends_the_work() {
    for threads in [1, 3] {
        let (started, mut n_taken) = (AtomicUsize::new(0), 0);
        let failing = |i: usize| {
            started.fetch_add(1, Ordering::SeqCst);
            // The later one comes first.
            std::thread::sleep(Duration::from_millis(if i == 21 { 0 } else { 2 }));
            if i == 20 || i == 21 { Err(at(i)) } else { Ok(i) }
        };
        let done = on_threads(threads, || {
            Job::new().in_turn(10_000, failing, |i| {
                assert_eq!(i, n_taken);
                n_taken += 1;
                Ok(())
            })
        });
        assert_eq!(done, Err(at(20)));
        assert_eq!(n_taken, 20);
        assert!(started.into_inner() < 100);
    }
}

#[test]
fn results_that_cannot_be_taken_end_the_work() {
    let started = AtomicUsize::new(0);
    let make = |i: usize| {
        started.fetch_add(1, Ordering::SeqCst);
        Ok(i)
    };
    let done = on_threads(2, || {
        Job::new().in_turn(1_000_000, make, |i| {
            std::thread::sleep(Duration::from_millis(1));
            if i == 3 { Err(at(i)) } else { Ok(()) }
        })
    });
    assert_eq!(done, Err(at(3)));
    assert!(started.into_inner() < 1000);
}

#[test]
fn cancelled_work_takes_in_no_more() {
    let job = Job::new();
    let mut n_taken = 0;
    let done = on_threads(2, || {
        job.in_turn(10_000, Ok, |i| {
            n_taken += 1;
            if i == 10 {
                job.cancel();
            }
            std::thread::sleep(Duration::from_micros(100));
            job.check()
        })
    });
    assert_eq!(done, Err(Error::Cancelled));
    assert_eq!(n_taken, 11);
}

#[test]
fn a_panic_reaches_the_caller_and_ends_the_work() {
    for panics_at_work in [true, false] {
        let started = AtomicUsize::new(0);
        let make = |i: usize| {
            started.fetch_add(1, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(1));
            assert!(!panics_at_work || i != 5, "at work");
            Ok(i)
        };
        let take = |i: usize| {
            assert!(panics_at_work || i != 5, "taking it in");
            Ok(())
        };
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            on_threads(3, || Job::new().in_turn(1_000_000, make, take))
        }));
        assert!(outcome.is_err());
        // Others go on while the message is written.
        assert!(started.into_inner() < 100_000);
    }
}

#[test]
fn a_short_call_does_not_wait_for_a_long_one() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    let is_running = AtomicBool::new(false);
    let step = |i: usize| {
        is_running.store(true, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(2));
        Ok(i)
    };
    let long = Job::new();
    std::thread::scope(|scope| {
        let done = scope.spawn(|| pool.install(|| long.in_turn(100_000, step, |_| Ok(()))));
        while !is_running.load(Ordering::SeqCst) {
            std::thread::yield_now();
        }
        for _ in 0..5 {
            let mut n_taken = 0;
            let short = pool.install(|| {
                Job::new().in_turn(10, step, |_| {
                    n_taken += 1;
                    Ok(())
                })
            });
            assert_eq!((short, n_taken), (Ok(()), 10));
        }
        assert!(!done.is_finished());
        long.cancel();
        assert_eq!(done.join().unwrap(), Err(Error::Cancelled));
    });
}
