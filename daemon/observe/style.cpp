#include "observe/views.h"

namespace mailquotad::observe {
namespace {

constexpr const char* kColours = R"(:root {
  color-scheme: light dark;
  --page: #f4f5f7; --card: #ffffff; --text: #1b1f24; --muted: #57606a; --line: #d0d7de; --rest: #e1e5ea;
  --link: #0a58b0; --ok: #1a7f37; --notice: #0969da; --warning: #9a6700; --urgent: #bc4c00; --full: #b3151f;
  --unknown: #57606a; --unreachable: #7a3fd0; --field: #7d8590;
  --inbox: #bcd4f6; --sent: #cbe6cd; --trash: #f3cbc7; --junk: #f3ddb4; --archive: #d9cff0; --drafts: #c6e7e8;
  --other: #d8dde4;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0d1117; --card: #161b22; --text: #e6edf3; --muted: #a0a9b4; --line: #30363d; --rest: #2b323b;
    --link: #79b8ff; --ok: #3fb950; --notice: #58a6ff; --warning: #d9a62e; --urgent: #f0883e; --full: #ff6a69;
    --unknown: #a0a9b4; --unreachable: #bc8cff; --field: #7d8794;
    --inbox: #20416f; --sent: #22552f; --trash: #6f302c; --junk: #65480f; --archive: #473a73; --drafts: #1c5254;
    --other: #39424d;
  }
}
.s-ok { --state: var(--ok); } .s-notice { --state: var(--notice); } .s-warning { --state: var(--warning); }
.s-urgent { --state: var(--urgent); } .s-full { --state: var(--full); } .s-unknown { --state: var(--unknown); }
.s-waiting { --state: var(--unknown); } .s-unreachable { --state: var(--unreachable); }
.r-inbox { --role: var(--inbox); } .r-sent { --role: var(--sent); } .r-trash { --role: var(--trash); }
.r-junk { --role: var(--junk); } .r-archive { --role: var(--archive); } .r-drafts { --role: var(--drafts); }
.r-other { --role: var(--other); } .r-all, .r-flagged { --role: transparent; }
)";

constexpr const char* kLayout = R"(* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 92rem; padding: 0 1rem 2rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: .8rem 0 1rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 0 0 .6rem; } h3 { font-size: .95rem; margin: 1rem 0 .4rem; }
p { margin: 0 0 .7rem; }
a { color: var(--link); text-underline-offset: .15em; }
a:focus-visible, button:focus-visible, input:focus-visible, select:focus-visible, summary:focus-visible,
[tabindex]:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 3px; }
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
pre { margin: .5rem 0; padding: .6rem; background: var(--page); border: 1px solid var(--line);
  border-radius: .4rem; font: .8rem/1.45 ui-monospace, "DejaVu Sans Mono", monospace; white-space: pre-wrap;
  overflow-wrap: anywhere; }
summary { cursor: pointer; }
.sym { width: 1.15em; height: 1.15em; vertical-align: -.2em; margin-right: .4em; flex: none; fill: var(--state); }
.sym .k { fill: none; stroke: var(--card); stroke-width: 1.9; stroke-linecap: round; stroke-linejoin: round; }
.bar { display: block; width: 100%; height: .7rem; border-radius: .35rem; background: var(--rest); }
.bar .rest { fill: var(--rest); } .bar .used { fill: var(--state); }
.bar .ticks { stroke: var(--text); stroke-width: 1.5px; vector-effect: non-scaling-stroke; opacity: .65; }
.level { display: flex; align-items: center; gap: .6rem; }
.level b { flex: none; font-variant-numeric: tabular-nums; min-width: 3.2em; text-align: right; }
.big .bar { height: 1.2rem; border-radius: .6rem; } .big b { font-size: 1.4rem; }
.summary { font-size: 1.05rem; }
.tally { display: flex; flex-wrap: wrap; gap: .5rem; list-style: none; padding: 0; margin: 0 0 1rem; }
.tally a { display: block; background: var(--card); border: 1px solid var(--line); border-radius: 2rem;
  padding: .25rem .9rem; color: inherit; text-decoration: none; }
