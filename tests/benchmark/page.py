"""The page of the benchmark: tables, and time and memory against size as SVG."""

import math
from datetime import UTC, datetime
from html import escape
from itertools import pairwise

from customer_value.settings import PROJECT

PAGE = PROJECT / "docs" / "benchmark.md"
CHART = PROJECT / "docs" / "images" / "benchmark.svg"
NAMES = {
    "full": "run, empty warehouse",
    "unchanged": "run, nothing changed",
    "targets": "run, other targets",
    "day": "run, one new day",
    "late": "run, one new day with late and corrected rows",
    "models": "the same compiled SQL, one connection",
    "revenue": "of it what the revenue answers need",
    "revenue and LTV": "of it with lifetime value",
    "limit": "limit: one pass over the inputs",
    "deduped limit": "limit, with the newest version of each event id",
    "pandas": "pandas, lifelines",
    "polars": "Polars, lifelines",
    "sql": "SQL spine in DuckDB, lifelines",
}
DRAWN = ("full", "day", "models", "deduped limit", "limit", "pandas", "polars", "sql")
COLORS = ("#b2182b", "#e6ab02", "#2f6fde", "#444444", "#9a9a9a", "#1b9e77", "#7570b3", "#a6761d")

# Differences between answers that are meant, in the order of their weight.
CAUSES = """A peer's number is its own; what is named as another number is a count of differences. The differences are these, and are meant:

- A discount that ends holds to the end of the bill that it lowered; peers end it on its day. It is nearly all of the difference in MRR, and
  with it in expansion, cohorts and retention.
- A pause is `pause` and `resume` here, churn and reactivation with peers. A lapsed pause is churn.
- What is left open of a subscription that another one continues, an add-on for example, ends with it; peers go on counting it.
- Lifetime value: peers fit one curve to all customers and value MRR by it; here each segment has its own, annual terms renew yearly, and recent
  churn counts. These are other estimates, not errors of either.

Peers do less for the time that they take: no pauses, plan chains, causes of movements, cohorts by dimension, merged accounts, exact decimals,
intervals or tests; and they are given the rows that the project has found valid.
"""


def number(value):
    """A number with three digits that count."""
    if value is None:
        return ""
    if value == 0 or abs(value) >= 1000 or float(value).is_integer():
        return f"{value:,.0f}"
    return f"{value:.{max(0, 2 - math.floor(math.log10(abs(value))))}f}"


def table(head, rows):
    """A table in Markdown; numbers to the right."""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in lines) + "\n"


def costs(results):
    """CPU seconds and memory of everything, by size."""
    rows = []
    for name, text in NAMES.items():
        if not any(name in result["costs"] for result in results.values()):
            continue
        row = [text]
        for result in results.values():
            cost = result["costs"].get(name, {})
            row += [number(cost.get("cpu")), number(cost.get("memory"))]
        rows.append(row)
    head = ["CPU seconds, peak MB"]
    for size in results:
        head += [f"{size}: CPU s", f"{size}: MB"]
    return table(head, rows)


def ratios(results):
    """What the costs are to each other."""

    def cpu(result, name):
        return result["costs"][name]["cpu"]

    shares = {
        "all models / limit": lambda r: cpu(r, "models") / cpu(r, "limit"),
        "all models / limit with exact removal of repeated ids": lambda r: cpu(r, "models") / cpu(r, "deduped limit"),
        "one new day / full, whole run": lambda r: cpu(r, "day") / cpu(r, "full"),
        "nothing changed / full, whole run": lambda r: cpu(r, "unchanged") / cpu(r, "full"),
        "other targets / full, whole run": lambda r: cpu(r, "targets") / cpu(r, "full"),
        "revenue models / best peer": lambda r: (
            cpu(r, "revenue") / min(cpu(r, peer) for peer in ("pandas", "polars", "sql"))
        ),
        "revenue and LTV models / best peer": lambda r: (
            cpu(r, "revenue and LTV") / min(cpu(r, peer) for peer in ("pandas", "polars", "sql"))
        ),
    }
    rows = [[text, *(number(share(result)) for result in results.values())] for text, share in shares.items()]
    sizes = list(results)
    text = table(["ratio of CPU seconds", *sizes], rows)
    for small, large in pairwise(sizes):
        growth = math.log(results[large]["customers"] / results[small]["customers"])
        slope = math.log(cpu(results[large], "models") / cpu(results[small], "models")) / growth
        text += f"\nFrom {small} to {large} the models' time grows with the number of customers to the power of {slope:.2f}.\n"
    return text


def dearest(results, count=20):
    """The models that take longest at the largest size."""
    largest = list(results)[-1]
    names = sorted(results[largest]["models"], key=results[largest]["models"].get, reverse=True)[:count]
    total = sum(results[largest]["models"].values())
    rows = [
        [
            f"`{name}`",
            *(number(result["models"].get(name)) for result in results.values()),
            f"{results[largest]['models'][name] / total:.1%}",
        ]
        for name in names
    ]
    return table(["CPU seconds of a model", *results, f"share at {largest}"], rows)


def answers(result):
    """The answers of each peer beside ours."""
    rows = [
        [question, *(number(values.get(name)) for name in ("ours", "pandas", "polars", "sql"))]
        for question, values in result["answers"].items()
    ]
    return table(["question", "ours", "pandas", "Polars", "SQL"], rows)


