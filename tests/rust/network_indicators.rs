use regiometrics::kernel::cells::Classes;
use regiometrics::kernel::error::Error;
use regiometrics::kernel::job::Job;
use regiometrics::kernel::network_indicators::{Link, Parallel, Rows, simplify, structure};

use crate::tools::{assert_close, numbers, on_threads};

fn links(ends: &[(u32, u32, f64)]) -> Vec<Link> {
    ends.iter().map(|&(source, target, weight)| Link { period: 0, source, target, weight }).collect()
}

fn rows<'a>(source: &'a [u32], target: &'a [u32], weights: &'a [f64], directed: bool) -> Rows<'a> {
    Rows { source, target, weights: Some(weights), periods: Classes::ONE, n_nodes: 3, directed }
}

#[test]
fn an_undirected_triangle_with_a_tail_by_hand() {
    // 0–1–2–0 and 2–3: node 2 has three neighbours, one pair of which is linked.
    let found =
        structure(&Job::new(), &links(&[(0, 1, 1.0), (0, 2, 8.0), (1, 2, 1.0), (2, 3, 8.0)]), 5, false)
            .unwrap();
    let plain: Vec<f64> = found.nodes.iter().map(|node| node.clustering).collect();
    assert_eq!(plain, [1.0, 1.0, 1.0 / 3.0, 0.0, 0.0]);
    // Weights over 8: the triangle's cube root of a product is (1/8 · 1 · 1/8)^(1/3) = 1/4.
    for (node, expected) in found.nodes.iter().zip([0.25, 0.25, 0.25 / 3.0, 0.0, 0.0]) {
        assert!((node.weighted_clustering - expected).abs() < 1e-15);
    }
    assert_close(found.clustering, 7.0 / 15.0, 1e-15);
    assert_close(found.density, 0.4, 1e-15);
    assert_eq!((found.nodes[2].degree, found.nodes[2].weighted_degree), (3, 17.0));
    assert_eq!((found.n_edges, found.total_weight, found.reciprocity), (4, 18.0, 1.0));
}

#[test]
fn a_directed_triangle_with_one_link_returned_by_hand() {
    // 0→1, 1→2, 2→0, 1→0. S has 2 between 0 and 1 and 1 elsewhere; (S³)ᵢᵢ = 2 · 2 · 1 · 1 = 4 for each node.
    // Node 0: degree 3, one link reciprocated: 4 / (2 (3 · 2 − 2)) = 1/2. Node 2: degree 2: 4 / (2 · 2) = 1.
    let found =
        structure(&Job::new(), &links(&[(0, 1, 2.0), (1, 0, 2.0), (1, 2, 2.0), (2, 0, 2.0)]), 3, true)
            .unwrap();
    let plain: Vec<f64> = found.nodes.iter().map(|node| node.clustering).collect();
    assert_eq!(plain, [0.5, 0.5, 1.0]);
    assert_eq!(found.reciprocity, 0.5);
    assert_close(found.density, 4.0 / 6.0, 1e-15);
    let node = found.nodes[0];
    assert_eq!((node.degree, node.in_degree, node.out_degree), (3, 2, 1));
    assert_eq!((node.weighted_in_degree, node.weighted_out_degree), (4.0, 2.0));
    // Equal weights are all the largest.
    assert_eq!(node.weighted_clustering, node.clustering);
}

#[test]
fn thirteen_cities_as_printed() {
    // 57 and 103 of the 13 · 12 = 156 directed pairs are densities 0.37 and 0.66 in print.
    let pairs: Vec<(u32, u32, f64)> =
        (0..13).flat_map(|i| (0..13).map(move |j| (i, j, 1.0))).filter(|(i, j, _)| i != j).collect();
    for (m, printed) in [(57, 0.37), (103, 0.66)] {
        let density = structure(&Job::new(), &links(&pairs[..m]), 13, true).unwrap().density;
        assert_eq!(density, m as f64 / 156.0);
        assert!((density - printed).abs() <= 0.005);
    }
}

