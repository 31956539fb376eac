"""What is scored: criteria versions as data, their scoring methods, and the findings they can give rise to.

Lowest layer: imports nothing of the project above it. Kept free of imports so that `cchc --help` stays quick.
"""
