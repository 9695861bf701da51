"""A chapter's text without the markup that only the pages of the book understand."""

import re

RECORD = "application/papermill.record/text/latex"
FENCE = re.compile(r"^(?P<fence>`{3,}|:{3,})(?:\{(?P<name>[\w:-]+)\} ?(?P<title>.*)|\w*)$")
NAMES = {"prf:theorem": "Theorem", "prf:remark": "Remark", "exercise": "Exercise", "admonition": ""}
SOLUTION = {"solution-start": "*Solution.*", "solution-end": ""}


def statements(notebooks: list[dict]) -> dict[str, str]:
    """The formulas that chapters show by name."""
    return {
        output["metadata"]["scrapbook"]["name"]: "".join(output["data"][RECORD])
        .strip("$")
        .removeprefix(r"\displaystyle ")
        for notebook in notebooks
        for cell in notebook["cells"]
        for output in cell.get("outputs", ())
        if RECORD in output.get("data", {})
    }


def inline(text: str) -> str:
    """Text without roles: of a link its words, of a theorem or a source its name."""
    text = re.sub(r"\{[\w:]+\}`([^`<]+?) *<[^`>]*>`", r"\1", text)
    text = re.sub(r"\{prf:ref\}`(?:thm|rem)-(\w+)`", r"\1", text)
    text = re.sub(r"\{cite:[tp]\}`([^`]+)`", lambda m: f"[{', '.join(m[1].split(','))}]", text)
    text = re.sub(r"\{[\w:]+\}`([^`]+)`", r"\1", text)
    return re.sub(r"^(\$\$) *\([\w-]+\) *$", r"\1", text, flags=re.M)


def in_one_line(quote: re.Match) -> str:
    """A quote with each displayed formula in one line: the mark of a quote would be shown in it."""
    return re.sub(
        r"\$\$.+?\$\$", lambda formula: re.sub(r"\n(?:> ?)*", " ", formula[0]), quote[0], flags=re.S
    )


def plain(text: str, formulas: dict[str, str]) -> str:
    """A cell of a chapter's text: theorems and boxes as quotes with a heading, formulas in their place."""
    lines, open_fences = [], []
    for line in text.split("\n"):
        found = FENCE.match(line)
        quote = "> " * sum(kind in NAMES for _, kind in open_fences)
        code = bool(open_fences) and open_fences[-1][1] == "code"
        if open_fences and line == open_fences[-1][0]:
            _, kind = open_fences.pop()
            if kind == "code":
                lines.append(quote + line)
            elif kind in NAMES:
                lines.append("")
        elif code:
            lines.append(quote + line)
        elif found and found["name"] is None:
            open_fences.append((found["fence"], "code"))
            lines.append(quote + line)
        elif found and found["name"] == "glue:math":
            open_fences.append((found["fence"], "formula"))
            lines.append(f"{quote}$${formulas[found['title'].strip()]}$$")
        elif found and found["name"] in SOLUTION:
            open_fences.append((found["fence"], "mark"))
            lines.append(quote + SOLUTION[found["name"]])
        elif found and found["name"] in NAMES:
            open_fences.append((found["fence"], found["name"]))
            label = f"{NAMES[found['name']]}. {found['title']}".removeprefix(". ")
            lines += [f"{quote}> **{inline(label)}.**", f"{quote}>"]
        elif found:
            raise ValueError(f"no plain form of {{{found['name']}}}: {line}")
        elif open_fences and open_fences[-1][1] in ("mark", "formula"):
            pass
        elif open_fences and (option := re.match(r"^:(label|class): ?(.*)$", line)):
            if option[1] == "label" and option[2].startswith("thm-"):
                lines[-2] = lines[-2].replace("Theorem.", f"Theorem {option[2][4:]}.")
        elif not re.fullmatch(r"\([\w-]+\)=", line):
            lines.append(quote + inline(line))
    text = re.sub(r"^> .*\$\$(?:\n>.*)*", in_one_line, "\n".join(lines), flags=re.M)
    return re.sub(r"^((?:> *)+\n)(?:(?:> *)+\n)+", r"\1", text, flags=re.M).strip("\n")
