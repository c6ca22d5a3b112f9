"""Figures: one module per method, each with a table `KINDS` of its figures. Only this package uses matplotlib."""
