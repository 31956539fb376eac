"""The add-in for Excel: its ribbon, its VBA sources, the writer that makes `cchc.xlam` of them without Excel, and its installing."""