#[test]
fn rows_become_links() {
    let (source, target) = ([0, 1, 1, 2, 0], [1, 0, 0, 2, 2]);
    let weights = [1.0, 2.0, 3.0, 4.0, 0.0];
    let found = |directed, parallel| {
        simplify(&Job::new(), &rows(&source, &target, &weights, directed), parallel, true).unwrap()
    };
    let summed = found(true, Parallel::Sum);
    assert_eq!(summed.links, links(&[(0, 1, 1.0), (1, 0, 5.0)]));
    assert_eq!((summed.n_self_loops, summed.n_zero_weight, summed.n_parallel), (1, 1, 1));
    assert_eq!(found(false, Parallel::Mean).links, links(&[(0, 1, 2.0)]));
    assert_eq!(found(false, Parallel::Mean).n_parallel, 2);
    let refused = |parallel, drop| {
        simplify(&Job::new(), &rows(&source, &target, &weights, true), parallel, drop).unwrap_err()
    };
    assert_eq!(refused(Parallel::Error, true), Error::Duplicate { name: "source", row: 2, first: 1 });
    assert_eq!(refused(Parallel::Sum, false), Error::SelfLink { name: "source", row: 3 });
}

#[test]
fn means_of_parallel_weights_at_the_ends_of_the_range() {
    for weight in [5e-324, 4e307] {
        let weights = [weight; 3];
        let three = rows(&[0, 0, 0], &[1, 1, 1], &weights, true);
        let found = simplify(&Job::new(), &three, Parallel::Mean, true).unwrap();
        assert_eq!(found.links, links(&[(0, 1, weight)]));
    }
}

#[test]
fn weights_that_add_up_to_no_double_are_refused() {
    let heavy = simplify(&Job::new(), &rows(&[0, 1], &[1, 0], &[1e308, 1e308], true), Parallel::Sum, true);
    assert_eq!(heavy, Err(Error::OutOfRange { name: "weights", period: 0 }));
}

#[test]
fn networks_that_are_not_simple_are_refused() {
    let twice = links(&[(0, 1, 1.0), (0, 1, 1.0)]);
    assert!(matches!(structure(&Job::new(), &twice, 2, true), Err(Error::Duplicate { .. })));
    let both_ways = links(&[(0, 1, 1.0), (1, 0, 1.0)]);
    assert!(matches!(structure(&Job::new(), &both_ways, 2, false), Err(Error::Duplicate { .. })));
    assert!(matches!(structure(&Job::new(), &links(&[(1, 1, 1.0)]), 2, true), Err(Error::SelfLink { .. })));
    assert!(matches!(structure(&Job::new(), &links(&[(0, 2, 1.0)]), 2, true), Err(Error::Code { .. })));
}

#[test]
fn no_links_and_single_nodes() {
    let found = structure(&Job::new(), &[], 3, true).unwrap();
    assert_eq!((found.density, found.clustering, found.total_weight), (0.0, 0.0, 0.0));
    assert!(found.reciprocity.is_nan());
    assert_eq!(structure(&Job::new(), &[], 1, false).unwrap().density, 0.0);
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let draws = numbers(4000);
    let mut ends: Vec<(u32, u32)> =
        draws.windows(2).map(|pair| ((pair[0] * 83.0) as u32, (pair[1] * 71.0) as u32)).collect();
    ends.retain(|(source, target)| source != target);
    ends.sort_unstable();
    ends.dedup();
    let network: Vec<(u32, u32, f64)> = ends.iter().zip(&draws).map(|(&(s, t), &w)| (s, t, w)).collect();
    let network = links(&network);
    let on = |threads| on_threads(threads, || structure(&Job::new(), &network, 83, true).unwrap());
    assert_eq!(on(1), on(3));
    let job = Job::new();
    job.cancel();
    assert_eq!(structure(&job, &network, 83, true), Err(Error::Cancelled));
}
