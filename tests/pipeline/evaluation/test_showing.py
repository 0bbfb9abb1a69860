"""A report as the command line prints it."""

from pipeline.evaluation.showing import table
from pipeline.report import DataSummary, Interval, LearningCurve, ModelReport, Report, TrainingCost, Verdict


def model(title: str, metrics: dict[str, float]) -> ModelReport:
    return ModelReport(
        name="transferred",
        title=title,
        description="",
        metrics={name: Interval(value=value, low=value - 0.1, high=value + 0.1) for name, value in metrics.items()},
        confusion=None,
        per_class={},
        slices=[],
        calibration_error=None,
        source_score=None,
        tokenizer=None,
        parameters=1,
        cost=TrainingCost(seconds=1),
    )


def test_the_table_has_the_tasks_own_metrics_and_says_what_to_make_of_them() -> None:
    report = Report(
        task="language-modelling",
        labels=[],
        data=DataSummary(source_train=0, source_test=0, target_train=9, dev=0, test=5, unlabelled=0, dictionary=0),
        models=[
            model("source-only (linear probe)", {"perplexity": 30.5, "masked_accuracy": 0.2}),
            model("transferred", {"perplexity": 9.25, "masked_accuracy": 0.5}),
            model("target-only", {}),
        ],
        comparisons=[],
        verdict=Verdict(code="helped", sentence="It helped.", remarks=["Mind this."]),
        curve=LearningCurve(points=[], labels_saved=3, sentence="It saves 3."),
        examples=[],
        notes=[],
    )
    head, source, transferred, unread, *said = table(report).splitlines()
    assert head.split() == ["model", "perplexity", "masked", "accuracy"]
    assert source.startswith("source-only (linear probe)  30.50 [30.40, 30.60]")
    assert transferred.split(maxsplit=1)[1].split("  ")[-1].strip() == "50.0 % [40.0, 60.0]"
    assert unread.split() == ["target-only", "–", "–"]
    assert head.index("masked") == transferred.index("50.0") == source.index("20.0")
    assert said == ["It helped.", "Mind this.", "It saves 3."]
