"""A chapter in a live JupyterLab: the page moves, Python sees it; Python moves, the page follows.

Everything is the test's own: folder, settings, port, kernel. Nothing outside this machine is asked.
"""

import json
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import nbformat
import pytest
import repository
from jupyter_client import BlockingKernelClient
from playwright.sync_api import expect

ROOT = Path(__file__).resolve().parents[2]
CHAPTER = "02-cross-correlation.ipynb"
COST = "cost = LayerCost(in_channels=48, kernel_size=5)\ncost"  # a form, beside the stepped widgets
PATIENCE = 120  # seconds: the kernel imports torch and d2l on a busy machine


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab on a copy of one chapter; its address and its runtime folder."""
    home = tmp_path_factory.mktemp("lab")
    work = home / "work"
    work.mkdir()
    notebook = nbformat.read(ROOT / "chapters" / CHAPTER, as_version=4)
    for cell in notebook.cells:  # without outputs, so that what is seen has been run here
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    notebook.cells.append(nbformat.v4.new_code_cell(f"from utils import LayerCost\n{COST}"))
    nbformat.write(notebook, work / CHAPTER)
    # Every cell is on the page, also those out of sight.
    tracker = home / "settings" / "@jupyterlab" / "notebook-extension"
    tracker.mkdir(parents=True)
    (tracker / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')
    port = free_port()
    environment = os.environ | {
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "IPYTHONDIR": str(home / "ipython"),
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    command += ["--ServerApp.ip=127.0.0.1", f"--ServerApp.root_dir={work}"]
    command += ["--IdentityProvider.token=", "--ServerApp.password=", "--LabApp.news_url="]
    command += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    log = (home / "lab.log").open("w")
    process = subprocess.Popen(
        command, cwd=work, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for_server(address, process, home / "lab.log")
        yield address, home / "runtime"
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
        log.close()


def wait_for_server(address: str, process: subprocess.Popen, log: Path) -> None:
    for _ in range(PATIENCE * 2):
        assert process.poll() is None, log.read_text()[-3000:]
        try:
            with urlopen(f"{address}/api/status", timeout=2):
                return
        except OSError:
            time.sleep(0.5)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()[-3000:]}")


class Kernel:
    """The notebook's running kernel, asked from outside by its connection file."""

    def __init__(self, connection_file: Path):
        self.client = BlockingKernelClient(connection_file=str(connection_file))
        self.client.load_connection_file()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=PATIENCE)

    def run(self, code: str, value: str = "None"):
        """Run `code` there and return `value`, an expression."""
        reply = self.client.execute_interactive(
            code,
            silent=True,
            store_history=False,
            user_expressions={"value": f"__import__('json').dumps({value})"},
            timeout=PATIENCE,
            output_hook=lambda message: None,
        )["content"]
        assert reply["status"] == "ok", reply
        answer = reply["user_expressions"]["value"]
        assert answer["status"] == "ok", answer
        return json.loads(answer["data"]["text/plain"][1:-1])

    def close(self):
        self.client.stop_channels()


def wait_until(page, true, what: str) -> None:
    """Wait, and let the page's requests through meanwhile: they pass through this process."""
    for _ in range(PATIENCE * 4):
        if true():
            return
        page.wait_for_timeout(250)
    pytest.fail(what)


@pytest.fixture(scope="module")
def opened(lab, browser):
    """The chapter, opened and run to its end: the page, and the kernel."""
    address, runtime = lab
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    outside = []

    def asked(request):  # the browser itself is cut off from the world
        if not request.url.startswith((address, "data:", "blob:")):
            outside.append(request.url)

    context.on("request", asked)
    page = context.new_page()
    page.goto(f"{address}/lab/tree/{CHAPTER}?reset")
    page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=PATIENCE * 1000)
    wait_until(page, lambda: kernel_states(address) == ["idle"], "the kernel did not start")
    page.locator(".jp-Notebook .jp-Cell").first.click()
    page.locator(".lm-MenuBar-item", has_text=re.compile("^Run$")).click()
    page.locator(".lm-Menu-item[data-command='runmenu:run-all']").click()
    last = page.locator(".jp-Notebook .jp-CodeCell .jp-InputPrompt").last
    expect(last).to_have_text(re.compile(r"\[\d+\]:"), timeout=PATIENCE * 1000)
    kernels = sorted(runtime.glob("kernel-*.json"))
    assert len(kernels) == 1
    kernel = Kernel(kernels[0])
    yield page, kernel, outside
    kernel.close()
    context.close()


def kernel_states(address: str) -> list[str]:
    """What the server says of its kernels."""
    with urlopen(f"{address}/api/kernels") as answer:
        return [kernel["execution_state"] for kernel in json.load(answer)]


@pytest.fixture(scope="module")
def widget(opened):
    """The chapter's first SlidingWindow: on the page, and in the kernel by its name there."""
    page = opened[0]
    notebook = nbformat.read(ROOT / "chapters" / CHAPTER, as_version=4)
    for index, cell in enumerate(notebook.cells):
        outputs = cell.get("outputs", [])
        if any('data-explorable="SlidingWindow"' in str(output.get("data")) for output in outputs):
            place = page.locator(".jp-Notebook .jp-Cell").nth(index)
            place.scroll_into_view_if_needed()
            place.get_by_role("button", name="Next step").wait_for(timeout=PATIENCE * 1000)
            return place, f"Out[{cell.execution_count}]"
    pytest.fail(f"{CHAPTER} shows no SlidingWindow")


def shown_sum(place) -> float:
    text = place.locator("[data-part='arithmetic']").first.inner_text().replace("−", "-")
    return float(re.search(r"=\s*(-?[\d.]+)\s*$", text)[1])


