# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An enrolment sheet: one HTML page that tells a person how to get the codes of their device. Pure.

This module is private to hardening.aws. The page loads nothing and runs nothing. It holds the seed.
"""

from __future__ import annotations

import dataclasses
import html

from ansible_collections.hardening.aws.plugins.module_utils._aws.model import device_name_of
from ansible_collections.hardening.aws.plugins.module_utils._report.words import html_text
from ansible_collections.hardening.aws.plugins.module_utils._seeds.totp import ISSUER, otpauth_uri

try:
    import segno

    HAS_SEGNO = True
except ImportError:
    HAS_SEGNO = False

NEEDS_SEGNO = (
    "QR codes are made with the Python library segno, which is not installed for the interpreter that runs "
    "ansible-playbook. Run: pip install segno."
)
_GROUP = 4
# What the page may load and run: nothing. Its own style is all that it needs.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


@dataclasses.dataclass(frozen=True)
class Sheet:
    """What is on a sheet.

    :param account_alias: None if the account has none.
    :param sign_in_url: Where the person signs in.
    :param contact: Whom the person tells that it works; empty for "your administrator".
    """

    user_name: str
    serial_number: str
    seed: str = dataclasses.field(repr=False)
    account_id: str
    account_alias: str | None
    sign_in_url: str
    contact: str = ""

    @property
    def uri(self) -> str:
        """What the QR code says, the same as in the one that AWS makes."""
        return otpauth_uri(self.seed, device_name_of(self.serial_number), self.account_id)


def render(sheet: Sheet) -> str:
    """Return the page. The same sheet always gives the same page."""
    account = f"{sheet.account_alias} ({sheet.account_id})" if sheet.account_alias else sheet.account_id
    steps = "".join(f"<li>{step}</li>\n" for step in (_app(), _scan(sheet), _sign_in(sheet), _confirm(sheet), _end()))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex">\n'
        f"<title>AWS sign-in codes for {html_text(sheet.user_name)}</title>\n<style>{_STYLE}</style>\n</head>\n"
        "<body>\n<main>\n<h1>Set up your AWS <span>sign-in</span> codes</h1>\n"
        f"<dl><div><dt>For</dt><dd>{html_text(sheet.user_name)}</dd></div>"
        f"<div><dt>AWS account</dt><dd>{html_text(account)}</dd></div></dl>\n"
        '<p class="secret"><strong>Keep this sheet secret.</strong> Anyone who has it can make your codes. Do not '
        "copy, photograph or forward it.</p>\n"
        "<p>From now on, AWS asks for a six-digit code after your password. An app on your phone shows it.</p>\n"
        f"<ol>\n{steps}</ol>\n"
        "<footer>If AWS does not accept a code, set the clock of your phone to automatic and use the next code. If you "
        "lose your phone, tell your administrator at once.</footer>\n</main>\n</body>\n</html>\n"
    )


def _app() -> str:
    return (
        "<h2>Get an authenticator app</h2><p>Install one on your phone from its app store, such as Google "
        "Authenticator, Microsoft Authenticator or 2FAS. If you have one already, use that.</p>"
    )


def _scan(sheet: Sheet) -> str:
    # Trying all eight masks would take most of the time, and any can be read.
    image = segno.make(sheet.uri, error="m", micro=False, mask=2).svg_inline(
        border=4, omitsize=True, dark="#000", light="#fff", svgclass=None, lineclass=None
    )
    return (
        "<h2>Scan this code with the app</h2><p>In the app, choose to add an account.</p>"
        f'<div class="scan"><div class="qr" role="img" aria-label="QR code for the authenticator app">{image}</div>'
        "<div><p>The app then shows a six-digit code, and a new one every 30 seconds. Its name there is "
        f"<b>{ISSUER}</b>.</p>"
        f"<p>You cannot scan it? Choose to enter a setup key, time-based:</p><p><code>{_grouped(sheet.seed)}</code></p>"
        f'<p class="screen"><a href="{html.escape(sheet.uri)}">Open in the app on this phone</a></p></div></div>'
    )


def _sign_in(sheet: Sheet) -> str:
    url = html_text(sheet.sign_in_url)
    return (
        f'<h2>Sign in</h2><p class="address"><a href="{url}">{url}</a></p>'
        f"<p>User name <b>{html_text(sheet.user_name)}</b>, then your password as before, then the code that the app "
        "shows.</p>"
    )


def _confirm(sheet: Sheet) -> str:
    contact = f"<b>{html_text(sheet.contact)}</b>" if sheet.contact else "your administrator"
    return (
        f"<h2>Confirm that it works</h2><p>Tell {contact} your user name and two codes that the app shows one after "
        "the other. The copy of your key that was kept for this sheet can then be deleted. Contact them yourself, and "
        "give codes to nobody who calls or writes to you.</p>"
    )


def _end() -> str:
    return (
        "<h2>Destroy this sheet</h2><p>Once they have confirmed, shred the paper and delete the file. The app does not "
        "need it any more.</p>"
    )


def _grouped(seed: str) -> str:
    """Return the seed in groups that a person can type."""
    return " ".join(f"<span>{seed[at : at + _GROUP]}</span>" for at in range(0, len(seed), _GROUP))


_STYLE = """
@page { size: A4; margin: 14mm 16mm; }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: #fff; color: #111; font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto,
  "Noto Sans", "Liberation Sans", "DejaVu Sans", sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 1.5rem 1.25rem 2.5rem; }
