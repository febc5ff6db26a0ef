import { html, type Markup } from "../../lib/renewals/output/markup.ts";
import { pageDocument } from "../../lib/renewals/output/page/document.ts";
import { escapeForPeople } from "../../lib/terminal/escape.ts";
import { text, type Language } from "../../lib/text/index.ts";
import { shownFields } from "./columns.ts";
import type { Status } from "./gather.ts";

const STYLE = `
dl{display:grid;grid-template-columns:minmax(6rem,14rem) minmax(0,1fr);margin:0}
dt,dd{margin:0;padding:.4rem .5rem;border-bottom:1px solid var(--rule);overflow-wrap:anywhere}
h2{overflow-wrap:anywhere}
dt{color:var(--faint)}
dd bdi{display:block}
@media screen and (max-width:40rem){dl{grid-template-columns:minmax(0,1fr)}dt{border:0;padding-bottom:0}dd{padding-top:0}}
section{break-inside:avoid}`;

/** How tenants stand, as a page. */
export function statusPage(all: readonly Status[], asOf: string, language: Language): string {
  const title = text("Tenants", "テナントの状況")[language];
  return pageDocument({
    language,
    title,
    style: STYLE,
    header: html`<h1>${title}</h1>
      <p class="faint">${text(`as of ${asOf}`, `${asOf} 現在`)[language]}</p> `,
    main: all.map((status) => section(status, language)),
  });
}

const section = (status: Status, language: Language): Markup =>
  html`<section>
    <h2><bdi>${escapeForPeople(status.context.name)}</bdi></h2>
    <dl>
      ${shownFields(status).map(({ key, header, lines }) => {
        const alarms = key === "problems" && status.problems.length > 0 ? "level critical" : "";
        return html`<dt>${header[language]}</dt>
          <dd data-field="${key}" class="${alarms}">
            ${lines.map((line) => html`<bdi>${escapeForPeople(line[language])}</bdi>`)}
          </dd>`;
      })}
    </dl>
  </section> `;