.tally a:hover { border-color: var(--link); } .tally a[aria-current] { border-color: var(--link);
  box-shadow: 0 0 0 1px var(--link); font-weight: 600; }
.news { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1rem;
  margin-bottom: 1.2rem; align-items: start; }
.lines { list-style: none; margin: 0; padding: 0; } .lines li { padding: .2rem 0; overflow-wrap: anywhere; }
.lines .when { color: var(--muted); font-size: .85rem; margin-right: .3rem; }
.filter { display: flex; flex-wrap: wrap; gap: .6rem 1rem; align-items: end; margin-bottom: .6rem; }
.filter label { font-size: .85rem; color: var(--muted); } .filter label.check { padding-bottom: .45rem; }
.filter input, .filter select, .filter button { font: inherit; color: var(--text); background: var(--card);
  border: 1px solid var(--field); border-radius: .4rem; padding: .3rem .5rem; max-width: 100%; min-height: 2.2rem; }
.filter [type=search], .filter select { display: block; } .filter [type=checkbox] { min-height: 0; }
.filter button { cursor: pointer; padding: .3rem 1rem; } .filter a { padding-bottom: .4rem; }
.pager { display: flex; flex-wrap: wrap; gap: 1rem; margin: .6rem 0; }
.remarks, .card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1rem; }
.remarks { border-left: .35rem solid var(--warning); margin: 0 0 1rem; padding: .8rem 1rem; }
.remarks ul, .reasons { margin: 0; padding-left: 1.2rem; }
.failure { border-left: .35rem solid var(--unreachable); }
)";

constexpr const char* kTables = R"(table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-size: .85rem; padding: 0 0 .4rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; }
thead th { font-size: .85rem; color: var(--muted); font-weight: 600; white-space: nowrap; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td time, .when time { white-space: nowrap; }
.boxes { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; border-collapse: separate;
  border-spacing: 0; }
.boxes caption { padding-left: .1rem; }
.boxes tbody > tr > * { border-top: 1px solid var(--line); }
.boxes { font-size: .95rem; } .boxes .sub { font-size: .82rem; }
.boxes .wide { min-width: 12rem; } .boxes .state { min-width: 10.5rem; } .boxes .note { max-width: 16rem; }
.boxes thead a { color: inherit; text-decoration: none; } .boxes thead a:hover { text-decoration: underline; }
.boxes thead th { background: var(--card); position: sticky; top: 0; border-bottom: 1px solid var(--line); }
.boxes thead th:first-child { border-top-left-radius: .6rem; } .boxes thead th:last-child {
  border-top-right-radius: .6rem; }
.arrow { font-size: .7em; margin-left: .3em; }
.boxes tbody tr:hover > * { background: color-mix(in srgb, var(--link) 6%, transparent); }
.boxes tbody th a { font-weight: 600; overflow-wrap: anywhere; }
.plain tbody > tr > * { border-top: 1px solid var(--line); padding-left: 0; }
.plain thead th { padding-left: 0; padding-top: 0; }
.plain th { font-weight: 400; overflow-wrap: break-word; }
.plain td { overflow-wrap: break-word; } .plain .badge { white-space: nowrap; } .plain tbody tr:first-child > * { border-top: 0; }
.cards { columns: 25rem 2; column-gap: 1rem; }
.cards > .card { break-inside: avoid; margin-bottom: 1rem; }
.cards > :first-child, .cards > .failure, .cards > .history { column-span: all; }
.scroll { max-height: 24rem; max-width: 36rem; overflow-y: auto; }
details { margin-bottom: .7rem; } details > :not(summary) { margin-top: .5rem; }
dl { margin: 0; } dl > div { padding: .4rem 0; border-top: 1px solid var(--line); }
dl > div:first-child { border-top: 0; padding-top: 0; }
dt { font-size: .85rem; color: var(--muted); } dd { margin: 0; overflow-wrap: anywhere; }
.card > :last-child { margin-bottom: 0; }
.chart { margin: 0 0 .8rem; }
.plot { display: block; width: 100%; height: 15rem; overflow: visible; }
.plot path, .plot line { vector-effect: non-scaling-stroke; }
.area { fill: var(--notice); fill-opacity: .13; } .use { fill: none; stroke: var(--notice); stroke-width: 2px; }
.fan { fill: var(--notice); fill-opacity: .28; }
.likely { fill: none; stroke: var(--notice); stroke-width: 2px; stroke-dasharray: 5 4; }
.axis { stroke: var(--muted); } .now { stroke: var(--muted); stroke-dasharray: 2 3; }
.limit { stroke: var(--full); stroke-width: 2px; } .threshold { stroke: var(--state); stroke-dasharray: 8 4; }
.s-urgent.threshold { stroke-dasharray: 3 3; }
.mark { overflow: visible; } .mail { fill: var(--text); } .freed { fill: var(--ok); }
.plot text, .times text, .map text { font-size: .8rem; fill: var(--text); }
.plot text { paint-order: stroke; stroke: var(--card); stroke-width: 3px; }
.times { display: block; width: 100%; height: 1.4rem; } .times text { fill: var(--muted); }
.times text[text-anchor="end"]:not(:last-child) { transform: translateX(-.4rem); }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1rem; list-style: none; padding: 0; margin: .4rem 0 0;
  font-size: .85rem; color: var(--muted); }
