import { suggestColumnName } from "../../../lib/csv/layout/columns.ts";
import { readHeader } from "../../../lib/csv/layout/header.ts";
import type { ColumnMap, JoinedField, SkippedCells } from "../../../lib/csv/layout/map.ts";
import { listColumns, namesOrg, type Column, type CustomField, type Format } from "../../../lib/model/format.ts";
import { isAllowedHeader } from "../../../lib/csv/layout/header.ts";
import type { Choice, Prompts } from "../../../lib/terminal/index.ts";
import { joinTexts, same, text, type Text } from "../../../lib/text/index.ts";
import type { SurveyedColumn } from "./survey.ts";

/** What a person says about the columns of a file. */
export interface ColumnAnswers {
  readonly map: ColumnMap;
  /** headers of columns that are to become custom fields of the tenant */
  readonly newFields: readonly string[];
  /** true if at least one question was asked */
  readonly isAsked: boolean;
}

const KANA_WORD = "(?:カナ|かな|フリガナ|ふりがな|ヨミ|よみ)";
/** The two headers that together are the name of a person, as it is written and in kana, after NFKC. */
const NAME_PARTS: Readonly<Record<"written" | "kana", readonly [family: RegExp, given: RegExp]>> = {
  written: [/^(?:姓|氏|名字|苗字|sei|(?:last|family)[ _]?name|surname)$/i, /^(?:名|mei|(?:first|given)[ _]?name)$/i],
  kana: [
    new RegExp(`^(?:(?:姓|氏)[ _(]*${KANA_WORD}\\)?|${KANA_WORD}[ _(]*(?:姓|氏)\\)?|セイ|せい)$`, "u"),
    new RegExp(`^(?:名[ _(]*${KANA_WORD}\\)?|${KANA_WORD}[ _(]*名\\)?|メイ|めい)$`, "u"),
  ],
};
/** Headers of columns that have the names of organisations of one level. */
const ORG_LEVEL =
  /(?:本部|事業部|事業所|支社|支店|部門|部|課|室|係|グループ|チーム|所属 ?\d|division|department|section|team)名?(?:称)?$/i;
/** Values of rows that are usually not imported: leavers, and further posts of a person. */
const SKIPPED_VALUE = /^(?:退職(?:済み?|者)?|退社|兼務|兼任|兼職)$/;

/** Asks what the columns of a file mean, as far as their headers do not say it: one question per screen. */
export async function askColumns(
  prompts: Prompts,
  surveyed: readonly SurveyedColumn[],
  format: Format,
  customFields?: readonly CustomField[],
): Promise<ColumnAnswers> {
  const headers = surveyed.map(({ header }) => header);
  const columns = listColumns(format, customFields);
  const present = readHeader(headers, format, { customFields }).layout.columns;
  const known = new Set(present.flatMap(({ positions }) => positions.map((at) => headers[at])));
  const taken = new Set(present.map(({ column }) => column.header));
  const unknown = [...new Set(headers)].filter((header) => header !== "" && !known.has(header));
  const joins = await askJoins(
    prompts,
    unknown,
    columns.filter(({ header }) => !taken.has(header)),
  );
  for (const { field } of joins) taken.add(columns.find((column) => column.field === field)?.header ?? field);
  const joined = new Set(joins.flatMap((join) => join.headers));
  const { skip, isAsked } = await askSkippedRows(prompts, surveyed);
  const used = new Set(skip.map(({ header }) => header));
  const rest = unknown.filter((header) => !joined.has(header) && !used.has(header));
  const mapped: { header: string; to: string | null }[] = [];
  const newFields: string[] = [];
  for (const header of rest) {
    const free = columns.filter(({ header: ours, repeated }) => repeated === true || !taken.has(ours));
    const hasOrgs = surveyed.some((one) => one.header === header && one.namesOrgs === true);
    const likely = (hasOrgs ? free.find(namesOrg)?.header : undefined) ?? suggestColumnName(free, header);
    const to = await askHeader(prompts, header, { free, likely, mayAdd: format.custom && isAllowedHeader(header) });
    if (to === header && free.every(({ header: ours }) => ours !== to)) newFields.push(header);
    if (to !== null) taken.add(to);
    mapped.push({ header, to });
  }
  const map = { columns: mapped, constants: [], defaults: [], ...(joins.length > 0 && { joins }) };
  return {
    map: skip.length === 0 ? map : { ...map, skip },
    newFields,
    isAsked: isAsked || joins.length + rest.length > 0,
  };
}

