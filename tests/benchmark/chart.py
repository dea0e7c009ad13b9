# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws the benchmark as an SVG picture: the ways to enrol a user, and jobs on many users against the boto3 script."""

from __future__ import annotations

import html
import math
import typing as t

TITLE = "Time to enrol a user by each way to do it, and seconds for each job on many users"
_WIDTH, _LEFT, _RIGHT, _ROW, _TOP = 760, 230, 100, 34, 56
_OURS, _OTHERS, _INK, _FAINT, _LINE = "#1a6fb5", "#98a4b1", "#1d2733", "#5a6775", "#e3e8ee"
_SPAN = _WIDTH - _LEFT - _RIGHT


def draw(seconds_per_user: dict[str, float], jobs: dict[str, dict[str, t.Any]]) -> str:
    """Return an SVG with two panels.

    :param seconds_per_user: Seconds that a user takes, by each way to enrol one: bars on a logarithmic scale.
    :param jobs: For each job, C(users), C(seconds), C(seconds_of_empty_playbook) and C(seconds_of_script): two bars.
    """
    upper, height = _ways(seconds_per_user)
    lower, height = _jobs(jobs, height + 12)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img"'
            ' aria-labelledby="title" font-family="system-ui, sans-serif" font-size="13">',
            # REUSE-IgnoreStart
            "<!-- SPDX-FileCopyrightText: 2026 hardening.aws contributors -->",
            "<!-- SPDX-License-Identifier: GPL-3.0-or-later -->",
            # REUSE-IgnoreEnd
            f'<title id="title">{TITLE}</title>',
            f'<rect width="{_WIDTH}" height="{height}" rx="8" fill="#ffffff"/>',
            *upper,
            *lower,
            "</svg>\n",
        ]
    )


def _ways(seconds_per_user: dict[str, float]) -> tuple[list[str], int]:
    """Return the upper panel and where it ends."""
    rows = sorted(seconds_per_user.items(), key=lambda row: row[1])
    low = 10 ** math.floor(math.log10(rows[0][1] * 1000))
    high = 10 ** math.ceil(math.log10(rows[-1][1] * 1000))
    bottom = _TOP + _ROW * len(rows) + 34

    def x(milliseconds: float) -> float:
        return _LEFT + _SPAN * (math.log10(milliseconds) - math.log10(low)) / (math.log10(high) - math.log10(low))

    parts = [_heading(30, "Time to enrol a user, ms", "(less is better, logarithmic)")]
    tick = low
    while tick <= high:
        parts.append(
            f'<line x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="{_TOP - 8}" y2="{bottom - 30}" stroke="{_LINE}"/>'
        )
        parts.append(_text(x(tick), bottom - 12, f"{tick:,}", _FAINT, "middle"))
        tick *= 10
    for number, (name, seconds) in enumerate(rows):
        y = _TOP + number * _ROW
        colour = _OURS if name.startswith(("iam_", "role")) else _OTHERS
        parts.append(_text(_LEFT - 10, y + 16, name, _INK, "end"))
        parts += _bar(y, 22, x(seconds * 1000), colour, f"{seconds * 1000:,.0f}")
    return parts, bottom


def _jobs(jobs: dict[str, dict[str, t.Any]], top: int) -> tuple[list[str], int]:
    """Return the lower panel and where it ends."""
    ours = {name: job["seconds"] - job["seconds_of_empty_playbook"] for name, job in jobs.items()}
    longest = max(max(ours[name], job["seconds_of_script"]) for name, job in jobs.items())
    users = max(job["users"] for job in jobs.values())
    parts = [
        _heading(top + 30, f"{users:,} users, seconds", "(empty playbook off)"),
        *_key(430, top + 30, _OURS, "hardening.aws"),
        *_key(560, top + 30, _OTHERS, "boto3 script, threads"),
    ]
    for number, (name, job) in enumerate(jobs.items()):
        y = top + _TOP + number * (_ROW + 8)
        parts.append(_text(_LEFT - 10, y + 20, name, _INK, "end"))
        for offset, seconds, colour in ((0, ours[name], _OURS), (16, job["seconds_of_script"], _OTHERS)):
            parts += _bar(y + offset, 14, _LEFT + _SPAN * seconds / longest, colour, f"{seconds:.1f}")
    return parts, top + _TOP + len(jobs) * (_ROW + 8) + 8


def _heading(y: int, text: str, remark: str) -> str:
    return (
        f'<text x="20" y="{y}" font-size="15" font-weight="600" fill="{_INK}">{html.escape(text)}'
        f' <tspan font-weight="400" fill="{_FAINT}">{html.escape(remark)}</tspan></text>'
    )


def _text(x: float, y: float, text: str, colour: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y}" text-anchor="{anchor}" fill="{colour}">{html.escape(text)}</text>'


def _bar(y: int, height: int, end: float, colour: str, label: str) -> list[str]:
    return [
        f'<rect x="{_LEFT}" y="{y}" width="{max(end - _LEFT, 1):.1f}" height="{height}" rx="3" fill="{colour}"/>',
        _text(end + 8, y + height / 2 + 5, label, _INK),
    ]


def _key(x: int, y: int, colour: str, text: str) -> list[str]:
    return [
        f'<rect x="{x}" y="{y - 11}" width="12" height="12" rx="3" fill="{colour}"/>',
        _text(x + 18, y, text, _INK),
    ]
