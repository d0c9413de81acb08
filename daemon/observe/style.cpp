#include "observe/views.h"

namespace mailquotad::observe {
namespace {

constexpr const char* kColours = R"(:root {
  color-scheme: light dark;
  --page: #f4f5f7; --card: #ffffff; --text: #1b1f24; --muted: #57606a; --line: #d0d7de; --rest: #e1e5ea;
  --link: #0a58b0; --ok: #1a7f37; --notice: #0969da; --warning: #9a6700; --urgent: #bc4c00; --full: #b3151f;
  --unknown: #57606a; --unreachable: #7a3fd0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0d1117; --card: #161b22; --text: #e6edf3; --muted: #a0a9b4; --line: #30363d; --rest: #2b323b;
    --link: #79b8ff; --ok: #3fb950; --notice: #58a6ff; --warning: #d9a62e; --urgent: #f0883e; --full: #ff6a69;
    --unknown: #a0a9b4; --unreachable: #bc8cff;
  }
}
.s-ok { --state: var(--ok); } .s-notice { --state: var(--notice); } .s-warning { --state: var(--warning); }
.s-urgent { --state: var(--urgent); } .s-full { --state: var(--full); } .s-unknown { --state: var(--unknown); }
.s-waiting { --state: var(--unknown); } .s-unreachable { --state: var(--unreachable); }
.s-plain { --state: var(--notice); }
)";

constexpr const char* kLayout = R"(* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 76rem; padding: 0 1rem 2rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: .8rem 0 1rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 0 0 .6rem; }
p { margin: 0 0 .7rem; }
a { color: var(--link); text-underline-offset: .15em; }
a:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 3px; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: .5rem; background: var(--card); padding: .3rem .6rem; z-index: 1; }
.top { padding: 1rem 0 .6rem; border-bottom: 1px solid var(--line); }
.brand { font-weight: 700; text-decoration: none; color: var(--text); margin-right: .5rem; }
.muted, .sub, caption, footer { color: var(--muted); }
.sub { display: block; font-size: .85rem; font-weight: 400; overflow-wrap: anywhere; }
nav { margin-top: .8rem; }
footer { margin-top: 1.5rem; font-size: .85rem; }
footer p { margin: 0; }
code { font: .9em ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
pre { overflow-x: auto; margin: .5rem 0; padding: .6rem; background: var(--page); border: 1px solid var(--line);
  border-radius: .4rem; font: .8rem/1.45 ui-monospace, "DejaVu Sans Mono", monospace; white-space: pre-wrap;
  overflow-wrap: anywhere; }
summary { cursor: pointer; }
.sym { width: 1.15em; height: 1.15em; vertical-align: -.2em; margin-right: .4em; flex: none; fill: var(--state); }
.sym .k { fill: none; stroke: var(--card); stroke-width: 1.9; stroke-linecap: round; stroke-linejoin: round; }
.bar { display: block; width: 100%; height: .7rem; border-radius: .35rem; background: var(--rest); }
.bar .rest { fill: var(--rest); } .bar .used { fill: var(--state); }
.level { display: flex; align-items: center; gap: .6rem; }
.level b { flex: none; font-variant-numeric: tabular-nums; min-width: 3.2em; text-align: right; }
.big .bar { height: 1.2rem; border-radius: .6rem; } .big b { font-size: 1.4rem; }
.tally { display: flex; flex-wrap: wrap; gap: .5rem; list-style: none; padding: 0; margin: 0 0 1rem; }
.tally li { background: var(--card); border: 1px solid var(--line); border-radius: 2rem; padding: .25rem .9rem; }
.remarks, .card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1rem; }
.remarks { border-left: .35rem solid var(--warning); margin: 0 0 1rem; padding: .8rem 1rem; }
.remarks ul, .reasons { margin: 0; padding-left: 1.2rem; }
.failure { border-left: .35rem solid var(--unreachable); }
)";

