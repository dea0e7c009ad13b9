# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of Sphinx for the site that scripts/make_site.py builds."""

project = "hardening.aws"
project_copyright = "hardening.aws contributors"
html_title = "hardening.aws"
html_short_title = "hardening.aws"
html_theme = "sphinx_rtd_theme"
html_show_sphinx = False
html_copy_source = False

extensions = ["myst_parser", "sphinx_antsibull_ext"]
source_suffix = {".rst": "restructuredtext", ".md": "markdown"}
myst_heading_anchors = 4
pygments_style = "ansible"
highlight_language = "YAML+Jinja"
# What Pygments cannot colour, such as HCL, is shown without colours.
suppress_warnings = ["misc.highlighting_failure"]
# Labels of Ansible's documentation that antsibull-docs refers to.
ANSIBLES = ("action_plugins", "ansible_configuration_settings", "common_return_values")


def elsewhere(_app: object, _env: object, node: dict[str, str], text: object) -> object | None:
    """Leave the text of a reference into Ansible's own documentation: nothing is fetched for the site.

    References within this collection stay what they are, and are errors if they lead nowhere.
    """
    target = node["reftarget"]
    own = target.startswith("ansible_collections.hardening.aws.")
    known = target.startswith(("ansible_collections.", "ANSIBLE_")) or target in ANSIBLES
    return text if known and not own else None


def setup(app: object) -> None:
    app.connect("missing-reference", elsewhere)  # type: ignore[attr-defined]
