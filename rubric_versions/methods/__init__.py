"""How what an officer enters becomes points: one module per family of scoring methods, each alike in Python and in Excel's words."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from rubric_versions.methods.choice import Checklist, Levels, YesNo
from rubric_versions.methods.direct import Direct, Given
from rubric_versions.methods.rate import Bands, Linear
from rubric_versions.methods.survey import SurveyPercent, SurveyWeighted
from rubric_versions.methods.tally import Count, Deduction

Method = Annotated[
    YesNo | Levels | Checklist | Bands | Linear | Count | Deduction | Direct | SurveyPercent | SurveyWeighted | Given,
    Field(discriminator="kind"),
]

__all__ = [
    "Bands",
    "Checklist",
    "Count",
    "Deduction",
    "Direct",
    "Given",
    "Levels",
    "Linear",
    "Method",
    "SurveyPercent",
    "SurveyWeighted",
    "YesNo",
]
