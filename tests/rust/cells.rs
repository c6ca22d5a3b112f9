use regiometrics::kernel::cells::{Cells, Classes, Panel};
use regiometrics::kernel::error::Error;
use regiometrics::kernel::job::Job;

#[test]
fn rows_fall_into_their_cells_and_sort_inside_them() {
    // Periods 0 and 1, groups 0 to 2; group 1 has no rows in period 1, group 2 none at all.
    let values = [5.0, 3.0, 4.0, 1.0, 2.0];
    let panel = Panel {
        values: &values,
        weights: None,
        groups: Classes::new(&[0, 1, 0, 0, 1], 3),
        periods: Classes::new(&[0, 0, 0, 1, 0], 2),
    };
    let mut cells = Cells::new(&Job::new(), &panel, |_| ()).unwrap();
    cells.sort(&Job::new()).unwrap();
    let values_of = |period: usize| -> Vec<(u32, Vec<f64>)> {
        let groups = cells.groups_of(period);
        groups.into_iter().map(|(g, units)| (g, units.iter().map(|u| u.value).collect())).collect()
    };
    assert_eq!(values_of(0), vec![(0, vec![4.0, 5.0]), (1, vec![2.0, 3.0])]);
    assert_eq!(values_of(1), vec![(0, vec![1.0])]);
}

#[test]
fn rows_of_weight_zero_are_left_out() {
    let weights = [1.0, 0.0, 2.0];
    let panel = Panel {
        values: &[1.0, 9.0, 3.0],
        weights: Some(&weights),
        groups: Classes::ONE,
        periods: Classes::ONE,
    };
    let cells = Cells::new(&Job::new(), &panel, |row| weights[row]).unwrap();
    let kept: Vec<(f64, f64)> = cells.groups_of(0)[0].1.iter().map(|u| (u.value, u.weight)).collect();
    assert_eq!(kept, vec![(1.0, 1.0), (3.0, 2.0)]);
}

#[test]
fn a_period_without_weight_is_refused() {
    let weights = [1.0, 0.0];
    let panel = Panel {
        values: &[1.0, 2.0],
        weights: Some(&weights),
        groups: Classes::ONE,
        periods: Classes::new(&[0, 1], 2),
    };
    let error = Cells::new(&Job::new(), &panel, |row| weights[row]).err();
    assert_eq!(error, Some(Error::NoWeight { name: "weights", period: 1 }));
}
