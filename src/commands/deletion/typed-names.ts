import { line, step } from "../../lib/advice/index.ts";
import type { Layout } from "../../lib/client/index.ts";
import { findColumnByAnyHeader, toLooseValue } from "../../lib/csv/layout/columns.ts";
import { readHeader } from "../../lib/csv/layout/header.ts";
import { matchLayout } from "../../lib/csv/layout/match-layout.ts";
import type { ParsedMapFile } from "../../lib/csv/layout/map-parse.ts";
import { RowChecker } from "../../lib/csv/layout/rows.ts";
import type { Encoding, RecordProblem, RecordSink } from "../../lib/csv/records/record.ts";
import { Failure } from "../../lib/errors/index.ts";
import { openInput, type InputFile } from "../../lib/files/index.ts";
import type { Format } from "../../lib/model/format.ts";
import { FORMATS } from "../../lib/model/formats.ts";
import type { Problem } from "../../lib/model/problem.ts";
import { dayOf } from "../../lib/model/time.ts";
import { text, type Text } from "../../lib/text/index.ts";
import { renderProblem } from "../csv/file/check-report.ts";
import { askColumns, NAME_PARTS } from "../csv/questions/ask.ts";
import { detectInputFormat, readRecords, type InputFormat } from "../imports/plan/reading.ts";
import { findHeaderInFile } from "../imports/plan/send.ts";
import { LAST_DAY_HEADER, LEAVER_COLUMNS } from "../layouts/leavers.ts";
import { resolveTimezone, type Tools } from "../tools.ts";

export interface TypedName {
  readonly name: string;
  readonly where?: string | undefined;
  readonly fullName?: string | undefined;
  /** other identifiers in the same row; they must not identify a different user */
  readonly others?: readonly string[] | undefined;
}

const MAX_LIST_BYTES = 1024 * 1024;
const MAX_TYPED_NAMES = 2_000;
const IDENTIFYING_FIELDS = ["emails", "employeeCode", "accountName"];

const isPersonField = (field: string | undefined): boolean =>
  field === "name" || IDENTIFYING_FIELDS.includes(field ?? "");

const NAMING_FORMAT: Format = {
  ...FORMATS.users,
  custom: false,
  columns: FORMATS.users.columns.filter(({ field }) => isPersonField(field)),
};

const mapKnownHeaders = (headers: readonly string[]): ParsedMapFile => {
  const columns = headers.flatMap((header) => {
    const field = findColumnByAnyHeader(FORMATS.users.columns, header)?.field;
    return field !== undefined && isPersonField(field) ? [{ header, to: field }] : [];
  });
  const parts = NAME_PARTS.written.flatMap((part) => headers.find((header) => part.test(toLooseValue(header))) ?? []);
  const isWhole = columns.some(({ to }) => to === "name") || parts.length < 2;
  return { columns, joins: isWhole ? [] : [{ field: "name", headers: parts }] };
};

const readNamingColumns = (headers: readonly string[], { columns, joins }: ParsedMapFile) => {
  const { layout } = readHeader(headers, NAMING_FORMAT, { map: { columns, joins }, allowUnknownColumns: true });
  const find = (field: string): readonly number[] =>
    layout.columns.find(({ column }) => column.field === field)?.positions ?? [];
  return { layout, keys: IDENTIFYING_FIELDS.flatMap(find), fullName: find("name") };
};

type NamingColumns = ReturnType<typeof readNamingColumns>;

class TableReader implements RecordSink {
  readonly names: TypedName[] = [];
  readonly #others = new Map<string, number>();
  readonly #label: string;
  readonly #naming: NamingColumns;
  readonly #headerRow: number;
  readonly #checker: RowChecker;
  readonly #today: string;
  readonly #lastDay: number;
  #later = 0;
  readonly #movement: { readonly at: number; readonly isLeaver: (value: string) => boolean } | undefined;

