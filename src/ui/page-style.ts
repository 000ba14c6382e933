/** The look of a page that is printed as often as it is read: dark on white, A4, states told apart by border and weight too. */
export const PAGE_STYLE = `
:root { --ink: #1a1a1a; --soft: #595959; --line: #c8c8c8; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.5rem; max-width: 62rem; color: var(--ink); background: #fff;
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
h1 { margin: 0; font-size: 1.7rem; line-height: 1.2; }
h2 { margin: 2.2rem 0 .6rem; font-size: 1.25rem; border-bottom: 2px solid var(--ink); }
h3 { margin: 1.4rem 0 .5rem; font-size: 1.05rem; }
h4 { margin: 0; font-size: 1rem; }
p { margin: .3rem 0; }
.when, .id, footer { color: var(--soft); }
.id { font-size: .8rem; }
.counts { margin-top: .8rem; font-size: 1.1rem; font-weight: 600; }
.badge { display: inline-block; padding: .05rem .5rem; border: 1px solid var(--line); border-radius: .25rem;
  font-size: .85rem; font-weight: 600; white-space: nowrap; background: #fff; color: var(--ink); }
td .badge { min-width: 6.6rem; }
.badge.pass { color: #175c2b; border-color: #7fb18d; font-weight: 400; }
.badge.warn { color: #6b4a00; border: 2px dashed #a87900; }
.badge.fail { color: #fff; background: #9c1c1c; border-color: #9c1c1c; }
.badge.unknown { color: #333; border: 2px dotted #555; }
.badge.skip { color: var(--soft); font-weight: 400; }
article { margin: 0 0 .9rem; padding: .7rem .9rem; border: 1px solid var(--line); border-left: 6px solid #777; break-inside: avoid; }
article.fail { border-left-color: #9c1c1c; }
article.warn { border-left: 6px dashed #a87900; }
article.unknown { border-left: 6px dotted #555; }
dl { margin: .5rem 0 .2rem; display: grid; grid-template-columns: 5rem minmax(0, 1fr); gap: .25rem .6rem; }
dt { color: var(--soft); }
dd { margin: 0; white-space: pre-line; overflow-wrap: anywhere; }
pre, code { font-family: ui-monospace, "Cascadia Mono", Consolas, "DejaVu Sans Mono", monospace; font-size: .85rem; }
pre { margin: 0; padding: .45rem .6rem; background: #f3f3f3; border: 1px solid var(--line); white-space: pre-wrap; overflow-wrap: anywhere; }
table { width: 100%; margin: 1rem 0; border-collapse: collapse; table-layout: fixed; }
caption { padding: .2rem 0; text-align: left; font-weight: 600; }
th, td { padding: .35rem .5rem; border-top: 1px solid var(--line); text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { color: var(--soft); font-weight: 600; font-size: .85rem; }
th:nth-child(1) { width: 8.5rem; }
th:nth-child(2) { width: 38%; }
table.two { max-width: 40rem; }
ul { margin: .3rem 0; padding-left: 1.2rem; }
tr { break-inside: avoid; }
footer { margin-top: 2rem; padding-top: .5rem; border-top: 1px solid var(--line); font-size: .85rem; }
@page { size: A4; margin: 13mm 14mm; }
@media print {
  body { padding: 0; max-width: none; font-size: 9.5pt; line-height: 1.4; }
  h2 { margin-top: 1.2rem; }
  table { margin: .6rem 0; }
  th, td { padding: .2rem .4rem; }
  article { margin-bottom: .6rem; padding: .45rem .7rem; }
  footer { margin-top: .6rem; break-before: avoid; }
  h2, h3, caption, thead { break-after: avoid; }
  .badge, pre { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
@media (max-width: 40rem) {
  body { padding: 1rem; }
  dl { grid-template-columns: 1fr; }
  th:nth-child(1) { width: 7.2rem; }
}
`;
