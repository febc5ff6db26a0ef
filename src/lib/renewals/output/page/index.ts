import { text, type Language } from "../../../text/index.ts";
import { type Judged, type Level, LEVEL_NAMES } from "../../judge.ts";
import { drawChart, legendMarker, ROWS_OF_A_CHART } from "./chart.ts";
import { HEADERS } from "../headers.ts";
import { html, type Markup } from "../markup.ts";
import { pageDocument } from "./document.ts";
import { TIMELINE_STYLE } from "./style.ts";
import { drawTable } from "./table.ts";
import type { Timeline, Typesetting } from "../../timeline.ts";

/** What a page shows, and how. */
export interface PageContent extends Typesetting {
  readonly items: readonly Judged[];
  readonly language: Language;
  readonly timeline: Timeline;
  /** an IANA name; days are told in it */
  readonly timezone: string;
  /** when the page was made, as people read it */
  readonly asOf: string;
  /** whose things they are: the context's name, or several */
  readonly contexts: readonly string[];
}

/** What expires, as a page: a time line, and a table that says the same. */
export function renewalsPage(content: PageContent): string {
  const { language, visible, items } = content;
  const title = text("Renewals", "期限のあるもの")[language];
  const tenants = content.contexts.map(visible).join(", ");
  return pageDocument({
    opening: HEADERS.renewalsPage,
    language,
    title: `${title}: ${tenants}`,
    style: TIMELINE_STYLE,
    header: html`<h1>${title}</h1>
      <p>
        <bdi>${tenants}</bdi>
        <span class="faint">${text(`as of ${content.asOf}`, `${content.asOf} 現在`)[language]}</span>
      </p>
      <p>${summary(content)}</p> `,
    main: items.length === 0 ? null : charts(content),
  });
}

const LEVELS: readonly Level[] = ["expired", "unknown", "critical", "warning", "ok"];

function summary({ items, language }: PageContent): string {
  if (items.length === 0) return text("No items are recorded.", "登録がありません。")[language];
  const counts = LEVELS.flatMap((level) => {
    const count = items.filter((judged) => judged.level === level).length;
    return count === 0 ? [] : [`${LEVEL_NAMES[level][language]} ${count}`];
  });
  return counts.join(text(", ", "、")[language]);
}

function charts(content: PageContent): Markup {
  const { items, language, timeline, timezone, visible, fit } = content;
  const allContexts = content.contexts.length > 1;
  const label = ({ name, context }: Judged): string => (allContexts ? `${context}: ${name}` : name);
  const parts = Array.from(
    { length: Math.ceil(items.length / ROWS_OF_A_CHART) },
    (_, number) =>
      html`<div class="scroll">
        ${drawChart(items.slice(number * ROWS_OF_A_CHART, (number + 1) * ROWS_OF_A_CHART), {
          timeline,
          language,
          number,
          label,
          visible,
          fit,
        })}
      </div>`,
  );
  const caption = text("~ marks an estimate", "~ は推定の期限です")[language];
  return html`<h2>${text("Timeline", "タイムライン")[language]}</h2>
    ${legend(language)} ${parts}
    <h2>${text("Table", "一覧")[language]}</h2>
    ${drawTable(items, { language, timezone, visible, allContexts }, caption)}`;
}

const legend = (language: Language): Markup =>
  html`<ul class="legend">
    ${LEVELS.map((level) => html`<li>${legendMarker(level)} ${LEVEL_NAMES[level][language]}</li>`)}
    <li>${legendMarker("later")} ${text("later", "この期間より後")[language]}</li>
    <li>${legendMarker("ok", true)} ${text("hollow: estimated", "白抜き: 推定")[language]}</li>
  </ul>`;