  constructor(label: string, headerRow: number, naming: NamingColumns, today: string) {
    this.#label = label;
    this.#today = today;
    this.#headerRow = headerRow;
    this.#naming = naming;
    const headers = naming.layout.headers.map(toLooseValue);
    this.#lastDay = headers.findIndex((one) => LAST_DAY_HEADER.test(one));
    this.#movement = LEAVER_COLUMNS.map(([header, isLeaver]) => ({
      at: headers.findIndex((one) => header.test(one)),
      isLeaver,
    })).find(({ at }) => at >= 0);
    this.#checker = new RowChecker(naming.layout, this.#refuse, {});
  }

  record(all: readonly string[], count: number, row: number, line: number): void {
    if (row <= this.#headerRow || this.#checker.skips(all, count, row, line)) return;
    const { at: place = -1, isLeaver } = this.#movement ?? {};
    const value = toLooseValue(all[place] ?? "");
    if (isLeaver?.(value) === false) {
      this.#others.set(value, (this.#others.get(value) ?? 0) + 1);
      return;
    }
    if (parseDay(all[this.#lastDay] ?? "") > this.#today) {
      this.#later += 1;
      return;
    }
    const { keys, fullName } = this.#naming;
    const [name, ...others] = keys.map((at) => (all[at] ?? "").trim()).filter((cell) => cell !== "");
    const where = `${this.#label}:${line}`;
    if (name === undefined)
      throw new Failure("usage", {
        what: text(
          "the row has neither an email address nor an employee code; nothing was changed",
          "この行にはメールアドレスも社員コードもありません。何も変更していません",
        ),
        where,
      });
    const called = fullName.map((at) => (all[at] ?? "").trim()).join(" ");
    this.names.push({ name, where, fullName: called.trim() || undefined, others });
  }

  problem(problem: RecordProblem): void {
    if (problem.row > this.#headerRow) this.#checker.noteReaderProblem({ ...problem, header: "" });
  }

  describeSkipped(): readonly Text[] {
    const problems = this.#checker.tally.problems().filter(({ code }) => /^row-(?:total|note)$/.test(code));
    const notes = problems.map((problem) => renderProblem(this.#label, problem));
    if (this.#later > 0)
      notes.push(
        text(
          `rows skipped because the last day of work is in the future: ${this.#later}`,
          `退職日がまだ来ていない行を除外: ${this.#later}`,
        ),
      );
    if (this.#others.size === 0) return notes;
    const counts = Array.from(this.#others, ([value, count]) => `${value || "-"} ${count}`).join(", ");
    const all = `${this.#naming.layout.headers[this.#movement?.at ?? -1]}: ${counts}`;
    return [...notes, text(`rows skipped because they are not about leavers: ${all}`, `退職者以外の行を除外: ${all}`)];
  }

  #refuse = (problem: Problem): never => {
    throw new Failure("usage", { what: renderProblem(this.#label, problem) });
  };
}

/** Returns `YYYY-MM-DD`, or "" if the value is not a date. */
const parseDay = (value: string): string => {
  const [, year, month = "", day = ""] = /^(\d{4})\D?(\d\d?)\D(\d\d?)\D?$|$/.exec(toLooseValue(value)) ?? [];
  return year === undefined ? "" : `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
};

interface ListFileOptions {
  readonly sheet?: string | undefined;
  readonly encoding?: Encoding | "auto" | undefined;
}

type NewLayout = Pick<Layout, "headers" | "map">;

export interface NameList {
  readonly typed: readonly TypedName[];
  readonly learnt?: NewLayout | undefined;
  readonly skips?: boolean | undefined;
}

/** Finds the columns by known headers, then by a layout for lists of users, then by asking the user. */
async function findNamingColumns(tools: Tools, file: InputFile, reading: InputFormat) {
  const { signal, terminal, globals } = tools;
  const { header: headers, row, sheet } = await findHeaderInFile(file, reading, FORMATS.users, { signal });
  const naming = readNamingColumns(headers, mapKnownHeaders(headers));
  if (naming.keys.length > 0) return { naming, row, sheet };
  if (reading.encoding !== "xlsx" && headers.length < 2) return undefined;
  const { client } = await tools.tenant("layouts");
  for (const known of await client.layouts.list()) {
    if (known.kind !== "users") continue;
    const { headerRow } = known.map.options ?? {};
    const found = await findHeaderInFile(file, reading, FORMATS.users, { map: known.map, headerRow, signal });
    const match = matchLayout([known], found.header, FORMATS.users);
    const taught = match && readNamingColumns(found.header, match.map);
    if (taught !== undefined && taught.keys.length > 0) return { naming: taught, row: found.row, sheet: found.sheet };
  }
  const canAsk = terminal.interactive && !globals.yes && file.label !== "stdin";
  const answers = canAsk ? await askColumns(terminal.prompts, headers, NAMING_FORMAT) : undefined;
  const map = { columns: answers?.columns.filter(({ to }) => to !== null) ?? [], joins: answers?.joins };
  const asked = readNamingColumns(headers, map);
  if (asked.keys.length === 0) throw createNotAListFailure(file.label);
  const learnt: NewLayout = { headers: headers.filter((header) => header !== ""), map };
  return { naming: asked, row, sheet, learnt };
}

async function readTable(
  tools: Tools,
  file: InputFile,
  { sheet, encoding = "auto" }: ListFileOptions,
): Promise<NameList | undefined> {
  const reading = await detectInputFormat(file, { encoding, sheet, signal: tools.signal });
  const found = await findNamingColumns(tools, file, reading);
  if (found === undefined) return undefined;
  const today = dayOf(tools.clock.now(), resolveTimezone(tools, await tools.tenant("layouts")));
  const reader = new TableReader(file.label, found.row, found.naming, today);
  const place = { ...reading, sheet: found.sheet, headerRow: found.row };
  for await (const _ of readRecords(file.chunks(), place, file.label, reader));
  const skipped = reader.describeSkipped();
  for (const note of skipped) await tools.terminal.note(note);
  return { typed: reader.names, learnt: found.learnt, skips: skipped.length > 0 };
}

const decodeList = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("shift_jis").decode(bytes);
  }
};

async function readLines(file: InputFile): Promise<NameList> {
  if (file.bytes > MAX_LIST_BYTES) throw createNotAListFailure(file.label);
  const bytes = Buffer.concat(await Array.fromAsync(file.chunks()));
  if (bytes.includes(0)) throw createNotAListFailure(file.label);
  const lines = decodeList(bytes).split(/\r\n|\n|\r/);
  const typed = lines.map((one, at): TypedName => ({ name: one, where: `${file.label}:${at + 1}` }));
  return { typed: typed.filter(({ name }) => name.trim() !== "") };
}

async function readNamesFromFile(tools: Tools, name: string, reading: ListFileOptions | undefined): Promise<NameList> {
  await using file = await openInput(tools, name);
  return (reading && (await readTable(tools, file, reading))) ?? (await readLines(file));
}

const createNotAListFailure = (where: string): Failure =>
  new Failure("usage", {
    what: text(
      "the file is neither a list with one name per line nor a table with a column メールアドレス or 社員コード",
      "1 行に 1 件ずつ書いたテキストでも、「メールアドレス」か「社員コード」の列のある表でもありません",
    ),
    where,
    hint: step(
      "to define the meaning of the columns",
      "各列の意味を登録するには",
      line("layouts learn", [where], { as: "users" }),
    ),
  });

export interface NameSources extends ListFileOptions {
  readonly names: readonly string[];
  readonly file: string | undefined;
}

export async function readTypedNames(
  tools: Tools,
  { names, file, ...reading }: NameSources,
  mayBeTable: boolean,
): Promise<NameList> {
  const typed = names.map((name): TypedName => ({ name })).filter(({ name }) => name.trim() !== "");
  const listed =
    file === undefined ? undefined : await readNamesFromFile(tools, file, mayBeTable ? reading : undefined);
  const all = [...typed, ...(listed?.typed ?? [])];
  const once = new Map(all.map((one) => [JSON.stringify([one.name, one.fullName, one.others]), one]));
  if (once.size <= MAX_TYPED_NAMES) return { ...listed, typed: [...once.values()] };
  throw new Failure("usage", {
    what: text(
      `${once.size} names are given, but one run accepts at most ${MAX_TYPED_NAMES}`,
      `名前が ${once.size} 件あります。1 回に指定できるのは ${MAX_TYPED_NAMES} 件までです`,
    ),
  });
}
