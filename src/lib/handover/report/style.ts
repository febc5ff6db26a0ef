import { CHART_STYLE } from "../../renewals/output/page/style.ts";

/** What a report adds to the style of all pages; A4 upright on paper. */
export const REPORT_STYLE = `
body{max-width:64rem;overflow-wrap:anywhere}
nav ol{display:flex;flex-wrap:wrap;gap:.1rem 1.5rem;margin:.75rem 0;padding:0 0 0 1.2rem}
a{color:inherit}
h3{margin:1rem 0 .25rem;font-size:1em}
dl{display:grid;grid-template-columns:minmax(10rem,18rem) 1fr;gap:.15rem 1rem;margin:.5rem 0}
dt{color:var(--faint)}
dd{margin:0;overflow-wrap:anywhere}
.scroll{overflow-x:auto;margin:.5rem 0 1rem}
table{width:100%;border-collapse:collapse;font-size:.875em}
caption{padding:.25rem 0;text-align:start;color:var(--faint)}
th,td{padding:.35rem .5rem;border:1px solid var(--rule);text-align:start;vertical-align:top;overflow-wrap:anywhere;font-weight:400}
tbody th{min-width:6rem}
tbody td{min-width:3.5rem}
thead th{background:var(--band);font-weight:600}
thead th.ours{word-break:keep-all;overflow-wrap:break-word}
.short{white-space:nowrap}
.blank td,.blank tbody th{height:2.6rem;min-width:5rem}
.item{border-left:.25rem solid var(--rule);padding:0 0 0 .75rem;margin:0 0 1rem}
ul.gaps{margin:.25rem 0;padding:0;list-style:none}
ul.gaps li{margin:.2rem 0}
.mend{display:block;font-size:.9em;color:var(--faint);overflow-wrap:anywhere}
ul.notes{margin:.25rem 0;font-size:.9em}
.tree ul{margin:0;padding-left:1.25rem}
.bars{display:block;width:100%;height:auto}
.bars text{fill:var(--ink);font-size:14px}
.bars rect{fill:var(--faint)}
.box{border:1px solid var(--rule);background:var(--band);padding:.25rem 1rem;break-inside:avoid}
${CHART_STYLE}
@page{size:A4 portrait;margin:14mm}
@media (max-width:40rem){dl{grid-template-columns:1fr}dd{margin:0 0 .5rem}}
@media print{
nav{display:none}
.scroll{overflow:visible}
section{break-inside:auto}
#checklist{break-before:page}
#help,#signatures,.figure,.whole,tr,svg,dl>*,li{break-inside:avoid}
.tree li{break-inside:auto}
h2,h3,caption,dt,ul.legend{break-after:avoid}
dd{break-before:avoid}
thead{display:table-header-group;break-after:avoid}
table{font-size:8pt}
th,td{padding:.2rem .35rem}
.blank td,.blank tbody th{height:2.2rem}
}
`.trim();
