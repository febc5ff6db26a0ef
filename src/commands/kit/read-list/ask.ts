import { findColumnByAnyHeader } from "../../../lib/csv/layout/columns.ts";
import { ignoreColumn, readHeader } from "../../../lib/csv/layout/header.ts";
import type { JoinedField } from "../../../lib/csv/layout/map.ts";
import type { ParsedMapFile } from "../../../lib/csv/layout/map-parse.ts";
import { findColumn, listColumns } from "../../../lib/derived/format.ts";
import {
  fromSerial,
  ROW_SUBJECTS,
  SERIAL_WORD,
  type RowSubject,
  type WordMeaning,
} from "../../../lib/model/leaving.ts";
import type { Terminal } from "../../../lib/terminal/index.ts";
import { same, text, type Text } from "../../../lib/text/index.ts";
import { describeMissingField, listMissingFields } from "./missing.ts";
import {
  explainRows,
  explainWord,
  findSecondPosts,
  joinColumns,
  listUnknownWords,
  mapColumn,
  type UnknownList,
} from "./draft.ts";

const SUBJECTS: Readonly<Record<RowSubject, Text>> = {
  leaving: text("whether or when people leave", "退職したか・退職日"),
  effect: text("day of effect", "発令日"),
  joining: text("day of joining", "入社日"),
  rejoining: text("day of joining again", "再入社日"),
  skip: text("rows of second posts, skipped", "兼務の行として読み飛ばす"),
};
const MEANINGS: Readonly<Record<WordMeaning, Text>> = {
  left: text("has left", "退職している"),
  stays: text("has not left", "退職していない"),
  none: text("says nothing", "何も表さない"),
  day: text("a day", "日付"),
  skip: SUBJECTS.skip,
};
const UNREAD = text("not read", "読み込まない");
const WRONG = text("wrong: report the rows", "誤り(行をエラーにする)");
const UNANSWERED = text("?", "?");
const NO_COLUMN = text("no column shows it", "どの列にもない");
const LACKING = text("not in this list", "この一覧にない列");

type Choice = readonly [name: Text, draft: ParsedMapFile];

interface Item {
  readonly label: string;
  readonly values: readonly string[];
  readonly now: Text;
  readonly choices: readonly Choice[];
  /** field of an export that no column shows */
  readonly missing?: string | undefined;
}

const valuesOf = ({ headers, survey }: UnknownList, header: string): readonly string[] => [
  ...(survey.columns[headers.indexOf(header)]?.values ?? []),
];

const listJoinItems = (list: UnknownList, joins: readonly JoinedField[], draft: ParsedMapFile): readonly Item[] =>
  joins.flatMap(({ field, headers: parts }): Item[] => {
    const column = findColumn(list.format.columns, field);
    if (column === undefined) return [];
    const [sign, between] = column.personName === undefined ? [" / ", "/"] : [" + ", " "];
    const all = parts.map((part) => valuesOf(list, part));
    const joined = [0, 1, 2].map((at) => all.flatMap((one) => one[at] ?? []).join(between));
    const together: Choice = [same(column.header), joinColumns(draft, parts, column)];
    const apart: Choice = [UNREAD, parts.reduce(ignoreColumn, draft)];
    const values = joined.filter((one) => one !== "");
    return [{ label: parts.join(sign), values, now: together[0], choices: [together, apart] }];
  });

const listHeaderItems = (list: UnknownList, asked: readonly string[], draft: ParsedMapFile): readonly Item[] => {
  const { headers, format, customFields, map, doubtful = [], survey, selects } = list;
  const columns = listColumns(format, customFields);
  const known = readHeader(headers, format, { customFields, map }).layout.columns.map(({ column }) => column);
  const free = columns.filter((column) => column.repeated === true || !known.includes(column));
  const posts = findSecondPosts(list);
  const isOfPeople = columns.some(({ personName }) => personName !== undefined);
  return asked.map((header): Item => {
    const rival = doubtful.includes(header) ? findColumnByAnyHeader(columns, header) : undefined;
    const fields = [...new Set([...(rival === undefined ? [] : [rival]), ...free])];
    const says = draft.rows?.find((row) => row.header === header)?.says;
    const to = draft.columns.find((one) => one.header === header)?.to;
    const field = to === undefined ? UNANSWERED : to === null ? UNREAD : same(findColumn(columns, to)?.header ?? to);
    const seconds = survey.columns[headers.indexOf(header)]?.seconds;
    const subjects = ROW_SUBJECTS.filter((one) => (one === "skip" ? header === posts : isOfPeople || selects));
    const choices = [
      [UNREAD, ignoreColumn(draft, header)],
      ...subjects.map((one): Choice => [SUBJECTS[one], explainRows(draft, header, one, one === "skip" ? seconds : [])]),
      ...fields.map((column): Choice => [same(column.header), mapColumn(draft, header, column)]),
    ] as const;
    return { label: header, values: valuesOf(list, header), now: says === undefined ? field : SUBJECTS[says], choices };
  });
};

const LEAVING_MEANINGS = ["left", "stays", "none"] as const;

