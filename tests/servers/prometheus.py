"""A real Prometheus as a child process that scrapes one address every second."""

import json
import shutil
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from .packages import program
from .ports import free_port
from .processes import Child, private_folder, wait_for

_CONFIG = """global:
  scrape_interval: 1s
  scrape_timeout: 1s
  evaluation_interval: 1s
scrape_configs:
  - job_name: {job}
    static_configs:
      - targets: ["{target}"]
"""


class Prometheus:
    """Use as a context manager, or call start and stop. All its files lie in a private folder that stop removes."""

    def __init__(self, target: str, *, job: str = "mailquotad", rules: Path | None = None):
        self.port = free_port()
        self._text = _CONFIG.format(job=job, target=target)
        if rules is not None:
            self._text += f"rule_files:\n  - {json.dumps(str(rules))}\n"
        self._child: Child | None = None
        self.folder = private_folder("prometheus")

    def __enter__(self) -> "Prometheus":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Its own address."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Starts it and returns when it is ready; StartFailed with the end of its log otherwise."""
        try:
            config = self.folder / "prometheus.yml"
            config.write_text(self._text)
            self._child = Child(
                [program("prometheus"), f"--config.file={config}", f"--storage.tsdb.path={self.folder / 'data'}",
                 f"--web.listen-address=127.0.0.1:{self.port}", "--storage.tsdb.retention.time=1d"],
                self.folder / "prometheus.log", folder=self.folder, name="Prometheus")
            self._child.wait_until(self._is_ready, seconds=60)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stops it and removes its folder."""
        if self._child is not None:
            self._child.stop()
            self._child = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def query(self, expression: str) -> list[dict]:
        """The result of an instant query: a list of {"metric": labels, "value": [time, text]}."""
        return self._get("/api/v1/query?" + urllib.parse.urlencode({"query": expression}))["data"]["result"]

    def course(self, expression: str, begin: float, end: float, step: float) -> list[dict]:
        """The result of a range query: a list of {"metric": labels, "values": [[time, text], …]}."""
        asked = {"query": expression, "start": begin, "end": end, "step": step}
        return self._get("/api/v1/query_range?" + urllib.parse.urlencode(asked))["data"]["result"]

    def label_values(self, label: str, selector: str) -> list[str]:
        """The values of a label among the series of a selector."""
        return self._get(f"/api/v1/label/{label}/values?" + urllib.parse.urlencode({"match[]": selector}))["data"]

    def rules(self) -> list[dict]:
        """All rules, with "health", "lastError" and the alerts that are on."""
        return [rule for group in self._get("/api/v1/rules")["data"]["groups"] for rule in group["rules"]]

    def wait_for(self, expression: str, seconds: float = 30) -> list[dict]:
        """The result of a query as soon as there is one."""
        wait_for(lambda: bool(self.query(expression)), f"Prometheus has data for {expression}", seconds)
        return self.query(expression)

    def target(self) -> dict:
        """What it says of the address it scrapes: "health", "lastError", …; {} before it knows."""
        targets = self._get("/api/v1/targets")["data"]["activeTargets"]
        return targets[0] if targets else {}

    def _get(self, path: str) -> dict:
        try:
            with urllib.request.urlopen(self.url + path, timeout=20) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise ValueError(f"Prometheus refuses {path}: {error.read().decode()}") from None

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(self.url + "/-/ready", timeout=2):
                return True
        except (urllib.error.URLError, OSError):
            return False
