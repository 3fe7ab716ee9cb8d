"""The directives and roles that docutils does not know, most of them Sphinx's: their text stays."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from docutils import nodes
from docutils.parsers.rst import directives, roles
from docutils.parsers.rst.languages import en

_DIRECTIVE: Final = re.compile(r"^[ \t>*-]*\.\. +(?:\|[^|\n]+\| +)?([\w:+.-]+?)::(?=\s|$)", re.MULTILINE)
_ROLE: Final = re.compile(r":([A-Za-z][\w+.:-]{0,60}?):`|`:([A-Za-z][\w+.:-]{0,60}?):")
_MOST_NAMES: Final = 500  # of a document; docutils keeps what is registered

_NO_TEXT: Final = re.compile(
    """toctree|index|highlight|currentmodule|tabularcolumns|literalinclude|sectionauthor|codeauthor|meta
    |autosummary|auto\\w+|include|raw""",
    re.VERBOSE,
)
_CODE: Final = re.compile(
    """code|code-block|code-cell|sourcecode|console|doctest|graphviz|digraph|graph|ipython|mermaid|plantuml
    |prompt|productionlist|test(?:code|output|setup)|uml""",
    re.VERBOSE,
)
_CODE_ROLE: Final = re.compile(
    """attr|class|command|const|data|envvar|exc|file|func|keyword|macro|makevar|member|meth|mod|obj|option
    |program|samp|token|type""",
    re.VERBOSE,
)
_PICTURE: Final = ("image", "figure")
# docutils knows these, but refuses the options that Sphinx adds, or would read another file.
_REPLACED: Final = frozenset({"code", "code-block", "sourcecode", "include", "raw", *_PICTURE})
_LABELS: Final = {
    "deprecated": "Deprecated since version",
    "seealso": "See also",
    "todo": "To do",
    "versionadded": "New in version",
    "versionchanged": "Changed in version",
    "versionremoved": "Removed in version",
}
_WITH_TARGET: Final = re.compile(r"(.+?)\s*<[^<>]*>", re.DOTALL)


def register_unknown(source: str) -> None:
    """Make docutils accept the directives and roles that a document uses, whatever their names."""
    for name in _names(_DIRECTIVE, source) - (set(en.directives) - _REPLACED):
        directives.register_directive(name, _AnyDirective)
    for name in _names(_ROLE, source) - set(en.roles):
        roles.register_local_role(name, _any_role)


def _names(pattern: re.Pattern[str], source: str) -> set[str]:
    found: set[str] = set()
    for match in pattern.finditer(source):
        if len(found) == _MOST_NAMES:
            break
        found.add(next(filter(None, match.groups())).lower())
    return found


def _any_option() -> Any:
    return directives.unchanged


@dataclass
class _AnyDirective:
    """A directive of which the argument and the content stay, and the options go.

    docutils makes it with these values by position, and asks it to `run`.
    """

    name: str
    arguments: list[str]
    options: Mapping[str, str]
    content: Sequence[str]
    line: int
    content_offset: int
    block_text: str
    state: Any
    state_machine: object

    required_arguments: ClassVar[int] = 0
    optional_arguments: ClassVar[int] = 1
    final_argument_whitespace: ClassVar[bool] = True
    has_content: ClassVar[bool] = True
    # Not empty, because docutils would take that for a directive without options.
    option_spec: ClassVar[Mapping[str, Callable[[str], Any]]] = defaultdict(_any_option, name=_any_option())

    def run(self) -> list[Any]:
        """Turn the directive into ordinary nodes."""
        if _NO_TEXT.fullmatch(self.name):
            return []
        if _CODE.fullmatch(self.name):
            return [self._code()]
        container = nodes.container()
        self.state.nested_parse(self.content, self.content_offset, container)
        return [*self._heading(), *container.children]

    def _heading(self) -> list[Any]:
        words = [self.options.get("alt", "")] if self.name in _PICTURE else self.arguments
        text = " ".join(filter(None, [_LABELS.get(self.name), *words]))
        return [nodes.paragraph(text, text)] if text else []

    def _code(self) -> Any:
        first, *_ = [*self.arguments, ""]
        is_language = first and not re.search(r"\s", first)
        text = "\n".join([*([] if is_language else filter(None, [first])), *self.content])
        return nodes.literal_block(text, text, classes=["code", f"language-{first}"] if is_language else [])


def _any_role(
    name: str,
    rawtext: str,
    text: str,
    lineno: int,
    inliner: object,
    options: Mapping[str, Any] | None = None,
    content: Sequence[str] = (),
) -> tuple[list[Any], list[Any]]:
    """`Title <target>` stays as its title, `~package.module.name` as its name."""
    del lineno, inliner, options, content
    text = nodes.unescape(text)
    titled = _WITH_TARGET.fullmatch(text)
    shown = titled[1] if titled else text.rpartition(".")[2] if text.startswith("~") else text.lstrip("!")
    is_code = _CODE_ROLE.fullmatch(name.rpartition(":")[2])
    return [(nodes.literal if is_code else nodes.inline)(rawtext, shown)], []
