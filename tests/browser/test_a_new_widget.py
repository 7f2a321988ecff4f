"""Adding a widget touches four places, as CONTRIBUTING says: done here, in a copy of the course."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REGISTRY = "utils/widgets/__init__.py"
LINE = "from utils.widgets.half_way import HalfWay as HalfWay\n"
NEW = {
    "utils/widgets/half_way.py": '''
        """HalfWay: every number of a row, halved."""

        from typing import Any, ClassVar

        import torch
        from torch import Tensor

        from utils.widgets.base import Explorable
        from utils.widgets.first_frame import bracket, number, paragraph
        from utils.widgets.traits import Array, Position


        class HalfWay(Explorable):
            """Every number of a row, halved."""

            row = Array("length", most=8, called="the row")
            step = Position()
            examples: ClassVar[dict[str, dict[str, Any]]] = {
                "whole": {"row": [2, -4, 8]},
                "broken": {"row": [0.5, 3]},
            }

            def __init__(self, row: Any) -> None:
                super().__init__(row=row)

            def _positions(self, state: dict[str, Any]) -> dict[str, int]:
                return {"step": len(state["row"])}

            @property
            def output(self) -> Tensor:
                """The halves, float64."""
                return torch.tensor([self.row], dtype=torch.float64) / 2

            def first_frame(self) -> str:
                """The sum in words."""
                x = self.row[self.step]
                return paragraph(f"{number(x)} / 2 = {number(x / 2)}")
        ''',
    "utils/widgets/js/engine/half_way.js": """
        // Every number of a row, halved.

        import { IMPORTS, tensor } from "./snippet.js";
        import { show } from "./numbers.js";

        export const halves = (row) => row.map((x) => x / 2);
        export const written = (row, at) => `${show(row[at])} / 2 = ${show(row[at] / 2)}`;
        export const code = (row) => [...IMPORTS, tensor("X", [row]), "print(X / 2)", ""].join("\\n");
        """,
    "utils/widgets/js/widgets/half_way.js": """
        // HalfWay: every number of a row, halved.

        import * as engine from "../engine/half_way.js";
        import { show } from "../engine/numbers.js";
        import { setText } from "../view/dom.js";
        import { Grid } from "../view/grid.js";
        import { createPanel, createShell, ledBy } from "../view/shell.js";
        import { createStore } from "../view/store.js";

        export default function halfWay({ model, el }) {
          const store = createStore(model, ["row", "step"], render);
          const snippet = () => engine.code(store.state.row);
          const shell = createShell({ el, name: "Half way", store, snippet });
          const onEdit = shell.editor((_, col, value) =>
            store.commit({ row: store.state.row.map((x, i) => (i === col ? value : x)) }),
          );
          const input = new Grid({ name: "Input", onEdit });
          const output = new Grid({ name: "Output" });
          const panels = [input, output].map((grid, i) => createPanel(i ? "Output" : "Input", grid.element));
          shell.stage.append(panels[0].element, ledBy("▹", panels[1]));
          const transport = shell.addTransport();
          const label = (row, col, text) => `number ${col}, ${text}`;

          function render() {
            const { row, step } = store.state;
            const halves = engine.halves(row);
            input.update({ to: [1, row.length], text: (_, i) => show(row[i]), label });
            output.update({ to: [1, row.length], text: (_, i) => show(halves[i]), label });
            input.mark("is-window", [[0, step]]);
            output.mark("is-current", [[0, step]]);
            setText(shell.arithmetic, engine.written(row, step));
            transport.set(step, row.length);
            shell.refresh();
          }

          render();
          return shell.dispose;
        }
        """,
}


def test_four_places_make_a_widget_that_passes_what_all_pass(tmp_path):
    ignored = shutil.ignore_patterns("node_modules")  # what is compiled goes along
    for folder in ("utils", "tests", "tools"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignored)
    modules = "utils/widgets/js/node_modules"
    (tmp_path / modules).symlink_to(ROOT / modules)
    for name, text in NEW.items():
        lines = text.strip("\n").rstrip().splitlines()
        (tmp_path / name).write_text("\n".join(line[8:] for line in lines) + "\n", "utf-8")
    registry = tmp_path / REGISTRY
    source = registry.read_text("utf-8")
    after = re.search(r"from utils\.widgets\.image_filter", source).start()
    registry.write_text(source[:after] + LINE + source[after:], "utf-8")

    def run(*command):
        done = subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, env=os.environ, check=False
        )
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
        return done.stdout

    run("node", "utils/widgets/js/build.mjs")
    assert (tmp_path / "utils/widgets/dist/book/HalfWay.js").exists()
    shared = ["tests/unit/test_widget_contract.py", "tests/browser/test_every_widget.py"]
    shared += ["tests/browser/test_equations.py"]
    chosen = "HalfWay or starts_them_all or small_buttons or on_paper"  # these look at all at once
    pytest = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "-k", chosen]
    told = run(*pytest, *shared)
    passed = int(re.search(r"(\d+) passed", told)[1])
    assert passed >= 30 and "skipped" not in told
    engines = "console.log(Object.keys(globalThis.slidingWindowCourse.engine).join())"
    bundle = (tmp_path / "utils/widgets/dist/explorables.js").read_text("utf-8")
    page = "globalThis.document = { readyState: 'complete', querySelectorAll: () => [] };"
    script = tmp_path / "page.cjs"
    script.write_text(f"{page}{bundle};{engines}", "utf-8")
    assert "half_way" in run("node", str(script)).strip().split(",")


def test_contributing_names_the_four_places():
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    section = text.split("## Add a widget")[1].split("\n## ")[0]
    for place in [*NEW, REGISTRY]:
        assert f"`{place.replace('half_way', 'NAME')}`" in section, place
