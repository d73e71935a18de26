"""The field: reports of other proxies put side by side, in words. By script/field.

A report is what `socket-proxy-conformance run --json` wrote, compressed: passed cases without their octets, and what two runs of
one day disagreed in marked as left out. peers.tsv and remarks.tsv are the words.
"""

import fnmatch
import gzip
import html
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
LEVELS = ("required", "hardening")
LEFT_OUT = "left out: two runs gave two verdicts, so it depends on luck or load"
OCTETS = ("sent", "answer", "forwarded", "reply", "before", "duration_us")
COMMAND_FAILED = 2


class Mistake(Exception):
    """What people can mend: a file and a sentence."""


def table(name):
    lines = [line for line in (FOLDER / name).read_text().splitlines() if line and not line.startswith("#")]
    columns, *rows = [line.split("\t") for line in lines]
    for row in rows:
        if len(row) != len(columns):
            raise Mistake(f"{FOLDER / name}: a row of {len(row)} fields, not {len(columns)}: {row[0]}")
    return [dict(zip(columns, row)) for row in rows]


def read(path):
    """The one target of a report. What the suite's own reader would tell, it tells when the page is rendered."""
    try:
        octets = Path(path).read_bytes()
        run = json.loads(gzip.decompress(octets) if str(path).endswith(".gz") else octets)
        if not str(run["format"]).startswith("socket-proxy-conformance "):
            raise Mistake(f'{path}: the report has the format "{run["format"]}"')
        [target] = run["targets"]
        target.setdefault("began", run["began"])
    except Mistake:
        raise
    except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Mistake(f"{path}: no report of one target: {error!r}") from error
    return run, target


def field():
    """[(peer, its report's target)] in the order of peers.tsv."""
    peers = table("peers.tsv")
    there = {path.name.removesuffix(".json.gz"): path for path in FOLDER.glob("*.json.gz")}
    if strangers := there.keys() - {peer["name"] for peer in peers}:
        raise Mistake(f"{there[min(strangers)]}: no row of peers.tsv is named so")
    found = []
    for peer in peers:
        path = FOLDER / f"{peer['name']}.json.gz"
        _, target = read(path)
        if target["name"] != peer["name"]:
            raise Mistake(f"{path}: the report is of \"{target['name']}\"")
        found.append((peer, target))
    return found


def deviations(target):
    """[(id, level, how many cases)] of what failed or could not be judged; of a counted cell the id lacks method and version."""
    counted = [(f"{cell['family']}/{cell.get('variable', '')}/{cell.get('operation', '')}/", target["outcomes"][i], cases)
               for cell in target["cells"] for i, cases in cell["went"]]
    single = [(case["id"], case, 1) for case in target["cases"]]
    return [(name, how["level"], cases) for name, how, cases in counted + single
            if how["status"] in ("fail", "error") and how["level"] in LEVELS and not how.get("known")]


def remarks(peer, target):
    """[(row of remarks.tsv, how many cases it explains)], and the ids that none explains."""
    rows = [row for row in table("remarks.tsv") if row["peer"] == peer["name"]]
    explained, rest = [0] * len(rows), []
    for name, level, cases in deviations(target):
        fits = [i for i, row in enumerate(rows) if row["level"] == level
                and any(fnmatch.fnmatchcase(name, pattern) for pattern in row["cases"].split())]
        if fits:
            explained[fits[0]] += cases
        else:
            rest.append(name)
    return list(zip(rows, explained)), rest


def left_out(target):
    return [case["id"] for case in target["cases"] if case["status"] == "skip" and case.get("got") == LEFT_OUT]


def by_family(target):
    """{family: {level: deviating cases}}, of every family that was judged."""
    families = {cell["family"]: dict.fromkeys(LEVELS, 0) for cell in target["cells"]}
    families |= {case["id"].split("/")[0]: dict.fromkeys(LEVELS, 0) for case in target["cases"]}
    for name, level, cases in deviations(target):
        families[name.split("/")[0]][level] += cases
    return families


# ---- The README's table -------------------------------------------------------------------------------