constexpr const char* kTables = R"(table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-size: .85rem; padding: 0 0 .4rem; }
th, td { text-align: left; vertical-align: top; padding: .55rem .7rem; }
thead th { font-size: .85rem; color: var(--muted); font-weight: 600; white-space: nowrap; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
time { white-space: nowrap; }
.boxes { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; border-collapse: separate;
  border-spacing: 0; }
.boxes caption { padding-left: .1rem; }
.boxes tbody > tr > * { border-top: 1px solid var(--line); }
.boxes .wide { min-width: 13rem; } .boxes .state { min-width: 11rem; }
.boxes .number { text-align: left; }
.boxes tbody th a { font-weight: 600; overflow-wrap: anywhere; }
.plain tbody > tr > * { border-top: 1px solid var(--line); padding-left: 0; }
.plain thead th { padding-left: 0; padding-top: 0; }
.plain th { font-weight: 400; overflow-wrap: break-word; }
.folders th { white-space: nowrap; }
.card { overflow-x: auto; }
.share { width: 40%; vertical-align: middle; }
.cards { columns: 25rem 2; column-gap: 1rem; }
.cards > .card { break-inside: avoid; margin-bottom: 1rem; }
.cards > :first-child { column-span: all; }
dl { margin: 0; } dl > div { padding: .4rem 0; border-top: 1px solid var(--line); }
dl > div:first-child { border-top: 0; padding-top: 0; }
dt { font-size: .85rem; color: var(--muted); } dd { margin: 0; overflow-wrap: anywhere; }
.card > :last-child { margin-bottom: 0; }
.line { display: block; width: 100%; min-height: 1.6rem; }
.ends { display: flex; justify-content: space-between; font-size: .85rem; color: var(--muted); }
.line .axis { stroke: var(--muted); fill: none; stroke-width: 1.5; }
.line .range { fill: var(--notice); fill-opacity: .35; stroke: var(--notice); }
.line .middle { stroke: var(--text); stroke-width: 3; fill: none; }
)";

/// Narrow screens read each mailbox as a card: the labels stand in the markup, the column heads are hidden.
constexpr const char* kNarrowAndPrint = R"(@media screen and (max-width: 64rem) {
  .boxes, .boxes caption, .boxes tbody, .boxes tr, .boxes tbody th, .boxes td { display: block; width: auto; }
  .boxes { border: 0; background: none; }
  .boxes thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .boxes tbody { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); gap: .8rem; }
  .boxes tbody tr { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .7rem .9rem; }
  .boxes tbody > tr > * { border: 0; padding: .25rem 0; min-width: 0; }
  .boxes tbody th { font-size: 1.1rem; }
  .boxes td { display: grid; grid-template-columns: 6.5rem 1fr; gap: .5rem; }
  .boxes td > div { min-width: 0; overflow-wrap: anywhere; }
  .boxes td::before { content: attr(data-label); color: var(--muted); font-size: .85rem; padding-top: .1rem; }
}
@media screen and (max-width: 26rem) {
  .share { display: none; }
  .plain { font-size: .9rem; }
  .plain th, .plain td { padding-right: .3rem; }
  .folders th { white-space: normal; } .plain thead th { font-size: .8em; }
}
@media print {
  :root { --page: #fff; --card: #fff; --text: #000; --muted: #333; --line: #999; --rest: #ddd; --link: #000; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  .skip, nav { display: none; }
  .boxes, .plain { font-size: 9pt; } .sub, .boxes thead th, dt, footer { font-size: 8pt; }
  .boxes .wide, .boxes .state { min-width: 0; }
  .boxes th, .boxes td { padding: .25rem .35rem; }
  .bar, .sym, .line { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  tr { break-inside: avoid; }
  thead { display: table-header-group; }
}
)";

} // namespace

const std::string& stylesheet() {
    static const std::string style = std::string(kColours) + kLayout + kTables + kNarrowAndPrint;
    return style;
}

} // namespace mailquotad::observe
