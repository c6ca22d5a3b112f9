//! Kernel errors as exceptions of the package.
//!
//! The classes are defined in `regiometrics.errors`, in Python, where they can have two bases and pickle by name.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

use crate::kernel::error::Error;

static INVALID: PyOnceLock<Py<PyType>> = PyOnceLock::new();
static INTERNAL: PyOnceLock<Py<PyType>> = PyOnceLock::new();
static MEMORY: PyOnceLock<Py<PyType>> = PyOnceLock::new();

const MODULE: &str = "regiometrics.errors";

/// The exception for `error`, with the position it speaks of as attributes `name`, `row`, `period` and `column`.
pub fn from_kernel(py: Python<'_>, error: Error) -> PyErr {
    let message = error.to_string();
    let (error, column) = match error {
        Error::InColumn { column, source } => (*source, Some(column)),
        error => (error, None),
    };
    let (name, row, period) = match error {
        Error::Empty { name }
        | Error::Length { name, .. }
        | Error::TooMany { name, .. }
        | Error::Parameter { name, .. } => (name, None, None),
        Error::NotFinite { name, row, .. }
        | Error::Negative { name, row, .. }
        | Error::NotPositive { name, row, .. }
        | Error::Code { name, row, .. }
        | Error::Duplicate { name, row, .. }
        | Error::SelfLink { name, row }
        | Error::NoTotal { name, row }
        | Error::OutsideSupport { name, row, .. }
        | Error::Coordinate { name, row, .. }
        | Error::NegativeNormalized { name, row, .. } => (name, Some(row), None),
        Error::Constant { name, period }
        | Error::ZeroMean { name, period }
        | Error::MeanNotPositive { name, period, .. }
        | Error::ZeroTotal { name, period }
        | Error::NoSpread { name, period }
        | Error::OneWeight { name, period }
        | Error::NoWeight { name, period }
        | Error::OnePlace { name, period }
        | Error::TooFewPoints { name, period, .. }
        | Error::NoVariance { name, period }
        | Error::OutOfRange { name, period } => (name, None, Some(period)),
        Error::TooFewUnits { period, .. } | Error::NoLinks { period } => ("weights", None, Some(period)),
        Error::Coincident { row, .. } => ("places", Some(row), None),
        Error::TooManyLinks { .. } => ("links", None, None),
        Error::AllConstant { period } => ("columns", None, Some(period)),
        Error::Memory { .. } => return memory(py, message),
        // A column of a column does not exist.
        Error::InColumn { .. } | Error::Cancelled => return internal(py, &message),
    };
    let exception = invalid(py, message);
    let value = exception.value(py);
    let set = || -> PyResult<()> {
        value.setattr("name", name)?;
        value.setattr("row", row)?;
        value.setattr("column", column)?;
        value.setattr("period", period)
    };
    set().err().unwrap_or(exception)
}

/// `InvalidInputError(message)`.
pub fn invalid(py: Python<'_>, message: String) -> PyErr {
    make(py, &INVALID, "InvalidInputError", message)
}

/// `NotEnoughMemoryError(message)`.
pub fn memory(py: Python<'_>, message: String) -> PyErr {
    make(py, &MEMORY, "NotEnoughMemoryError", message)
}

/// `InternalError`: the library is at fault, not its input.
pub fn internal(py: Python<'_>, message: &str) -> PyErr {
    make(py, &INTERNAL, "InternalError", message.to_owned())
}

fn make(py: Python<'_>, cell: &PyOnceLock<Py<PyType>>, class: &str, message: String) -> PyErr {
    match cell.import(py, MODULE, class) {
        Ok(class) => PyErr::from_type(class.clone(), (message,)),
        Err(error) => error,
    }
}
