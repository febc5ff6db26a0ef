import { findColumnByAnyHeader, isFormerHeader, isNewHeader, suggestHeader } from "../../../lib/csv/layout/columns.ts";
import {
  findOpenHeaders,
  ignoreColumn,
  isSameHeader,
  mentions,
  readHeader,
  without,
} from "../../../lib/csv/layout/header.ts";
import {
  guessRowSubject,
  isKindHeader,
  isLeavingHeader,
  SERIAL_WORD,
  type RowSubject,
  type WordMeaning,
} from "../../../lib/model/leaving.ts";
import type { ParsedMapFile } from "../../../lib/csv/layout/map-parse.ts";
import type { Survey } from "../../../lib/csv/layout/survey.ts";
import {
  findColumn,
  hasOrgColumn,
  listColumns,
  refersToOrg,
  type Column,
  type CustomField,
  type Format,
} from "../../../lib/derived/format.ts";
import type { Tools } from "../tools.ts";

interface ColumnSearch {
  readonly columns: readonly Column[];
  readonly free: readonly Column[];
  readonly proposed: ReadonlyMap<string, Column>;
}

const ADDRESS = /^[^@\s]+@[^@\s]+\.[^@\s]+$/;

const isMail = ({ value }: Column): boolean => value.rule.kind === "mail-address";

/** Finds the column of each header by its cells. Returns null if the cells do not fit the proposed column. */
async function findColumnsByValues(
  tools: Pick<Tools, "tenant">,
  { headers: all, survey }: { readonly headers: readonly string[]; readonly survey: Survey },
  headers: readonly string[],
  { columns, free, proposed }: ColumnSearch,
): Promise<ReadonlyMap<string, Column | null>> {
  const { client } = await tools.tenant("users", "orgs");
  const orgs = [...columns, ...free].some(refersToOrg) ? await Array.fromAsync(client.orgs.list()) : [];
  const orgNames = new Set(orgs.flatMap(({ code, name }) => [code, name]));
  const isKnown = async (column: Column, value: string): Promise<boolean> => {
    if (isMail(column)) return ADDRESS.test(value);
    if (refersToOrg(column)) return orgNames.has(value.slice(value.lastIndexOf("/") + 1));
    if (column.field !== "employeeCode") return false;
    return (await client.users.find({ name: value })).some(({ employeeCode }) => employeeCode === value);
  };
  const isFitting = async (column: Column, theirs: string): Promise<boolean> => {
    const values = survey.columns[all.indexOf(theirs)]?.values ?? new Set<string>();
    const known = await Promise.all(Array.from(values, (value) => isKnown(column, value)));
    // one known code is enough, because the tenant does not know the codes of new employees yet
    if (column.field === "employeeCode" && new Set(Array.from(values, ({ length }) => length)).size === 1)
      return known.includes(true);
    return values.size > 0 && !known.includes(false);
  };
  const found = new Map<string, Column | null>();
  for (const [theirs, own] of proposed) {
    const others = columns.filter((one) => isMail(one) || refersToOrg(one) || one.field === "employeeCode");
    const fitting = await Promise.all([own, ...others].map((column) => isFitting(column, theirs)));
    if (fitting[0] === false && fitting.includes(true)) found.set(theirs, null);
  }
  const taken = new Set(proposed.entries().flatMap(([theirs, own]) => (found.has(theirs) ? [] : [own])));
  const open = headers.filter((one) => !isFormerHeader(one) && (found.has(one) || !proposed.has(one)));
  for (const column of free.filter((one) => !taken.has(one))) {
    const fitting: string[] = [];
    for (const theirs of open) if (!found.get(theirs) && (await isFitting(column, theirs))) fitting.push(theirs);
    const [only, ...others] = fitting;
    if (only !== undefined && others.length === 0) found.set(only, column);
  }
  return found;
}

