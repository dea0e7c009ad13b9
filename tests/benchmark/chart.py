# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws the benchmark's bars as an SVG picture."""

from __future__ import annotations

import html
import math

_WIDTH, _LEFT, _RIGHT, _ROW, _TOP = 760, 210, 100, 34, 56


def draw(seconds_per_user: dict[str, float]) -> str:
    """Return an SVG with one bar for each way to enrol a user, on a logarithmic scale."""
    rows = sorted(seconds_per_user.items(), key=lambda row: row[1])
    low = 10 ** math.floor(math.log10(rows[0][1] * 1000))
    high = 10 ** math.ceil(math.log10(rows[-1][1] * 1000))
    span = _WIDTH - _LEFT - _RIGHT
    height = _TOP + _ROW * len(rows) + 34

    def x(milliseconds: float) -> float:
        return _LEFT + span * (math.log10(milliseconds) - math.log10(low)) / (math.log10(high) - math.log10(low))

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" aria-labelledby="title"'
        ' font-family="system-ui, sans-serif" font-size="13">',
        # REUSE-IgnoreStart
        "<!-- SPDX-FileCopyrightText: 2026 hardening.aws contributors -->",
        "<!-- SPDX-License-Identifier: GPL-3.0-or-later -->",
        # REUSE-IgnoreEnd
        '<title id="title">Time to enrol a user, in milliseconds, by each way to do it</title>',
        f'<rect width="{_WIDTH}" height="{height}" rx="8" fill="#ffffff"/>',
        '<text x="20" y="30" font-size="15" font-weight="600" fill="#1d2733">Time to enrol a user, ms'
        ' <tspan font-weight="400" fill="#5a6775">(less is better, logarithmic)</tspan></text>',
    ]
    tick = low
    while tick <= high:
        parts.append(
            f'<line x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="{_TOP - 8}" y2="{height - 30}" stroke="#e3e8ee"/>'
        )
        parts.append(f'<text x="{x(tick):.1f}" y="{height - 12}" text-anchor="middle" fill="#5a6775">{tick:,}</text>')
        tick *= 10
    for number, (name, seconds) in enumerate(rows):
        y = _TOP + number * _ROW
        colour = "#1a6fb5" if name.startswith(("iam_", "role")) else "#98a4b1"
        parts.append(f'<text x="{_LEFT - 10}" y="{y + 16}" text-anchor="end" fill="#1d2733">{html.escape(name)}</text>')
        end = x(seconds * 1000)
        parts.append(f'<rect x="{_LEFT}" y="{y}" width="{end - _LEFT:.1f}" height="22" rx="3" fill="{colour}"/>')
        parts.append(f'<text x="{end + 8:.1f}" y="{y + 16}" fill="#1d2733">{seconds * 1000:,.0f}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"
