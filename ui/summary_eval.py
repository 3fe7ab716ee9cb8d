"""What a measurement looks like on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from ui.progress import counted
from ui.terminal import line

if TYPE_CHECKING:
    from rich.console import Console

    from ui.schemas_eval import AnswerReportOut, EvaluationOut, MethodOut, TuningOut, ValueOut

_REAL = 0.05
_FEW = 3  # measures beside which there is room for their intervals


def show_evaluations(console: Console, evaluations: Sequence[EvaluationOut], verdicts: Sequence[str]) -> None:
    """A table for each collection, and what follows from comparing two configurations."""
    marked = False
    for one in evaluations:
        console.print(
            Text.assemble(
                (line(one.collection), "bold"),
                (f"  {counted(one.queries, 'question')}, {one.documents:,} to find", "dim"),
            )
        )
        console.print(_table(one))
        for note in one.notes:
            console.print(Text(f"note: {line(note)}", "dim"))
        console.print()
        marked |= any(value.difference for method in one.methods for value in method.values)
    if marked:
        first = evaluations[0].methods[0].method
        console.print(Text(f"▲ ▼ really better or worse than {line(first)} (p < {_REAL})", "dim"))
    for verdict in verdicts:
        console.print(line(verdict))


def _table(one: EvaluationOut) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("", no_wrap=True)
    measures = [value.measure for value in one.methods[0].values]
    for name in measures:
        table.add_column(name.replace("Success@", "hit@"), justify="right", no_wrap=True)
    best = {name: max(_mean(method, name) for method in one.methods) for name in measures}
    for method in one.methods:
        cells = (_cell(value, best, told=len(measures) <= _FEW) for value in method.values)
        table.add_row(Text(line(method.method)), *cells)
    return table


def _mean(method: MethodOut, name: str) -> float:
    return next(value.mean for value in method.values if value.measure == name)


def _cell(value: ValueOut, best: dict[str, float], *, told: bool) -> Text:
    """A mean in per cent, the best in bold; an arrow where the difference is real; its interval if told."""
    cell = Text(f"{100 * value.mean:.1f}", "bold" if value.mean == best[value.measure] else "")
    found = value.difference
    real = found is not None and found.p < _REAL
    cell.append("▲" if real and found and found.mean > 0 else "▼" if real else " ", "dim")
    return cell.append(f" {100 * value.low:.0f}–{100 * value.high:.0f}".ljust(7), "dim") if told else cell


def show_answers(console: Console, reports: Sequence[AnswerReportOut]) -> None:
    """A table for each collection: figures in per cent, group by group."""
    for one in reports:
        console.print(Text(line(one.collection), "bold"))
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
        for align in ("left", "right", "left", "right"):
            table.add_column(justify=align, no_wrap=align == "right")
        group = ""
        for figure in one.figures:
            if figure.group != group:
                group = figure.group
                table.add_row(Text(line(group), "dim"))
            compared = "" if figure.baseline is None else f"{figure.against}: {100 * figure.baseline:.1f}"
            table.add_row(
                f"  {line(figure.what)}",
                Text(f"{100 * figure.value:.1f}", "bold"),
                Text(line(compared), "dim"),
                Text(f"{figure.count:,}", "dim"),
            )
        console.print(table)
        for note in one.notes:
            console.print(Text(f"note: {line(note)}", "dim"))
        console.print()


def show_tuning(console: Console, found: TuningOut) -> None:
    """What was tried, what it gave on newer links, and what follows."""
    learnt, tested = counted(found.learnt_from, "linked question"), counted(found.tested_on, "newer one")
    console.print(f"learnt from {learnt}, tested on {tested}")
    for weight in found.weights:
        change = "stays" if weight.chosen == weight.before else f"→ {weight.chosen}"
        console.print(f"  {weight.name} {weight.before} {change}")
    console.print(_verdict(found))


def _verdict(found: TuningOut) -> str:
    was, now = 100 * found.was, 100 * found.now
    if found.difference is None:
        return f"The weights in force are the best: nDCG@10 {was:.1f}. Nothing changes."
    told = f"nDCG@10 {was:.1f} → {now:.1f} (p = {found.difference.p:.3g})"
    if found.kept:
        return f"{told}: kept."
    if found.difference.mean <= 0:
        return f"{told}: no better on newer links, so nothing changes."
    if found.difference.p >= _REAL:
        return f"{told}: it may be chance, so nothing changes."
    return f"{told}: better. Without --dry-run it would be kept."
