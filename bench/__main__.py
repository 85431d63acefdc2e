"""`python -m bench`: measures everything that README promises and writes bench/RESULTS.md.

    python -m bench [--rounds N]

The instruction counts also go into bench/recorded.json, which `make test` holds later ones to.
"""

from __future__ import annotations

import argparse
import statistics
import sys

from bench import (
    burst,
    chat,
    cold,
    counted,
    cvm_load,
    drop_box,
    many,
    results,
    throttle_simulation,
    upstream,
    warm,
)
from bench.instance import Instances, instances, valgrind
from bench.results import Figure, at_least, at_most, table
from bench.subjects import ROOT, Subjects, prepare
from local.columns import Help
from package import runtime

Section = tuple[list[Figure], str, str]


def main() -> int:
    """Measure, write the page, and return 1 if a figure is not what it must be."""
    parser = argparse.ArgumentParser(
        "python -m bench",
        description="Measures everything that README promises and writes bench/RESULTS.md.",
        formatter_class=Help,
    )
    parser.add_argument("--rounds", type=int, default=15, help="how often times are taken (default: 15)")
    options = parser.parse_args()
    archive = ROOT / "dist/function.zip"
    if not runtime.runs_this() or not archive.exists():
        print(f"The bench needs {runtime.NAME} and the package: run `make bench`.", file=sys.stderr)
        return 1
    subjects = prepare(archive, ROOT / "dist/bench")
    with upstream.running() as endpoint, instances(subjects.python, endpoint) as measured:
        sections = [
            *([counted.section(subjects, ROOT / "dist/bench/newest")] if valgrind() else []),
            _cold(measured, subjects, options.rounds),
            _warm(measured, subjects, options.rounds * 3),
        ]
    with upstream.running() as endpoint, chat.instances(subjects.python, endpoint) as measured:
        sections.append(_chat(measured, subjects, options.rounds))
    sections += [_package(archive.stat().st_size), _many(subjects), _burst(), _drop_box(), _stand_in()]
    figures = [figure for section in sections for figure in section[0]]
    results.write(ROOT / "bench/RESULTS.md", figures, [section[1:] for section in sections])
    if not valgrind():
        print("not run: instruction counts because valgrind is missing; to get it: apt-get install valgrind")
    return 0 if all(figure.reached for figure in figures) else 1


def _cold(measured: Instances, subjects: Subjects, rounds: int) -> Section:
    timed = cold.clock(measured, subjects, rounds)
    figures = [at_most("peak memory of an import", timed["ours"].peak, 30, " MiB")]
    rows = [[name, f"{each.wall:.0f}", f"{each.cpu:.0f}", f"{each.peak:.0f}"] for name, each in timed.items()]
    head = ["cold import", "wall, ms", "processor, ms", "peak memory, MiB"]
    return figures, "Cold starts, timed", table(head, rows)


def _warm(measured: Instances, subjects: Subjects, rounds: int) -> Section:
    spent = warm.imports(measured, subjects, rounds)
    ours, baseline = spent[subjects.ours.name].median, spent[subjects.baseline.name].median
    bare = spent[subjects.sdk_call.name].median
    figures = [
        at_least("warm import, processor: baseline / ours", baseline / ours, 2),
        at_most("warm import, processor: ours less the bare SDK call", ours - bare, 0.4, " ms"),
    ]
    rows = [[name, f"{each.median:.2f}", f"{each.best:.2f}"] for name, each in spent.items()]
    head = ["warm import", "processor, ms: median", "best twentieth"]
    return figures, "Warm imports", table(head, rows)


def _chat(measured: Instances, subjects: Subjects, rounds: int) -> Section:
    timed = chat.clock(measured, subjects.ours, rounds)
    figures = [
        at_most(f"cold `{player}`, answer at 512 MB", answer.seconds, answer.patience, " s")
        for player, answer in timed.items()
    ]
    if valgrind():
        for platform, refused in chat.refusals(measured, subjects.ours).items():
            figure = at_most(f"cold `{platform}`, forged, instructions", refused.millions, chat.REFUSAL, " M")
            bare = set(refused.packages) <= set(chat.NEEDED.get(platform, ()))
            figures.append(figure._replace(reached=figure.reached and bare))
    silent = chat.hanging(subjects.python, subjects.ours)
    figures += [
        at_most(f"cold `{platform}`, CVM silent, answer at 512 MB", seconds, timed[platform].patience, " s")
        for platform, seconds in silent.items()
    ]
    rows = [
        [
            *(player, f"{answer.cpu * 1e3:.0f}", f"{answer.seconds:.2f}"),
            f"{silent[player]:.2f}" if player in silent else "",
        ]
        for player, answer in timed.items()
    ]
    text = (
        "Processor time of a fresh process until it has answered a message that imports a key, or the"
        f" platform's check of the URL; and {chat.SHARE:.2f} times that, as on the share of a processor that"
        " Lambda gives to 512 MB. SCF names no share. The last column is the time that passes on that share"
        " while CVM takes the request and never answers; of the platform's patience a second is for the"
        " way.\n\n"
    )
    head = ["message", "processor here, ms", "at 512 MB, s", "at 512 MB, CVM silent, s"]
    return figures, "Chat, from cold", text + table(head, rows)


