"""Whether dashboards have the types that Grafana's own package @grafana/schema declares, by the TypeScript compiler."""

import json
import re
import subprocess
import tempfile
from pathlib import Path

from servers.packages import program, unpacked

# JSON holds the values of string enums, and TypeScript takes no string for an enum: `Loose` makes each enum the union
# of its values. What the Prometheus data source adds to queries and annotations is not in the package.
HEAD = """import type { Dashboard, Panel, RowPanel, AnnotationQuery } from '@grafana/schema';
%(imports)s
type Loose<T> = T extends string ? `${T}` : T extends (infer U)[] ? Loose<U>[]
  : T extends object ? { [K in keyof T]: Loose<T[K]> } : T;
interface Target { refId: string; datasource: { type: 'prometheus'; uid: string }; editorMode: 'code' | 'builder';
  expr: string; legendFormat: string; instant: boolean; range: boolean; format: 'time_series' | 'table' | 'heatmap' }
type Known<T> = { [K in keyof T as string extends K ? never : K]: T[K] };
type Of<Kind extends string, Options, Custom = {}> = Omit<Loose<Known<Panel>>, 'type' | 'options' | 'targets' | 'fieldConfig'>
  & { type: Kind; options: Loose<Options>; targets: Target[];
      fieldConfig: { defaults: Omit<Loose<Known<NonNullable<Panel['fieldConfig']>['defaults']>>, 'custom'> & { custom?: Loose<Custom> };
                     overrides: { matcher: { id: string; options: string }; properties: { id: string; value: unknown }[] }[] } };
type AnyPanel = %(panels)s;
type Row = Omit<Loose<RowPanel>, 'panels'> & { panels: AnyPanel[] };
type Note = Loose<AnnotationQuery> & { expr: string; step: string; titleFormat: string; textFormat: string;
  tagKeys: string; useValueForTime: boolean };
export type Board = Omit<Loose<Dashboard>, 'panels' | 'annotations'> & { panels: (AnyPanel | Row)[]; annotations: { list: Note[] } };
"""
# Panel types that are used, and whether their package declares a FieldConfig.
KINDS = {"stat": False, "gauge": False, "bargauge": False, "timeseries": True, "table": True, "statetimeline": True}
PANEL = {"statetimeline": "state-timeline"}


def _types() -> str:
    imports = "\n".join(f"import type * as {kind} from './{kind}';" for kind in KINDS)
    kinds = " | ".join(f"Of<'{PANEL.get(kind, kind)}', {kind}.Options{f', {kind}.FieldConfig' if custom else ''}>"
                       for kind, custom in KINDS.items())
    return HEAD % {"imports": imports, "panels": kinds}


def complaints(given: dict[str, dict]) -> dict[str, list[str]]:
    """What the compiler says of each dashboard; nothing when all is well."""
    schema = unpacked("npm/node_modules/@grafana/schema", "dist/types")
    compiler = unpacked("npm/node_modules/typescript", "lib/tsc.js")
    with tempfile.TemporaryDirectory(prefix="types-") as name:
        folder = Path(name)
        for kind in KINDS:
            (folder / f"{kind}.d.ts").write_text((schema / f"raw/composable/{kind}/panelcfg/x/types.gen.d.ts").read_text())
        (folder / "board.ts").write_text(_types())
        for file, board in given.items():
            (folder / f"{file}.ts").write_text("import type { Board } from './board';\nexport const board: Board = "
                                               f"{json.dumps(board, indent=1)};\n")
        (folder / "tsconfig.json").write_text(json.dumps({
            "files": [f"{file}.ts" for file in given],
            "compilerOptions": {"strict": True, "noEmit": True, "skipLibCheck": True, "types": [], "target": "es2022",
                                "module": "esnext", "moduleResolution": "bundler", "baseUrl": ".",
                                "paths": {"@grafana/schema": [str(schema / "index.d.ts")]}}}))
        done = subprocess.run([program("node"), compiler, "-p", ".", "--pretty", "false"], cwd=folder,
                              capture_output=True, text=True, timeout=240)
    said = done.stdout.splitlines() + done.stderr.splitlines()
    found = {file: [line for line in said if line.startswith(f"{file}.ts(")] for file in given}
    lost = [line for line in said if re.match(r"\S", line) and not any(line in lines for lines in found.values())]
    if lost or bool(done.returncode) != any(found.values()):
        raise RuntimeError("tsc said: " + "\n".join(lost or said))
    return found


def unit_ids() -> set[str]:
    """The ids of all units that Grafana knows."""
    text = unpacked("npm/node_modules/@grafana/data", "dist/esm/valueFormats/categories.mjs").read_text()
    return set(re.findall(r'\bid: "([^"]+)"', text))
