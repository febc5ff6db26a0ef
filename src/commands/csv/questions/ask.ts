import {
  findColumnByAnyHeader,
  isFormerHeader,
  isNewHeader,
  suggestColumnName,
} from "../../../lib/csv/layout/columns.ts";
import { readHeader, toHeaderKey } from "../../../lib/csv/layout/header.ts";
import { limitMapToHeaders } from "../../../lib/csv/layout/match-layout.ts";
import { isReasonHeader } from "../../../lib/csv/layout/layout.ts";
import type { ParsedMapFile } from "../../../lib/csv/layout/map-parse.ts";
import type { JoinedField } from "../../../lib/csv/layout/map.ts";
import {
  hasOrgColumn,
  listColumns,
  refersToOrg,
  type Column,
  type CustomField,
  type Format,
} from "../../../lib/model/format.ts";
import type { PromptChoice, Questions } from "../../../lib/terminal/index.ts";
import { joinTexts, same, text } from "../../../lib/text/index.ts";

const KANA_WORD = "(?:カナ|かな|フリガナ|ふりがな|ヨミ|よみ)";
export const NAME_PARTS: Readonly<Record<"written" | "kana", readonly [family: RegExp, given: RegExp]>> = {
  written: [/^(?:姓|氏|名字|苗字|sei|(?:last|family)[ _]?name|surname)$/i, /^(?:名|mei|(?:first|given)[ _]?name)$/i],
  kana: [
    new RegExp(`^(?:(?:姓|氏)[ _(]*${KANA_WORD}\\)?|${KANA_WORD}[ _(]*(?:姓|氏)\\)?|セイ|せい)$`, "u"),
    new RegExp(`^(?:名[ _(]*${KANA_WORD}\\)?|${KANA_WORD}[ _(]*名\\)?|メイ|めい)$`, "u"),
  ],
};
const ORG_LEVEL =
  /(?:本部|事業部|事業所|支社|支店|部門|部|課|室|係|グループ|チーム|所属 ?\d|division|department|section|team)名?(?:称)?$/i;
const formatHeader = (header: string): string => header.replaceAll(/\s+/g, " ");

export interface ColumnSearch {
  readonly columns: readonly Column[];
  readonly free: readonly Column[];
  readonly proposed: ReadonlyMap<string, Column>;
}

interface KnownColumns {
  readonly customFields?: readonly CustomField[] | undefined;
  /** users are asked only about headers that the column map does not contain */
  readonly map?: ParsedMapFile | undefined;
  readonly doubtful?: readonly string[] | undefined;
  /** returns columns by header; null for a header whose values do not fit the proposed column */
  readonly findByValues?:
    | ((headers: readonly string[], search: ColumnSearch) => Promise<ReadonlyMap<string, Column | null>>)
    | undefined;
}

export const findOpenHeaders = (
  headers: readonly string[],
  format: Format,
  { customFields, map, doubtful = [] }: KnownColumns,
): readonly string[] => {
  const { columns } = readHeader(headers, format, { customFields, map }).layout;
  const read = new Set(columns.flatMap(({ positions }) => positions.map((at) => headers[at])));
  const mentioned = new Set([...(map?.columns ?? []), ...(map?.skip ?? [])].map(({ header }) => toHeaderKey(header)));
  const isAnswered = (header: string): boolean => read.has(header) || mentioned.has(toHeaderKey(header));
  return [...new Set(headers)].filter(
    (header) => header !== "" && !isReasonHeader(header) && (doubtful.includes(header) || !isAnswered(header)),
  );
};

const proposeColumns = (headers: readonly string[], free: readonly Column[]): ReadonlyMap<string, Column> => {
  const proposed = new Map<string, Column>();
  const rank = (header: string): number =>
    findColumnByAnyHeader(free, header) === undefined ? 2 : isNewHeader(header) ? 0 : 1;
  for (const header of headers.toSorted((one, other) => rank(one) - rank(other))) {
    const left = free.filter((column) => column.repeated === true || !proposed.values().toArray().includes(column));
    const name = suggestColumnName(left, header);
    const likely =
      findColumnByAnyHeader(left, header) ?? left.find((column) => column.header === name || column.field === name);
    if (likely !== undefined) proposed.set(header, likely);
  }
  return proposed;
};

