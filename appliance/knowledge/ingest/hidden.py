"""Cutting out of a web page what its visitors do not see."""

from __future__ import annotations

import re

from lxml import etree, html

_NEVER = (
    "script", "style", "template", "noscript", "iframe", "object", "embed", "svg", "canvas",
    "head", "select", "datalist", "input", "textarea",
)  # fmt: skip
_GONE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(hidden|collapse)|opacity\s*:\s*0*\.?0+\s*(;|!|$)"
    r"|font-size\s*:\s*0*\.?0+\s*[a-z%]*\s*(;|!|$)|content-visibility\s*:\s*hidden"
    r"|clip(-path)?\s*:\s*(rect\(\s*0|inset\(\s*(50|100)%)"
    r"|text-indent\s*:\s*-\d{3,}"
    r"|(left|top|right)\s*:\s*-\d{4,}\s*px",
    re.I,
)
_FLAT = re.compile(r"(?:max-)?(?:height|width)\s*:\s*0*\.?0+\s*[a-z%]*\s*(;|!|$)", re.I)
_CLIPPED = re.compile(r"overflow\s*:\s*(hidden|clip)", re.I)
_COLOUR = re.compile(r"(?<![-\w])color\s*:\s*([^;!]+)", re.I)
_GROUND = re.compile(r"background(?:-color)?\s*:\s*([^;!]+)", re.I)
_RULE = re.compile(r"([^{}@]+)\{([^{}]*)\}")
_SIMPLE = re.compile(r"\s*([a-z][a-z0-9]*)?([.#])([\w-]+)\s*$", re.I)
_WHITE = {"white", "#fff", "#ffff", "#ffffff", "#ffffffff"}
_MOST_STYLE = 200_000


def cut(tree: html.HtmlElement) -> None:
    """Remove scripts, comments, and whatever is hidden by an attribute, a style or a style sheet.

    Style sheets inside the page are read for rules of a single class or id; those in files are
    not fetched. Text in the colour of its ground is hidden too, where both colours are told.
    """
    rules = _rules(tree)
    etree.strip_elements(tree, etree.Comment, etree.ProcessingInstruction, *_NEVER, with_tail=False)
    for element in list(tree.iter()):
        if not isinstance(element.tag, str) or element.tag in {"html", "body"}:
            continue
        if _is_hidden(element, rules) and element.getparent() is not None:
            element.drop_tree()


def _is_hidden(element: html.HtmlElement, rules: dict[str, str]) -> bool:
    if element.get("hidden") is not None or element.get("aria-hidden", "").casefold() == "true":
        return True
    style = element.get("style", "")
    for name in (*element.get("class", "").split(), f"#{element.get('id', '')}"):
        style = f"{rules.get(name, '')};{style}" if name in rules else style
    return bool(style) and (is_gone(style) or _is_white_on_white(element, style))


def is_gone(style: str) -> bool:
    """Tell whether a browser shows nothing of an element with this style."""
    return bool(_GONE.search(style) or (_FLAT.search(style) and _CLIPPED.search(style)))


def _is_white_on_white(element: html.HtmlElement, style: str) -> bool:
    colour = _COLOUR.search(style)
    if colour is None:
        return False
    own = _plain(colour[1])
    if own in {"transparent", "rgba(0,0,0,0)"}:
        return True
    ground = _GROUND.search(style)
    for above in element.iterancestors():
        if ground is not None:
            break
        ground = _GROUND.search(above.get("style", ""))
    return own == (_plain(ground[1]) if ground else "#ffffff")


def _plain(colour: str) -> str:
    """Give a colour in one way of writing it."""
    words = "".join(colour.casefold().split())
    if words in _WHITE or words in {"rgb(255,255,255)", "rgba(255,255,255,1)", "hsl(0,0%,100%)"}:
        return "#ffffff"
    if re.fullmatch(r"#[0-9a-f]{3}", words):
        return "#" + "".join(digit * 2 for digit in words[1:])
    return words


def _rules(tree: html.HtmlElement) -> dict[str, str]:
    """Give what the page's style sheets say of single classes and ids ("#" before an id).

    Rules for certain screens (@media) are left alone: what one visitor sees is no hidden text.
    """
    found: dict[str, str] = {}
    for sheet in tree.iter("style"):
        text = re.sub(r"/\*.*?\*/", "", (sheet.text or "")[:_MOST_STYLE], flags=re.S)
        for selectors, style in _RULE.findall(_without_conditions(text)):
            if not is_gone(style):
                continue
            for selector in selectors.split(","):
                simple = _SIMPLE.match(selector)
                if simple:
                    name = simple[3] if simple[2] == "." else f"#{simple[3]}"
                    found[name] = style
    return found


def _without_conditions(text: str) -> str:
    """Leave out the bodies of @media, @supports and the like."""
    kept: list[str] = []
    depth = at = 0
    for found in re.finditer(r"@[\w-]+[^{};]*\{|[{}]", text):
        sign = found[0]
        if depth == 0 and sign.startswith("@"):
            kept.append(text[at : found.start()])
            depth = 1
        elif depth:
            depth += -1 if sign == "}" else 1
            at = found.end() if depth == 0 else at
    if depth == 0:
        kept.append(text[at:])
    return "".join(kept)