.key { width: 1rem; height: 1rem; vertical-align: -.15em; margin-right: .35rem; }
.key path { stroke-width: 2px; }
.map { display: block; width: 100%; height: 13rem; margin-bottom: .6rem; }
.map rect { fill: var(--role); stroke: var(--card); stroke-width: 3px; } .map .size { font-size: .75rem; }
.swatch { display: inline-block; width: .8em; height: .8em; border-radius: .15em; margin-right: .45em;
  background: var(--role); border: 1px solid var(--line); }
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
  .boxes .number { text-align: left; white-space: normal; } .boxes .note { max-width: none; } .boxes .empty { display: none; }
  .boxes tbody tr:hover > * { background: none; }
  .boxes td::before { content: attr(data-label); color: var(--muted); font-size: .85rem; padding-top: .1rem; }
}
@media screen and (max-width: 26rem) {
  .share { display: none; }
  .plain { font-size: .9rem; }
  .plain th, .plain td { padding-right: .3rem; }
  .plain thead th { font-size: .75em; white-space: normal; }
  .filter label, .filter input[type=search], .filter select, .filter button { width: 100%; }
}
@media print {
  @page { margin: 12mm; }
  :root { --page: #fff; --card: #fff; --text: #000; --muted: #333; --line: #999; --rest: #ddd; --link: #000;
    --ok: #1a7f37; --notice: #0969da; --warning: #9a6700; --urgent: #bc4c00; --full: #b3151f; --unknown: #57606a;
    --unreachable: #7a3fd0; --inbox: #bcd4f6; --sent: #cbe6cd; --trash: #f3cbc7; --junk: #f3ddb4; --archive: #d9cff0;
    --drafts: #c6e7e8; --other: #d8dde4; color-scheme: light; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  a { text-decoration: none; }
  .skip, nav, .filter, .arrow { display: none; }
  .boxes, .plain { font-size: 9pt; } .sub, .boxes .sub, .boxes thead th, dt, footer { font-size: 8pt; }
  .boxes .wide, .boxes .state { min-width: 0; } .boxes thead th { position: static; white-space: normal; }
  .boxes th, .boxes td { padding: .25rem .3rem; } .boxes td time { white-space: normal; }
  .plot { height: 6cm; } .map { height: 5cm; }
  .bar, .sym, .plot, .map, .key, .swatch { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .news { display: block; } .news .card { margin-bottom: .6rem; }
  tr, .card { break-inside: avoid; }
  thead { display: table-header-group; }
}
)";

} // namespace

const std::string& stylesheet() {
    static const std::string style = std::string(kColours) + kLayout + kTables + kNarrowAndPrint;
    return style;
}

} // namespace mailquotad::observe