export async function askColumns(
  prompts: Questions,
  headers: readonly string[],
  format: Format,
  known: KnownColumns = {},
): Promise<ParsedMapFile | undefined> {
  const { customFields, doubtful = [] } = known;
  const map = known.map && limitMapToHeaders(known.map, headers);
  const unknown = findOpenHeaders(headers, format, { ...known, map });
  if (unknown.length === 0) return undefined;
  const columns = listColumns(format, customFields);
  const present = readHeader(headers, format, { customFields, map }).layout.columns.filter(
    ({ positions }) => !positions.every((at) => doubtful.includes(headers[at] ?? "")),
  );
  const taken = new Set(present.map(({ column }) => column.field));
  const isFree = ({ field, repeated }: Column): boolean => repeated === true || !taken.has(field);
  const joins = await askJoins(prompts, unknown, columns.filter(isFree), format);
  for (const { field } of joins) taken.add(field);
  const joined = new Set(joins.flatMap((join) => join.headers));
  const asked = unknown.filter((header) => !joined.has(header));
  const proposed = proposeColumns(asked, columns.filter(isFree));
  const free = columns.filter(({ field }) => !taken.has(field));
  // in a list of organisations, several columns contain organisation names, so values do not identify a column
  const search = { columns: format.thing.name === "org" ? [] : columns, free, proposed };
  const byValues = await known.findByValues?.(asked, search);
  const mapped: { header: string; to: string | null }[] = [];
  for (const header of asked) {
    const rival = doubtful.includes(header) ? findColumnByAnyHeader(columns, header) : undefined;
    const valued = byValues?.get(header);
    const likely = valued === undefined ? proposed.get(header) : (valued ?? undefined);
    const column = await askHeader(prompts, header, columns.filter(isFree), { likely, rival });
    if (column !== null) taken.add(column.field);
    mapped.push({ header, to: column?.header ?? null });
  }
  const answered = new Set(mapped.flatMap(({ to }) => columns.find(({ header }) => header === to)?.field ?? []));
  const replaced = present.filter(({ column }) => column.repeated !== true && answered.has(column.field));
  const former = new Set(replaced.flatMap(({ positions }) => positions.map((at) => headers[at] ?? "")));
  return {
    ...map,
    columns: [
      ...(map?.columns ?? []).filter(({ header }) => !former.has(header)),
      ...mapped,
      ...Array.from(former, (header) => ({ header, to: null })),
    ],
    joins: [
      ...(map?.joins ?? []).filter(({ field }) => replaced.every(({ column }) => column.field !== field)),
      ...joins,
    ],
  };
}

async function askJoins(
  prompts: Questions,
  unknown: readonly string[],
  lacking: readonly Column[],
  format: Format,
): Promise<readonly JoinedField[]> {
  const findNameParts = (parts: readonly [RegExp, RegExp]): readonly string[] => {
    const found = parts.flatMap((part) => unknown.find((header) => part.test(header.normalize("NFKC"))) ?? []);
    return found.length < parts.length ? [] : found;
  };
  const name = lacking.find(({ personName }) => personName === "written");
  const kana = lacking.find(({ personName }) => personName === "kana");
  const org = hasOrgColumn(format) ? lacking.find(refersToOrg) : undefined;
  const tree = format.thing.name === "org" ? lacking.find(({ field }) => field === "name") : undefined;
  const levels = unknown.filter((header) => ORG_LEVEL.test(header) && !isFormerHeader(header));
  const tiers = levels.filter((header) => !/^(?:親|上位)/.test(header));
  const candidates: readonly (readonly [Column | undefined, readonly string[]])[] = [
    [name, findNameParts(NAME_PARTS.written)],
    [kana, findNameParts(NAME_PARTS.kana)],
    [org, levels.length < 2 ? [] : levels],
    [tree, tiers.length < 2 ? [] : tiers],
  ];
  const joins: JoinedField[] = [];
  for (const [column, headers] of candidates) {
    if (column === undefined || headers.length === 0) continue;
    const { en, ja } = joinTexts(
      headers.map(formatHeader).map(same),
      same(column === org || column === tree ? " / " : " + "),
    );
    const message =
      column === tree
        ? text(`Are "${en}" the levels of the organisations?`, `「${ja}」は組織の階層ですか?`)
        : text(`Join "${en}" to get ${column.header}?`, `「${ja}」をつなげて${column.header}にしますか?`);
    if (await prompts.confirm({ message, flag: "--map", preset: true })) joins.push({ field: column.field, headers });
  }
  return joins;
}

async function askHeader(
  prompts: Questions,
  theirs: string,
  free: readonly Column[],
  { likely, rival }: { readonly likely?: Column | undefined; readonly rival?: Column | undefined },
): Promise<Column | null> {
  const first = [isNewHeader(theirs) ? rival : undefined, likely].filter((column) => column !== undefined);
  const toChoice = (column: Column): PromptChoice<Column | null> => ({ value: column, name: same(column.header) });
  const rest = [...(rival === undefined ? [] : [rival]), ...free];
  return prompts.select<Column | null>({
    message: text(
      `Which field does "${formatHeader(theirs)}" stand for?`,
      `「${formatHeader(theirs)}」はどの項目ですか?`,
    ),
    flag: "--map",
    choices: [
      ...first.map(toChoice),
      { value: null, name: text("none: ignore this column", "なし(この列は読み込まない)") },
      ...[...new Set(rest)].filter((column) => !first.includes(column)).map(toChoice),
    ],
  });
}
