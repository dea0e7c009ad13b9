# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The style sheet and the scripts of the HTML report, as modules can ship no other files.

This module is private to hardening.aws. The page is whole without the scripts: they sort, search and filter its table.
"""

from __future__ import annotations

from . import columns


def _titles(table: str, titles: dict[str, str], *but: str) -> str:
    """Return what shows a column's title in each of its cells, where a row is not in one line."""
    return "\n".join(
        f'  #{table} td.c-{name}::before {{ content: "{title}"; }}' for name, title in titles.items() if name not in but
    )


STYLE = """
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --ink: #1b2430; --soft: #556070; --line: #dde2e8; --faint: #eef1f4;
  --accent: #1f5fbf; --pass: #15713f; --fail: #b3261e; --unknown: #8a5a00; --exempt: #5b4bb5; --na: #5f6b7a;
  --pass-bg: #e4f4ea; --fail-bg: #fdeae8; --unknown-bg: #fcf1d9; --exempt-bg: #ecebfa; --na-bg: #eef1f4;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #11161d; --card: #19212b; --ink: #e6ebf1; --soft: #a3afbd; --line: #2e3947; --faint: #212b37;
    --accent: #86b4ff; --pass: #63cf95; --fail: #ff938a; --unknown: #efbd5b; --exempt: #b6abff; --na: #a3afbd;
    --pass-bg: #15352a; --fail-bg: #451f20; --unknown-bg: #3d2f11; --exempt-bg: #2c2852; --na-bg: #27313d;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", "DejaVu Sans",
    sans-serif;
}
.wrap { max-width: 78rem; margin: 0 auto; padding: 0 1.5rem; }
header { padding: 2.75rem 0 .5rem; }
main > section { margin: 0 0 2.25rem; }
h1, h2, h3 { line-height: 1.25; margin: 0; overflow-wrap: anywhere; }
h1 { font-size: 2rem; font-weight: 650; letter-spacing: -.015em; }
h2 { font-size: 1.2rem; font-weight: 650; margin-bottom: .85rem; }
h3 { font-size: .95rem; font-weight: 650; margin-bottom: .35rem; }
p { margin: 0 0 .75rem; max-width: 46rem; }
a { color: var(--accent); }
small { font-size: .82em; color: var(--soft); }
code { font: .9em ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
bdi { overflow-wrap: anywhere; }
.eyebrow { color: var(--soft); font-size: .8rem; font-weight: 600; letter-spacing: .08em;
  text-transform: uppercase; margin: 0 0 .35rem; }
.lead { font-size: 1.15rem; margin: .6rem 0 1rem; display: flex; gap: .6rem; align-items: center; flex-wrap: wrap; }
.facts { display: flex; flex-wrap: wrap; gap: .3rem 2rem; margin: 0 0 2rem; padding: .9rem 0 0;
  border-top: 1px solid var(--line); }
.facts div { display: flex; gap: .5rem; font-size: .9rem; }
.facts dt { color: var(--soft); }
.facts dd { margin: 0; overflow-wrap: anywhere; }
.skip { position: absolute; left: -99rem; top: 0; background: var(--card); padding: .6rem 1rem; z-index: 2;
  border-radius: 0 0 .4rem 0; }
.skip:focus { left: 0; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: .2rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1.35rem 1.5rem; }
.cards { display: grid; gap: 1rem; grid-template-columns: minmax(20rem, 1.25fr) 1fr; }
.cover { display: flex; gap: 1.75rem; align-items: center; flex-wrap: wrap; }
.cover svg { width: 10.5rem; height: 10.5rem; flex: none; }
.cover .legend { flex: 1 1 11rem; }
.ring { fill: none; stroke-width: 15; }
.ring.track { stroke: var(--faint); }
.ring.pass, .bar .pass { stroke: var(--pass); }
.ring.fail, .bar .fail { stroke: var(--fail); }
.ring.unknown, .bar .unknown { stroke: var(--unknown); }
.ring.exempt, .bar .exempt { stroke: var(--exempt); }
.bar .not_applicable { stroke: var(--line); }
.bar .track { stroke: var(--faint); }
.big { font-size: 22px; font-weight: 650; fill: var(--ink); text-anchor: middle; letter-spacing: -.02em; }
.under { font-size: 8.5px; fill: var(--soft); text-anchor: middle; }
.legend { list-style: none; margin: 0; padding: 0; font-variant-numeric: tabular-nums; }
.legend li { display: flex; gap: .6rem; align-items: baseline; padding: .22rem 0;
  border-bottom: 1px solid var(--faint); }
.legend li:last-child { border-bottom: 0; }
.legend b { margin-left: auto; font-weight: 600; }
.key { width: .7rem; height: .7rem; border-radius: .2rem; flex: none; align-self: center;
  print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.key.pass { background: var(--pass); } .key.fail { background: var(--fail); }
.key.unknown { background: var(--unknown); } .key.exempt { background: var(--exempt); }
.numbers { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem 1.25rem; margin: 0; align-content: center; }
.numbers div { display: flex; flex-direction: column; }
.numbers dt { color: var(--soft); font-size: .87rem; order: 2; }
.numbers dd { margin: 0; font-size: 1.45rem; font-weight: 600; line-height: 1.2; font-variant-numeric: tabular-nums; }
.v {
  display: inline-block; font-size: .8rem; font-weight: 600; line-height: 1.3; padding: .14rem .5rem;
    border-radius: .35rem;
  white-space: nowrap; border: 1px solid transparent; print-color-adjust: exact; -webkit-print-color-adjust: exact;
}
.v.pass { color: var(--pass); background: var(--pass-bg); } .v.fail { color: var(--fail); background: var(--fail-bg); }
.v.unknown { color: var(--unknown); background: var(--unknown-bg); }
.v.exempt { color: var(--exempt); background: var(--exempt-bg); }
.v.not_applicable { color: var(--na); background: var(--na-bg); }
.notice { border-left: 4px solid var(--unknown); }
.notice ul, .plain { margin: 0; padding-left: 1.1rem; }
.columns { columns: 19rem 2; column-gap: 2.5rem; }
.columns > div { break-inside: avoid; margin-bottom: 1rem; }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: .75rem; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); font-size: .9rem; padding: .85rem 1rem .2rem; }
th, td { text-align: left; vertical-align: top; padding: .6rem .8rem; border-bottom: 1px solid var(--line);
  overflow-wrap: anywhere; }
th:first-child, td:first-child { padding-left: 1rem; }
thead th { color: var(--soft); font-size: .82rem; font-weight: 600; vertical-align: bottom; overflow-wrap: normal; }
tbody th { font-weight: 600; }
tbody tr:last-child > * { border-bottom: 0; }
.num { text-align: right; }
.whole { white-space: nowrap; }
#checks th.c-check { width: 36%; }
#checks td.c-counts { min-width: 11rem; } #checks code { overflow-wrap: normal; }
th small, td small { display: block; font-weight: 400; }
.bar { display: block; width: 8rem; height: .5rem; margin: .45rem 0 .2rem; border-radius: .25rem; }
.bar line { stroke-width: 10; }
#users { table-layout: fixed; }
.tall { max-height: 34rem; overflow: auto; }
#accounts th.c-account { width: 17%; } #accounts td.c-failing { width: 38%; }
#accounts .c-users, #accounts .c-covered { text-align: right; }
#accounts td.c-read, #accounts td.c-root { white-space: nowrap; }
/* Of many accounts, one column more */
.many #users col.c-user { width: 17%; } .many #users col.c-account { width: 8.6rem; }
.many #users col.c-verdict { width: 5.8rem; } .many #users col.c-password { width: 6.4rem; }
.many #users col.c-mfa { width: 11%; } .many #users col.c-enabled { width: 6.9rem; }
.many #users col.c-keys { width: 4.4rem; } .many #users col.c-signin { width: 6.9rem; }
.many .controls { grid-template-columns: minmax(10rem, 2fr) repeat(4, minmax(7.5rem, 1fr)) auto; }
.failing { display: inline-block; margin-right: 1rem; }
.failing small { display: inline; }
#users thead th, #accounts thead th { position: sticky; top: 0; background: var(--card); z-index: 1;
  box-shadow: inset 0 -1px var(--line); }
#users col.c-user { width: 19%; } #users col.c-verdict { width: 6.5rem; } #users col.c-password { width: 6.8rem; }
#users col.c-mfa { width: 17%; }
#users col.c-enabled { width: 7rem; } #users col.c-keys { width: 5rem; } #users col.c-signin { width: 7rem; }
#users td.c-enabled, #users td.c-signin { white-space: nowrap; }
#users td.c-keys, #users th.c-keys { text-align: right; }
.js:not(.ready) #users tbody { display: none; }
.why { display: block; }
.why + .why { margin-top: .3rem; }
.why { padding-left: 1.25rem; text-indent: -1.25rem; }
.why::before { display: inline-block; width: 1.25rem; text-indent: 0; font-weight: 700; }
.why.fail::before { content: "\\2715" / "fails:"; color: var(--fail); }
.why.unknown::before { content: "?" / "unknown:"; color: var(--unknown); }
.why.exempt::before { content: "\\25cb" / "exempt:"; color: var(--exempt); }
.controls { display: grid; grid-template-columns: minmax(12rem, 2fr) repeat(3, minmax(8.5rem, 1fr)) auto;
  gap: .75rem; align-items: end; margin-bottom: .85rem; }
.controls[hidden], .pager[hidden] { display: none; }
.controls label { display: block; font-size: .82rem; font-weight: 600; color: var(--soft); }
input, select, button { font: inherit; font-size: .95rem; color: inherit; }
input, select, .b {
  width: 100%; min-height: 2.6rem; margin-top: .2rem; padding: .4rem .7rem; background: var(--card);
  border: 1px solid var(--na); border-radius: .45rem;
}
::placeholder { color: var(--soft); opacity: 1; }
.b { width: auto; cursor: pointer; padding: .4rem .9rem; }
.b:disabled { opacity: .45; cursor: default; }
.sort { all: unset; box-sizing: border-box; cursor: pointer; display: inline-block; font-weight: 600;
  color: inherit; padding: .15rem 0; }
.sort:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.sort::after { content: "\\a0\\2195"; opacity: .5; }
[aria-sort=ascending] .sort::after { content: "\\a0\\2191"; opacity: 1; }
[aria-sort=descending] .sort::after { content: "\\a0\\2193"; opacity: 1; }
[aria-sort=ascending] .sort, [aria-sort=descending] .sort { color: var(--ink); }
.pager { display: flex; gap: .75rem; align-items: center; flex-wrap: wrap; margin-top: .85rem; }
.pager label { margin-left: auto; display: flex; gap: .5rem; align-items: center; font-size: .9rem;
  color: var(--soft); }
.pager select { width: auto; margin: 0; }
#count { margin: 0; font-size: .95rem; }
footer { border-top: 1px solid var(--line); margin-top: 1rem; padding: 1.5rem 0 3rem; color: var(--soft);
  font-size: .9rem; }
footer dl { display: grid; grid-template-columns: max-content 1fr; gap: .35rem 1rem; margin: 0 0 1rem; }
footer dd { margin: 0; }
@media (max-width: 62rem) {
  .cards { grid-template-columns: 1fr; }
  .controls, .many .controls { grid-template-columns: 1fr 1fr 1fr; }
  .controls .search { grid-column: 1 / -1; }
}
@media screen and (max-width: 56rem) {
  .wrap { padding: 0 1rem; }
  header { padding-top: 1.75rem; }
  h1 { font-size: 1.6rem; }
  .facts { gap: .2rem 1.5rem; }
  .facts div { flex-wrap: wrap; gap: 0 .5rem; }
  .card { padding: 1.1rem; }
  .cover { justify-content: center; }
  .controls, .many .controls { grid-template-columns: 1fr 1fr; }
  .narrow, .narrow tbody, .narrow tbody tr, .narrow tbody th, .narrow tbody td, .narrow caption { display: block;
    width: auto; }
  .narrow thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
    white-space: nowrap; }
  .narrow tbody tr { padding: .75rem 1rem; border-bottom: 1px solid var(--line); }
  .narrow tbody tr:last-child { border-bottom: 0; }
  .narrow tbody th, .narrow tbody td { padding: .12rem 0; border: 0; text-align: left !important; }
  .narrow tbody th { font-size: 1.02rem; padding-bottom: .2rem; }
  .narrow td:empty { display: none !important; }
  .narrow tbody td { display: grid; grid-template-columns: 8.6rem 1fr; align-items: baseline; }
  .narrow tbody td > * { grid-column: 2; justify-self: start; }
  .narrow td::before { color: var(--soft); font-size: .87rem; grid-column: 1 !important; }
  #users tbody td.c-findings, #checks tbody td.c-counts, #accounts tbody td.c-failing { display: block; }
  #accounts th.c-account, #accounts td.c-failing { width: auto; }
  .tall { max-height: 80vh; }
  /* titles */
  #users td.c-findings { padding-top: .35rem; }
  #checks td.c-counts small { display: block; margin: 0; }
  #checks th.c-check { width: auto; }
  #checks td.none { display: none; }
  .bar { width: 100%; }
}
@media (max-width: 26rem) { .controls, .many .controls { grid-template-columns: 1fr; } .numbers { gap: .8rem; }
.pager label { margin-left: 0; } }
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
@media (prefers-contrast: more) { :root { --soft: var(--ink); --line: var(--na); } }
@media print {
  :root {
    color-scheme: light;
    --page: #fff; --card: #fff; --ink: #000; --soft: #414a55; --line: #c4cbd3; --faint: #e6eaee;
    --accent: #000; --pass: #146c3f; --fail: #a11d16; --unknown: #7a5000; --exempt: #4a3ba3; --na: #4b5563;
    --pass-bg: #fff; --fail-bg: #fff; --unknown-bg: #fff; --exempt-bg: #fff; --na-bg: #fff;
  }
  @page { margin: 14mm 12mm; }
  html { font-size: 9pt; }
  body { font-size: 1rem; }
  .wrap { max-width: none; padding: 0; }
  header { padding: 0; }
  h2 { break-after: avoid; }
  main > section { margin-bottom: 7mm; }
  .skip, .controls, .pager { display: none !important; }
  .cards { grid-template-columns: 1.25fr 1fr; gap: 4mm; }
  .card, .cover, tr, .columns > div { break-inside: avoid; }
  .card { padding: 4mm; } .cover svg { width: 34mm; height: 34mm; }
  .scroll { overflow: visible; border: 0; border-radius: 0; }
  table { font-size: .9rem; } #users { font-size: .8rem; } caption { padding: 0 0 2mm; }
  th, td { padding: .9mm 1.6mm; } th:first-child, td:first-child { padding-left: 0; }
  thead { display: table-header-group; break-inside: avoid; }
  #checks th.c-check { width: 30%; } #checks td.c-counts { min-width: 0; }
  #users thead th, #accounts thead th { position: static; box-shadow: none; }
  .tall { max-height: none; overflow: visible; }
  .many #users col.c-account { width: 26mm; } .many #users col.c-verdict, .many #users col.c-password { width: 15mm; }
  .many #users col.c-enabled, .many #users col.c-signin { width: 16mm; } .many #users col.c-keys { width: 10mm; }
  #users, #users tbody { break-inside: auto; }
  #users col.c-verdict, #users col.c-password { width: 17mm; }
  #users col.c-enabled, #users col.c-signin { width: 18mm; }
  #users col.c-keys { width: 11mm; }
  /* Chromium paints no button in a head that is repeated on the next page. */
  .sort { display: none; }
  th[data-title]::before { content: attr(data-title); }
  .v { border-color: currentColor; padding: 0 1.2mm; font-size: 7.5pt; }
  a { text-decoration: none; }
}
""".replace(
    "  /* titles */",
    "\n".join(
        [
            _titles("users", columns.users(of_many=True), "user", "findings"),
            _titles("checks", columns.CHECKS, "check", "counts"),
            _titles("accounts", columns.ACCOUNTS, "account", "failing"),
        ]
    ),
)

