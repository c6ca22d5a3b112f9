use regiometrics::kernel::rng::Stream;

fn draws(seed: u64, key: &[u64]) -> Vec<usize> {
    let mut stream = Stream::new(seed, key);
    (0..8).map(|_| stream.below(1 << 40)).collect()
}

#[test]
fn a_stream_depends_on_its_seed_and_on_each_part_of_its_key() {
    assert_eq!(draws(1, &[2, 3]), draws(1, &[2, 3]));
    for other in
        [draws(2, &[2, 3]), draws(1, &[3, 2]), draws(1, &[2, 4]), draws(1, &[2]), draws(1, &[2, 3, 0])]
    {
        assert_ne!(draws(1, &[2, 3]), other);
    }
}

#[test]
fn below_is_uniform() {
    // 7 cells with 100 000 expected draws each: chi-square with 6 degrees of freedom exceeds 33.1 once in 10⁵ tries.
    let mut counts = [0_u32; 7];
    let mut stream = Stream::new(5, &[]);
    (0..700_000).for_each(|_| counts[stream.below(7)] += 1);
    let chi_square: f64 = counts.iter().map(|&n| (f64::from(n) - 1e5).powi(2) / 1e5).sum();
    assert!(chi_square < 33.1, "{counts:?}");
}

#[test]
fn neighbouring_streams_are_unrelated() {
    // The first draws of 10 000 streams, in 10 cells of 1000: chi-square with 9 degrees of freedom, 1e-5 level.
    let mut counts = [0_u32; 10];
    (0..10_000).for_each(|replicate| counts[Stream::new(0, &[0, replicate]).below(10)] += 1);
    let chi_square: f64 = counts.iter().map(|&n| (f64::from(n) - 1e3).powi(2) / 1e3).sum();
    assert!(chi_square < 38.9, "{counts:?}");
}

#[test]
fn below_reaches_both_ends_and_stays_in_range() {
    let mut stream = Stream::new(9, &[1]);
    let seen: Vec<usize> = (0..200).map(|_| stream.below(3)).collect();
    assert!(seen.iter().all(|&draw| draw < 3) && seen.contains(&0) && seen.contains(&2));
    assert_eq!(stream.below(1), 0);
}

#[test]
fn units_and_normal_numbers_have_their_moments() {
    // 20000 draws: the errors of the means are 0.002 and 0.007, of the normal second and fourth moments 0.01 and 0.07.
    const DRAWS: usize = 20_000;
    let mut stream = Stream::new(3, &[1]);
    let units: Vec<f64> = (0..DRAWS).map(|_| stream.unit()).collect();
    assert!(units.iter().all(|unit| (0.0..1.0).contains(unit)));
    let mean = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / DRAWS as f64;
    assert!((mean(&mut units.iter().copied()) - 0.5).abs() < 0.01);
    let normal: Vec<f64> = (0..DRAWS).map(|_| stream.normal()).collect();
    assert!(mean(&mut normal.iter().copied()).abs() < 0.03);
    assert!((mean(&mut normal.iter().map(|z| z * z)) - 1.0).abs() < 0.05);
    assert!((mean(&mut normal.iter().map(|z| z.powi(4))) - 3.0).abs() < 0.3);
}
