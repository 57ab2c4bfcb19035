"""Checks of the notebooks, for .ci/notebooks.

    check_notebooks.py check-committed       they hold no output, and parameters in their first cell
    check_notebooks.py execute               they run over CASDM_RUN, CASDM_SAMPLES, CASDM_DATA and draw figures
    check_notebooks.py refuse-wrong-paths    a wrong path gives one sentence

With CASDM_CI_PICTURES, 'execute' leaves the notebooks as HTML pages in that folder.
"""

import os
import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert import HTMLExporter

FOLDER = Path(__file__).parent.parent / "notebooks"
# Pictures that each has at least, whatever the run.
PICTURES = {"inspect_checkpoint": 3, "follow_run": 5, "look_at_samples": 5}


def notebooks():
    paths = sorted(FOLDER.glob("*.ipynb"))
    assert {path.stem for path in paths} == set(PICTURES), f"{FOLDER} holds other notebooks than {set(PICTURES)}"
    return {path.stem: nbformat.read(path, as_version=4) for path in paths}


def run(notebook):
    # Times are for a busy machine. The kernel need not warn that it listens on the loopback address.
    NotebookClient(
        notebook,
        timeout=300,
        startup_timeout=300,
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
        resources={"metadata": {"path": str(FOLDER)}},
    ).execute()


def check_committed():
    for name, notebook in notebooks().items():
        nbformat.validate(notebook)
        for cell in notebook.cells:
            assert not cell.get("outputs") and cell.get("execution_count") is None, (
                f"{name}.ipynb is committed with output: jupyter nbconvert --clear-output --inplace"
            )
        tags = [tag for cell in notebook.cells for tag in cell.metadata.get("tags", [])]
        assert tags == ["parameters"], f"{name}.ipynb: the first cell of code is to be tagged 'parameters'"


def execute():
    for name, notebook in notebooks().items():
        run(notebook)
        outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
        pictures = sum("image/png" in output.get("data", {}) for output in outputs)
        assert pictures >= PICTURES[name], f"{name}.ipynb has drawn {pictures} pictures, not {PICTURES[name]}"
        noise = "".join(output.text for output in outputs if output.get("name") == "stderr")
        assert not noise, f"{name}.ipynb complains:\n{noise}"
        where = os.environ["CASDM_SAMPLES" if name == "look_at_samples" else "CASDM_RUN"].partition("://")[0]
        where = where if where == "s3a" else "a disk"
        print(f"{name}.ipynb from {where}: {pictures} pictures")
        if os.environ.get("CASDM_CI_PICTURES"):
            page, _ = HTMLExporter().from_notebook_node(notebook)
            Path(os.environ["CASDM_CI_PICTURES"], f"{name}.html").write_text(page)


def refuse_wrong_paths():
    os.environ["CASDM_RUN"] = os.environ["CASDM_SAMPLES"] = "/no/such/folder"
    for name, notebook in notebooks().items():
        try:
            run(notebook)
        except CellExecutionError:
            told = [
                output.traceback
                for cell in notebook.cells
                for output in cell.get("outputs", [])
                if output.output_type == "error"
            ]
            assert len(told) == 1 and len(told[0]) == 1, f"{name}.ipynb tells more than a sentence: {told}"
            sentence = re.sub(r"\x1b\[[0-9;]*m", "", told[0][0])
            assert "\n" not in sentence and "/no/such/folder" in sentence and "Give " in sentence, sentence
        else:
            raise AssertionError(f"{name}.ipynb accepts a folder that is not there")
    print("a wrong path gives one sentence in each notebook")


if __name__ == "__main__":
    {"check-committed": check_committed, "execute": execute, "refuse-wrong-paths": refuse_wrong_paths}[sys.argv[1]]()