const KANA_WORD = "(?:カナ|かな|フリガナ|ふりがな|ヨミ|よみ)";
const NAME_PARTS: Readonly<Record<"written" | "kana", readonly [family: RegExp, given: RegExp]>> = {
  written: [/^(?:姓|氏|名字|苗字|sei|(?:last|family)[ _]?name|surname)$/i, /^(?:名|mei|(?:first|given)[ _]?name)$/i],
  kana: [
    new RegExp(`^(?:(?:姓|氏)[ _(]*${KANA_WORD}\\)?|${KANA_WORD}[ _(]*(?:姓|氏)\\)?|セイ|せい)$`, "u"),
    new RegExp(`^(?:名[ _(]*${KANA_WORD}\\)?|${KANA_WORD}[ _(]*名\\)?|メイ|めい)$`, "u"),
  ],
};
const ORG_LEVEL =
  /(?:本部|事業部|事業所|支社|支店|部門|部|課|室|係|グループ|チーム|所属 ?\d|division|department|section|team)名?(?:称)?$/i;
export interface UnknownList {
  readonly headers: readonly string[];
  readonly format: Format;
  readonly customFields?: readonly CustomField[] | undefined;
  /** what is known about the list; its headers are not asked about */
  readonly map?: ParsedMapFile | undefined;
  /** earlier answers about a similar list, which are proposed */
  readonly earlier?: ParsedMapFile | undefined;
  /** headers of a similar list that this one has not */
  readonly lacking?: readonly string[] | undefined;
  /** headers that suggest a field that the map reads from another column */
  readonly doubtful?: readonly string[] | undefined;
  readonly survey: Survey;
  /** true for a list of records to select: only what could change the selection is asked */
  readonly selects: boolean;
  /** true for an export of the console: each field has a column of its own, and fields must not be missing */
  readonly isExport?: boolean | undefined;
  readonly isWorkbook: boolean;
}

/** Reads a field from a header, and from no other one. */
export const mapColumn = (map: ParsedMapFile, header: string, column: Column): ParsedMapFile => {
  const to = column.header;
  const former = column.repeated === true ? [] : map.columns.filter((one) => one.to === to || one.to === column.field);
  const others = former.reduce((all, one) => ignoreColumn(all, one.header), map);
  const rest = without(others, header);
  return {
    ...rest,
    columns: [...rest.columns, { header, to }],
    joins: rest.joins?.filter(({ field }) => field !== column.field),
  };
};

export const joinColumns = (map: ParsedMapFile, headers: readonly string[], { field }: Column): ParsedMapFile => {
  const rest = headers.reduce(without, map);
  return { ...rest, joins: [...(rest.joins ?? []), { field, headers }] };
};

/** @param skipped cells whose rows are not read */
export const explainRows = (
  map: ParsedMapFile,
  header: string,
  says: RowSubject,
  skipped: Iterable<string> = [],
): ParsedMapFile => {
  const rest = without(map, header);
  const words = Array.from(skipped, (word) => ({ word, means: "skip" }) as const);
  return { ...rest, rows: [...(rest.rows ?? []), { header, says, words }] };
};

/** @param means undefined to report the cells with this word */
export const explainWord = (
  map: ParsedMapFile,
  { header, says, word }: { readonly header: string; readonly says: RowSubject; readonly word: string },
  means: WordMeaning | undefined,
): ParsedMapFile => {
  const row = map.rows?.find((one) => isSameHeader(one.header, header)) ?? { header, says };
  const words = (row.words ?? []).filter((one) => one.word !== word);
  const own = means === undefined ? words : [...words, { word, means }];
  return {
    ...map,
    rows: [...(map.rows ?? []).filter((one) => !isSameHeader(one.header, header)), { ...row, words: own }],
  };
};

/** Lists the words of columns about leaving that nobody has explained, as far as an answer could explain them. */
export const listUnknownWords = (
  { headers, format, customFields, survey, isWorkbook }: UnknownList,
  map: ParsedMapFile,
) => {
  const { subjects } = readHeader(headers, format, { customFields, map }).layout;
  return subjects.flatMap(({ position, says }) => {
    const facts = survey.columns[position];
    if (facts === undefined || facts.isTooVaried || says === "skip") return [];
    const isOfDays = facts.isOfDays || says !== "leaving";
    return [...facts.words]
      .filter(([word, { mayBeNoDay }]) => (word === SERIAL_WORD ? !isWorkbook : !isOfDays || mayBeNoDay))
      .map(([word, { count, first }]) => ({ header: headers[position] ?? "", says, word, count, first, isOfDays }));
  });
};

