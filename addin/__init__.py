"""The buttons inside the spreadsheet program: macros written once on the xlwings API, run by Excel and by LibreOffice.

Knows the three packages below it; nothing imports it but build.py and the command line's install command.
"""
