"""How cells look: one named set of looks for every workbook, calm and fit for black-and-white print (NĐ 30/2020/NĐ-CP, Phụ lục I).

One accent colour; where to type is one colour and nothing else is; every state has a sign as well as a colour.
"""

from __future__ import annotations

from typing import Any

ACCENT = "#1F4E5F"
INPUT_FILL = "#FFF8DC"
LINE = "#A9B4BC"
SOFT = "#F2F5F7"

BASE: dict[str, Any] = {"font_name": "Times New Roman", "font_size": 11, "valign": "vcenter"}

_BOX: dict[str, Any] = {"border": 1, "border_color": LINE, "text_wrap": True}
_CENTRE: dict[str, Any] = {**_BOX, "align": "center"}
_INK: dict[str, Any] = {"border": 1, "border_color": "#000000", "text_wrap": True, "font_size": 11}
_INPUT: dict[str, Any] = {**_BOX, "bg_color": INPUT_FILL, "locked": False}
_WRONG: dict[str, Any] = {"bg_color": "#FBE3E0", "border": 2, "border_color": "#A3231B"}
_POINTS = "0.00##"
_DATE = "dd/mm/yyyy"

LOOKS: dict[str, dict[str, Any]] = {
    # running text and headings
    "text": {},
    "wrap": {"text_wrap": True, "valign": "top"},
    "appendix": {"bold": True, "font_size": 14, "align": "center"},
    "title": {"bold": True, "font_size": 13, "align": "center"},
    "basis": {"italic": True, "font_size": 12, "align": "center", "shrink": True},
    "unit": {"bold": True, "font_size": 12, "align": "center", "font_color": ACCENT, "shrink": True},
    "strip": {
        "bold": True,
        "font_size": 12,
        "align": "center",
        "font_color": ACCENT,
        "bg_color": SOFT,
        "top": 1,
        "bottom": 1,
        "top_color": ACCENT,
        "bottom_color": ACCENT,
    },
    "sentence": {
        "bold": True,
        "font_size": 12,
        "align": "center",
        "text_wrap": True,
        "border": 1,
        "border_color": LINE,
    },
    "section": {"bold": True, "font_size": 12, "font_color": ACCENT, "bottom": 1, "bottom_color": LINE},
    "small": {"italic": True, "font_size": 11, "font_color": "#5A6670", "text_wrap": True, "valign": "top"},
    "small_centre": {"italic": True, "font_size": 11, "font_color": "#5A6670", "text_wrap": True, "align": "center"},
    "centre_plain": {"align": "center", "valign": "top"},
    "list_centre": {"align": "center", "text_wrap": True},
    "list_cell": {"text_wrap": True},
    "list_link": {"align": "center", "font_color": ACCENT, "underline": 1},
    "link": {"font_color": ACCENT, "underline": 1, "text_wrap": True},
    # where macros write: always text, whatever it looks like
    "found_centre": {"align": "center", "text_wrap": True, "num_format": "@"},
    "found_text": {"text_wrap": True, "num_format": "@"},
    # pieces of rich text
    "piece": {"font_size": 11},
    "piece_bold": {"font_size": 11, "bold": True},
    "piece_note": {"font_size": 11, "italic": True, "font_color": "#5A6670"},
    # the head of a letter (NĐ 30/2020/NĐ-CP, Phụ lục I)
    "letter_left": {"bold": True, "font_size": 12, "align": "center", "text_wrap": True, "valign": "top"},
    "letter_right": {"bold": True, "font_size": 12, "align": "center", "shrink": True, "valign": "top"},
    "letter_motto": {"bold": True, "font_size": 13, "align": "center", "underline": 1},
    "letter_date": {"italic": True, "font_size": 13, "align": "center"},
    "signature": {"bold": True, "font_size": 13, "align": "center"},
    # sheets for paper: black on white, running text in 13 points (NĐ 30/2020/NĐ-CP, Phụ lục I)
    "letter_block": {"font_size": 12, "align": "center", "text_wrap": True, "valign": "top"},
    "piece_12": {"font_size": 12},
    "piece_12_bold": {"font_size": 12, "bold": True},
    "paper": {"font_size": 13, "align": "justify", "text_wrap": True, "valign": "top"},
    "paper_bold": {"font_size": 13, "bold": True, "text_wrap": True, "valign": "top"},
    "paper_centre": {"font_size": 13, "bold": True, "align": "center", "text_wrap": True, "valign": "top"},
    "paper_italic": {"font_size": 13, "italic": True, "align": "center", "text_wrap": True, "valign": "top"},
    "paper_line": {"font_size": 13, "text_wrap": True, "valign": "top"},
    "paper_signature": {"font_size": 13, "bold": True, "align": "center", "text_wrap": True, "valign": "top"},
    "paper_left": {"font_size": 13, "align": "center", "text_wrap": True, "valign": "top"},
    "paper_note": {"font_size": 11, "italic": True, "text_wrap": True, "valign": "top"},
    "paper_details": {"font_size": 10, "align": "right", "valign": "top"},
    "paper_write": {"font_size": 13, "bottom": 4},
    "paper_receivers_head": {"font_size": 12, "bold": True, "italic": True, "valign": "top"},
    "paper_receivers": {"font_size": 11, "valign": "top"},
    "paper_head": {**_INK, "align": "center", "bold": True},
    "paper_number": {**_INK, "align": "center", "italic": True},
    "paper_cell": {**_INK},
    "paper_cell_bold": {**_INK, "bold": True},
    "paper_figure": {**_INK, "align": "center"},
    "paper_figure_bold": {**_INK, "align": "center", "bold": True},
    "paper_total": {**_INK, "align": "right", "bold": True},
    # tables
    "head": {**_CENTRE, "bold": True, "bg_color": SOFT},
    "head_number": {**_CENTRE, "italic": True},
    "field_code": {**_CENTRE, "bold": True, "bg_color": SOFT},
    "field": {**_BOX, "bold": True, "bg_color": SOFT},
    "field_points": {**_CENTRE, "bold": True, "bg_color": SOFT, "num_format": _POINTS},
    "criterion_code": {**_CENTRE, "bold": True},
    "criterion": {**_BOX, "bold": True},
    "criterion_points": {**_CENTRE, "bold": True, "num_format": _POINTS},
    "code": {**_CENTRE},
    "cell": {**_BOX},
    "cell_top": {**_BOX, "valign": "top"},
    "centre": {**_CENTRE},
    "points": {**_CENTRE, "num_format": _POINTS},
    "points_bold": {**_CENTRE, "bold": True, "num_format": _POINTS},
    "rate": {**_CENTRE, "num_format": "0.00"},
    "rate_bold": {**_CENTRE, "bold": True, "num_format": "0.00"},
    "result": {**_CENTRE, "font_color": "#5A6670", "num_format": '0.00" %"'},
    "status": {**_BOX, "font_size": 11},
    "input_label": {**_BOX, "italic": True, "indent": 1},
    "central": {**_CENTRE, "italic": True, "font_color": "#5A6670"},
    "status_more": {**_BOX, "font_color": "#8B959C"},
    "cell_left_link": {**_BOX, "font_color": ACCENT, "underline": 1},
    "input_centre_sample": {**_BOX, "bg_color": INPUT_FILL},
    "cell_link": {**_CENTRE, "font_color": ACCENT, "underline": 1},
    "date": {**_CENTRE, "num_format": _DATE},
    "moment": {**_CENTRE, "num_format": "dd/mm/yyyy hh:mm"},
    "total": {**_BOX, "bold": True, "align": "right"},
    "number": {**_CENTRE, "num_format": "0"},
    "number_bold": {**_CENTRE, "bold": True, "num_format": "0"},
    "head_left": {**_BOX, "bold": True, "bg_color": SOFT, "align": "left"},
    "apart": {**_BOX, "italic": True, "indent": 1},
    # an index with as many decimals as keep it from contradicting its grade
    **{f"index_{digits}": {**_CENTRE, "bold": True, "num_format": f"{0:.{digits}f}"} for digits in range(10)},
    **{f"figure_{digits}": {**_CENTRE, "num_format": f"{0:.{digits}f}"} for digits in range(10)},
    "head_small": {**_CENTRE, "bg_color": SOFT, "font_size": 10, "valign": "top"},
    "rise": {**_CENTRE, "num_format": "+0;-0;0"},
    "rise_points": {**_CENTRE, "num_format": f'+{_POINTS};-{_POINTS};"–"'},
    "rise_rate": {**_CENTRE, "num_format": "+0.00;-0.00;0.00"},
    "points_or_dash": {**_CENTRE, "num_format": f'{_POINTS};-{_POINTS};"–"'},
    # where people type: the only shaded cells that are yellow
    "input": {**_INPUT},
    "input_number": {**_INPUT, "align": "center", "num_format": "General"},
    "input_points": {**_INPUT, "align": "center", "num_format": _POINTS},
    "input_centre": {**_INPUT, "align": "center"},
    "input_date": {**_INPUT, "align": "center", "num_format": _DATE},
    "input_moment": {**_INPUT, "align": "center", "num_format": "dd/mm/yyyy hh:mm"},
    "input_text": {**_INPUT, "num_format": "@"},
    # what stays as it was in the round before, and what was appraised otherwise there
    "closed": {**_CENTRE, "bg_color": SOFT, "font_color": "#5A6670"},
    "closed_text": {**_BOX, "bg_color": SOFT, "font_color": "#5A6670"},
    "points_differ": {**_CENTRE, "bold": True, "font_color": "#8A5A00", "num_format": _POINTS},
    # what a returned form got wrong
    "input_wrong": {**_INPUT, **_WRONG},
    "input_number_wrong": {**_INPUT, **_WRONG, "align": "center", "num_format": "General"},
    "input_points_wrong": {**_INPUT, **_WRONG, "align": "center", "num_format": _POINTS},
    "input_centre_wrong": {**_INPUT, **_WRONG, "align": "center"},
    "input_date_wrong": {**_INPUT, **_WRONG, "align": "center", "num_format": _DATE},
    "input_text_wrong": {**_INPUT, **_WRONG, "num_format": "@"},
    # working columns nobody sees
    # codes that people type: text, or 1.10 would become 1.1
    "field_code_text": {**_CENTRE, "bold": True, "bg_color": SOFT, "num_format": "@"},
    "criterion_code_text": {**_CENTRE, "bold": True, "num_format": "@"},
    "code_text": {**_CENTRE, "num_format": "@"},
    # what a reader of somebody else's table is not sure of
    "doubt": {**_BOX, "bg_color": "#FCE4D6"},
    "doubt_points": {**_CENTRE, "bg_color": "#FCE4D6", "num_format": _POINTS},
    "helper": {"font_color": "#808080", "font_size": 11},
    # conditions
    "is_good": {"font_color": "#1E6B3C"},
    "is_bad": {"font_color": "#A3231B", "bold": True},
    "is_doubtful": {"font_color": "#8A5A00", "bold": True},
    "is_bad_plain": {"font_color": "#A3231B"},
    "is_doubtful_plain": {"font_color": "#8A5A00"},
    "is_row": {"border": 1, "border_color": LINE},
    "is_head": {"bold": True, "bg_color": SOFT},
    "is_off": {"font_color": "#5A6670", "italic": True},
    "is_found_error": {"bg_color": "#F6B8B0"},
    "is_found_warning": {"bg_color": "#FFD98A"},
}
