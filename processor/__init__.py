"""Returned workbooks to results: intake, ledger, appraisal, ranking, books; knows rubric versions and workbook templates."""
