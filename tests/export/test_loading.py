"""Exports of every kind of head and model load where Graft is not, with Optimum and with bare onnxruntime."""

from __future__ import annotations

import itertools
import json
import re
import shutil
import zipfile
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import export.predictor
from export import making
from export.exporting import export_model
from export.package import write_checksums, zip_folder
from export.pipelines import OPTIONS
from export.predictor import Predictor, Question, Tokens
from export.report import read_report
from pipeline.spec import ExportSpec, TaskName
from pipeline.tasks import TASKS
from tests.export.fresh import Fresh

TEXT = "warm soup good hotel"
#: One that is as it is, and one beyond the longest that any model reads, which is cut.
ASKED = (TEXT, " ".join([TEXT] * 300))
#: Of each kind of head and model; families with and without token types, and with each kind of tokenizer.
MODELS: list[tuple[str, TaskName, str]] = [
    ("bert", "text-classification", "plain"),
    ("roberta", "entity-recognition", "lora"),
    ("deberta-v2", "language-modelling", "plain"),
    ("ernie", "multi-label-classification", "plain"),
    ("electra", "text-classification", "bridge"),
    ("bert", "entity-recognition", "bridge"),
    ("distilbert", "sentence-pair-classification", "ensemble"),
    ("roberta", "text-classification", "shared"),
    ("xlm-roberta", "part-of-speech", "bridges"),
    ("bert", "sentence-pair-classification", "boosted"),
]
#: What Graft is and needs, and an exported folder does not.
FOREIGN = ("gradio", "datasets", "peft", "pipeline", "export", "ui", "app")

#: Prints what each folder's own class of Optimum and a pipeline of transformers say.
WHOLE = """
import optimum.onnxruntime
from transformers import AutoTokenizer, pipeline

for folder, name, task, options, *asked in arguments[0]:
    model = getattr(optimum.onnxruntime, name).from_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    ask = pipeline(task, model=model, tokenizer=tokenizer)
    for texts in asked:
        logits = model(**tokenizer(*texts, return_tensors="np", truncation=True)).logits[0].tolist()
        said = ask(dict(zip(("text", "text_pair"), texts)) if len(texts) > 1 else texts[0], **eval(f"dict({options})"))
        print(json.dumps({"logits": logits, "said": [said] if isinstance(said, dict) else said}, default=float))
"""
#: The logits of onnxruntime, tokenizers and numpy alone.
BARE = """
import numpy as np, onnxruntime as ort
from tokenizers import Tokenizer

for folder, *asked in arguments[0]:
    tokenizer = Tokenizer.from_file(folder + "/tokenizer.json")
    session = ort.InferenceSession(folder + "/model.onnx", providers=["CPUExecutionProvider"])
    wanted = [item.name for item in session.get_inputs()]
    for texts in asked:
        told = tokenizer.encode(*texts)
        feeds = {"input_ids": told.ids, "attention_mask": told.attention_mask, "token_type_ids": told.type_ids}
        print(json.dumps(session.run(["logits"], {name: np.array([feeds[name]]) for name in wanted})[0][0].tolist()))
"""

#: The answers of a predictor that was taken out of Graft.
TAKEN_OUT = """
from dataclasses import asdict
sys.path.insert(0, arguments[0])
from predictor import Predictor

for folder, question in arguments[1]:
    predictor = Predictor(folder, threads=1)
    if predictor.task == "language-modelling":
        said = predictor.fill(question)
    else:
        said = predictor.predict([tuple(question) if isinstance(question, list) else question])
    print(json.dumps([asdict(each) for each in said], default=float))
"""


#: A folder to load elsewhere, and the predictor of what was exported.
Package = tuple[Path, Predictor]


