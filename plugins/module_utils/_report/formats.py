# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The formats of a report, and what renders each.

This module is private to hardening.aws. Each function takes the report of document.assemble and returns text.
"""

from __future__ import annotations

import os
import typing as t

from .csv_table import render_csv
from .html import render_html
from .json_text import render_json
from .junit import render_junit
from .markdown import render_markdown
from .ocsf import render_ocsf
from .sarif import render_sarif

if t.TYPE_CHECKING:
    Json = dict[str, t.Any]

# What a format's file is called.
SUFFIXES = {
    **{name: name for name in ("html", "json", "csv", "md")},
    "junit": "junit.xml",
    "sarif": "sarif",
    "ocsf": "ocsf.json",
}
FORMATS = tuple(SUFFIXES)
_RENDERERS: dict[str, t.Callable[[Json], str]] = {
    "html": render_html,
    "json": render_json,
    "csv": render_csv,
    "md": render_markdown,
    "junit": render_junit,
    "ocsf": render_ocsf,
}


def render(report: Json, name: str, artifact: str = "iam-mfa-report.json") -> str:
    """Return the report in a format of I(FORMATS).

    :param artifact: The name of the file that SARIF says its results are found in.
    """
    return render_sarif(report, artifact) if name == "sarif" else _RENDERERS[name](report)


def artifact(paths: t.Mapping[str, str]) -> str:
    """Return the name of the file among I(paths), by format, that SARIF's results are found in: JSON, or its own."""
    return os.path.basename(paths.get("json") or paths.get("sarif") or "")
