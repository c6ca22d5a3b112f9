use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use regiometrics::kernel::error::Error;
use regiometrics::kernel::job::Job;

use crate::tools::{numbers, on_threads};

#[test]
fn map_keeps_order_and_returns_the_first_error_by_position() {
    let job = Job::new();
    assert_eq!(job.map(5, |i| Ok(i * i)), Ok(vec![0, 1, 4, 9, 16]));
    let failing = |i: usize| -> Result<(), Error> {
        if i % 2 == 1 { Err(Error::ZeroMean { name: "values", period: i }) } else { Ok(()) }
    };
    let expected = Err(Error::ZeroMean { name: "values", period: 1 });
    assert_eq!(on_threads(3, || job.map(100, failing)), expected);
}

#[test]
fn each_hands_over_the_items_in_order() {
    let items = vec![String::from("a"), String::from("b")];
    assert_eq!(Job::new().each(items, |item| Ok(item + "!")), Ok(vec!["a!".to_owned(), "b!".to_owned()]));
}

#[test]
fn sum_has_the_same_bits_on_any_number_of_threads() {
    let values = numbers(100_000);
    let sum = |threads| on_threads(threads, || Job::new().sum(values.len(), |i| values[i]).unwrap());
    assert_eq!(sum(1).to_bits(), sum(2).to_bits());
    assert_eq!(sum(1).to_bits(), sum(3).to_bits());
    // 1 + 2 + … + 10 000 is exact in doubles.
    assert_eq!(Job::new().sum(10_000, |i| (i + 1) as f64), Ok(50_005_000.0));
}

#[test]
fn sort_by_sorts_across_its_internal_pieces() {
    let mut values = numbers(300_000);
    let mut expected = values.clone();
    expected.sort_by(f64::total_cmp);
    on_threads(3, || Job::new().sort_by(&mut values, f64::total_cmp)).unwrap();
    assert_eq!(values, expected);
    let mut ties = vec![1.0; 200_000];
    ties.extend(vec![0.0; 200_000]);
    Job::new().sort_by(&mut ties, f64::total_cmp).unwrap();
    assert!(ties[..200_000].iter().all(|&v| v == 0.0) && ties[200_000..].iter().all(|&v| v == 1.0));
}

#[test]
fn cancelled_work_stops_at_the_next_check() {
    let job = Job::new();
    let done = AtomicUsize::new(0);
    let result = on_threads(1, || {
        job.map(1000, |i| {
            done.fetch_add(1, Ordering::Relaxed);
            if i == 10 {
                job.cancel();
            }
            Ok(())
        })
    });
    assert_eq!(result, Err(Error::Cancelled));
    assert_eq!(done.load(Ordering::Relaxed), 11);
    assert_eq!(job.sort_by(&mut [2.0, 1.0], f64::total_cmp), Err(Error::Cancelled));
}

#[test]
fn progress_counts_announced_and_finished_steps() {
    let job = Job::new();
    job.expect_steps(3);
    job.expect_steps(4);
    job.step();
    assert_eq!(job.progress(), (1, 7));
}

#[test]
fn memory_that_cannot_be_had_is_an_error_and_not_the_end() {
    let job = Job::new();
    assert_eq!(job.foresee("numbers", 1000, 8), Ok(()));
    // More than the address space, and more than a Vec may hold: neither wraps around.
    let huge = usize::MAX / 4;
    assert!(matches!(job.foresee("numbers", huge, 2), Err(Error::Memory { what: "numbers", .. })));
    assert!(matches!(job.foresee("numbers", usize::MAX, 8), Err(Error::Memory { bytes: u64::MAX, .. })));
    // A map asks for its results.
    assert!(matches!(job.map(1 << 60, Ok), Err(Error::Memory { count, .. }) if count == 1 << 60));
}

#[test]
fn what_the_machine_has_left_bounds_large_requests() {
    let job = Job::with_memory(|| Some(1 << 27));
    assert_eq!(job.foresee("numbers", 1 << 27, 1), Ok(()));
    let error = job.foresee("numbers", (1 << 27) + 1, 1).unwrap_err();
    let text = "134217729 numbers need 128.0 MiB of memory, more than there is to be had; ask for less";
    assert_eq!(error.to_string(), text);
    // Small ones are not worth the look, and nobody knows what an unknown machine has.
    assert_eq!(Job::with_memory(|| Some(0)).foresee("numbers", 1 << 20, 8), Ok(()));
    assert_eq!(Job::with_memory(|| None).foresee("numbers", 1 << 27, 8), Ok(()));
}

