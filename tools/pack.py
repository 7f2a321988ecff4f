"""Pack the built book into one file, for a stick or a school without a network: `make zip`.

What comes out opens from the file system: unpack it, open index.html.
"""

import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HTML = ROOT / "_build" / "html"
PACK = ROOT / "_build" / "the-sliding-window.zip"
DATE = (2020, 1, 1, 0, 0, 0)  # the same book, the same file


def pack(html: Path, target: Path) -> None:
    """Write all files of the book in `html` into the zip file `target`, in a folder of its name."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(html.rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                name = f"{target.stem}/{path.relative_to(html).as_posix()}"
                member = zipfile.ZipInfo(name, DATE)
                member.compress_type = zipfile.ZIP_DEFLATED
                member.external_attr = 0o644 << 16
                archive.writestr(member, path.read_bytes())


def main() -> None:
    """Pack it and say how large it is."""
    pack(HTML, PACK)
    print(f"{PACK.relative_to(ROOT)}: {PACK.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
