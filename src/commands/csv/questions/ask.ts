import { suggestColumnName, toLooseValue } from "../../../lib/csv/layout/columns.ts";
import { readHeader } from "../../../lib/csv/layout/header.ts";
import { isReasonHeader } from "../../../lib/csv/layout/layout.ts";
import { mergeMaps } from "../../../lib/csv/layout/map-merge.ts";
import type { MapFileSchema } from "../../../lib/csv/layout/map-parse.ts";
import type { ColumnMap, JoinedField, SkippedCells } from "../../../lib/csv/layout/map.ts";
import { createStatusProposal, isLeavingDayHeader, UNTIL_TODAY } from "../../../lib/csv/layout/skipped-value.ts";
import {
  hasOrgColumn,
  listColumns,
  namesOrg,
  type Column,
  type CustomField,
  type Format,
} from "../../../lib/model/format.ts";
import { isAllowedHeader } from "../../../lib/csv/layout/header.ts";
import { isUnlimited } from "../../../lib/model/rules.ts";
import { describeRefusal } from "../../../lib/model/value.ts";
import { nameKey } from "../../../lib/model/normalise.ts";
import type { Choice, Prompts } from "../../../lib/terminal/index.ts";
import { joinTexts, same, text, type Text } from "../../../lib/text/index.ts";
import type { SurveyedColumn } from "./survey.ts";

/** What a person says about the columns of a file. */
export interface ColumnAnswers {
  readonly map: MapFileSchema;
  /** headers of columns that are to become custom fields of the tenant */
  readonly newFields: readonly string[];
  readonly hasAsked: boolean;
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
const ORG_LEVEL =
  /(?:本部|事業部|事業所|支社|支店|部門|部|課|室|係|グループ|チーム|所属 ?\d|division|department|section|team)名?(?:称)?$/i;
const showHeader = (header: string): string => header.replaceAll(/\s+/g, " ");

interface KnownColumns {
  readonly customFields?: readonly CustomField[] | undefined;
  /** the map that reads the file; only what it does not answer is asked */
  readonly map?: MapFileSchema | undefined;
  /** true if unknown headers are ignored */
  readonly allowsUnknown?: boolean | undefined;
}

/** Returns the headers of a file that neither the format nor the map knows. */
export const findOpenHeaders = (
  headers: readonly string[],
  format: Format,
  { customFields, map }: KnownColumns,
): readonly string[] => {
  const { columns } = readHeader(headers, format, { customFields, map }).layout;
  const read = new Set(columns.flatMap(({ positions }) => positions.map((at) => headers[at])));
  const mentioned = new Set([...(map?.columns ?? []), ...(map?.skip ?? [])].map(({ header }) => toHeaderKey(header)));
  return [...new Set(headers)].filter(
    (header) => header !== "" && !isReasonHeader(header) && !read.has(header) && !mentioned.has(toHeaderKey(header)),
  );
};

const toHeaderKey = (header: string): string => nameKey(header.trim());

/** Asks what the columns of a file mean, as far as neither their headers nor the map say it: one question per screen. */
export async function askColumns(
  prompts: Prompts,
  surveyed: readonly SurveyedColumn[],
  format: Format,
  known: KnownColumns = {},
): Promise<ColumnAnswers> {
  const { customFields, map: before, allowsUnknown = false } = known;
  const headers = surveyed.map(({ header }) => header);
  const columns = listColumns(format, customFields);
  const present = readHeader(headers, format, { customFields, map: before }).layout.columns;
  const taken = new Set(present.map(({ column }) => column.header));
  const unknown = allowsUnknown ? [] : findOpenHeaders(headers, format, known);
  const joins = await askJoins(
    prompts,
    unknown,
    columns.filter(({ header }) => !taken.has(header)),
    hasOrgColumn(format),
  );
  for (const { field } of joins) taken.add(columns.find((column) => column.field === field)?.header ?? field);
  const joined = new Set(joins.flatMap((join) => join.headers));
  const { skip, keep, hasAsked } = await askSkippedRows(prompts, surveyed, before);
  const used = new Set(skip.map(({ header }) => header));
  const open = unknown.filter((header) => !joined.has(header) && !used.has(header));
  const assigned = new AssignedColumns({ format, columns, surveyed, taken, open });
  const mapped: { header: string; to: string | null }[] = [...(await askNeededColumns(prompts, assigned))];
  const newFields: string[] = [];
  const rest = [...assigned.open];
  for (const header of rest) {
    const { free } = assigned;
    const likely = assigned.suggest(header);
    const mayAdd = format.custom && isAllowedHeader(header);
    const to = await askHeader(prompts, header, { free, likely, isNeeded: assigned.lacks(likely), mayAdd });
    if (to === header && free.every(({ header: ours }) => ours !== to)) newFields.push(header);
    assigned.assign(header, to);
    mapped.push({ header, to });
  }
  return {
    map: mergeMaps(before, { columns: mapped, joins, skip, keep }, columns),
    newFields,
    hasAsked: hasAsked || joins.length + mapped.length > 0,
  };
}

class AssignedColumns {
  readonly format: Format;
  /** headers that no answer has assigned yet */
  readonly open: string[];
  readonly #columns: readonly Column[];
  readonly #surveyed: readonly SurveyedColumn[];
  /** headers of the columns that have a header of the file */
  readonly #taken: Set<string>;