def chart(results):
    """Time and memory against events, both axes by powers of ten."""
    width, height, left, top = 460, 300, 60, 40

    def panel(offset, what, title):
        drawn = {name: [(r["events"], r["costs"][name].get(what)) for r in results.values()] for name in DRAWN}
        values = [value for points in drawn.values() for _, value in points if value]
        low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
        first = math.floor(math.log10(min(r["events"] for r in results.values())))
        last = max(first + 1, math.ceil(math.log10(max(r["events"] for r in results.values()))))

        def at(events, value):
            return (
                offset + left + (math.log10(events) - first) / (last - first) * (width - left - 20),
                top + height - (math.log10(value) - low) / max(high - low, 1) * height,
            )

        parts = [f'<text class="title" x="{offset + left}" y="24">{escape(title)}</text>']
        for power in range(low, high + 1):
            _, y = at(10**first, 10**power)
            parts.append(f'<path class="grid" d="M{offset + left} {y:.1f}H{offset + width - 20}"/>')
            parts.append(
                f'<text class="axis" text-anchor="end" x="{offset + left - 8}" y="{y + 4:.1f}">{10**power:g}</text>'
            )
        for power in range(first, last + 1):
            x, _ = at(10**power, 10**low)
            label = f"{10**power / 1e6:g} M"
            parts.append(f'<text class="axis" text-anchor="middle" x="{x:.1f}" y="{top + height + 20}">{label}</text>')
        for color, (_, points) in zip(COLORS, drawn.items(), strict=True):
            places = [at(*point) for point in points if point[1]]
            line = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
            parts.append(f'<path fill="none" stroke="{color}" stroke-width="2" d="M{line}"/>')
            parts += [f'<circle fill="{color}" cx="{x:.1f}" cy="{y:.1f}" r="4"/>' for x, y in places]
        return parts

    parts = panel(0, "cpu", "CPU seconds by events") + panel(width, "memory", "Peak memory, MB, by events")
    for number_of, (color, name) in enumerate(zip(COLORS, DRAWN, strict=True)):
        x, y = left + number_of % 2 * width, top + height + 52 + number_of // 2 * 20
        parts.append(f'<rect fill="{color}" x="{x}" y="{y - 9}" width="12" height="10"/>')
        parts.append(f'<text class="axis" x="{x + 20}" y="{y}">{escape(NAMES[name])}</text>')
    style = (
        "text{font-family:system-ui,sans-serif;fill:#1f2933}.title{font-size:15px;font-weight:600}.axis{font-size:12px}"
        ".grid{stroke:#cbd2d9;stroke-width:1}.back{fill:#ffffff}"
    )
    size = f'width="{2 * width}" height="{top + height + 130}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="CPU seconds and peak memory by events">'
        f'<style>{style}</style><rect class="back" {size}/>{"".join(parts)}</svg>\n'
    )


def write_page(results, machine, requirements, records):
    """Write the page and its chart; `records`: the marts that are not compared."""
    CHART.parent.mkdir(parents=True, exist_ok=True)
    CHART.write_text(chart(results))
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    pins = ", ".join(requirements.read_text().replace("==", " ").split("\n")).strip(", ")
    companies = table(
        ["company", "customers", "customer-months", "events", "rounds", "load average"],
        [
            [
                size,
                number(result["customers"]),
                number(result["customer_months"]),
                number(result["events"]),
                str(result["rounds"]),
                f"{min(result['loads']):.1f} to {max(result['loads']):.1f}",
            ]
            for size, result in results.items()
        ],
    )
    alike = "; ".join(
        f"{size}, {NAMES[name].removeprefix('run, ')}: {', '.join(marts) or 'none'}"
        for size, result in results.items()
        for name, marts in result["differing"].items()
    )
    largest = list(results)[-1]
    PAGE.write_text(
        f"""# Benchmark

Written by `make bench` on {datetime.now(UTC):%Y-%m-%d}, on {machine["cores"]} cores with {machine["memory"]} GiB of memory: {machine["system"]}; {versions}.
Peers: {pins}. `make bench SIZES="S M L"` measures on your machine; S takes minutes, L takes hours, 8 GiB of memory and 60 GB of disk.

Each process is measured alone, in turn with the others: CPU seconds are user and system time with all children, memory is that of the largest
process, both the median of the rounds. A load average above 1 means that the machine had other work: CPU seconds then rise by some percent.

{companies}
{costs(results)}
![CPU seconds and peak memory by events](images/benchmark.svg)

{ratios(results)}
A whole run is the checks of inputs, dbt with its tests, the expectations, publication and summary, on two threads with up to 60 % of the
machine's memory for DuckDB. An empty warehouse has dbt read the project, too. The compiled SQL is every model but those that keep states, in files of a built warehouse, without
tests. The limit reads every event once, to counts by day, customer and feature, and spreads the log over months.

## Equal to a full build

Every mart but those that record what readers saw before ({", ".join(f"`{mart}`" for mart in records)}), of an incremental run and a full build of the same inputs, cell by cell.
Marts that differ: {alike}.

## The dearest models

{dearest(results)}
## The same answers

{largest}, the rows that the project rejects left out for peers.

{answers(results[largest])}
{CAUSES}"""
    )
