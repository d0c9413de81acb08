"""Panels, queries, variables and the frame of a dashboard, as classic Grafana JSON."""

from dataclasses import dataclass, field

SOURCE = {"type": "prometheus", "uid": "${datasource}"}
SCHEMA = 39  # what Grafana 10 wrote; later ones migrate it
PREFIX = "mailquotad_"


def metric(name: str, *matchers: str) -> str:
    """A selector of one of the daemon's metrics, for the chosen jobs and instances."""
    full = name if name.startswith(("process_", "up", "scrape_")) else PREFIX + name
    return full + "{" + ",".join(['job=~"$job"', 'instance=~"$instance"', *matchers]) + "}"


@dataclass
class Query:
    """A target; instant ones tell now, the others a course."""

    expr: str
    legend: str = ""
    instant: bool = False
    table: bool = False

    def json(self, ref: str) -> dict:
        """As Grafana stores it."""
        return {"refId": ref, "datasource": SOURCE, "editorMode": "code", "expr": self.expr,
                "legendFormat": self.legend or "__auto", "instant": self.instant, "range": not self.instant,
                "format": "table" if self.table else "time_series"}


@dataclass
class Panel:
    """What all panels have; `more` goes into the options, `custom` into the field configuration."""

    title: str
    description: str
    kind: str
    queries: list[Query]
    width: int
    height: int
    unit: str
    no_value: str
    thresholds: dict
    options: dict = field(default_factory=dict)
    custom: dict = field(default_factory=dict)
    defaults: dict = field(default_factory=dict)
    overrides: list[dict] = field(default_factory=list)
    more: dict = field(default_factory=dict)

    def json(self, number: int, x: int, y: int) -> dict:
        """As Grafana stores it, at a place of the grid of 24 columns."""
        defaults = {"unit": self.unit, "noValue": self.no_value, "color": {"mode": "thresholds"}, "mappings": [],
                    "thresholds": self.thresholds, **self.defaults}
        if self.custom:
            defaults["custom"] = self.custom
        return {"id": number, "type": self.kind, "title": self.title, "description": self.description,
                "datasource": SOURCE, "gridPos": {"h": self.height, "w": self.width, "x": x, "y": y},
                "fieldConfig": {"defaults": defaults, "overrides": self.overrides}, "options": self.options,
                "targets": [query.json(chr(ord("A") + index)) for index, query in enumerate(self.queries)], **self.more}


REDUCE = {"calcs": ["lastNotNull"], "fields": "", "values": False}


def stat(title: str, description: str, queries: list[Query], *, unit: str, no_value: str, thresholds: dict,
         width: int = 4, height: int = 4, text: str = "value", background: bool = False,
         defaults: dict | None = None, overrides: list[dict] | None = None) -> Panel:
    """Big numbers."""
    options = {"colorMode": "background" if background else "value", "graphMode": "none", "justifyMode": "auto",
               "orientation": "auto", "percentChangeColorMode": "standard", "reduceOptions": REDUCE,
               "showPercentChange": False, "textMode": text, "wideLayout": True}
    return Panel(title, description, "stat", queries, width, height, unit, no_value, thresholds, options,
                 defaults=defaults or {}, overrides=overrides or [])


def bars(title: str, description: str, queries: list[Query], *, unit: str, no_value: str, thresholds: dict,
         width: int = 12, height: int = 8, defaults: dict | None = None) -> Panel:
    """Bars with their values, now."""
    options = {"displayMode": "basic", "maxVizHeight": 300, "minVizHeight": 16, "minVizWidth": 8,
               "namePlacement": "left", "orientation": "horizontal", "reduceOptions": REDUCE, "showUnfilled": True,
               "sizing": "auto", "valueMode": "text",
               "legend": {"calcs": [], "displayMode": "list", "placement": "bottom", "showLegend": False}}
    return Panel(title, description, "bargauge", queries, width, height, unit, no_value, thresholds, options,
                 defaults={"min": 0, **(defaults or {})})


def lines(title: str, description: str, queries: list[Query], *, unit: str, no_value: str, thresholds: dict,
          width: int = 12, height: int = 8, stacked: bool = False, threshold_lines: bool = False,
          colour: dict | None = None, defaults: dict | None = None, overrides: list[dict] | None = None,
          more: dict | None = None) -> Panel:
    """A course over time, with the last values printed beside the names."""
    custom = {"drawStyle": "line", "lineInterpolation": "linear", "lineWidth": 1 if stacked else 2,
              "fillOpacity": 60 if stacked else 0, "showPoints": "never", "spanNulls": False,
              "stacking": {"mode": "normal" if stacked else "none", "group": "A"},
              "thresholdsStyle": {"mode": "dashed" if threshold_lines else "off"}}
    options = {"legend": {"calcs": ["lastNotNull"], "displayMode": "table", "placement": "right", "showLegend": True,
                          "sortBy": "Last *", "sortDesc": True},
               "tooltip": {"mode": "multi", "sort": "desc"}}
    shown = {"color": colour or {"mode": "continuous-viridis", "seriesBy": "last"}, "min": 0, **(defaults or {})}
    return Panel(title, description, "timeseries", queries, width, height, unit, no_value, thresholds, options, custom,
                 shown, overrides or [], more or {})