#[test]
fn results_take_their_own_room_only() {
    // A result with its error is seven times as large as a number.
    let numbers = Job::new().map(10_000, |i| Ok(i as f64)).unwrap();
    assert!(numbers.capacity() <= 2 * numbers.len(), "{}", numbers.capacity());
}

/// A job that this thread does itself, with a pool beside it.
fn here<T>(threads: usize, work: impl FnOnce(&Job) -> T) -> T {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    work(&Job::here(|| None, Arc::new(pool), || false))
}

#[test]
fn work_of_the_caller_is_done_in_order_whoever_helps() {
    for threads in [1, 2, 5] {
        here(threads, |job| {
            for n in [0, 1, 2, 1000] {
                let slowly = |i: usize| {
                    std::thread::sleep(std::time::Duration::from_micros(if n == 1000 { 20 } else { 200 }));
                    Ok(i * i)
                };
                assert_eq!(job.map(n, slowly), Ok((0..n).map(|i| i * i).collect::<Vec<_>>()));
            }
            let failing = |i: usize| -> Result<(), Error> {
                if i % 2 == 1 { Err(Error::ZeroMean { name: "values", period: i }) } else { Ok(()) }
            };
            assert_eq!(job.map(100, failing), Err(Error::ZeroMean { name: "values", period: 1 }));
            // Maps within maps, whether the caller or another thread is at them; and sorts.
            let sums = job.map(40, |i| Ok(job.map(100, |k| Ok(i * k))?.iter().sum::<usize>())).unwrap();
            assert_eq!(sums, (0..40).map(|i| i * 4950).collect::<Vec<_>>());
            let mut values = numbers(200_000);
            let mut expected = values.clone();
            expected.sort_by(f64::total_cmp);
            job.sort_by(&mut values, f64::total_cmp).unwrap();
            assert_eq!(values, expected);
            assert_eq!(job.each(vec![3, 1, 2], |item| Ok(item + 1)), Ok(vec![4, 2, 3]));
        });
    }
}

#[test]
fn all_threads_take_part_in_the_work_of_the_caller() {
    here(3, |job| {
        let seen = std::sync::Mutex::new(std::collections::HashSet::new());
        job.map(300, |_| {
            std::thread::sleep(std::time::Duration::from_millis(1));
            seen.lock().unwrap().insert(std::thread::current().id());
            Ok(())
        })
        .unwrap();
        assert_eq!(seen.into_inner().unwrap().len(), 3);
    });
}

#[test]
fn a_panic_of_a_helper_reaches_the_caller_and_the_next_work_is_done() {
    here(2, |job| {
        let caller = std::thread::current().id();
        let panics_elsewhere = |i: usize| {
            std::thread::sleep(std::time::Duration::from_millis(1));
            assert!(std::thread::current().id() == caller, "not here");
            Ok(i)
        };
        let outcome =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| job.map(200, panics_elsewhere)));
        assert!(outcome.is_err());
        assert_eq!(job.map(3, Ok), Ok(vec![0, 1, 2]));
        let panics_here = |_| -> Result<(), Error> { panic!("everywhere") };
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| job.map(50, panics_here))).is_err());
        assert_eq!(job.map(3, Ok), Ok(vec![0, 1, 2]));
    });
}

#[test]
fn an_interrupted_caller_stops_all() {
    // Left alone the first takes five seconds, and the second has no end.
    for n_pieces in [10_000, 2] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        let job = Job::here(|| None, Arc::new(pool), || true);
        let start = std::time::Instant::now();
        let result = job.map(n_pieces, |_| {
            // Two pieces that only end because the job is stopped, wherever they are.
            while n_pieces == 2 && job.check().is_ok() {
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
            std::thread::sleep(std::time::Duration::from_millis(1));
            job.check()
        });
        assert_eq!(result, Err(Error::Cancelled));
        assert!(start.elapsed().as_millis() < 2000, "{:?}", start.elapsed());
    }
}
