"""What all tests share: drawn cases are the same in every run, so that a failure comes back."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("same", derandomize=True)
settings.load_profile("same")