def strip(title: str, description: str, queries: list[Query], *, no_value: str, mappings: list[dict], thresholds: dict,
          width: int = 24, height: int = 4) -> Panel:
    """States over time as coloured bands; the mappings give each number its word and colour."""
    options = {"mergeValues": True, "showValue": "auto", "alignValue": "left", "rowHeight": 0.9,
               "legend": {"calcs": [], "displayMode": "list", "placement": "bottom", "showLegend": False},
               "tooltip": {"mode": "single", "sort": "none"}}
    return Panel(title, description, "state-timeline", queries, width, height, "none", no_value, thresholds, options,
                 {"fillOpacity": 90, "lineWidth": 0}, {"mappings": mappings})


def by_name(name: str, **properties: object) -> dict:
    """An override for one field; `custom__lineWidth` is written custom.lineWidth."""
    return {"matcher": {"id": "byName", "options": name},
            "properties": [{"id": key.replace("__", "."), "value": value} for key, value in properties.items()]}


def coloured(name: str, colour: str, **properties: object) -> dict:
    """An override that gives one field its own colour."""
    return by_name(name, color={"mode": "fixed", "fixedColor": colour}, **properties)


def row(title: str, panels: list[Panel], *, collapsed: bool = False, repeat: str = "") -> dict:
    """A row as `board` takes it."""
    return {"title": title, "panels": panels, "collapsed": collapsed, "repeat": repeat}


def place(panels: list[Panel], number: int, y: int) -> tuple[list[dict], int]:
    """Panels side by side, as long as they fit into 24 columns; and the first free line below them."""
    placed, x, tallest = [], 0, 0
    for panel in panels:
        if x + panel.width > 24:
            x, y, tallest = 0, y + tallest, 0
        placed.append(panel.json(number + len(placed), x, y))
        x, tallest = x + panel.width, max(tallest, panel.height)
    return placed, y + tallest


def board(uid: str, title: str, description: str, rows: list[dict], *, variables: list[dict], annotations: list[dict],
          links: list[dict], time: tuple[str, str]) -> dict:
    """A whole dashboard."""
    panels, y = [], 0
    number = 1
    for one in rows:
        head = {"id": number, "type": "row", "title": one["title"], "collapsed": one["collapsed"],
                "gridPos": {"h": 1, "w": 24, "x": 0, "y": y}, "panels": []}
        if one["repeat"]:
            head["repeat"] = one["repeat"]
        placed, y = place(one["panels"], number + 1, y + 1)
        number += 1 + len(placed)
        if one["collapsed"]:
            panels.append({**head, "panels": placed})
            y = head["gridPos"]["y"] + 1
        else:
            panels += [head, *placed]
    return {"uid": uid, "id": None, "title": title, "description": description, "tags": ["mailquotad"],
            "schemaVersion": SCHEMA, "editable": False, "graphTooltip": 1, "refresh": "1m", "timezone": "browser",
            "weekStart": "", "fiscalYearStartMonth": 0, "time": {"from": time[0], "to": time[1]}, "timepicker": {},
            "links": links, "templating": {"list": variables}, "annotations": {"list": annotations}, "panels": panels}


def source_variable() -> dict:
    """Which Prometheus: works by file and by the import dialog alike."""
    return {"name": "datasource", "label": "Data source", "description": "The Prometheus that scrapes mailquotad.",
            "type": "datasource", "query": "prometheus", "regex": "", "refresh": 1, "multi": False,
            "includeAll": False, "hide": 0, "options": []}


def variable(name: str, query: str, description: str, *, with_all: bool = True) -> dict:
    """Values of a label, several at a time."""
    chosen = {"name": name, "label": name.capitalize(), "description": description, "type": "query",
              "datasource": SOURCE, "query": query, "regex": "", "refresh": 2, "sort": 5, "multi": True,
              "includeAll": with_all, "hide": 0, "options": []}
    if with_all:
        chosen |= {"allValue": ".+", "current": {"selected": True, "text": ["All"], "value": ["$__all"]}}
    return chosen


def common_variables() -> list[dict]:
    """What every dashboard asks first."""
    return [source_variable(),
            variable("job", "label_values(mailquotad_build_info, job)", "Name of the scrape in prometheus.yml."),
            variable("instance", 'label_values(mailquotad_build_info{job=~"$job"}, instance)',
                     "Which daemon, where there are several.")]


def note(name: str, expr: str, title: str, text: str, colour: str, *, shown: bool = True) -> dict:
    """An annotation at the time that is the value of a series (in milliseconds)."""
    return {"name": name, "datasource": SOURCE, "enable": shown, "hide": False, "iconColor": colour, "expr": expr,
            "step": "1m", "titleFormat": title, "textFormat": text, "tagKeys": "server", "useValueForTime": True}


def link(title: str, url: str, tooltip: str) -> dict:
    """From one dashboard to another, with the variables and the time."""
    return {"type": "link", "title": title, "url": url, "tooltip": tooltip, "icon": "dashboard", "tags": [],
            "asDropdown": False, "includeVars": True, "keepTime": True, "targetBlank": False}