/** Lists columns about leaving with more words than a question can have; they must say something else. */
export const listVariedColumns = ({ headers, format, customFields, map, survey }: UnknownList): readonly string[] => {
  const { subjects } = readHeader(headers, format, { customFields, map }).layout;
  const isVaried = (at: number): boolean => survey.columns[at]?.isTooVaried === true;
  return subjects.flatMap(({ position, says }) =>
    says === "leaving" && isVaried(position) ? [headers[position] ?? ""] : [],
  );
};

/** The column that tells second posts from main ones, if a person stands in several rows. */
export const findSecondPosts = ({ headers, survey, selects, isExport }: UnknownList): string | undefined => {
  if (selects || isExport === true) return undefined;
  const repeats = survey.countRepeats();
  return headers.find((_, at) => {
    const { seconds, secondRows } = survey.columns[at] ?? {};
    return repeats > 0 && (seconds?.size ?? 0) > 0 && secondRows === repeats;
  });
};

const proposeColumns = (headers: readonly string[], free: readonly Column[]): ReadonlyMap<string, Column> => {
  const proposed = new Map<string, Column>();
  const rank = (header: string): number =>
    findColumnByAnyHeader(free, header) === undefined ? 2 : isNewHeader(header) ? 0 : 1;
  for (const header of headers.toSorted((one, other) => rank(one) - rank(other))) {
    const left = free.filter((column) => column.repeated === true || !proposed.values().toArray().includes(column));
    const name = suggestHeader(left, header);
    const likely = findColumnByAnyHeader(left, header) ?? left.find((column) => column.header === name);
    if (likely !== undefined) proposed.set(header, likely);
  }
  return proposed;
};

function listJoins(open: readonly string[], free: readonly Column[], { format, selects, isExport }: UnknownList) {
  if (isExport === true) return [];
  const findNameParts = (parts: readonly [RegExp, RegExp]): readonly string[] => {
    const found = parts.flatMap((part) => open.find((header) => part.test(header.normalize("NFKC"))) ?? []);
    return found.length < parts.length ? [] : found;
  };
  const levels = open.filter((header) => ORG_LEVEL.test(header) && !isFormerHeader(header));
  const tiers = levels.filter((header) => !/^(?:親|上位)/.test(header));
  const candidates = [
    [free.find(({ personName }) => personName === "written"), findNameParts(NAME_PARTS.written)],
    [free.find(({ personName }) => personName === "kana"), findNameParts(NAME_PARTS.kana)],
    [hasOrgColumn(format) && !selects ? free.find(refersToOrg) : undefined, levels],
    [format.thing.name === "org" ? free.find(({ field }) => field === "name") : undefined, tiers],
  ] as const;
  return candidates.flatMap(([column, headers]) =>
    column !== undefined && headers.length > 1 ? [{ column, headers }] : [],
  );
}

/** Returns true if a list that selects records must not be read without an explanation of this column. */
const mustBeExplained = ({ headers, survey }: UnknownList, header: string): boolean => {
  const facts = survey.columns[headers.indexOf(header)];
  if (isLeavingHeader(header)) return true;
  if (facts === undefined || facts.values.size === 0) return false;
  return facts.hasDays || facts.leavingWords > 0 || isKindHeader(header);
};

const takeAnswers = (map: ParsedMapFile, headers: readonly string[], earlier: ParsedMapFile | undefined) => {
  if (earlier === undefined) return map;
  const known = headers.filter((header) => mentions(earlier, header));
  const isKnown = ({ header }: { readonly header: string }): boolean => known.some((one) => isSameHeader(one, header));
  const { columns, joins = [], rows = [], ...rest } = known.reduce(without, map);
  return {
    ...rest,
    columns: [...columns, ...earlier.columns.filter(isKnown)],
    joins: [...joins, ...(earlier.joins ?? []).filter((join) => join.headers.every((header) => isKnown({ header })))],
    rows: [...rows, ...(earlier.rows ?? []).filter(isKnown)],
  };
};