h1 span, dt { white-space: nowrap; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .75rem; }
h2 { font-size: 1.1rem; line-height: 1.3; margin: 0 0 .25rem; }
p { margin: 0 0 .6rem; }
dl { margin: 0 0 .9rem; display: flex; flex-wrap: wrap; gap: .2rem 2rem; }
dl div { display: flex; gap: .5rem; min-width: 0; }
dt { color: #555; }
dd { margin: 0; font-weight: 600; overflow-wrap: anywhere; }
.secret { border: 2px solid #b3261e; border-radius: .4rem; padding: .55rem .8rem; }
ol { margin: 1.1rem 0 0; padding: 0; list-style: none; counter-reset: step; }
li { counter-increment: step; position: relative; padding: 0 0 .75rem 2.6rem; }
li::before { content: counter(step); position: absolute; left: 0; top: -.1rem; width: 1.8rem; height: 1.8rem;
  border: 2px solid #111; border-radius: 50%; text-align: center; font-weight: 700; line-height: 1.55rem; }
.scan { display: flex; gap: 1.25rem; align-items: center; margin: .25rem 0 0; }
.scan > div { min-width: 0; }
.qr { flex: none; width: 15rem; max-width: 100%; }
.qr svg { display: block; width: 100%; height: auto; }
code { font: 600 1rem/1.6 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
code span { white-space: nowrap; }
a { color: #0b4fb3; overflow-wrap: anywhere; }
b, .address { overflow-wrap: anywhere; }
.address { font-weight: 600; }
.screen a { display: inline-block; border: 2px solid currentColor; border-radius: .4rem; padding: .5rem .8rem; }
footer { border-top: 1px solid #bbb; padding-top: .7rem; color: #444; font-size: .9rem; }
@media (max-width: 40rem) {
  .scan { flex-direction: column; align-items: flex-start; }
  li { padding-left: 0; }
  li::before { position: static; float: left; margin: 0 .6rem .25rem 0; }
  h2 { line-height: 1.8rem; }
  h2 + * { clear: left; }
  .qr { width: 16rem; margin: 0 auto; }
}
@media print {
  body { font-size: 10.5pt; line-height: 1.35; }
  main { max-width: none; padding: 0; }
  ol { margin-top: .8rem; }
  li { padding-bottom: .45rem; }
  .screen { display: none; }
  .qr { width: 62mm; }
  a { color: inherit; text-decoration: none; }
  li { break-inside: avoid; }
}
"""