/** Asks whether cells are parts of a value that the file lacks: of a name, or of the path of an organisation. */
async function askJoins(
  prompts: Prompts,
  unknown: readonly string[],
  lacking: readonly Column[],
): Promise<readonly JoinedField[]> {
  const findNameParts = (parts: readonly [RegExp, RegExp]): readonly string[] => {
    const found = parts.flatMap((part) => unknown.find((header) => part.test(header.normalize("NFKC"))) ?? []);
    return found.length < parts.length ? [] : found;
  };
  const name = lacking.find(
    ({ required, comparison, field }) => field === "name" || (required === "always" && comparison === "name"),
  );
  const kana = lacking.find(({ personName }) => personName === "kana");
  const org = lacking.find(namesOrg);
  const levels = unknown.filter((header) => ORG_LEVEL.test(header));
  const candidates: readonly (readonly [Column | undefined, readonly string[]])[] = [
    [name, findNameParts(NAME_PARTS.written)],
    [kana, findNameParts(NAME_PARTS.kana)],
    [org, levels.length < 2 ? [] : levels],
  ];
  const joins: JoinedField[] = [];
  for (const [column, headers] of candidates) {
    if (column === undefined || headers.length === 0) continue;
    const { en, ja } = joinTexts(headers.map(same), same(column === org ? " / " : " + "));
    const message = text(
      `Is ${column.header} to be joined from "${en}"?`,
      `「${ja}」をつなげて${column.header}にしますか?`,
    );
    if (await prompts.confirm({ message, flag: "--map", preset: true })) joins.push({ field: column.field, headers });
  }
  return joins;
}

/** Asks whether to skip the rows of leavers and of further posts, if a column has such values. */
async function askSkippedRows(
  prompts: Prompts,
  surveyed: readonly SurveyedColumn[],
): Promise<{ readonly skip: readonly SkippedCells[]; readonly isAsked: boolean }> {
  const skip: SkippedCells[] = [];
  let isAsked = false;
  for (const { header, values } of surveyed) {
    const found = [...values].filter((value) => SKIPPED_VALUE.test(value));
    if (found.length === 0 || header === "") continue;
    isAsked = true;
    const message = text(
      `Skip the rows whose "${header}" is ${found.join(", ")}?`,
      `「${header}」が ${found.join("、")} の行を読み飛ばしますか?`,
    );
    if (await prompts.confirm({ message, flag: "--map", preset: true })) skip.push({ header, values: found });
  }
  return { skip, isAsked };
}

const IGNORE_CHOICE: Choice<string | null> = {
  value: null,
  name: text("none: ignore this column", "なし(この列は読み込まない)"),
};

/** The columns that a header can stand for. */
interface HeaderChoices {
  readonly free: readonly Column[];
  /** header or field of the most likely column */
  readonly likely: string | undefined;
  /** true if the header can become a custom field */
  readonly mayAdd: boolean;
}

/** Asks which header of the format a header stands for. Offers the most likely header first. */
async function askHeader(
  prompts: Prompts,
  theirs: string,
  { free, likely, mayAdd }: HeaderChoices,
): Promise<string | null> {
  const isNear = ({ header, field }: Column): boolean => header === likely || field === likely;
  const toChoice = ({ header }: Column): Choice<string | null> => ({ value: header, name: same(header) });
  const add = {
    value: theirs,
    name: text(`a new custom field of the tenant: ${theirs}`, `カスタムユーザー情報に加える: ${theirs}`),
  };
  const choices = [
    ...free.filter(isNear).map(toChoice),
    IGNORE_CHOICE,
    ...free.filter((column) => !isNear(column)).map(toChoice),
    ...(mayAdd ? [add] : []),
  ];
  const message: Text = text(`Which field does "${theirs}" stand for?`, `「${theirs}」はどの項目ですか?`);
  return prompts.select<string | null>({ message, flag: "--map", choices });
}
