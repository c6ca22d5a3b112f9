//! How much memory this process may still take.
//!
//! Linux grants more than there is, and ends a process that then uses it: a container of two gigabytes gives no error, but
//! a dead kernel. What is asked for beforehand is therefore compared with what is left.

use std::fs::read_to_string;
use std::path::{Path, PathBuf};

use pyo3::prelude::*;

use super::errors;
use crate::kernel::job::Job;

/// `NotEnoughMemoryError` where a table of units × periods cannot be held, for those that Python makes.
#[pyfunction]
pub fn foresee_panel(py: Python<'_>, n_units: usize, n_periods: usize, bytes_each: usize) -> PyResult<()> {
    let n_cells = n_units.saturating_mul(n_periods);
    let foreseen = Job::with_memory(left).foresee("cells of a unit and a period", n_cells, bytes_each);
    foreseen.map_err(|error| errors::from_kernel(py, error))
}

/// Bytes left: of the machine, swap included, and of every control group that this process is in. `None` if unknown.
pub fn left() -> Option<u64> {
    groups().iter().filter_map(left_in).chain(left_in_machine()).min()
}

fn left_in_machine() -> Option<u64> {
    let text = read_to_string("/proc/meminfo").ok()?;
    let bytes = |key: &str| Some(1024 * named(&text, key)?);
    Some(bytes("MemAvailable:")? + bytes("SwapFree:")?)
}

/// The number that stands after `key`.
fn named(text: &str, key: &str) -> Option<u64> {
    let mut words = text.split_whitespace();
    words.find(|&word| word == key)?;
    words.next()?.parse().ok()
}

/// A control group, with the names that its version has for the same things.
struct Group {
    path: PathBuf,
    limit: &'static str,
    used: &'static str,
    /// Files in memory that nobody has looked at for a while: they make room.
    idle: &'static str,
}

/// The group of this process and those above it.
fn groups() -> Vec<Group> {
    let lines = read_to_string("/proc/self/cgroup").unwrap_or_default();
    lines.lines().filter_map(|line| line.split_once(':')).flat_map(|(_, line)| above(line)).collect()
}

fn above(line: &str) -> Vec<Group> {
    let Some((controllers, path)) = line.split_once(':') else {
        return Vec::new();
    };
    let is_old = controllers.split(',').any(|controller| controller == "memory");
    let (root, [limit, used, idle]) = match (controllers.is_empty(), is_old) {
        (true, _) => ("/sys/fs/cgroup", ["memory.max", "memory.current", "inactive_file"]),
        (_, true) => (
            "/sys/fs/cgroup/memory",
            ["memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"],
        ),
        _ => return Vec::new(),
    };
    let inside = Path::new(path.trim_start_matches('/'));
    inside.ancestors().map(|each| Group { path: Path::new(root).join(each), limit, used, idle }).collect()
}

/// `None` where the group has no limit, or is not to be seen from here.
fn left_in(group: &Group) -> Option<u64> {
    let number =
        |name: &str| -> Option<u64> { read_to_string(group.path.join(name)).ok()?.trim().parse().ok() };
    let (limit, used) = (number(group.limit)?, number(group.used)?);
    let text = read_to_string(group.path.join("memory.stat")).unwrap_or_default();
    let idle = named(&text, group.idle).unwrap_or(0);
    Some(limit.saturating_sub(used.saturating_sub(idle)))
}