  constructor(state: {
    readonly format: Format;
    readonly columns: readonly Column[];
    readonly surveyed: readonly SurveyedColumn[];
    readonly taken: Set<string>;
    readonly open: string[];
  }) {
    this.format = state.format;
    this.open = state.open;
    this.#columns = state.columns;
    this.#surveyed = state.surveyed;
    this.#taken = state.taken;
  }

  /** The columns that a further header can stand for. */
  get free(): readonly Column[] {
    return this.#columns.filter(({ header, repeated }) => repeated === true || !this.#taken.has(header));
  }

  /** The columns that new records need and that have no header yet. */
  get lacking(): readonly Column[] {
    return this.#columns.filter((column) => this.lacks(column));
  }

  /** Returns true if new records need a column that has no header yet. */
  lacks(column: Column | undefined): boolean {
    if (column === undefined || column.secret === true || this.#taken.has(column.header)) return false;
    return column.required !== undefined || this.isKey(column);
  }

  /** Returns true if only this column can identify records. */
  isKey({ field }: Column): boolean {
    const { key, fallbackKey, thing } = this.format;
    if (field !== key || fallbackKey !== undefined) return false;
    const others = this.#columns.filter(
      (one) => one.field !== key && thing.keys.some((other) => other.field === one.field),
    );
    const suggested = this.open.map((header) => this.suggest(header));
    return others.every((one) => !this.#taken.has(one.header) && !suggested.includes(one));
  }

  /** Returns the column that a header resembles, or that its values name. */
  suggest(header: string): Column | undefined {
    const { free } = this;
    const hasOrgs = this.#surveyed.some((one) => one.header === header && one.namesOrgs === true);
    const likely = suggestColumnName(free, header);
    const org = hasOrgs ? free.find(namesOrg) : undefined;
    const column = org ?? free.find(({ header: ours, field }) => ours === likely || field === likely);
    const surveyed = this.#surveyed.find((one) => one.header === header);
    return column === undefined || surveyed === undefined || mayChoose(column, surveyed) ? column : undefined;
  }

  /** Returns the columns of the file that resemble no column; none if one of them resembles the given column. */
  listCandidates(column: Column): readonly SurveyedColumn[] {
    const suggested = new Map(this.open.map((header) => [header, this.suggest(header)]));
    if ([...suggested.values()].includes(column)) return [];
    return this.#surveyed.filter(({ header }) => suggested.has(header) && suggested.get(header) === undefined);
  }

  assign(header: string, to: string | null): void {
    this.open.splice(this.open.indexOf(header), 1);
    if (to !== null) this.#taken.add(to);
  }
}

async function askNeededColumns(
  prompts: Prompts,
  assigned: AssignedColumns,
): Promise<readonly { readonly header: string; readonly to: string }[]> {
  const mapped: { header: string; to: string }[] = [];
  for (const column of assigned.lacking) {
    const candidates = assigned.listCandidates(column);
    if (candidates.length === 0) continue;
    const header = await askNeeded(prompts, column, candidates, assigned.isKey(column));
    if (header === null) continue;
    assigned.assign(header, column.header);
    mapped.push({ header, to: column.header });
  }
  return mapped;
}

/** Asks whether cells are parts of a value that the file lacks: of a name, or of the path of an organisation. */
async function askJoins(
  prompts: Prompts,
  unknown: readonly string[],
  lacking: readonly Column[],
  hasOrgs: boolean,
): Promise<readonly JoinedField[]> {
  const findNameParts = (parts: readonly [RegExp, RegExp]): readonly string[] => {
    const found = parts.flatMap((part) => unknown.find((header) => part.test(header.normalize("NFKC"))) ?? []);
    return found.length < parts.length ? [] : found;
  };
  const name = lacking.find(({ personName }) => personName === "written");
  const kana = lacking.find(({ personName }) => personName === "kana");
  const org = hasOrgs ? lacking.find(namesOrg) : undefined;
  const levels = unknown.filter((header) => ORG_LEVEL.test(header));
  const candidates: readonly (readonly [Column | undefined, readonly string[]])[] = [
    [name, findNameParts(NAME_PARTS.written)],
    [kana, findNameParts(NAME_PARTS.kana)],
    [org, levels.length < 2 ? [] : levels],
  ];
  const joins: JoinedField[] = [];
  for (const [column, headers] of candidates) {
    if (column === undefined || headers.length === 0) continue;
    const { en, ja } = joinTexts(headers.map(showHeader).map(same), same(column === org ? " / " : " + "));
    const message = text(
      `Is ${column.header} to be joined from "${en}"?`,
      `「${ja}」をつなげて${column.header}にしますか?`,
    );
    if (await prompts.confirm({ message, flag: "--map", preset: true })) joins.push({ field: column.field, headers });
  }
  return joins;
}

interface SkipAnswers {
  readonly skip: readonly SkippedCells[];
  readonly keep: readonly SkippedCells[];
  readonly hasAsked: boolean;
}

async function askSkippedRows(
  prompts: Prompts,
  surveyed: readonly SurveyedColumn[],
  map: ColumnMap | undefined,
): Promise<SkipAnswers> {
  const [skip, keep]: [SkippedCells[], SkippedCells[]] = [[], []];
  for (const { header, values } of surveyed) {
    if (header === "") continue;
    const known = [...(map?.skip ?? []), ...(map?.keep ?? [])].filter(
      (one) => toHeaderKey(one.header) === toHeaderKey(header),
    );
    const answered = new Set(known.flatMap((one) => one.values).map(toLooseValue));
    const propose = createStatusProposal(header);
    // the days of the next list are not known yet
    const found = isLeavingDayHeader(header)
      ? known.length === 0
        ? [UNTIL_TODAY]
        : []
      : [...values].filter((value) => !answered.has(value)).flatMap((value) => propose(value) ?? []);
    if (found.length === 0) continue;
    const message = found.includes(UNTIL_TODAY)
      ? text(
          `Skip the rows whose "${showHeader(header)}" has come, today or earlier?`,
          `「${showHeader(header)}」が今日以前の行を読み飛ばしますか?`,
        )
      : text(
          `Skip the rows whose "${showHeader(header)}" is ${found.join(", ")}?`,
          `「${showHeader(header)}」が ${found.join("、")} の行を読み飛ばしますか?`,
        );
    const isSkipped = await prompts.confirm({ message, flag: "--map", preset: true });
    (isSkipped ? skip : keep).push({ header, values: found });
  }
  return { skip, keep, hasAsked: skip.length + keep.length > 0 };
}

/** Returns true if a column accepts most values of a file, and not every text. */
const fitsValues = ({ value }: Column, { values }: SurveyedColumn): boolean => {
  if (isUnlimited(value.rule)) return false;
  const fitting = [...values].filter((one) => describeRefusal(value, one) === undefined).length;
  return fitting > 0 && fitting * 2 >= values.size;
};

/** Returns false if a column accepts only certain values, and most values of a file are others. */
const mayChoose = (column: Column, surveyed: SurveyedColumn): boolean =>
  column.value.rule.kind !== "choice" || surveyed.values.size === 0 || fitsValues(column, surveyed);

async function askNeeded(
  prompts: Prompts,
  column: Column,
  candidates: readonly SurveyedColumn[],
  isOnlyKey: boolean,
): Promise<string | null> {
  const ours = column.header;
  const toChoice = ({ header }: SurveyedColumn): Choice<string | null> => ({
    value: header,
    name: same(showHeader(header)),
  });
  const none = {
    value: null,
    name: isOnlyKey
      ? text("none: this list cannot be imported", "なし(この一覧は読み込めません)")
      : text("none", "なし"),
  };
  const fitting = candidates.filter((one) => fitsValues(column, one));
  const others = candidates.filter((one) => !fitting.includes(one));
  const rest = isOnlyKey ? [...others.map(toChoice), none] : [none, ...others.map(toChoice)];
  const message = isOnlyKey
    ? text(`Which column has ${ours}? Every row needs it.`, `「${ours}」はどの列ですか?(必須)`)
    : text(`Which column has ${ours}? New records need it.`, `「${ours}」はどの列ですか?(新しい行に必要)`);
  return prompts.select<string | null>({ message, flag: "--map", choices: [...fitting.map(toChoice), ...rest] });
}

const describeNone = (needed?: Column): Text =>
  needed === undefined
    ? text("none: ignore this column", "なし(この列は読み込まない)")
    : text(`none: new records need ${needed.header}`, `なし(新しい行には「${needed.header}」が必要です)`);

interface HeaderChoices {
  readonly free: readonly Column[];
  readonly likely: Column | undefined;
  /** true if new records need the likely column */
  readonly isNeeded: boolean;
  /** true if the header can become a custom field */
  readonly mayAdd: boolean;
}

async function askHeader(
  prompts: Prompts,
  theirs: string,
  { free, likely, isNeeded: isLikelyNeeded, mayAdd }: HeaderChoices,
): Promise<string | null> {
  const toChoice = ({ header }: Column): Choice<string | null> => ({ value: header, name: same(header) });
  const add = {
    value: theirs,
    name: text(`a new custom field of the tenant: ${theirs}`, `カスタムユーザー情報に加える: ${theirs}`),
  };
  const choices = [
    ...(likely === undefined ? [] : [toChoice(likely)]),
    { value: null, name: describeNone(isLikelyNeeded ? likely : undefined) },
    ...free.filter((column) => column !== likely).map(toChoice),
    ...(mayAdd ? [add] : []),
  ];
  const message: Text = text(
    `Which field does "${showHeader(theirs)}" stand for?`,
    `「${showHeader(theirs)}」はどの項目ですか?`,
  );
  return prompts.select<string | null>({ message, flag: "--map", choices });
}
