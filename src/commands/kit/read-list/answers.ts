import { readHeader } from "../../../lib/csv/layout/header.ts";
import type { LayoutColumn } from "../../../lib/csv/layout/layout.ts";
import type { MapOptions, ParsedMapFile } from "../../../lib/csv/layout/map-parse.ts";
import { Survey } from "../../../lib/csv/layout/survey.ts";
import type { InputFile } from "../../../lib/files/index.ts";
import { hasOrgColumn, refersToOrg, type Column, type CustomField, type Format } from "../../../lib/derived/format.ts";
import { FORMATS } from "../../../lib/derived/formats.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import { listVariedColumns, proposeMap, type UnknownList } from "./draft.ts";
import { listMissingFields } from "./missing.ts";
import { refuseList, type FoundTable, type ListRequest } from "./find-table.ts";
import { readRecords, type InputFormat } from "./open-table.ts";
import type { Tools } from "../tools.ts";
import { findKeptAnswers, keepAnswers } from "./kept-answers.ts";

async function takeSurvey(
  { signal }: Pick<Tools, "signal">,
  file: InputFile,
  reading: InputFormat,
  { headers, format, ...options }: Pick<UnknownList, "headers" | "format" | "customFields" | "map">,
): Promise<Survey> {
  const survey = new Survey(readHeader(headers, format, options).layout, reading.headerRow);
  for await (const _ of readRecords(file.chunks(), reading, file.label, survey)) signal.throwIfAborted();
  return survey;
}

type OpenList = Omit<UnknownList, "survey" | "isWorkbook"> & { readonly table: FoundTable; readonly canAsk: boolean };

/** Returns undefined if everything is known. @throws `input-rejected` for what is unclear without a terminal */
export async function answerList(
  tools: Tools,
  file: InputFile,
  requested: ListRequest,
  open: OpenList,
): Promise<ParsedMapFile | undefined> {
  const { headers, format, customFields, map, selects, canAsk } = open;
  const { reading, place } = open.table;
  const survey = await takeSurvey(tools, file, reading, { headers, format, customFields, map });
  const kept = canAsk ? await findKeptAnswers(tools, { ...requested, headers }) : undefined;
  const isWorkbook = reading.encoding === "xlsx";
  const list: UnknownList = { ...open, earlier: kept?.map ?? open.earlier, survey, isWorkbook };
  const [twice] = selects ? headers.filter((one, at) => one !== "" && headers.indexOf(one) !== at) : [];
  if (twice !== undefined) refuseList(requested, describeTwice(twice), LEAVERS_ONLY_HINT);
  const { subjects } = readHeader(headers, format, { customFields, map }).layout;
  if (
    selects &&
    subjects.some(({ says }) => says === "joining" || says === "rejoining") &&
    !subjects.some(({ says }) => says === "leaving")
  )
    refuseList(requested, NO_LEAVING_COLUMN, LEAVERS_ONLY_HINT);
  const [varied] = selects ? listVariedColumns(list) : [];
  if (varied !== undefined) refuseList(requested, describeVaried(varied), LEAVERS_ONLY_HINT);
  const { asked, draft } = await proposeMap(tools, list);
  const { askList, listQuestions } = await import("./ask.ts");
  const unclear = listQuestions(list, asked, draft);
  if (unclear.length === 0) return undefined;
  if (!canAsk) refuseList(requested, describeUnclear(unclear));
  await tools.terminal.note(describeQuestion(file.label, kept && tools.terminal.moment(kept.at)));
  const answered = await askList(tools.terminal, list, asked, draft);
  const chosen = selects || open.isExport === true ? {} : chooseOptions(headers, requested, answered, customFields);
  const learnt = { ...answered, options: { ...answered.options, ...place, ...chosen } };
  await keepAnswers(tools, { ...requested, headers }, learnt);
  return learnt;
}

const describeQuestion = (file: string, before: string | undefined): Text =>
  before === undefined
    ? text(`How is ${file} read?`, `${file} の読み方:`)
    : text(`How is ${file} read? (as answered on ${before})`, `${file} の読み方(${before} の回答):`);

const describeUnclear = (unclear: readonly string[]): Text =>
  text(
    `it is not known what these columns or words mean: ${unclear.join(", ")}; nothing was changed`,
    `意味のわからない列や言葉があります: ${unclear.join("、")}。何も変更していません`,
  );

/** Refuses an export without a terminal, or without a column that is needed and could be asked about. */
export function refuseUnknownExport(
  requested: ListRequest,
  format: Format,
  columns: readonly LayoutColumn[],
  open: readonly string[],
): void {
  const isShown = ({ sets }: Column): boolean => columns.some(({ column }) => column.sets === sets);
  // beside all fields that exports show, further columns cannot be one of these fields
  const isComplete = format.columns.every((one) => one.consoleExport !== true || isShown(one));
  if (!isComplete && open.length > 0) refuseList(requested, describeUnclear(open));
  const essential = listMissingFields(format, columns).find(({ isEssential }) => isEssential);
  if (essential !== undefined) refuseList(requested, describeNoColumn(essential.column.header));
}

const describeNoColumn = (header: string): Text =>
  text(`no column is "${header}"; nothing was changed`, `「${header}」の列がないため、何も変更していません`);

const describeVaried = (header: string): Text =>
  text(`the column "${header}" has too many words to say who left`, `列「${header}」は言葉が多く、退職者が不明です`);

const describeTwice = (header: string): Text =>
  text(`two columns have the header "${header}"`, `ヘッダー「${header}」の列が 2 つあります`);

const NO_LEAVING_COLUMN = text("the list has a day of joining, but none of leaving", "退職を示す列がありません");

const LEAVERS_ONLY_HINT = text("remove the column, or list only leavers", "列を消すか、退職者の一覧を指定してください");

function chooseOptions(
  headers: readonly string[],
  { kind, options }: ListRequest,
  answered: ParsedMapFile,
  customFields: readonly CustomField[] | undefined,
): Pick<MapOptions, "blank" | "key" | "orgBy"> {
  const format = FORMATS[kind];
  const { key: knownKey, orgBy: knownOrgBy, blank = "keep" } = answered.options ?? {};
  const layout = readHeader(headers, format, { map: answered, customFields }).layout.columns;
  const present = new Set(layout.map(({ column }) => column.field));
  const keys = format.thing.keys.filter(({ field }) => present.has(field));
  const [key] = present.has(format.key) || format.fallbackKey !== undefined || keys.length > 1 ? [] : keys;
  const org = layout.find(({ column }) => refersToOrg(column));
  const isNamed =
    org !== undefined && (org.joined !== undefined || org.header !== org.column.header) && hasOrgColumn(format);
  return {
    // a blank in a list of personnel changes means "no change"
    blank: options.blank ?? blank,
    key: options.key ?? knownKey ?? (key?.name as MapOptions["key"]),
    orgBy: options.orgBy ?? knownOrgBy ?? (isNamed ? "name" : undefined),
  };
}
