"""The sections of README.md between `<!-- KIND ... -->` and `<!-- end -->`."""
import re
from dataclasses import dataclass, field

PATTERN = re.compile(r"(<!-- (run|file|code|figures|map)([^>]*?) -->\n)(.*?)(<!-- end -->)", re.S)


@dataclass
class Section:
    kind: str                                    # run, file, code, figures or map
    name: str                                    # of a run, the path of a file, or the kind
    body: str                                    # with its last line end
    options: dict = field(default_factory=dict)  # head, tail, from, to: what of the output is shown


def sections(text):
    """All sections of the page in their order."""
    found = []
    for match in PATTERN.finditer(text):
        words = match[3].split()
        name = words[0] if words else match[2]
        found.append(Section(match[2], name, match[4], dict(word.split("=", 1) for word in words[1:])))
    return found


def replacing(text, sections):
    """The page with the bodies of `sections`, which are all of its own."""
    bodies = iter([section.body for section in sections])
    return PATTERN.sub(lambda match: match[1] + next(bodies) + match[5], text)


def commands(body):
    """The commands of a console block: what follows `$ `, with the lines of a here-document."""
    lines = body.splitlines()
    found = []
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if not line.startswith("$ "):
            continue
        command = [line[2:]]
        document = re.search(r"<< (\w+)$", line)
        while document and command[-1] != document[1]:
            command.append(lines[at])
            at += 1
        found.append("\n".join(command))
    return found