def test_the_chapter_runs_to_its_end_without_an_error(opened):
    page, kernel, _ = opened
    errors = page.locator("[data-mime-type='application/vnd.jupyter.error']")
    assert errors.count() == 0, errors.first.inner_text()
    notebook = nbformat.read(ROOT / "chapters" / CHAPTER, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source]
    assert kernel.run("", "get_ipython().execution_count - 1") == len(code) + 1  # LayerCost


def test_python_holds_the_widget_that_the_page_shows(opened, widget):
    _, kernel, _ = opened
    place, name = widget
    assert kernel.run("", f"type({name}).__name__") == "SlidingWindow"
    step = kernel.run("", f"{name}.step")
    assert shown_sum(place) == kernel.run("", f"{name}.output.flatten()[{step}].item()")


def test_a_step_on_the_page_is_a_step_in_python(opened, widget):
    page, kernel, _ = opened
    place, name = widget
    kernel.run(f"{name}.step = 0")
    place.get_by_role("button", name="First step").click()
    for step in (1, 2):
        place.get_by_role("button", name="Next step").click()
        wait_until(
            page,
            lambda want=step: kernel.run("", f"{name}.step") == want,
            "the page moved and Python did not",
        )


def test_a_step_in_python_is_a_step_on_the_page(opened, widget):
    page, kernel, _ = opened
    place, name = widget
    last = kernel.run("", f"{name}.output.numel()") - 1
    for step in (last, 0):
        kernel.run(f"{name}.step = {step}")
        value = kernel.run("", f"{name}.output.flatten()[{step}].item()")
        wait_until(
            page, lambda want=value: shown_sum(place) == want, "Python moved, the page did not"
        )
    expect(place.get_by_role("slider", name="Step")).to_be_visible()


def test_another_input_in_python_is_another_sum_on_the_page(opened, widget):
    page, kernel, _ = opened
    place, name = widget
    kernel.run(f"_kept = {name}.stride, {name}.padding; {name}.step = 0; {name}.padding = 1")
    value = kernel.run("", f"{name}.output.flatten()[0].item()")
    wait_until(page, lambda: shown_sum(place) == value, "the padding changed, the page did not")
    kernel.run(f"{name}.stride, {name}.padding = _kept")


def test_a_form_and_python_follow_each_other(opened):
    page, kernel, _ = opened
    place = page.locator(".jp-Notebook .jp-Cell").last
    place.scroll_into_view_if_needed()
    place.get_by_text("More settings").click()
    channels = place.get_by_label("In channels", exact=True)
    expect(channels).to_have_value("48", timeout=PATIENCE * 1000)
    kernel.run("cost.in_channels, cost.kernel_size = 32, 3")
    expect(channels).to_have_value("32")
    place.get_by_label("Layer preset", exact=True).select_option("MobileNetV2, depthwise 3×3")
    wait_until(
        page, lambda: kernel.run("", "cost.groups") == 576, "the page's preset is not Python's"
    )
    assert kernel.run("", "cost.cost.bound") == "memory"
    channels.fill("577")  # no multiple of the groups: refused on the page, unheard of in Python
    channels.press("Enter")
    expect(place.get_by_role("alert")).to_contain_text("577")
    assert kernel.run("", "cost.in_channels") == 576


def test_an_answer_is_judged_by_the_checker_in_the_kernel(opened):
    page, kernel, _ = opened
    notebook = nbformat.read(ROOT / "chapters" / CHAPTER, as_version=4)
    index, cell = next((i, c) for i, c in enumerate(notebook.cells) if c.source == 'Answer("02.7")')
    name = f"Out[{cell.execution_count}]"
    # Words that no table has: what is shown comes from there.
    kernel.run(
        "from utils.exercises import Wrong, _exercises\n"
        "_kept = _exercises['02.7']\n"
        "def _other(sums):\n"
        "    if sums != (11, 6, 27):\n"
        "        raise Wrong(f'The kernel says no to {sums[0]:g}.')\n"
        "    return 'The kernel says yes.'\n"
        "_exercises['02.7'] = _kept[0], _other"
    )
    place = page.locator(".jp-Notebook .jp-Cell").nth(index)
    place.scroll_into_view_if_needed()
    said = place.locator("[data-part='verdict']")
    for sums, words in ((("11", "6", "26"), "says no to 11"), (("11", "12/2", "27"), "says yes")):
        for field, text in zip(
            place.locator("[data-part='answer'] input").all(), sums, strict=True
        ):
            field.fill(text)
        place.get_by_role("button", name="Check").click()
        expect(said).to_contain_text(words, timeout=PATIENCE * 1000)
    expect(said).to_have_attribute("data-verdict", "right")
    assert kernel.run("_exercises['02.7'] = _kept", f"list({name}.answer)") == [11, 6, 27]


def test_no_id_stands_twice_though_each_widget_loads_its_own_script(opened):
    """Else a label names the field of another widget, and two groups of choices are one."""
    page = opened[0]
    ids = page.locator(".ex-root [id]").evaluate_all("all => all.map(e => e.id)")
    assert len(ids) > 20
    assert sorted(ids) == sorted(set(ids))
    names = page.locator(".ex-root [role=radiogroup]").evaluate_all(
        "all => all.map(e => e.querySelector('input').name)"
    )
    assert sorted(names) == sorted(set(names))


def test_nothing_was_asked_of_the_world(opened):
    """But the picture of the badge, for which Colab and GitHub have no other place."""
    assert set(opened[2]) <= {f"{repository.COLAB}/assets/colab-badge.svg"}
