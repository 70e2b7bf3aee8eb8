"""Docstrings written as plain text, for people who read source, turned into reStructuredText.

    name:  what it is, over          a field, one to a line or several with two spaces between
    as many lines as it takes.
        indented                     code
    anything else                    a paragraph, in which nothing is markup but `code`
"""

from __future__ import annotations

import re
from collections.abc import Iterator

FIELD = re.compile(r"(?P<name>[a-z_]\w*(?:=\w+)?(?:, [a-z_]\w*)*): +(?P<text>\S.*)")
SPECIAL = re.compile(r"([\\*|_])")


def restructured(lines: list[str]) -> list[str]:
    """The lines of a docstring as reStructuredText."""
    out: list[str] = []
    for paragraph in _paragraphs(lines):
        if paragraph[0].startswith("    "):
            out += ["::", "", *paragraph, ""]
            continue
        fields: list[list[str]] = []
        for line in paragraph:
            parts = re.split(r"(?<=[.;)]) {2,}(?=[A-Za-z_])", line)
            for k, part in enumerate(parts):
                field = FIELD.fullmatch(part.strip()) if k or not part.startswith(" ") else None
                if field:
                    fields.append([f"* ``{field['name']}``: {escaped(field['text'])}"])
                elif fields and k == 0 and (line.startswith(" ") or fields[-1][-1][-1] not in ".;:)"):
                    fields[-1].append(escaped(part.strip()))
                else:
                    fields.append([escaped(part.strip())])
        for k, words in enumerate(fields):
            bullet = words[0].startswith("* ")
            if k and bullet != fields[k - 1][0].startswith("* "):
                out.append("")
            out.append(" ".join(words))
        out.append("")
    return out


def escaped(text: str) -> str:
    """Prose in which only `code` is markup."""
    parts = re.split(r"(`+[^`]+`+)", text)
    return "".join(f"``{p.strip('`')}``" if k % 2 else SPECIAL.sub(r"\\\1", p) for k, p in enumerate(parts))


def _paragraphs(lines: list[str]) -> Iterator[list[str]]:
    paragraph: list[str] = []
    code = False
    for line in [*lines, ""]:
        indented = line.startswith("    ") and (code or not paragraph)
        if paragraph and (not line.strip() or (code and not indented)):
            yield paragraph
            paragraph = []
        if line.strip():
            code = indented
            paragraph.append(line)