def _package(size: int) -> Section:
    text = "The same bytes on every build: a test makes it twice and compares.\n"
    return [at_most("zip", size / 1e6, 7.2, " MB")], "Package", text


def _many(subjects: Subjects) -> Section:
    measured = many.batches(subjects, 3)
    tenth, last = (next(batch for batch in measured if batch.items == size) for size in (10, 100))
    figures = [
        at_most("100 items: time of an item against that of 10", last.each / tenth.each, 1.1),
        at_most("100 items: memory of an item beyond 10", (last.peak - tenth.peak) / 90 * 1024, 100, " KiB"),
    ]
    rows = [[f"{batch.items}", f"{batch.each:.2f}", f"{batch.peak:.1f}"] for batch in measured]
    return figures, "Many items", table(["items", "processor for each, ms", "peak memory, MiB"], rows)


def _burst() -> Section:
    messages = (("count", "counts up", 1.5, 2.1), ("limit+1", "says limit + 1", 1.8, 3.2))
    kinds = [burst.Kind(size, message) for size in (100, 12) for message, *_ in messages]
    results_of = burst.all_kinds(kinds, 20)
    figures, rows = [], []
    for message, wording, slack, most in messages:
        large, small = (results_of[burst.Kind(size, message)] for size in (100, 12))
        created = min(result.created for result in large)
        last = max(result.last for result in large)
        each = max(result.calls for result in large) / 100
        through = statistics.mean(result.last for result in small)
        figures += [
            at_least(f"burst of 100, message {wording}: succeed in every run", created, 100),
            at_most(f"burst of 100, message {wording}: last after, of the ideal 10 s", last / 10, slack),
            at_most(f"burst of 100, message {wording}: calls each", each, most),
            at_most(f"burst of 12, message {wording}: through, on average", through, 4, " s"),
        ]
        rows.append([wording, f"{created}", f"{last:.1f}", f"{each:.2f}", f"{through:.1f}"])
    head = ["message", "of 100 succeed", "last after, s", "calls each, at most", "12 are through after, s"]
    text = (
        "As many processes as instances, warm, at one instant, each with one import; the stand-in takes 10 a"
        " second and counts those that it refuses. 20 runs of each.\n\n"
        + table(head, rows)
        + "\nThe same waits (`handler/importing/waiting.py`) on a simulated clock, 20 runs of each:\n\n"
        + table(*throttle_simulation.overview())
    )
    return figures, "Bursts", text


def _drop_box() -> Section:
    result = drop_box.run(1000, 60.0)
    figures = [at_least("drop box, 1,000 objects in a minute: imported", result.imported, 1000)]
    text = (
        "Each object is one event, each event one invocation in a process of its own; the stand-in takes 10"
        " imports a second and counts those that it refuses. An event that is raised comes again a minute"
        " later, at most twice.\n\n"
    )
    head = ["imported", "invocations", "imports sent", "last after, s"]
    row = [f"{result.imported}", f"{result.invocations}", f"{result.calls}", f"{result.last:.0f}"]
    return figures, "Drop box", text + table(head, [row])


def _stand_in() -> Section:
    load = cvm_load.measure()
    figures = [
        at_least("stand-in: signed imports a second", load["imports_per_second"], 1000),
        at_most("stand-in: start", load["start_seconds"], 0.5, " s"),
        at_most("stand-in: memory with 10,000 key pairs", load["rss_mb_peak"], 60, " MB"),
    ]
    rows = [[name, f"{value:g}"] for name, value in load.items()]
    return figures, "CVM stand-in", table(["figure", "value"], rows)


if __name__ == "__main__":
    sys.exit(main())
