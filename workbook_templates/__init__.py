"""The sheets officers see: where every cell is, how it looks, and the workbooks made of them. Knows `rubric_versions` only."""
