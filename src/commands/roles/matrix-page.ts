import { appNotes, appTables } from "../../lib/model/app-roles.ts";
import { MATRIX_NOTE, matrixRows, PAGES_NOTE, type MatrixRow } from "../../lib/model/role-facts.ts";
import { SAID } from "../../lib/model/role-policy.ts";
import { OPERATION_GROUPS, ROLES, type AdministratorRole } from "../../lib/model/role.ts";
import { securedAppName, type SecuredApp } from "../../lib/model/secured-user.ts";
import { html, type Markup, type Part } from "../../lib/renewals/output/markup.ts";
import { pageDocument } from "../../lib/renewals/output/page/document.ts";
import { text, type Language } from "../../lib/text/index.ts";
import { RESTORED, shownMark } from "./app-tables.ts";
import { citedFor, LEGEND, markOf } from "./matrix-columns.ts";

const STYLE = `
.scroll{overflow-x:auto}
table{border-collapse:collapse;margin:.5rem 0 1rem}
th,td{padding:.3rem .6rem;border-bottom:1px solid var(--rule);text-align:start;vertical-align:top}
thead th{border-bottom-width:2px}
tbody th{font-weight:400}
tr.group th{padding-top:.8rem;font-weight:600;background:var(--band)}
td.manual{font-weight:600}
td.no{color:var(--faint)}
li{margin:.4rem 0}
tr,li{break-inside:avoid}
@media print{.scroll{overflow:visible}thead{display:table-header-group}}`;

const page = (language: Language, title: string, notes: readonly string[], main: Part): string =>
  pageDocument({
    language,
    title,
    style: STYLE,
    header: html`<h1>${title}</h1>
      ${notes.map((note) => html`<p>${note}</p>`)}`,
    main,
  });

/** The matrix as a page, with the sentences that are cited. */
export function matrixPage(roles: readonly AdministratorRole[], language: Language): string {
  const title = text("Who may do what in CLOMO by clomoctl", "clomoctl での管理者権限の一覧")[language];
  const cited = SAID.map((said) => ({ ...said, cells: said.cells.filter(([role]) => roles.includes(role)) }));
  const sentences = cited.filter(({ cells, role }) => cells.length > 0 || roles.some((one) => one === role));
  return page(
    language,
    title,
    [MATRIX_NOTE[language], PAGES_NOTE[language]],
    html`<ul>
        ${LEGEND.map((sign) => html`<li>${sign[language]}</li>`)}
      </ul>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">${text("Operation", "操作")[language]}</th>
              ${roles.map((role) => html`<th scope="col">${ROLES[role][language]}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${[...Map.groupBy(matrixRows(), ({ group }) => group)].map(([group, rows]) => [
              html`<tr class="group">
                <th scope="rowgroup" colspan="${roles.length + 1}">${OPERATION_GROUPS[group][language]}</th>
              </tr> `,
              rows.map((row) => matrixRow(row, roles, language)),
            ])}
          </tbody>
        </table>
      </div>
      <h2>${text("What the maker's manual says", "マニュアルの記載")[language]}</h2>
      <ul>
        ${sentences.map(
          ({ seed, sentence, cells, note }) =>
            html`<li data-seed="${seed}">
              ${seed}「${sentence}」${cells.length === 0 ? null : html`<br />→ ${citedFor(cells)[language]}`}${note === undefined ? null : html`<br /><span class="faint">${note[language]}</span>`}
            </li>`,
        )}
      </ul>`,
  );
}

const matrixRow = (
  { operation, about, cells }: MatrixRow,
  roles: readonly AdministratorRole[],
  language: Language,
): Markup =>
  html`<tr data-operation="${operation}">
    <th scope="row">${about[language]}</th>
    ${roles.map((role) => {
      const { [role]: cell } = cells;
      const source = cell.manual.length === 0 ? "ours" : "manual";
      const look = `${source}${cell.reach === "no" ? " no" : ""}`;
      const why =
        source === "ours"
          ? text("ours", "clomoctl 独自")[language]
          : cell.manual.map(({ seed, sentence }) => `${seed}「${sentence}」`).join(" ");
      return html`<td class="${look}" data-role="${role}" data-reach="${cell.reach}" title="${why}">
        ${markOf(cell)[language]}
      </td>`;
    })}
  </tr> `;

/** The maker's tables of an app, as a page. */
export function appPage(app: SecuredApp, language: Language): string {
  const name = securedAppName(app);
  const title = text(`Who may do what in Secured ${name}`, `Secured ${name} の権限表`)[language];
  const tables = appTables(app);
  const isMended = tables.some(({ rows }) => rows.some(({ cells }) => cells.some(({ restored }) => restored)));
  const notes = [...(isMended ? [RESTORED] : []), ...appNotes(app)].map((note) => note[language]);
  return page(
    language,
    title,
    [text("The maker's own tables (manual, 004).", "メーカーの権限表です(マニュアル、004)。")[language], ...notes],
    tables.map(
      (table) =>
        html`<h2>${table.title[language]}</h2>
          <div class="scroll">
            <table>
              <thead>
                <tr>
                  <th></th>
                  ${table.roles.map((role) => html`<th scope="col">${role[language]}</th>`)}
                </tr>
              </thead>
              <tbody>
                ${table.rows.map(
                  ({ about, cells }) =>
                    html`<tr>
                      <th scope="row">${about[language]}</th>
                      ${cells.map((cell) => html`<td>${shownMark(cell)[language]}</td>`)}
                    </tr> `,
                )}
              </tbody>
            </table>
          </div>`,
    ),
  );
}
