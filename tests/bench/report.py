"""Tables for people. Every number in them is the median of the rounds."""

from targets import OURS, TARGETS

# What a measurement's table shows, and which of it is set against ours.
COLUMNS = {
    "requests": ("requests/s", "p50 us", "p99 us", "cpu us/request"),
    "bulk": ("s/GiB", "cpu s/GiB"),
    "streams": ("served", "KiB/stream", "RSS KiB/stream"),
    "start": ("ready ms", "idle RSS MiB", "idle PSS MiB"),
    "instructions": ("instructions/request",),
}
COMPARED = ("requests/s", "p99 us", "cpu us/request", "cpu s/GiB", "KiB/stream", "ready ms", "idle RSS MiB", "instructions/request")


def number(value):
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}" if abs(value) < 10 else f"{value:.1f}"


def table(rows):
    """The first row is the head; the first column is text, the others are numbers."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    lines = ["  ".join([row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:]))]) for row in rows]
    return "\n".join(line.rstrip() for line in lines)


def measurement(name, title, kind, medians):
    """One measurement: a row a peer, and how ours stands to each."""
    columns = COLUMNS[kind]
    compared = [column for column in columns if column in COMPARED]
    rows = [[name, *columns, *(f"ours/its {column}" for column in compared)]]
    ours = medians.get(OURS, {})
    for peer, figures in medians.items():
        wrong = f"  ! {figures['wrong']:,.0f} wrong" if figures.get("wrong") else ""
        rows.append([peer + wrong, *(number(figures.get(column)) for column in columns),
                     *(_ratio(ours, figures, column) if peer != OURS else "" for column in compared)])
    return f"\n{title}\n{table(rows)}"


def _ratio(ours, figures, column):
    return f"x {ours[column] / figures[column]:.2f}" if ours.get(column) is not None and figures.get(column) else "-"


def targets(medians):
    rows = [["numbers to reach", "target", "measured", ""]]
    for target in TARGETS:
        value, verdict = target.judge(medians)
        limit = ("≥ " if target.atLeast else "≤ ") + number(target.limit)
        rows.append([f"{target.stage}: {target.what}", limit, number(value), verdict])
    return "\n" + table(rows)


def verdicts(medians):
    """The same for programs."""
    judged = ((target, target.judge(medians)) for target in TARGETS)
    return [{"stage": target.stage, "what": target.what, "limit": target.limit, "at_least": target.atLeast, "measured": value,
             "verdict": verdict} for target, (value, verdict) in judged]