# Run in the head, so that rows are not laid out before they are sorted into pages.
EARLY_SCRIPT = 'document.documentElement.className = "js";'

SCRIPT = """
(function () {
  "use strict";
  var table = document.getElementById("users");
  if (!table) { return; }
  var body = table.tBodies[0];
  var controls = document.getElementById("controls");
  var pager = document.getElementById("pager");
  var search = document.getElementById("search");
  var verdict = document.getElementById("verdict");
  var check = document.getElementById("check");
  var device = document.getElementById("device");
  var account = document.getElementById("account");  // only if there are several
  var fields = [search, check, verdict, device].concat(account ? [account] : []);
  var shown = document.getElementById("shown");
  var size = document.getElementById("size");
  var count = document.getElementById("count");
  var earlier = document.getElementById("earlier");
  var later = document.getElementById("later");
  var collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  var letters = { fail: "f", unknown: "u", exempt: "x", pass: "p", not_applicable: "n" };
  var format = new Intl.NumberFormat();

  // Where each column is, by its name.
  var heads = table.tHead.rows[0].cells;
  var place = {};
  Array.prototype.forEach.call(heads, function (head, index) { place[head.getAttribute("data-column")] = index; });

  // Everything is read once. Sorting compares numbers, searching compares one text for each row.
  var items = Array.prototype.map.call(body.rows, function (row) {
    var cells = row.cells;
    var marks = row.getAttribute("data-k");
    var findings = 0;
    for (var i = 1; i < marks.length; i += 1) { findings += marks[i] === "f" ? 1 : 0; }
    return {
      row: row,
      text: row.textContent.toLowerCase(),
      marks: marks,
      kinds: cells[place.mfa].firstChild ? cells[place.mfa].firstChild.textContent : "",
      keys: {
        user: cells[place.user].firstChild.textContent,
        verdict: Number(row.getAttribute("data-r")),
        account: account ? cells[place.account].firstChild.textContent : "",
        password: cells[place.password].textContent,
        mfa: Number(row.getAttribute("data-d")),
        enabled: cells[place.enabled].textContent,
        keys: Number(row.getAttribute("data-a")),
        signin: cells[place.signin].textContent,
        findings: findings
      }
    };
  });
  // Ranks instead of texts: each column of text is compared with the collator once.
  ["user", "account", "password", "enabled", "signin"].forEach(function (column) {
    var texts = Array.from(new Set(items.map(function (item) { return item.keys[column]; })));
    texts.sort(column === "user" ? collator.compare : function (a, b) { return a < b ? -1 : a > b ? 1 : 0; });
    var ranks = new Map(texts.map(function (text, rank) { return [text, rank]; }));
    items.forEach(function (item) {
      if (column === "account") { item.account = item.keys.account; }
      item.keys[column] = ranks.get(item.keys[column]);
    });
  });

  var sorted = items.slice();
  var column = "verdict";  // whoever fails comes first
  var direction = 1;
  var found = sorted;
  var start = 0;

  function sort() {
    sorted.sort(function (a, b) {
      var first = direction * (a.keys[column] - b.keys[column]);
      return first || a.keys.user - b.keys.user || a.keys.account - b.keys.account;
    });
  }

  // Rows that are not shown are not in the document: what is not there needs no layout.
  function put(list) {
    var rows = document.createDocumentFragment();
    list.forEach(function (item) { rows.appendChild(item.row); });
    body.textContent = "";
    body.appendChild(rows);
  }

  function filter() {
    var words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
    var place = check.selectedIndex;
    var letter = letters[verdict.value];
    var kind = device.value;
    found = sorted.filter(function (item) {
      if (letter ? item.marks[place] !== letter : place && "fux".indexOf(item.marks[place]) < 0) { return false; }
      if (kind && item.kinds.indexOf(kind) < 0) { return false; }
      if (account && account.value && item.account !== account.value) { return false; }
      return words.every(function (word) { return item.text.indexOf(word) >= 0; });
    });
    start = 0;
  }

  function show() {
    var length = Number(size.value);
    var next = found.slice(start, start + length);
    put(next);
    var many = format.format(found.length) + (found.length === 1 ? " user" : " users");
    var of = found.length === items.length ? "" : " of " + format.format(items.length);
    var range = next.length < found.length
      ? ", " + format.format(start + 1) + "\\u2013" + format.format(start + next.length) + " shown" : "";
    count.textContent = many + of + range;
    shown.textContent = many + of + asked();
    earlier.disabled = start === 0;
    later.disabled = start + length >= found.length;
  }

  // What is asked for, in words for the caption, which is printed.
  function asked() {
    var words = fields.filter(function (field) { return field.value; }).map(function (field) {
      var label = document.querySelector("label[for=" + field.id + "]").textContent.toLowerCase();
      return label + " " + (field === search ? JSON.stringify(search.value) : field.selectedOptions[0].textContent);
    });
    return words.length ? " (" + words.join(", ") + ")" : "";
  }

  // A link to the page takes along what is asked for.
  function keep() {
    var words = new URLSearchParams();
    fields.forEach(function (field) { if (field.value) { words.set(field.id, field.value); } });
    var text = words.toString();
    history.replaceState(null, "", location.href.split("#")[0] + (text ? "#" + text : ""));
  }

  function take() {
    if (location.hash.indexOf("=") < 0) { return false; }
    var words = new URLSearchParams(location.hash.slice(1));
    fields.forEach(function (field) {
      field.value = words.get(field.id) || "";
      if (field.selectedIndex < 0) { field.selectedIndex = 0; }
    });
    return true;
  }

  function turn(by) {
    start = Math.max(0, start + by * Number(size.value));
    show();
    table.scrollIntoView({ block: "start" });
  }

  Array.prototype.forEach.call(heads, function (head) {
    var name = head.getAttribute("data-column");
    var button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.textContent = head.textContent;
    head.setAttribute("data-title", head.textContent);
    head.textContent = "";
    head.appendChild(button);
    button.addEventListener("click", function () {
      var same = column === name;
      // Numbers of devices, keys and findings are looked for from the top.
      direction = same ? -direction : ["mfa", "keys", "findings"].indexOf(name) >= 0 ? -1 : 1;
      heads[place[column]].removeAttribute("aria-sort");
      column = name;
      head.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
      sort();
      filter();
      show();
    });
  });
  heads[place[column]].setAttribute("aria-sort", "ascending");

  function refresh() { filter(); show(); }
  fields.forEach(function (field) {
    field.addEventListener(field === search ? "input" : "change", function () { refresh(); keep(); });
  });
  window.addEventListener("hashchange", function () {
    if (take()) { refresh(); document.getElementById("users-title").scrollIntoView(); }
  });
  size.addEventListener("change", function () { start = 0; show(); });
  earlier.addEventListener("click", function () { turn(-1); });
  later.addEventListener("click", function () { turn(1); });
  document.getElementById("clear").addEventListener("click", function () {
    fields.forEach(function (field) { field.value = ""; });
    refresh();
    keep();
    search.focus();
  });
  controls.addEventListener("submit", function (event) { event.preventDefault(); });
  // Paper has room for all that is asked for.
  window.addEventListener("beforeprint", function () { put(found); });
  window.addEventListener("afterprint", show);
  controls.hidden = false;
  pager.hidden = false;
  sort();
  take();
  refresh();
  document.documentElement.className = "js ready";
})();
"""
