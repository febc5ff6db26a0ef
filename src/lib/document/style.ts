const LIGHT_COLOURS =
  "--paper:#ffffff;--ink:#1f2328;--faint:#57606a;--rule:#d0d7de;--band:#f6f8fa;--bad:#b42318;--warn:#9a6700";
const DARK_COLOURS =
  "--paper:#0d1117;--ink:#e6edf3;--faint:#9da7b3;--rule:#3d444d;--band:#161b22;--bad:#ff7b72;--warn:#d29922";

const CARD_STYLES = [
  "table,X caption,X tbody{display:block}",
  "thead{display:none}",
  "tbody tr{display:block;padding:.5rem 0;border-bottom:1px solid var(--rule)}",
  "tbody th,X tbody td{display:block;border:0;padding:.1rem 0}",
  "tbody th{font-weight:600}",
  "tbody td::before{content:attr(data-label) ': ';color:var(--faint);font-weight:400}",
  "table:not(.blank) td.empty{display:none}",
  ".blank td,X .blank tbody th{height:auto;min-height:2.6rem}",
]
  .map((rule) => `.scroll ${rule.replaceAll("X ", ".scroll ")}`)
  .join("\n");

export const PAGE_STYLES = `
:root{color-scheme:light dark;${LIGHT_COLOURS}}
@media screen and (prefers-color-scheme:dark){:root{${DARK_COLOURS}}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1.5rem;max-width:64rem;background:var(--paper);color:var(--ink);overflow-wrap:anywhere;
font:1rem/1.5 system-ui,"Hiragino Sans","Yu Gothic UI","Noto Sans JP","Noto Sans CJK JP",sans-serif}
h1{margin:0;font-size:1.5em}
h2{margin:1.5rem 0 .5rem;font-size:1.1em}
h3{margin:1rem 0 .25rem;font-size:1em}
p{margin:.25rem 0}
.faint{color:var(--faint)}
.missing{color:var(--bad);font-weight:600}
.timeline{display:block;margin:.5rem 0;font-size:12px}
.timeline line{stroke:var(--rule)}
.timeline text{fill:var(--faint)}
.timeline circle{fill:var(--faint)}
.timeline g text{fill:var(--ink)}
.timeline .warning circle{fill:var(--warn)}
.timeline :is(.critical,.expired) circle{fill:var(--bad)}
.timeline :is(.critical,.expired) text{font-weight:600}
.short{white-space:nowrap}
.below{display:block;font-size:.9em}
dl{display:grid;grid-template-columns:minmax(10rem,18rem) minmax(0,1fr);gap:.15rem 1rem;margin:.5rem 0}
dt{color:var(--faint)}
dd{margin:0}
ul,ol{margin:.25rem 0;padding-left:1.5rem}
.scroll{overflow-x:auto;margin:.5rem 0 1rem}
table{width:100%;border-collapse:collapse;font-size:.875em}
caption{padding:.25rem 0;text-align:start;color:var(--faint)}
th,td{padding:.35rem .5rem;border:1px solid var(--rule);text-align:start;vertical-align:top;overflow-wrap:anywhere;font-weight:400}
tbody th{min-width:6rem}
tbody td{min-width:3.5rem}
thead th{background:var(--band);font-weight:600}
thead th.ours{word-break:keep-all;overflow-wrap:break-word}
.blank td,.blank tbody th{height:2.6rem;min-width:5rem}
@media (max-width:40rem){dl{grid-template-columns:minmax(0,1fr)}dd{margin:0 0 .5rem}}
@media screen and (max-width:40rem){${CARD_STYLES}}
@page{size:A4;margin:13mm}
@media print{
body{max-width:none;padding:0;font-size:9.5pt}
.scroll{overflow:visible}
tr,dl>*,li,svg{break-inside:avoid}
h2,h3,caption,dt{break-after:avoid}
dd{break-before:avoid}
thead{display:table-header-group;break-after:avoid}
table{font-size:8pt}
th,td{padding:.2rem .35rem}
.blank td,.blank tbody th{height:2.2rem}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
`.trim();
