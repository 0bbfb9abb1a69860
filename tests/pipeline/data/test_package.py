import subprocess
import sys
from pathlib import Path

import pipeline.data

MODULES = sorted(path.stem for path in Path(pipeline.data.__file__).parent.glob("*.py") if path.stem != "__init__")


def test_no_module_needs_torch_or_transformers():
    imports = "; ".join(f"import pipeline.data.{module}" for module in MODULES)
    check = "import sys; assert not {'torch', 'transformers', 'gradio'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", f"{imports}; {check}"], check=True)


def test_the_page_does_not_wait_for_scikit_learn():
    check = "import sys; import pipeline.data.inspection, pipeline.data.labels; assert 'sklearn' not in sys.modules"
    subprocess.run([sys.executable, "-c", check], check=True)
