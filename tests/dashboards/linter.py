"""The rules that Grafana's dashboard-linter has for Prometheus, written anew: it needs modules that no Debian has.

Each rule is a function that yields what is wrong with a dashboard. Beyond that linter, units and descriptions are asked
of every panel, and every selector (not only every query) has to name job and instance.
"""

import re
from collections.abc import Callable, Iterator

from . import boards

RULES: dict[str, Callable[[dict], Iterator[str]]] = {}
SOURCES = ("$datasource", "${datasource}")
units: set[str] = set()  # to be filled with Grafana's unit ids


def rule(name: str) -> Callable:
    """Enters a function under the linter's name of the rule."""

    def enter(function: Callable) -> Callable:
        RULES[name] = function
        return function

    return enter


def lint(board: dict) -> list[str]:
    """Everything that is wrong, as lines."""
    return [f"{name}: {line}" for name, function in RULES.items() for line in function(board)]


def variable(board: dict, name: str) -> dict:
    """A variable, or {} where there is none."""
    return next((one for one in board["templating"]["list"] if one["name"] == name), {})


@rule("template-datasource")
def _(board: dict) -> Iterator[str]:
    sources = [one for one in board["templating"]["list"] if one["type"] == "datasource"]
    if [(one["name"], one["label"], one["query"]) for one in sources] != [("datasource", "Data source", "prometheus")]:
        yield "there must be one variable of type datasource: datasource, labelled Data source, for prometheus"


def common(board: dict, name: str) -> Iterator[str]:
    """What the linter asks of the variables job and instance."""
    found = variable(board, name)
    wanted = {"type": "query", "label": name.capitalize(), "multi": True, "allValue": ".+"}
    for key, value in wanted.items():
        if found.get(key) != value:
            yield f"the variable {name} has {key} {found.get(key)!r}, not {value!r}"
    if found.get("datasource", {}).get("uid") not in SOURCES:
        yield f"the variable {name} does not use the variable datasource"


@rule("template-job")
def _(board: dict) -> Iterator[str]:
    yield from common(board, "job")


@rule("template-instance")
def _(board: dict) -> Iterator[str]:
    yield from common(board, "instance")


@rule("template-label-promql")
def _(board: dict) -> Iterator[str]:
    for one in boards.queried_variables(board):
        if not re.fullmatch(r'label_values\([a-z_]+(\{[a-z_]+=~"\$[a-z]+"(,[a-z_]+=~"\$[a-z]+")*\})?, [a-z_]+\)',
                            one["query"]):
            yield f'the query of {one["name"]} is no label_values(selector, label): {one["query"]}'


@rule("template-on-time-change-reload")
def _(board: dict) -> Iterator[str]:
    for one in boards.queried_variables(board):
        if one["refresh"] != 2:
            yield f'{one["name"]} is not read anew when the time changes'


@rule("panel-datasource")
def _(board: dict) -> Iterator[str]:
    for panel in boards.panels(board):
        for place in (panel, *panel.get("targets", [])):
            if place.get("datasource", {}).get("uid") not in SOURCES:
                yield f'{panel["title"]}: its source is not the variable datasource'


@rule("panel-title-description")
def _(board: dict) -> Iterator[str]:
    for panel in boards.panels(board):
        if not panel.get("title") or not panel.get("description", "").endswith("."):
            yield f'panel {panel["id"]} ({panel.get("title")}) has no title, or no description that is a sentence'


@rule("panel-units")
def _(board: dict) -> Iterator[str]:
    for panel in boards.panels(board):
        config = panel["fieldConfig"]
        used = [config["defaults"].get("unit")] + [one["value"] for override in config["overrides"]
                                                   for one in override["properties"] if one["id"] == "unit"]
        for unit in used:
            if unit not in units:
                yield f'{panel["title"]}: {unit!r} is no unit of Grafana'


@rule("panel-no-targets")
def _(board: dict) -> Iterator[str]:
    for panel in boards.panels(board):
        if not panel.get("targets") and panel["type"] != "text":
            yield f'{panel["title"]} asks nothing'


@rule("target-promql")
def _(board: dict) -> Iterator[str]:
    """Whether it parses is asked of Prometheus itself; here, that no variable is left which nobody defines."""
    known = {one["name"] for one in board["templating"]["list"]} | {"__rate_interval", "__interval", "__range"}
    for one in boards.expressions(board):
        for name in re.findall(r"\$\{?(\w+)", one.text):
            if name not in known:
                yield f"{one.place}: no variable is called {name}"


@rule("target-rate-interval")
def _(board: dict) -> Iterator[str]:
    for one in boards.expressions(board):
        for function, span in re.findall(r"\b(i?rate|increase)\((?:[^()]|\([^()]*\))*?\[([^\]]*)\]", one.text):
            if span != "$__rate_interval" and not (function == "increase" and span == "$__range"):
                yield f"{one.place}: {function} over {span}, not $__rate_interval"


def selectors(board: dict, label: str) -> Iterator[str]:
    """Selectors that do not name this label's variable."""
    for one in boards.expressions(board):
        for match in boards.SELECTOR.finditer(one.text):
            if f'{label}=~"${label}"' not in (match["matchers"] or ""):
                yield f'{one.place}: {match["name"]} without {label}=~"${label}"'


@rule("target-job")
def _(board: dict) -> Iterator[str]:
    yield from selectors(board, "job")


@rule("target-instance")
def _(board: dict) -> Iterator[str]:
    yield from selectors(board, "instance")


@rule("target-counter-agg")
def _(board: dict) -> Iterator[str]:
    for one in boards.expressions(board):
        for match in re.finditer(r"(\w+\()?\b\w+_total(\{[^}]*\})?(\[)?", one.text):
            if match[1] not in ("rate(", "irate(", "increase(") or not match[3]:
                yield f"{one.place}: a counter outside of rate, irate or increase: {match[0]}"


@rule("uneditable-dashboard")
def _(board: dict) -> Iterator[str]:
    if board.get("editable") is not False:
        yield "it can be edited, and the next start of Grafana would undo that"