const explainWords = (list: UnknownList, map: ParsedMapFile): ParsedMapFile => {
  const { headers, format, customFields, earlier } = list;
  let draft = map;
  const { subjects } = readHeader(headers, format, { customFields, map: draft }).layout;
  const hasOther = subjects.filter(({ says }) => says === "leaving").length > 1;
  for (const one of listUnknownWords(list, draft)) {
    const before = earlier?.rows?.find(({ header }) => isSameHeader(header, one.header))?.words;
    // beside a last day, an unknown word decides nothing; 退職(3/31) is not proposed for somebody who stays
    const state = /退職|退社|離職/u.test(one.word) && !one.word.includes("予定") ? undefined : "stays";
    const usual = one.word === SERIAL_WORD ? "day" : one.isOfDays || hasOther ? "none" : state;
    draft = explainWord(draft, one, before?.find(({ word }) => word === one.word)?.means ?? usual);
  }
  return draft;
};

/** Returns the headers to ask about, and a map with a proposal for all of them for which there is one. */
export async function proposeMap(tools: Pick<Tools, "tenant">, list: UnknownList) {
  const { headers, format, customFields, map, earlier, doubtful = [], selects, survey, isExport } = list;
  const columns = listColumns(format, customFields);
  const known = readHeader(headers, format, { customFields, map }).layout;
  const varied = listVariedColumns(list);
  const all = [...findOpenHeaders(headers, format, list), ...varied];
  const present = known.columns.filter(
    ({ positions }) => !positions.every((at) => doubtful.includes(headers[at] ?? "")),
  );
  const taken = new Set(present.map(({ column }) => column.field));
  const isFree = ({ field, repeated }: Column): boolean => repeated === true || !taken.has(field);
  let draft = takeAnswers({ columns: [], ...map }, all, earlier);
  for (const { to } of draft.columns) taken.add(findColumn(columns, to ?? "")?.field ?? "");
  for (const { field } of draft.joins ?? []) taken.add(field);
  const listOpen = (): readonly string[] =>
    all.filter((header) => doubtful.includes(header) || !mentions(draft, header));
  for (const { column, headers: parts } of listJoins(listOpen(), columns.filter(isFree), list)) {
    draft = joinColumns(draft, parts, column);
    taken.add(column.field);
  }
  const isNaming = known.columns.length + (draft.joins?.length ?? 0) > 0;
  const asked = selects && isNaming ? all.filter((one) => mentions(draft, one) || mustBeExplained(list, one)) : all;
  const open = listOpen().filter((header) => asked.includes(header));
  const free = columns.filter(isFree);
  const proposed = proposeColumns(open, free);
  // in a list of organisations, several columns contain organisation names, so values do not identify a column
  const search = {
    columns: format.thing.name === "org" ? [] : columns,
    free: columns.filter(({ field }) => !taken.has(field)),
    proposed,
  };
  const found =
    open.length === 0 ? new Map<string, Column | null>() : await findColumnsByValues(tools, list, open, search);
  for (const header of open.filter((one) => !varied.includes(one))) {
    const facts = survey.columns[headers.indexOf(header)];
    const rival = doubtful.includes(header) && isNewHeader(header) ? findColumnByAnyHeader(columns, header) : undefined;
    const valued = found.get(header);
    const likely = rival ?? (valued === undefined ? proposed.get(header) : (valued ?? undefined));
    const isLeft = facts !== undefined && facts.leavingWords > 0 && facts.isOfStates;
    const says = guessRowSubject(header, facts?.hasDays === true) ?? (isLeft ? "leaving" : undefined);
    if (likely !== undefined) draft = mapColumn(draft, header, likely);
    else if (says !== undefined && isExport !== true && !isFormerHeader(header))
      draft = explainRows(draft, header, says);
    else if (!selects || isFormerHeader(header) || !mustBeExplained(list, header)) draft = ignoreColumn(draft, header);
  }
  const isLeaving = ({ says }: { readonly says: RowSubject }): boolean => says === "leaving";
  if (known.subjects.some(isLeaving) || draft.rows?.some(isLeaving) === true)
    for (const header of open.filter((one) => !varied.includes(one) && !mentions(draft, one)))
      draft = ignoreColumn(draft, header);
  const posts = findSecondPosts(list);
  if (posts !== undefined && all.includes(posts))
    draft = explainRows(draft, posts, "skip", survey.columns[headers.indexOf(posts)]?.seconds);
  return { asked, draft: explainWords(list, draft) };
}
