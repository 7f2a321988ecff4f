"""The frame of every page: Furo, with the course's style, and no script that the page doesn't use.

Jupyter Book hands the settings of the repository and of the launch buttons to the theme that it
brings. Furo has other names for them, and no launch buttons: `templates/page.html` has.
"""

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Any

import furo
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

from .answers import STYLE as FIELDS
from .figures import STYLE as FIGURES
from .widgets import SCRIPTS, scripts_of
from .widgets import STYLE as WIDGETS

ROOT = Path(__file__).resolve().parents[2]
STYLE = "book.css"  # all style sheets in one file: one request before the first paint
ALONE = {"mathfont.css"}  # but for what some pages don't need
SEARCH = {"search"}  # the only page that searches
SEARCHING = ("doctools.js", "sphinx_highlight.js", "search.js")
WITH_CODE = ("documentation_options.js", "clipboard.min.js", "copybutton.js")
# 60 kB, of which course.css has the few rules that count.
REPLACED = re.compile(r"mystnb\.|basic\.css|debug\.css|skeleton\.css")

# Furo's own variables, and the course's beside them, in either theme.
LIGHT = {
    "color-brand-primary": "#0068a3",
    "color-brand-content": "#0068a3",
    "color-foreground-primary": "#1b232c",
    "color-foreground-secondary": "#4a5661",
    "color-foreground-muted": "#5c6873",
    "color-background-border": "#d8dee4",
    "color-sidebar-background": "#f8f9fa",
    "course-orange": "#b34700",
    "course-wash": "#f5f7f9",
    "course-code": "#f7f8fa",
}
DARK = {
    "color-brand-primary": "#6cb8ea",
    "color-brand-content": "#6cb8ea",
    "color-foreground-primary": "#e4e8ec",
    "color-foreground-secondary": "#b6c0c9",
    "color-foreground-muted": "#9aa6b1",
    "color-background-primary": "#12161b",
    "color-background-secondary": "#171c22",
    "color-background-border": "#39424c",
    "color-sidebar-background": "#161b21",
    "course-orange": "#f59e5b",
    "course-wash": "#1b2027",
    "course-code": "#1a1f25",
}


def set_options(app: Sphinx, config: Config) -> None:
    """Say in Furo's words what _config.yml says in Jupyter Book's."""
    given = config.html_theme_options
    url, branch = given["repository_url"], given["repository_branch"]
    place, launch = url.removeprefix("https://github.com/"), given["launch_buttons"]
    config.html_context |= {
        "repository": url,
        "colab": f"{launch['colab_url']}/github/{place}/blob/{branch}/",
        "binder": f"{launch['binderhub_url']}/v2/gh/{place}/{branch}?urlpath=lab/tree/",
    }
    config.html_theme_options = {
        "top_of_page_buttons": [],
        "light_css_variables": LIGHT,
        "dark_css_variables": DARK,
    }
    config.pygments_dark_style = "a11y-high-contrast-dark"  # the theme's, which is not there yet
    config.html_static_path.append(str(ROOT / "book" / "static"))


def trim(
    app: Sphinx,
    pagename: str,
    template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Leave on the page the scripts that it uses, and one style sheet."""
    body = context.get("body", "")
    searching = pagename in SEARCH
    shown = scripts_of(body)

    def wanted(name: str) -> bool:
        if name in SEARCHING:
            return searching
        if name in WITH_CODE:
            return searching or "cell_input" in body
        return name in shown or not (SCRIPTS / name).exists()

    scripts = [file for file in context["script_files"] if wanted(_name(file))]
    # None holds up what is being read. What searches needs the others at once.
    context["script_files"] = scripts if searching else [_deferred(file) for file in scripts]
    alone = [file for file in context["css_files"] if _name(file) in ALONE]
    context["css_files"] = [f"_static/{STYLE}?v={_digest()}", *alone]
    # The theme has one already.
    context["metatags"] = re.sub(r'<meta name="viewport"[^>]*>', "", context["metatags"])
    # A heading has a level.
    for part in ("body", "furo_navigation_tree"):
        if part in context:
            context[part] = context[part].replace(
                'role="heading">', 'role="heading" aria-level="2">'
            )


def _deferred(file: Any) -> Any:
    """The same script, which runs once the page is read, in its turn."""
    return type(file)(
        file.filename, priority=file.priority, **(file.attributes | {"defer": "defer"})
    )


def _path(file: Any) -> str:
    """The place of a script or style sheet, below the book's folder."""
    return str(getattr(file, "filename", file)).split("?")[0]


def _name(file: Any) -> str:
    """Its name without folders."""
    return Path(_path(file)).name


@cache
def _digest() -> str:
    """What makes a browser fetch the style anew after a change of ours or of the theme's."""
    sheets = [*sorted((ROOT / "book" / "static").glob("*.css")), FIELDS, FIGURES, WIDGETS]
    content = furo.__version__.encode() + b"".join(sheet.read_bytes() for sheet in sheets)
    return hashlib.sha256(content).hexdigest()[:8]


def join_styles(app: Sphinx, error: Exception | None) -> None:
    """Write all style sheets into one, and leave out what no page asks for."""
    if error:
        return
    out = Path(app.outdir)
    names = map(_path, app.builder.globalcontext["css_files"])  # type: ignore[attr-defined]
    sheets = [out / name for name in names if not REPLACED.match(Path(name).name)]
    text = "\n".join(sheet.read_text(encoding="utf-8") for sheet in sheets)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"\s*\n\s*", "\n", text)
    for sheet in sheets:
        sheet.unlink()
    (out / "_static" / STYLE).write_text(text, encoding="utf-8")


def sweep(app: Sphinx, error: Exception | None) -> None:
    """Leave out of the book the static files that no page, style or script names."""
    if error:
        return
    out = Path(app.outdir)
    texts = [*out.rglob("*.html"), *(out / "_static").rglob("*.js"), out / "_static" / STYLE]
    said = "\n".join(path.read_text(encoding="utf-8") for path in texts)
    for path in sorted((out / "_static").rglob("*"), reverse=True):
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif path.name not in said:
            path.unlink()


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.connect("config-inited", set_options)
    app.connect("html-page-context", trim, priority=950)
    app.connect("build-finished", join_styles, priority=900)
    app.connect("build-finished", sweep, priority=950)
    app.add_css_file("course.css", priority=900)
    app.add_js_file("course.js", loading_method="defer")
    app.add_js_file("search.js", loading_method="defer")
