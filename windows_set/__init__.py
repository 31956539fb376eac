"""The set for Windows machines without a network: a launcher, the program and every library it needs, for each Python it may find.

Not part of the installed program; `python build.py dist` makes the set with it.
"""
