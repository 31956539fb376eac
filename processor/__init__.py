"""Returned workbooks to results: intake, ledger, appraisal, ranking, books; knows rubric versions and workbook templates."""

VERSION = "0.1.0"
"""The release; ledger events of books carry it, for another release may write the same book differently."""
