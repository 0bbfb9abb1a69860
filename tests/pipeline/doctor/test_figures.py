import json
from collections.abc import Callable

from pipeline.doctor.figures import figures, histogram
from pipeline.doctor.material import Material


def test_all_files_share_bins_of_a_round_width() -> None:
    found = histogram("characters", {"source": [*range(100)], "target": [5, 95, 99, 4000]})
    assert found.edges[:3] == (0, 5, 10)
    assert all(len(counts) == len(found.edges) - 1 for counts in found.counts.values())
    assert sum(found.counts["source"]) == 100
    assert found.counts["target"][-1] >= 1  # what is longer than nearly all lies in the last bin
    assert found.measured == {"source": 100, "target": 4}


def test_no_texts_have_no_bins() -> None:
    assert histogram("pieces", {}).edges == ()


def test_texts_of_one_length_have_one_bin_that_holds_them() -> None:
    found = histogram("characters", {"target": [0, 0]})
    assert sum(found.counts["target"]) == 2


def test_figures_hold_balance_and_lengths_of_each_file(make_material: Callable[..., Material]) -> None:
    files = {
        "target": ("target.csv", "text,label\ngood soup,a\nbad soup,b\ncold bed,a\nwarm bed,b\nthe bed,a\n"),
        "unlabelled": ("more.txt", "good film\nbad film\n"),
    }
    found = figures(make_material(files))
    assert found.labels == {"target": {"a": 3, "b": 2}}
    assert sum(found.characters.counts["unlabelled"]) == 2
    assert sum(found.pieces.counts["target"]) == 5
    assert json.loads(json.dumps(found.as_json()))["max_length"] == 128