@pytest.fixture(scope="module")
def exports(exported: Path, make_run, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folders of whole exports, of every quantisation, those that are calibrated or for a GPU too."""
    root = tmp_path_factory.mktemp("others")
    store, run_id = make_run(root / "runs")
    wanted = {
        "int8-static": ExportSpec(optimisation=(), quantisation=("int8-static",), calibration_texts=16),
        "fp16": ExportSpec(provider="cuda", optimisation=("O2",), quantisation=("fp16",)),
        "o4": ExportSpec(provider="cuda", optimisation=("O4",), quantisation=()),
    }
    for name, options in wanted.items():
        export_model(store, run_id, options, out=root / name)
    return {
        **{name: exported / name for name in ("fp32", "o2", "int8")},
        **{name: root / name / name for name in wanted},
    }


@pytest.fixture(scope="module")
def packages(zoo, exports: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> list[Package]:
    """Of whole exports and of every kind of model: each folder, and its zip unpacked."""
    root = tmp_path_factory.mktemp("packages")
    folders = list(exports.values())
    for number, (family, task, kind) in enumerate(MODELS):
        folders.append(shutil.copytree(zoo.variant(family, task, kind, "O2"), root / f"model-{number}"))
        write_checksums(folders[-1])
    found = []
    for number, folder in enumerate(folders):
        with zipfile.ZipFile(zip_folder(folder, root / f"unpacked-{number}.zip")) as archive:
            archive.extractall(root)
        found += [(place, Predictor(folder)) for place in (folder, root / f"unpacked-{number}")]
    return found


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Fresh:
    return Fresh(tmp_path_factory.mktemp("bare") / "venv", ["onnxruntime", "tokenizers", "numpy"])


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Fresh:
    return Fresh(tmp_path_factory.mktemp("whole") / "venv", ["optimum[onnxruntime]", "transformers", "torch"])


def _question(predictor: Predictor, text: str = TEXT) -> Question:
    if predictor.task == "sentence-pair-classification":
        return text, "a hotel"
    return f"{predictor.mask} {text}" if predictor.task == "language-modelling" else text


def _logits(predictor: Predictor, text: str) -> np.ndarray:
    """What the graph says of the question: [labels], or [tokens, labels]."""
    (encoding,) = predictor.encode([_question(predictor, text)])
    ((_, logits),) = predictor.outputs([Tokens(encoding.ids, encoding.type_ids)])
    return logits


def _asked(predictor: Predictor) -> list[list[str]]:
    """The one or two texts of each question."""
    questions = [_question(predictor, text) for text in ASKED]
    return [[question] if isinstance(question, str) else list(question) for question in questions]


def _expected(predictor: Predictor, text: str) -> list[Any]:
    """What the predictor answers, in the words of transformers' pipeline."""
    question = _question(predictor, text)
    if predictor.task == "language-modelling":
        return [filling.token for filling in predictor.fill(question)]
    if TASKS[predictor.task].labelling == "tags":
        best = [(place, predictor.labels[each]) for place, each in enumerate(_logits(predictor, text).argmax(-1))]
        return [(place, label) for place, label in best[1:-1] if label != "O"]
    (answer,) = predictor.predict([question])
    return [max(answer.probabilities, key=answer.probabilities.get)]


def _said(task: str, said: list[dict[str, Any]]) -> list[Any]:
    """What a pipeline said, in the same words."""
    if task == "language-modelling":
        return [each["token_str"].strip().removeprefix("##") for each in said]
    if TASKS[task].labelling == "tags":
        return [(each["index"], each["entity"]) for each in said]
    return [said[0]["label"]]


@pytest.mark.slow
def test_with_optimum_and_transformers_pipeline_in_a_fresh_environment(whole: Fresh, packages: list[Package]):
    assert not any(whole.has(*FOREIGN).values())
    asked = []
    for folder, predictor in packages:
        task = TASKS[predictor.task]
        name = task.auto_class.replace("AutoModel", "ORTModel")
        options = "" if task.labelling == "tags" else OPTIONS[predictor.task]  # token by token, not by entities
        asked.append([str(folder), name, task.onnx_task, options, *_asked(predictor)])
    answers = zip(whole.lines(WHOLE, asked), itertools.product(packages, ASKED), strict=True)
    for told, ((folder, predictor), text) in answers:
        np.testing.assert_allclose(np.array(told["logits"]), _logits(predictor, text), atol=1e-4, err_msg=str(folder))
        assert _said(predictor.task, told["said"]) == _expected(predictor, text), folder


@pytest.mark.slow
def test_with_bare_onnxruntime_in_a_fresh_environment(bare: Fresh, packages: list[Package]):
    assert not any(bare.has(*FOREIGN, "torch", "transformers", "optimum").values())
    asked = [[str(folder), *_asked(predictor)] for folder, predictor in packages]
    answers = zip(bare.lines(BARE, asked), itertools.product(packages, ASKED), strict=True)
    for logits, ((folder, predictor), text) in answers:
        np.testing.assert_allclose(np.array(logits), _logits(predictor, text), atol=1e-5, err_msg=str(folder))


@pytest.mark.slow
def test_a_predictor_that_is_taken_out_answers_in_a_fresh_environment(bare: Fresh, zoo, tmp_path: Path):
    """Under another name, beside onnxruntime, tokenizers and numpy alone."""
    assert not any(bare.has(*FOREIGN, "predictor", "torch", "transformers", "optimum").values())
    shutil.copytree(Path(export.predictor.__file__).parent, tmp_path / "predictor")
    predictors = [Predictor(zoo.variant("bert", task), threads=1) for task in TASKS]
    questions = [_question(each) for each in predictors]
    asked = [[str(each.folder), question] for each, question in zip(predictors, questions, strict=True)]
    found = bare.lines(TAKEN_OUT, str(tmp_path), asked)
    for said, each, question in zip(found, predictors, questions, strict=True):
        answers = each.fill(question) if each.task == "language-modelling" else each.predict([question])
        expected = json.dumps([asdict(answer) for answer in answers], default=float)
        assert said == json.loads(expected), each.task


@pytest.mark.slow
def test_the_lines_of_the_card_run_in_a_fresh_environment(whole: Fresh, exports: dict[str, Path]):
    program = ""
    for folder in exports.values():
        (lines,) = re.findall(r"^```python\n(.*?)^```", (folder / "README.md").read_text(), re.MULTILINE | re.DOTALL)
        program += lines.replace("FOLDER", str(folder)).replace("print(", "said = (") + "print(json.dumps(said))\n"
    for said, folder in zip(whole.lines(program), exports.values(), strict=True):
        assert [each["label"] for each in said] == [Predictor(folder).predict(["A text."])[0].label], folder


@pytest.mark.slow
def test_the_card_names_the_versions_of_such_an_environment(whole: Fresh, exports: dict[str, Path]):
    for folder in exports.values():
        (said,) = re.findall(r"^Made and checked with (.*)\.$", (folder / "README.md").read_text(), re.MULTILINE)
        named = dict(part.split() for part in said.split(", "))
        assert {"optimum", "transformers", "tokenizers"} < set(named)
        assert named.items() <= whole.versions.items()


@pytest.mark.parametrize(
    ("wanted", "used", "said"),
    [
        ("tensorrt", "CUDAExecutionProvider", ["Made for TensorRT and checked on CUDA"]),
        ("tensorrt", "TensorrtExecutionProvider", []),
        ("cuda", "CUDAExecutionProvider", []),
        ("cpu", "CUDAExecutionProvider", []),
    ],
)
def test_where_a_variant_was_not_checked_where_it_is_to_run_it_says_so(wanted: str, used: str, said: list[str]):
    predictor = SimpleNamespace(provider=used)
    notes = making._unseen(predictor, ExportSpec(provider=wanted))  # type: ignore[arg-type]
    assert [note.partition(",")[0] for note in notes] == said


def test_what_was_made_for_a_gpu_says_that_it_was_checked_on_a_cpu(exports: dict[str, Path]):
    report = read_report(exports["fp16"].parent)
    assert report.served == "fp16"
    notes = report.variant("fp16").notes
    assert any(note.startswith("Made for CUDA and checked on CPU, for CUDA was not to be had here") for note in notes)
    assert report.variant("fp32").notes == notes[-1:]
    assert any(note.startswith("Fused: 2 of 2 attentions") for note in notes)
    assert "- It is for GPUs" in (exports["o4"] / "README.md").read_text()
