/** The colours of a page: those of levels are read against `paper`. */
export interface Palette {
  readonly paper: string;
  readonly ink: string;
  readonly faint: string;
  /** lines and bands, which are not read */
  readonly rule: string;
  readonly band: string;
  readonly ok: string;
  readonly warning: string;
  readonly critical: string;
  readonly expired: string;
  readonly unknown: string;
}

/** By day, and on paper. */
export const LIGHT: Palette = {
  paper: "#ffffff",
  ink: "#1f2328",
  faint: "#57606a",
  rule: "#d0d7de",
  band: "#f6f8fa",
  ok: "#1a7f37",
  warning: "#855c00",
  critical: "#b84300",
  expired: "#b3001e",
  unknown: "#6639ba",
};

/** By night. */
export const DARK: Palette = {
  paper: "#0d1117",
  ink: "#e6edf3",
  faint: "#9da7b3",
  rule: "#3d444d",
  band: "#161b22",
  ok: "#3fb950",
  warning: "#d6a52c",
  critical: "#f0883e",
  expired: "#ff8a82",
  unknown: "#c297ff",
};

const variables = (palette: Palette): string =>
  Object.entries(palette)
    .map(([name, colour]) => `--${name}:${colour}`)
    .join(";");

const LEVELS = ["ok", "warning", "critical", "expired", "unknown"] as const;

/** The style sheet of all pages; it fetches nothing. */
export const PAGE_STYLE = `
:root{color-scheme:light dark;${variables(LIGHT)}}
@media screen and (prefers-color-scheme:dark){:root{${variables(DARK)}}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1.5rem;max-width:90rem;background:var(--paper);color:var(--ink);
font:1rem/1.5 system-ui,"Hiragino Sans","Yu Gothic UI","Noto Sans JP","Noto Sans CJK JP",sans-serif}
h1{margin:0;font-size:1.5em}
h2{margin:1.5rem 0 .5rem;font-size:1.1em}
p{margin:.25rem 0}
.faint{color:var(--faint)}
.level{font-weight:600}
${LEVELS.map((level) => `.level.${level}{color:var(--${level})}`).join("\n")}
@page{size:A4 landscape;margin:12mm}
@media print{
body{max-width:none;padding:0;font-size:9pt}
h2{break-after:avoid}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
`.trim();

/** Time lines, with their legends. */
export const CHART_STYLE = `
ul.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:.5rem 0;padding:0;list-style:none;font-size:.85em}
ul.legend svg{width:1.1em;height:1.1em;vertical-align:-.15rem}
.chart{display:block;width:100%;height:auto;margin:0 0 .75rem}
.chart text{fill:var(--ink);font-size:13px}
.chart text.faint{fill:var(--faint);font-size:12px}
.chart .band{fill:var(--band)}
.chart .rule{stroke:var(--rule);stroke-width:1}
.chart .today{stroke:var(--ink);stroke-width:1.5;stroke-dasharray:4 3}
.marker{stroke-width:2;stroke-linejoin:round;stroke-linecap:round;fill:none}
${LEVELS.map((level) => `.marker.${level}{stroke:var(--${level});fill:var(--${level})}`).join("\n")}
.marker.hollow{fill:var(--paper)}
`.trim();

/** What the page of what expires adds: its time line and its table. */
export const TIMELINE_STYLE = `
${CHART_STYLE}
.chart{min-width:60rem}
.scroll{overflow-x:auto}
table{width:100%;min-width:66rem;table-layout:fixed;border-collapse:collapse;font-size:.875em}
caption{padding:.25rem 0;text-align:start;color:var(--faint)}
th,td{padding:.4rem .5rem;border-bottom:1px solid var(--rule);text-align:start;vertical-align:top;overflow-wrap:anywhere}
td bdi,th bdi{white-space:pre-line}
thead th{border-bottom-width:2px}
.number{text-align:end}
td small,th small{display:block;color:var(--faint);font-size:.92em;font-weight:400}
@media screen and (max-width:72rem){
table{min-width:0}
table,caption,tbody{display:block}
colgroup,thead{display:none}
tbody tr{display:grid;grid-template-columns:auto auto 1fr;gap:0 1rem;padding:.5rem 0;border-bottom:1px solid var(--rule)}
tbody th,tbody td{border:0;padding:.1rem 0;text-align:start}
tbody th{order:-1}
tbody th,tbody td:nth-child(n+5){grid-column:1/-1}
tbody td:nth-child(n+5):not(:has(bdi:not(:empty))){display:none}
tbody td:not(.level)::before{content:attr(data-label) ": ";color:var(--faint)}
}
@media print{
.scroll{overflow:visible}
.chart{min-width:0}
table{min-width:0;font-size:7.5pt}
thead{display:table-header-group}
tr,.chart{break-inside:avoid}
}
`.trim();
