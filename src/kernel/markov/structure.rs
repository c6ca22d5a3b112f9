//! Which states communicate, which classes are recurrent, and how long their cycles are.

use std::collections::VecDeque;

use crate::kernel::error::Result;
use crate::kernel::job::Job;

/// What becomes of a chain that starts in a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It returns for certain: no transition leads out of the class.
    Recurrent = 0,
    /// It may leave for a recurrent class and never return.
    Transient = 1,
    /// It may come to a state without observed transitions, and to no recurrent class: nobody knows.
    Undetermined = 2,
}

/// The communicating classes of a chain, numbered in the order of their first states.
#[derive(Debug, Clone, PartialEq)]
pub struct Structure {
    /// Communicating class of each state.
    pub class: Vec<u32>,
    pub kind: Vec<Kind>,
    /// Greatest common divisor of the lengths of the ways back to each state; 0 if there is no way back.
    pub period: Vec<u32>,
    /// States with transitions.
    pub(super) observed: Vec<bool>,
    /// For each state the states it leads to in one step.
    pub(super) next: Vec<Vec<usize>>,
    /// For each state those it leads to in one step or more.
    pub(super) reach: Vec<Vec<bool>>,
}

impl Structure {
    /// The structure of the chain with transition `counts`. O(k³).
    ///
    /// # Errors
    /// `Cancelled`.
    pub(super) fn of(job: &Job, counts: &[u64], k: usize) -> Result<Self> {
        let leads = |row: &[u64]| (0..k).filter(|&to| row[to] > 0).collect();
        let next: Vec<Vec<usize>> = counts.chunks_exact(k).map(leads).collect();
        let observed: Vec<bool> = next.iter().map(|to| !to.is_empty()).collect();
        let reach = job.map(k, |from| Ok(reachable(&next, from, |_| false)))?;
        // Nothing leads out of the class, and no state without transitions leaves that open.
        let closed: Vec<bool> = (0..k)
            .map(|from| observed[from] && (0..k).all(|to| !reach[from][to] || reach[to][from]))
            .collect();
        let kind = |state: usize| match closed[state] {
            true => Kind::Recurrent,
            false if (0..k).any(|to| reach[state][to] && closed[to]) => Kind::Transient,
            false => Kind::Undetermined,
        };
        let kind = (0..k).map(kind).collect();
        let mut structure = Self { class: classes(&reach), kind, period: vec![0; k], observed, next, reach };
        structure.period = job.map(k, |state| Ok(structure.period_of(state)))?;
        Ok(structure)
    }

    /// Whether the chain may come from `state` to one without transitions, which may lead anywhere.
    pub(super) fn is_open(&self, state: usize) -> bool {
        !self.observed[state] || (0..self.k()).any(|to| self.reach[state][to] && !self.observed[to])
    }

    /// Number of states.
    pub fn k(&self) -> usize {
        self.class.len()
    }

    /// The recurrent classes: the number of each, with its states.
    pub fn recurrent(&self) -> Vec<(u32, Vec<usize>)> {
        let mut classes: Vec<(u32, Vec<usize>)> = Vec::new();
        for state in (0..self.k()).filter(|&state| self.kind[state] == Kind::Recurrent) {
            match classes.iter_mut().find(|(class, _)| *class == self.class[state]) {
                Some((_, states)) => states.push(state),
                None => classes.push((self.class[state], vec![state])),
            }
        }
        classes
    }

    /// Walk the class from `state` and compare the lengths of all ways to each of its states.
    fn period_of(&self, state: usize) -> u32 {
        let class = self.class[state];
        let mut level = vec![None; self.k()];
        level[state] = Some(0_u32);
        let mut queue = VecDeque::from([(state, 0_u32)]);
        let mut period = 0;
        while let Some((from, steps)) = queue.pop_front() {
            for &to in self.next[from].iter().filter(|&&to| self.class[to] == class) {
                match level[to] {
                    Some(known) => period = greatest_common_divisor(period, (steps + 1).abs_diff(known)),
                    None => {
                        level[to] = Some(steps + 1);
                        queue.push_back((to, steps + 1));
                    }
                }
            }
        }
        period
    }
}

/// The states that `from` leads to in one step or more, not going on from those where the walk `ends`.
pub(super) fn reachable(next: &[Vec<usize>], from: usize, ends: impl Fn(usize) -> bool) -> Vec<bool> {
    let mut reached = vec![false; next.len()];
    let mut stack: Vec<usize> = vec![from];
    while let Some(state) = stack.pop() {
        for &to in &next[state] {
            if !reached[to] {
                reached[to] = true;
                if !ends(to) {
                    stack.push(to);
                }
            }
        }
    }
    reached
}

/// States that reach each other share a class; a state that nothing returns to is a class of its own.
fn classes(reach: &[Vec<bool>]) -> Vec<u32> {
    let mut class = vec![u32::MAX; reach.len()];
    let mut n_classes = 0;
    for state in 0..reach.len() {
        if class[state] == u32::MAX {
            for other in state..reach.len() {
                if other == state || (reach[state][other] && reach[other][state]) {
                    class[other] = n_classes;
                }
            }
            n_classes += 1;
        }
    }
    class
}

fn greatest_common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}
