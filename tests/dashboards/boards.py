"""The shipped dashboards as values: panels, queries, variables, annotations, and how Grafana fills in variables."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "dashboards"
METRIC = re.compile(r"\b(?:mailquotad|process|scrape)_[a-z_]+\b|\bup\b(?=\{)")
SELECTOR = re.compile(r"(?P<name>\b(?:mailquotad|process|scrape)_[a-z_]+\b|\bup\b)(?P<matchers>\{[^}]*\})?")


def load() -> dict[str, dict]:
    """Each dashboard by the name of its file."""
    return {path.stem: json.loads(path.read_text()) for path in sorted((FOLDER / "grafana").glob("*.json"))}


def panels(board: dict) -> Iterator[dict]:
    """All panels that show something, those of collapsed rows included."""
    for panel in board["panels"]:
        if panel["type"] == "row":
            yield from panel["panels"]
        else:
            yield panel


@dataclass(frozen=True)
class Expression:
    """PromQL and where it stands."""

    place: str
    text: str
    kind: str  # panel, annotation
    instant: bool = True
    ahead: bool = False  # the panel shows the days to come


def expressions(board: dict) -> Iterator[Expression]:
    """Every query of a dashboard but those of variables."""
    for panel in panels(board):
        for target in panel.get("targets", []):
            yield Expression(f'{board["uid"]}: {panel["title"]}: {target["refId"]}', target["expr"], "panel",
                             target["instant"], "timeFrom" in panel)
    for annotation in board["annotations"]["list"]:
        yield Expression(f'{board["uid"]}: annotation {annotation["name"]}', annotation["expr"], "annotation")


def queried_variables(board: dict) -> Iterator[dict]:
    """The variables that ask Prometheus."""
    return (variable for variable in board["templating"]["list"] if variable["type"] == "query")


def fill_in(text: str, values: dict[str, str], interval: str = "10s", span: str = "1h") -> str:
    """PromQL as Grafana sends it: `values` for the variables, several joined by | as it does for =~."""
    for name, value in {"__rate_interval": interval, "__interval": interval, "__range": span, **values}.items():
        text = text.replace("${" + name + "}", value)
        text = re.sub(rf"\${name}\b", lambda _, value=value: value, text)
    return text


def metrics_of(text: str) -> set[str]:
    """Names of the metrics in PromQL."""
    return {match["name"] for match in SELECTOR.finditer(text)}
