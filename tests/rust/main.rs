//! Tests of the kernel, without Python.
