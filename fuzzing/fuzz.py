"""Feeds one target with input that finds its way by coverage: ``python fuzzing/fuzz.py csv --minutes 5``.

Needs ``requirements-fuzz.txt``. An input that fails is written to the folder of crashes, and belongs into
``tests/fuzzing/test_found.py`` then. The corpus that was found is kept, so that the next call goes on from it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
with atheris.instrument_imports(include=["pipeline", "export", "json", "csv"]):
    from fuzzing.targets import TARGETS, Target, check

LONGEST_INPUT = 4096
SLOWEST_SECONDS = 10  # for so little; more of them is a fault, too
MOST_MEGABYTES = 2048


def main(arguments: list[str] | None = None) -> None:
    """Fuzz one target; never comes back, as libFuzzer ends the process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=[*TARGETS])
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--corpus", type=Path, default=Path(".fuzzing"), help="folder of corpora and crashes")
    options = parser.parse_args(arguments)
    target = TARGETS[options.target]
    corpus, crashes = options.corpus / options.target, options.corpus / "crashes"
    corpus.mkdir(parents=True, exist_ok=True)
    crashes.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds):
        (corpus / f"seed-{number}").write_bytes(seed)
    words = options.corpus / f"{options.target}.dict"
    words.write_text(_dictionary(target), encoding="ascii")
    atheris.Setup(
        [
            sys.argv[0],
            str(corpus),
            f"-dict={words}",
            f"-artifact_prefix={crashes}/{options.target}-",
            f"-max_total_time={int(options.minutes * 60)}",
            f"-max_len={LONGEST_INPUT}",
            f"-timeout={SLOWEST_SECONDS}",
            f"-rss_limit_mb={MOST_MEGABYTES}",
            "-print_final_stats=1",
        ],
        lambda data: check(target, data),
    )
    atheris.Fuzz()


def _dictionary(target: Target) -> str:
    """The target's words as libFuzzer reads them."""
    spelled = ("".join(rf"\x{byte:02X}" for byte in word[:64]) for word in target.words)
    return "".join(f'"{word}"\n' for word in spelled)


if __name__ == "__main__":
    main()
