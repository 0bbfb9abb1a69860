"""Each kind of hardware gets the wheels, the Python and the card that it needs, all pinned."""

from pathlib import Path

import card
import checks
import deploy
import folder
import hardware
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

GRADIO = [name for name in hardware.HARDWARE if "gradio" in hardware.kind_of(name).sdks]
DOCKER = [name for name in hardware.HARDWARE if "docker" in hardware.kind_of(name).sdks]


def build(place: Path, where: str, sdk: str = "gradio") -> tuple[dict[str, str], dict]:
    """Pins and header of a folder, which was found in order."""
    folder.build(place, where=where, sdk=sdk)
    assert checks.check(place, where=where, sdk=sdk) == []
    lines = (place / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pins = dict(pin for line in lines if (pin := folder.pinned(line)))
    assert len(pins) + sum(line in hardware.OPTIONS for line in lines) == len(lines)
    return pins, card.read((place / "README.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("where", ["cpu-basic", "cpu-upgrade"])
def test_without_a_gpu_nothing_of_cuda_is_installed(tmp_path: Path, where: str) -> None:
    pins, header = build(tmp_path / "space", where)
    assert pins["torch"].endswith("+cpu")
    assert "onnxruntime" in pins
    assert "onnxruntime-gpu" not in pins
    assert (tmp_path / "space" / "requirements.txt").read_text(encoding="utf-8").startswith(hardware.CPU_WHEELS)
    assert (header["suggested_hardware"], header["python_version"]) == (where, "3.11")


def test_a_gpu_gets_the_wheels_for_it(tmp_path: Path) -> None:
    pins, header = build(tmp_path / "space", "t4-small")
    assert "onnxruntime-gpu" in pins
    assert "onnxruntime" not in pins
    assert "+" not in pins["torch"]
    assert header["suggested_hardware"] == "t4-small"


def test_zerogpu_gets_its_python_and_no_onnxruntime_for_a_gpu(tmp_path: Path) -> None:
    pins, header = build(tmp_path / "space", "zero-a10g")
    assert header["python_version"] == "3.12.12"
    assert "spaces" in pins
    assert "onnxruntime-gpu" not in pins
    assert "+" not in pins["torch"]
    with pytest.raises(folder.DeployError, match=r"ZeroGPU.*can't be built for with docker; it is built with gradio"):
        folder.build(tmp_path / "other", where="zero-a10g", sdk="docker")


def test_a_container_has_the_repository_s_own_pins_and_no_package_of_the_platform(tmp_path: Path) -> None:
    pins, header = build(tmp_path / "space", "t4-small", "docker")
    own = dict(filter(None, map(folder.pinned, folder.own_requirements())))
    wanted = {name: version for name, version in own.items() if name not in ("spaces", "onnxruntime")}
    assert {name: version for name, version in pins.items() if name != "onnxruntime"} == wanted
    assert (header["sdk"], header["app_port"]) == ("docker", 7860)
    assert "sdk_version" not in header


def test_a_gradio_space_can_be_built_with_what_the_platform_installs_besides() -> None:
    """The platform asks for ``gradio[oauth,mcp]`` in the same breath; the extras' bounds must hold."""
    from importlib import metadata

    lines = hardware.requirements(folder.own_requirements(), hardware.CPU, "gradio")
    pins = {canonicalize_name(name): version for name, version in filter(None, map(folder.pinned, lines))}
    for needed in map(Requirement, metadata.distribution("gradio").requires or []):
        if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in ("", "oauth", "mcp")):
            assert needed.specifier.contains(pins[canonicalize_name(needed.name)]), needed
    assert "websockets" in pins


def test_every_hardware_that_the_hub_has_can_be_built_for(tmp_path: Path) -> None:
    for where in hardware.HARDWARE:
        for sdk in hardware.kind_of(where).sdks:
            lines = hardware.requirements(folder.own_requirements(), hardware.kind_of(where), sdk)
            assert all(line in hardware.OPTIONS or folder.pinned(line) for line in lines)
    assert list(hardware.HARDWARE) == GRADIO
    assert set(hardware.HARDWARE) - set(DOCKER) == {"zero-a10g"}


def test_a_dry_run_takes_the_hardware(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert deploy.main(["--dry-run", str(tmp_path / "out"), "--hardware", "a10g-small", "--sdk", "docker"]) == 0
    assert "for a10g-small with docker" in capsys.readouterr().out
    assert (tmp_path / "out" / "Dockerfile").is_file()
    assert deploy.main(["--dry-run", str(tmp_path / "out"), "--hardware", "cpu-basic"]) == 0  # built anew there
    assert not (tmp_path / "out" / "Dockerfile").exists()