def readme_table(peers):
    lines = ["| proxy | judged | does well | deviates in |", "|---|---|---|---|"]
    for peer, target in peers:
        what = "; ".join(row["deviates"] for row, _ in remarks(peer, target)[0] if row["level"] == "required")
        lines.append(f"| [{peer['title']}](https://{peer['source']}) {target['version']} | {target['began'][:10]} | {peer['well']} | {what} |")
    return "\n".join(lines) + "\n"


# ---- The page -----------------------------------------------------------------------------------------

STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1d2329; --soft: #5b6570; --line: #dde2e7; --panel: #f6f8fa;
  --accent: #0b62c4; --good: #c6e3cd; --required: #c8102e; --hardening: #f0a202; }
@media (prefers-color-scheme: dark) { :root { --paper: #14181d; --ink: #e4e8ec; --soft: #9aa5b1; --line: #303841; --panel: #1c2229;
  --accent: #6db0ff; --good: #24442f; --required: #f0405a; --hardening: #e9a820; } }
body { margin: 0 auto; padding: 0 1.25rem 2rem; max-width: 84rem; background: var(--paper); color: var(--ink); font: 14px/1.45 system-ui, sans-serif; }
h1 { font-size: 1.35rem; margin: 1rem 0 .1rem; } h2 { font-size: 1.05rem; margin: 1.6rem 0 .3rem; } a { color: var(--accent); }
code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .92em; } .soft { color: var(--soft); }
div { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .7rem .25rem 0; text-align: left; vertical-align: top; }
thead th { border-bottom-width: 2px; } tbody th { font-weight: 500; white-space: nowrap; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
b { font-weight: 600; padding: 0 .4rem; border-radius: .25rem; } .required { color: var(--required); } .none { background: var(--good); }
td.hardening::before { content: ""; display: inline-block; width: .6rem; height: .6rem; border-radius: 50%; background: var(--hardening); margin-right: .4rem; }
td.required::before { content: ""; display: inline-block; width: .6rem; height: .6rem; border-radius: 50%; background: var(--required); margin-right: .4rem; }
"""

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>Socket proxies, judged by one suite</title>
<style>{style}</style>
</head>
<body>
<h1>Socket proxies, judged by one suite</h1>
<p class="soft">What is <b class="required">required</b> is the documented contract of the variables and of HTTP; what is called hardening is
stricter than what the field promises, and no fault. Numbers are cases that deviate. <a href="{cases}">Every case, with its octets.</a></p>
<div><table>{overview}</table></div>
{peers}
</body>
</html>
"""


def words(text):
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", html.escape(text))


def row(title, cells, kind="td"):
    return f"<tr><th scope=\"row\">{title}</th>{''.join(f'<{kind}>{cell}</{kind}>' for cell in cells)}</tr>"


def counts(required, hardening):
    strong = f'<b class="required">{required}</b>' if required else '<b class="none">0</b>'
    return f"{strong} <span class=\"soft\">and {hardening} of hardening</span>"


def overview(peers):
    head = "".join(f'<th scope="col">{html.escape(peer["title"])}</th>' for peer, _ in peers)
    targets = [target for _, target in peers]
    totals = [target["summary"] for target in targets]
    deviating = [by_family(target) for target in targets]
    families = {family: None for each in deviating for family in each}
    body = [
        row("source", [f'<a href="https://{peer["source"]}">{peer["source"].split("/", 1)[1]}</a>' for peer, _ in peers]),
        row("version", [html.escape(target["version"]) for target in targets]),
        row("judged", [target["began"][:10] for target in targets]),
        row("run as", [words(peer["how"]) for peer, _ in peers]),
        row("does well", [words(peer["well"]) for peer, _ in peers]),
        row("cases", [f"{total['cases']:,}" for total in totals]),
        row("deviates in", [counts(total["failed_required"], total["failed_hardening"]) for total in totals]),
        row("not judged", [", ".join(filter(None, (f"{total['errors']} error" if total["errors"] else "",
                                                   f"{len(left_out(target))} left out, depending on luck" if left_out(target) else "")))
                           or "–" for target, total in zip(targets, totals)]),
    ]
    for family in families:
        found = [each.get(family) for each in deviating]
        body.append(row(family, ["not judged" if one is None else counts(one["required"], one["hardening"]) for one in found]))
    return f"<thead><tr><td></td>{head}</tr></thead><tbody>{''.join(body)}</tbody>"


def section(peer, target):
    explained, _ = remarks(peer, target)
    rows = "".join(f"<tr><td class=\"{one['level']}\">{words(one['deviates'])}</td><td class=\"number\">{cases}</td><td>{words(one['could'])}</td></tr>"
                   for one, cases in explained)
    luck = left_out(target)
    said = f'<p class="soft">Left out, as two runs gave two verdicts: {", ".join(f"<code>{name}</code>" for name in luck)}.</p>' if luck else ""
    return (f"<h2>{html.escape(peer['title'])} <span class=\"soft\">{html.escape(target['version'])}</span></h2>{said}<div><table><thead><tr>"
            f"<th>deviates in</th><th class=\"number\">cases</th><th>could be changed</th></tr></thead><tbody>{rows}</tbody></table></div>")


def render(program, page, cases):
    """The cases first: what the suite cannot read is told before the page is written. Both are whole or not there."""
    peers = field()
    with tempfile.TemporaryDirectory() as folder:
        reports = []
        for peer, _ in peers:
            reports.append(Path(folder, f"{peer['name']}.json"))
            reports[-1].write_bytes(gzip.decompress((FOLDER / f"{peer['name']}.json.gz").read_bytes()))
        done = subprocess.run([program, "render", *reports, "--html", cases], capture_output=True, text=True)
    if done.returncode != 0:
        raise Mistake(done.stdout + done.stderr)
    text = PAGE.format(style=STYLE, cases=Path(cases).name, overview=overview(peers), peers="\n".join(section(*one) for one in peers))
    part = Path(f"{page}.part")
    part.write_text(text)
    part.replace(page)
    print(f"{page}\n{cases}")


# ---- Taking a report over -----------------------------------------------------------------------------


def tally(target):
    """As the suite's own: a summary is the sum of what follows it."""
    total = dict.fromkeys(target["summary"], 0)
    names = {"pass": "passed", "skip": "skipped", "disabled": "disabled", "error": "errors"}
    counted = [(target["outcomes"][i], cases) for cell in target["cells"] for i, cases in cell["went"]]
    for how, cases in counted + [(case, 1) for case in target["cases"]]:
        failed = "observed" if how["level"] == "observed" else "known" if how.get("known") else f"failed_{how['level']}"
        total[names.get(how["status"], failed)] += cases
        total["cases"] += cases
    return total


def add(first, second):
    run, target = read(first)
    _, again = read(second)
    if target["name"] != again["name"] or target["version"] != again["version"]:
        raise Mistake(f"{second}: is of {again['name']} {again['version']}, and {first} of {target['name']} {target['version']}")
    if target["name"] not in {peer["name"] for peer in table("peers.tsv")}:
        raise Mistake(f"{first}: no row of peers.tsv is named \"{target['name']}\"")
    if {json.dumps(cell) for cell in without_order(target)} != {json.dumps(cell) for cell in without_order(again)}:
        raise Mistake(f"{second}: its access verdicts are not those of {first}: run both again")
    statuses = {case["id"]: case["status"] for case in again["cases"]}
    for case in target["cases"]:
        if statuses.get(case["id"]) != case["status"]:
            case.update(status="skip", got=LEFT_OUT)
        if case["status"] in ("pass", "skip"):
            for key in OCTETS:
                case.pop(key, None)
    target["summary"] = tally(target)
    text = json.dumps(run, separators=(",", ":")) + "\n"
    (FOLDER / f"{target['name']}.json.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{FOLDER / target['name']}.json.gz; left out: {' '.join(left_out(target)) or 'nothing'}")


def without_order(target):
    """The counted cells, with what happened in place of its number."""
    for cell in target["cells"]:
        went = sorted(json.dumps([target["outcomes"][i], cases], sort_keys=True) for i, cases in cell["went"])
        yield [cell["family"], cell.get("variable"), cell.get("operation"), cell.get("failing"), went]


def main(command, *words):
    try:
        if command == "table":
            print(readme_table(field()), end="")
        else:
            {"render": render, "add": add}[command](*words)
    except Mistake as mistake:
        print(f"script/field: {mistake}", file=sys.stderr)
        return COMMAND_FAILED
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
