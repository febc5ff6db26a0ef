import { HEADERS } from "../../lib/renewals/output/headers.ts";
import { html, type Markup, type Part } from "../../lib/renewals/output/markup.ts";
import { pageDocument } from "../../lib/renewals/output/page/document.ts";
import { escapeForPeople } from "../../lib/terminal/escape.ts";
import { joined, same, text, type Language } from "../../lib/text/index.ts";
import { contextName, shownFields } from "./columns.ts";
import type { Status } from "./gather.ts";

const STYLE = `
dl{display:grid;grid-template-columns:minmax(6rem,14rem) minmax(0,1fr);margin:0}
dt,dd{margin:0;padding:.4rem .5rem;border-bottom:1px solid var(--rule);overflow-wrap:anywhere}
h2{overflow-wrap:anywhere}
dt{color:var(--faint)}
dd bdi{display:block;padding-inline-start:.8em;text-indent:-.8em}
dd.typed{font-family:ui-monospace,Consolas,"Noto Sans Mono CJK JP",monospace;font-size:.9em}
.whole{display:inline-block;max-width:100%;text-indent:0}
@media screen and (max-width:40rem){dl{grid-template-columns:minmax(0,1fr)}dt{border:0;padding-bottom:0}dd{padding-top:0}}
section{break-inside:avoid}`;

/** How tenants stand, as a page. */
export function statusPage(all: readonly Status[], asOf: string, language: Language): string {
  const title = text("Tenants", "テナントの状況")[language];
  return pageDocument({
    opening: HEADERS.statusPage,
    language,
    title,
    style: STYLE,
    header: html`<h1>${title}</h1>
      <p class="faint">${text(`as of ${asOf}`, `${asOf} 現在`)[language]}</p>
      ${summary(all, language)}`,
    main: all.map((status) => section(status, language)),
  });
}

/** Which tenants to look at: those with problems may stand far below. */
function summary(all: readonly Status[], language: Language): Markup {
  const wrong = all.filter(({ problems }) => problems.length > 0).map(({ context }) => same(context.name));
  if (wrong.length === 0) return html`<p>${text("nothing is wrong", "問題はありません")[language]}</p>`;
  const { en, ja } = joined(wrong, text(", ", "、"));
  const said = text(
    `something is wrong with ${wrong.length} of ${all.length}: ${en}`,
    `問題があるテナント(${all.length} 件中 ${wrong.length} 件): ${ja}`,
  );
  return html`<p class="level critical">${words(said[language])}</p>`;
}

function section(status: Status, language: Language): Markup {
  const fields = shownFields(status).filter(({ key }) => key !== "context");
  return html`<section>
    <h2><bdi>${escapeForPeople(contextName(status)[language])}</bdi></h2>
    <dl>
      ${fields.map(({ key, header, lines }) => {
        const alarms = key === "problems" && status.problems.length > 0;
        const look = alarms ? "level critical" : key === "next" && status.next.length > 0 ? "typed" : "";
        return html`<dt>${header[language]}</dt>
          <dd data-field="${key}" class="${look}">
            ${lines.map((line) => html`<bdi>${words(line[language])}</bdi>`)}
          </dd>`;
      })}
    </dl>
  </section> `;
}

/** A line whose dates and options do not break at their hyphens, unless they are wider than the screen. */
const words = (line: string): readonly Part[] =>
  escapeForPeople(line)
    .split(" ")
    .map(
      (word, at) => html`${at === 0 ? "" : " "}${word.includes("-") ? html`<span class="whole">${word}</span>` : word}`,
    );
