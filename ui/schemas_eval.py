"""What a measurement looks like as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from ui.schemas import Document, Form

if TYPE_CHECKING:
    from evals.answers.figures import AnswerReport
    from evals.evaluate import Evaluation, Row
    from evals.significance import Difference
    from evals.tune import Tuning


class DifferenceOut(Form):
    """How much better a method is than the first one."""

    mean: float = Field(description="Mean of the differences over all queries; positive if it is better.")
    low: float = Field(description="Lower end of the 95 % bootstrap interval.")
    high: float = Field(description="Its upper end.")
    p: float = Field(description="Two-sided probability of so large a difference by chance (randomisation).")


class ValueOut(Form):
    """One measure of one method."""

    measure: str = Field(description="Name of the measure, as ir-measures writes it.")
    mean: float = Field(description="Mean over all judged queries, from 0 to 1.")
    low: float = Field(description="Lower end of the 95 % bootstrap interval of the mean.")
    high: float = Field(description="Its upper end.")
    difference: DifferenceOut | None = Field(description="Against the first method; null for that one.")


class MethodOut(Form):
    """A line of the table."""

    method: str = Field(description="What it is called.")
    values: list[ValueOut] = Field(description="One for each measure.")


class EvaluationOut(Form):
    """What measuring on one collection gave."""

    collection: str = Field(description="Its name.")
    queries: int = Field(description="How many queries were asked.")
    documents: int = Field(description="How many documents, or people, can be found.")
    methods: list[MethodOut] = Field(description="The others are compared with the first.")
    notes: list[str] = Field(description="What is odd or should be known.")


class EvalOut(Document):
    """All of it."""

    evaluations: list[EvaluationOut] = Field(description="One for each collection.")


def eval_out(evaluations: Sequence[Evaluation]) -> EvalOut:
    """Make the form of a measurement."""
    return EvalOut(
        evaluations=[
            EvaluationOut(
                collection=one.collection,
                queries=one.queries,
                documents=one.documents,
                methods=[_method_out(row) for row in one.rows],
                notes=list(one.notes),
            )
            for one in evaluations
        ]
    )


def _method_out(row: Row) -> MethodOut:
    values = [
        ValueOut(
            measure=name,
            mean=mean,
            low=row.intervals[name][0],
            high=row.intervals[name][1],
            difference=_difference_out(row.differences.get(name)),
        )
        for name, mean in row.means.items()
    ]
    return MethodOut(method=row.method, values=values)


def _difference_out(found: Difference | None) -> DifferenceOut | None:
    if found is None:
        return None
    return DifferenceOut(mean=found.mean, low=found.low, high=found.high, p=found.p)


class FigureOut(Form):
    """One figure about answers."""

    group: str = Field(description="What is measured, such as abstaining.")
    what: str = Field(description="What the figure says.")
    value: float = Field(description="It, from 0 to 1.")
    count: int = Field(description="How many questions, sentences or citations it was taken from.")
    against: str = Field(description="What it is compared with; empty for nothing.")
    baseline: float | None = Field(description="What that gives, from 0 to 1; null for nothing.")


class AnswerReportOut(Form):
    """What measuring the answers on one collection gave."""

    collection: str = Field(description="Its name.")
    figures: list[FigureOut] = Field(description="Group by group.")
    notes: list[str] = Field(description="What could not be measured, and why.")


class AnswersOut(Document):
    """All of it."""

    reports: list[AnswerReportOut] = Field(description="One for each collection.")


def answers_out(reports: Sequence[AnswerReport]) -> AnswersOut:
    """Make the form of a measurement of answers."""
    return AnswersOut(
        reports=[
            AnswerReportOut(
                collection=one.collection,
                figures=[
                    FigureOut(
                        group=figure.group,
                        what=figure.what,
                        value=figure.value,
                        count=figure.count,
                        against=figure.against,
                        baseline=figure.baseline,
                    )
                    for figure in one.figures
                ],
                notes=list(one.notes),
            )
            for one in reports
        ]
    )


class WeightOut(Form):
    """A weight."""

    name: str = Field(description="Name of the setting.")
    before: float = Field(description="What was in force.")
    chosen: float = Field(description="What was best on the older links.")


class TuningOut(Document):
    """What fitting the weights to a library came to."""

    weights: list[WeightOut]
    learnt_from: int = Field(description="Number of older questions with links.")
    tested_on: int = Field(description="Number of the newest ones.")
    was: float = Field(description="Mean nDCG@10 on the newest ones with the weights in force.")
    now: float = Field(description="The same with the chosen ones.")
    difference: DifferenceOut | None = Field(description="Between the two; null if nothing better was found.")
    kept: bool = Field(description="Whether the chosen weights are kept for the library.")


def tuning_out(found: Tuning, kept: bool) -> TuningOut:
    """Make the form of what tuning came to."""
    return TuningOut(
        weights=[
            WeightOut(name=name, before=found.before[name], chosen=value)
            for name, value in found.chosen.items()
        ],
        learnt_from=found.learnt_from,
        tested_on=found.tested_on,
        was=found.was,
        now=found.now,
        difference=_difference_out(found.difference),
        kept=kept,
    )
