# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find links in Markdown files that lead nowhere in this repository: python3 scripts/check_links.py FILE…

Checks inline links and images, reference definitions, and anchors to headings. Links to the web are not followed,
except those to files of this repository's main branch, as README.md has them.
"""

from __future__ import annotations

import pathlib
import re
import sys
import urllib.parse

from project import ROOT

# Files of this repository, as its forge shows them and hands them out.
OWN = re.compile(
    r"https://(github\.com/hardening-aws/hardening\.aws/(blob|tree)"
    r"|raw\.githubusercontent\.com/hardening-aws/hardening\.aws)/main/"
)
FENCE = re.compile(r"^(```|~~~).*?^\1\s*$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")
LINKS = (re.compile(r"\[[^\]]*\]\(\s*<?([^)\s>]+)"), re.compile(r"^\s{0,3}\[[^\]]+\]:\s*<?([^\s>]+)", re.MULTILINE))
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*\s*$", re.MULTILINE)


def anchors(text: str) -> set[str]:
    """The fragments that a forge gives to the headings of a Markdown text."""
    found: set[str] = set()
    for heading in HEADING.findall(FENCE.sub("", text)):
        heading = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", heading).replace(" ", "-")
        found.add(next(name for n in range(len(text)) if (name := f"{slug}-{n}" if n else slug) not in found))
    return found | set(re.findall(r'<a (?:name|id)="([^"]+)"', text))


def links(text: str) -> list[str]:
    """The targets of the links in a Markdown text, those in code left out."""
    text = CODE.sub("", FENCE.sub("", text))
    return [target for pattern in LINKS for target in pattern.findall(text)]


def check(path: pathlib.Path) -> tuple[int, list[str]]:
    """Count a file's links into the repository and describe the dead ones."""
    count, dead = 0, []
    for target in links(path.read_text(encoding="utf-8")):
        within = OWN.sub("", target)
        parts = urllib.parse.urlsplit(within)
        if parts.scheme or parts.netloc:
            continue
        count += 1
        folder = path.parent if within == target else ROOT
        goal = folder / urllib.parse.unquote(parts.path) if parts.path else path
        if not goal.exists():
            dead.append(f"{path}: {target}: no such file")
            continue
        if not parts.fragment or goal.suffix != ".md":
            continue
        if parts.fragment not in anchors(goal.read_text(encoding="utf-8")):
            dead.append(f"{path}: {target}: no such heading")
    return count, dead


def main() -> int:
    paths = [pathlib.Path(name) for name in sys.argv[1:]]
    results = [check(path) for path in paths]
    dead = [line for _count, lines in results for line in lines]
    count = sum(number for number, _dead in results)
    print(*dead, f"{count} links in {len(paths)} files, {len(dead)} dead", sep="\n")
    return 1 if dead or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