const listWordItems = (list: UnknownList, draft: ParsedMapFile): readonly Item[] =>
  listUnknownWords(list, draft).map((one) => {
    const { header, says, word, count, first } = one;
    const isSerial = word === SERIAL_WORD;
    const meanings = isSerial ? (["day"] as const) : says === "leaving" ? LEAVING_MEANINGS : (["none"] as const);
    const row = draft.rows?.find((other) => other.header === header);
    const means = row?.words?.find((other) => other.word === word)?.means;
    const choices = meanings.map((meaning): Choice => [MEANINGS[meaning], explainWord(draft, one, meaning)]);
    return {
      label: `${header}: ${first}`,
      values: [`${isSerial ? `= ${fromSerial(first)} ` : ""}× ${count}`],
      now: means === undefined ? WRONG : MEANINGS[means],
      choices: [...choices, [WRONG, explainWord(draft, one, undefined)]],
    };
  });

const readMissingFields = ({ headers, format, customFields, isExport }: UnknownList, map: ParsedMapFile) =>
  isExport === true ? listMissingFields(format, readHeader(headers, format, { customFields, map }).layout.columns) : [];

/** Asks for a column for each missing field, as long as there are columns that are not read. */
const listMissingItems = (
  list: UnknownList,
  asked: readonly string[],
  draft: ParsedMapFile,
  absent: ReadonlySet<string>,
): readonly Item[] => {
  const isUnread = (header: string): boolean => draft.columns.some((one) => one.header === header && one.to === null);
  const unread = asked.filter((header) => isUnread(header) && valuesOf(list, header).length > 0);
  if (unread.length === 0) return [];
  return readMissingFields(list, draft).map(({ column, isEssential }) => ({
    label: column.header,
    values: [],
    now: absent.has(column.field) ? NO_COLUMN : UNANSWERED,
    missing: column.field,
    choices: [
      ...unread.map((header): Choice => [same(header), mapColumn(draft, header, column)]),
      ...(isEssential ? [] : [[NO_COLUMN, draft] as const]),
    ],
  }));
};

const listItems = (
  list: UnknownList,
  asked: readonly string[],
  draft: ParsedMapFile,
  absent: ReadonlySet<string> = new Set(),
): readonly Item[] => {
  const joins = draft.joins?.filter((join) => join.headers.every((header) => asked.includes(header))) ?? [];
  const single = asked.filter((header) => !joins.some((join) => join.headers.includes(header)));
  return [
    ...(list.lacking ?? []).map((label) => ({ label, values: [], now: LACKING, choices: [[LACKING, draft]] }) as const),
    ...listJoinItems(list, joins, draft),
    ...listHeaderItems(list, single, draft),
    ...listMissingItems(list, asked, draft, absent),
    ...listWordItems(list, draft),
  ];
};

/** Returns the headers that a question would be about; none if everything is known. */
export const listQuestions = (list: UnknownList, asked: readonly string[], draft: ParsedMapFile): readonly string[] =>
  listItems(list, asked, draft).map(({ label }) => label);

const SHOWN_VALUES = 3;
const MAX_WIDTH = 28;

async function renderItems({ language, columns }: Terminal, items: readonly Item[]): Promise<readonly string[]> {
  const { displayWidth, padLine, truncate } = await import("../../../lib/terminal/width.ts");
  const cells = items.map(({ label, now }) =>
    [label.replaceAll(/\s+/g, " "), now[language]].map((cell) => truncate(cell, MAX_WIDTH)),
  );
  const widths = [0, 1].map((at) => Math.max(...cells.map((row) => displayWidth(row[at] ?? ""))));
  return items.map(({ values }, at) => {
    const padded = cells[at]?.map((cell, column) => padLine(cell, widths[column] ?? 0, "start")) ?? [];
    const line = [padLine(String(at + 1), 2, "end"), ...padded, values.slice(0, SHOWN_VALUES).join(", ")];
    return truncate(line.join("  ").trimEnd(), columns - 1);
  });
}

/** Asks about a list once: Enter takes the proposals of the draft, and a number changes one. */
export async function askList(
  terminal: Terminal,
  list: UnknownList,
  asked: readonly string[],
  proposed: ParsedMapFile,
): Promise<ParsedMapFile> {
  let draft = proposed;
  let shown: readonly string[] = [];
  const absent = new Set<string>();
  const said = new Set<string>();
  for (;;) {
    const items = listItems(list, asked, draft, absent);
    const lines = await renderItems(terminal, items);
    for (const line of lines) if (!shown.includes(line)) await terminal.problem(same(line));
    shown = lines;
    for (const field of readMissingFields(list, draft)) {
      const told = describeMissingField(list.format, field, list.survey.rows);
      if (!said.has(told.en)) await terminal.warn(told);
      said.add(told.en);
    }
    const first = items.find(({ now }) => now === UNANSWERED);
    const message =
      first === undefined
        ? text("Enter takes these; a number changes one:", "Enter でこのとおり読み込みます。変えるなら番号:")
        : text(`Enter answers "${first.label}"; a number another one:`, `Enter で「${first.label}」、ほかは番号:`);
    const typed = (await terminal.prompts.input({ message, flag: "--map" })).normalize("NFKC").trim();
    if (typed === "" && first === undefined) return draft;
    const item = typed === "" ? first : items[Number(typed) - 1];
    if (item === undefined) continue;
    const before = draft;
    draft = await terminal.prompts.select({
      message:
        item.missing === undefined
          ? text(`What does "${item.label}" mean?`, `「${item.label}」は何ですか?`)
          : text(`Which column is "${item.label}"?`, `「${item.label}」はどの列ですか?`),
      flag: "--map",
      choices: item.choices.map(([name, value]) => ({ value, name })),
    });
    if (item.missing !== undefined && draft === before) absent.add(item.missing);
  }
}
