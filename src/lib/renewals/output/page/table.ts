import { phoneWords, RENEWAL_KINDS } from "../../../model/renewal.ts";
import { text, type Language, type Text } from "../../../text/index.ts";
import { dayOf } from "../../../model/time.ts";
import { LEVEL_NAMES, type Judged } from "../../judge.ts";
import { html, type Markup, type Part } from "../markup.ts";

/** What a table needs. */
export interface TablePlace {
  readonly language: Language;
  /** an IANA name; days are told in it */
  readonly timezone: string;
  /** the words with everything that deceives made visible, on one line */
  readonly visible: (words: string) => string;
  /** several tenants: each row names its own */
  readonly allContexts: boolean;
}

interface TableColumn {
  /** stands in each cell where the screen is too narrow for columns */
  readonly header: Text;
  /** per cent of the table's width */
  readonly width: number;
  readonly number?: true | undefined;
}

const COLUMNS: readonly TableColumn[] = [
  { header: text("State", "状態"), width: 8 },
  { header: text("Days left", "残り日数"), width: 7, number: true },
  { header: text("Expires on", "期限"), width: 11 },
  { header: text("Item", "項目"), width: 17 },
  { header: text("Organisation", "組織"), width: 11 },
  { header: text("Owner", "更新担当"), width: 13 },
  { header: text("Account and 2-factor phone", "アカウントと認証コードを受け取る電話"), width: 15 },
  { header: text("Notes and identifiers", "メモと識別情報"), width: 18 },
];

/** The same as the time line, in words: one row a thing. */
export function drawTable(all: readonly Judged[], place: TablePlace, caption: string): Markup {
  const { language } = place;
  return html`<div class="scroll">
    <table>
      <caption>
        ${caption}
      </caption>
      <colgroup>
        ${COLUMNS.map(({ width }) => html`<col style="width:${width}%" />`)}
      </colgroup>
      <thead>
        <tr>
          ${COLUMNS.map(({ header, number }) => html`<th scope="col" ${number === true ? html` class="number"` : null}>${header[language]}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${all.map((judged) => row(judged, place))}
      </tbody>
    </table>
  </div>`;
}

function row(item: Judged, place: TablePlace): Markup {
  const { context, daysLeft, expiresOn, level, remark } = item;
  const { language, visible } = place;
  const label = (column: number): string => COLUMNS[column]?.header[language] ?? "";
  const kind = html`<data value="${item.kind}">${RENEWAL_KINDS[item.kind][language]}</data>`;
  const said = (field: string, words: string | null, label?: Text): Markup | null =>
    words === null
      ? null
      : html`<small
          >${label === undefined ? null : `${label[language]}: `}<bdi data-field="${field}"
            >${shown(words, visible)}</bdi
          ></small
        >`;
  return html`<tr data-item="${item.id}">
    <td class="level ${level}" data-label="${label(0)}">
      <data value="${level}">${LEVEL_NAMES[level][language]}</data>
    </td>
    <td class="number" data-field="daysLeft" data-label="${label(1)}">${daysLeft ?? "–"}</td>
    <td data-label="${label(2)}">
      ${date(item.expiresAt, expiresOn, item.certainty, language)}${said("remark", remark?.[language] ?? null)}
    </td>
    <th scope="row">
      <bdi data-field="name">${shown(item.name, visible)}</bdi
      ><small>${kind}</small>${place.allContexts ? said("context", context, text("tenant", "テナント")) : null}
    </th>
    <td data-label="${label(4)}"><bdi data-field="organisation">${shown(item.organisation, visible)}</bdi></td>
    <td data-label="${label(5)}"><bdi data-field="owner">${shown(item.owner, visible)}</bdi></td>
    <td data-label="${label(6)}">
      <bdi data-field="account">${shown(item.account, visible)}</bdi
      >${said("phone", phoneWords(item), text("phone", "電話"))}
    </td>
    <td data-label="${label(7)}">
      <bdi data-field="notes">${shown(item.notes, visible)}</bdi
      >${said("topic", item.topic, text("topic", "トピック"))}${said("fingerprint", item.fingerprint, text("SHA-256", "SHA-256"))}${said("source", item.source, text("file", "ファイル"))}${confirmation(item, place.timezone, said)}
    </td>
  </tr> `;
}

const confirmation = (
  { confirmedAt, confirmedBy }: Judged,
  timezone: string,
  said: (field: string, words: string | null, label: Text) => Markup | null,
): Part => [
  said("confirmedAt", confirmedAt === null ? null : dayOf(confirmedAt, timezone), text("confirmed", "確認")),
  said("confirmedBy", confirmedBy, text("by", "実施者")),
];

const date = (
  expiresAt: string | null,
  day: string | null,
  certainty: Judged["certainty"],
  language: Language,
): Markup => {
  if (expiresAt === null) return html`–`;
  const estimate = certainty === "estimated" ? html`<small>${text("estimated", "推定")[language]}</small>` : null;
  return html`<time datetime="${expiresAt}">${certainty === "estimated" ? "~" : ""}${day}</time>${estimate}`;
};

/** A person's line breaks stay. */
const shown = (words: string | null, visible: (words: string) => string): string =>
  (words ?? "")
    .split(/\r\n|\n|\r/)
    .map(visible)
    .join("\n");
