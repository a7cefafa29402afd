#!/usr/bin/env python3
"""Takes screenshots of reports in headless Chromium, at the widths of a phone and a desktop, light and dark.

Usage: python3 validation/reports/screenshots.py FOLDER REPORT.html [REPORT.html ...]
Writes REPORT-390-light.png and so on into FOLDER, and a PDF as the page is printed. Fails if a page asks for anything from
outside, is wider than a phone of 390 pixels, or holds a figure of a fixed size. Needs `chromium` on the search path.
"""
import argparse
import html
import re
import subprocess
import sys
import tempfile
from pathlib import Path

WIDTHS = [390, 1280]

# The page in a frame of a phone's width (no window of the browser is that narrow), with what it measures written into the
# title of the page, where --dump-dom shows it.
FRAME = """<!DOCTYPE html><html><head><style>body{{margin:0}}iframe{{border:0;display:block;width:{width}px;height:{height}px}}</style></head>
<body><iframe id="page" srcdoc="{page}"></iframe><script>
const frame = document.getElementById('page');
frame.onload = () => {{
  const page = frame.contentDocument, root = page.documentElement;
  const loaded = frame.contentWindow.performance.getEntriesByType('resource').map(e => e.name)
    .filter(n => !n.startsWith('data:'));
  document.title = [root.scrollWidth, root.scrollHeight, loaded.join(' ')].join('|');
}};
</script></body></html>"""


def chromium(arguments, dark):
    scheme = ["--force-dark-mode", "--blink-settings=preferredColorScheme=0"] if dark else []
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--virtual-time-budget=2000",
               "--allow-file-access-from-files", *scheme, *arguments]
    done = subprocess.run(command, text=True, capture_output=True, timeout=300)
    if done.returncode:
        sys.exit(f"{' '.join(command)} ended with status {done.returncode}:\n{done.stderr}")
    return done.stdout


def measured(page, width, folder):
    """Width and height of the page in a frame of `width`, and what it loaded."""
    wrapper = folder / "measure.html"
    wrapper.write_text(FRAME.format(width=width, height=2000, page=html.escape(page)))
    title = re.search(r"<title>(.*?)</title>", chromium(["--window-size=1400,2200", "--dump-dom", wrapper.as_uri()], False))
    wide, high, loaded = html.unescape(title[1]).split("|")
    return int(wide), int(high), loaded


def check(path, folder):
    """Faults of the page as text; empty if there are none."""
    page = path.read_text()
    found = []
    for outside in re.findall(r"""(?:src|href)=["'](?!data:|#)[^"']*["']|url\((?!["']?data:)[^)]*\)|@import[^;]*""", page):
        found.append(f"asks for {outside}")
    for head in re.findall(r"<svg[^>]*>", page):
        if "viewBox" not in head or re.search(r"\s(width|height)=", head):
            found.append(f"has a figure of a fixed size: {head}")
    wide, high, loaded = measured(page, 390, folder)
    if wide > 390:
        found.append(f"is {wide} pixels wide on a phone of 390")
    if loaded:
        found.append(f"loads {loaded}")
    return found, high


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("reports", type=Path, nargs="+")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    faults = []
    with tempfile.TemporaryDirectory() as scratch:
        for path in arguments.reports:
            found, _ = check(path, Path(scratch))
            faults += [f"{path}: {fault}" for fault in found]
            for width in WIDTHS:
                _, height, _ = measured(path.read_text(), width, Path(scratch))
                for scheme in ["light", "dark"]:
                    wrapper = Path(scratch) / "shot.html"
                    wrapper.write_text(FRAME.format(width=width, height=height, page=html.escape(path.read_text())))
                    target = arguments.folder / f"{path.resolve().parent.name}-{path.stem}-{width}-{scheme}.png"
                    chromium([f"--window-size={max(width, 500)},{height}", f"--screenshot={target.resolve()}",
                              wrapper.as_uri()], scheme == "dark")
                    print(target)
            target = arguments.folder / f"{path.resolve().parent.name}-{path.stem}.pdf"
            chromium([f"--print-to-pdf={target.resolve()}", "--no-pdf-header-footer", path.resolve().as_uri()], False)
            print(target)
    if faults:
        sys.exit("\n".join(faults))


if __name__ == "__main__":
    main()
