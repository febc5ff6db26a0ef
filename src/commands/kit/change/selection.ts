import { DEVICE_ARGUMENT, DEVICE_COLUMNS, DEVICE_RESULT_LAYOUT, findDevicesByName } from "../columns/devices.ts";
import { showWrittenRecords, STATE_UNCHANGED } from "../columns/change-result.ts";
import { listColumns } from "../list/list.ts";
import type {
  Device,
  ImportKind,
  InputProblem,
  SelectedFile,
  SelectedRecord,
  WrittenDevice,
} from "../../../lib/client/index.ts";
import { ignoreColumn, readHeader } from "../../../lib/csv/layout/header.ts";
import { describeUnknownKey, type ListAnswers, type ParsedMapFile } from "../../../lib/csv/layout/map-parse.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { openInput } from "../../../lib/files/index.ts";
import { FORMATS } from "../../../lib/derived/formats.ts";
import { getNameField, toNamingFormat } from "../../../lib/derived/naming.ts";
import { dayOf } from "../../../lib/model/time.ts";
import { formatCount, text, type Text } from "../../../lib/text/index.ts";
import { refuseTypedFile } from "../read-list/options.ts";
import { listFoundProblems, RejectedFileFailure, type ListedProblems } from "../files/problems.ts";
import { streamUntilAborted } from "../files/abortable-stream.ts";
import { keepAnswers } from "../read-list/kept-answers.ts";
import { readList, type ListReading } from "../read-list/reading.ts";
import { resolveTimezone, type Tools } from "../tools.ts";
import type { InputOf } from "../field.ts";
import { NAME_KEY, SELECTION_OPTIONS, type SelectionOptions } from "./deletion-options.ts";

export interface Selection {
  readonly ids: readonly string[];
  /** answers about the list, which the change stores as a layout */
  readonly learns?: ListAnswers | undefined;
  /** said before the question: which columns and rows are not part of the selection */
  readonly notes: readonly Text[];
  readonly isPart: boolean;
  /** forgets the answers that the change has stored */
  readonly settle: () => Promise<void>;
}

const NOTHING_SELECTED: Selection = { ids: [], notes: [], isPart: false, settle: async () => undefined };

/** In a text with one name per line, blank lines are usual. */
const NORMAL_IN_TEXTS: readonly string[] = ["row-blank", "file-no-rows"];

const NO_DELIMITER = "\u001f";

/**
 * Finds the records that a list names, and changes nothing. Returns undefined if the user says that it is not them.
 *
 * @param on last day of work, up to which people count as leavers @throws `input-rejected` for rows that name no record
 * or several
 */
export async function selectFromFile(
  tools: Tools,
  kind: ImportKind,
  { file: name, encoding, sheet, key, errors, skipInvalid, on, dryRun = false }: SelectionOptions,
): Promise<Selection | undefined> {
  if (name === undefined) return NOTHING_SELECTED;
  refuseTypedFile({ file: name, dryRun }, tools.terminal);
  const { clock, signal } = tools;
  const tenant = await tools.tenant("imports");
  await using file = await openInput(tools, name);
  const asked = { use: "select", kind, file: name, options: { encoding, sheet } } as const;
  const read = await readList(tools, file, asked);
  const { reading, isText } = read;
  const request = {
    kind,
    today: dayOf(clock.now(), resolveTimezone(tools, tenant)),
    on,
    map: limitToKey(read, kind, key),
    sheet: reading.sheet,
    headerRow: isText ? undefined : reading.headerRow,
    delimiter: isText ? NO_DELIMITER : reading.dialect.delimiter,
    lines: isText || undefined,
  };
  const stream = ReadableStream.from(streamUntilAborted(file.chunks(), signal));
  let found: SelectedFile | undefined;
  const records: SelectedRecord[] = [];
  const problems: InputProblem[] = [];
  for await (const one of tenant.client.imports.select({ stream, encoding: reading.encoding }, request, signal)) {
    if ("file" in one) found = one.file;
    else if ("id" in one) records.push(one);
    else if (!isText || !NORMAL_IN_TEXTS.includes(one.code)) problems.push(one);
  }
  if (found === undefined) throw new TypeError("the selection has no file");
  const wrong = problems.filter(({ severity }) => severity === "error");
  const counts = { errors: wrong.length, warnings: problems.length - wrong.length };
  const listed = await listFoundProblems(tools.terminal, file.label, { ...found, ...counts }, () => problems);
  if (errors !== undefined) {
    const { writeErrors } = await import("../plan/errors.ts");
    await writeErrors(tools, errors, { plan: { ...found, ...counts }, problems: () => problems, file, reading });
  }
  if (wrong.length > 0 && (listed.whole !== undefined || !skipInvalid))
    throw createRejection(file.label, listed, wrong.length);
  if (!(await confirmNames(tools, records, key))) return undefined;
  const { headers, learnt: map, learns } = read;
  return {
    ids: records.map(({ id }) => id),
    learns: learns && map !== undefined ? { headers: headers.filter((header) => header !== ""), map } : undefined,
    notes: [...describeOmitted(found, read.unread)],
    isPart: wrong.length > 0,
    settle: async () => (learns ? keepAnswers(tools, { ...asked, headers }, undefined) : undefined),
  };
}

/** Returns the map for the tenant, without the columns of other keys if one was chosen. */
function limitToKey(
  { map, headers }: ListReading,
  kind: ImportKind,
  key: string | undefined,
): ParsedMapFile | undefined {
  const plain = map && { ...map, options: undefined };
  if (key === undefined) return plain;
  const format = toNamingFormat(FORMATS[kind]);
  const known = format.thing.keys.find(({ name }) => name === key);
  if (known === undefined && key !== NAME_KEY)
    throw new Failure("usage", { what: describeUnknownKey(key, format, NAME_KEY), where: "--key" });
  const kept = [known?.field, getNameField(format)];
  const { columns } = readHeader(headers, format, { map: plain }).layout;
  return columns
    .filter(({ column }) => !kept.includes(column.field))
    .flatMap(({ positions }) => positions.map((at) => headers[at] ?? ""))
    .reduce(ignoreColumn, { columns: [], ...plain });
}

const createRejection = (where: string, { all, whole }: ListedProblems, count: number): RejectedFileFailure => {
  const what = text(
    `${formatCount(count, "problem")} in the list; nothing was changed`,
    `一覧にエラーが ${count} 件あります。何も変更していません`,
  );
  const hint = text(
    "fix the rows (--errors bad.csv writes them), or pass --skip-invalid to leave them out",
    "行を直すか(--errors bad.csv で書き出せます)、--skip-invalid で除いてください",
  );
  return new RejectedFileFailure({ what, where, hint: whole === undefined ? hint : undefined }, all);
};

async function confirmNames({ terminal }: Tools, records: readonly SelectedRecord[], key: string | undefined) {
  const named = records.filter(({ isByName }) => isByName);
  if (named.length === 0 || key === NAME_KEY) return true;
  for (const { label, more } of named)
    await terminal.problem(
      text(`  ${label}${more === null ? "" : ` (${more})`}`, `  ${label}${more === null ? "" : `(${more})`}`),
    );
  if (!terminal.interactive)
    throw new Failure("input-rejected", {
      what: text(
        `the list has only the names of ${named.length} records; nothing was changed`,
        `一覧に氏名しかないデータが ${named.length} 件あります。何も変更していません`,
      ),
      hint: text(`if these are meant, pass --key ${NAME_KEY}`, `正しければ --key ${NAME_KEY} を付けてください`),
    });
  const message = text(
    `The list has only the names of these ${named.length}. Are they meant?`,
    `一覧には氏名しかありません。この ${named.length} 件で正しいですか?`,
  );
  return terminal.prompts.confirm({ message, flag: `--key ${NAME_KEY}` });
}

function* describeOmitted({ rows: { later, stays, second }, deleted }: SelectedFile, unread: readonly string[]) {
  const { count, first, number } = deleted;
  const [more, moreJa] = count > 1 ? [", …", "、…"] : ["", ""];
  if (later > 0)
    yield text(`rows skipped because the last day of work is not past: ${later}`, `退職日前の行を除外: ${later}`);
  if (stays > 0)
    yield text(`rows skipped because the people have not left: ${stays}`, `退職していない人の行を除外: ${stays}`);
  if (second > 0) yield text(`rows of second posts skipped: ${second}`, `兼務の行を除外: ${second}`);
  if (count > 0)
    yield text(
      `already deleted: ${count} (${first}${more}; last in change ${number ?? "-"})`,
      `削除済み: ${count} 件(${first}${moreJa}。最後は変更 ${number ?? "-"})`,
    );
  if (unread.length > 0) yield text(`columns not read: ${unread.join(", ")}`, `読み込まない列: ${unread.join("、")}`);
}

export const createNoTargetFailure = (file: string | undefined): Failure =>
  new Failure("usage", {
    what: text("no records were specified", "対象のデータが指定されていません"),
    ...(file === undefined
      ? { hint: text("pass names or --file FILE", "名前か --file FILE を指定してください") }
      : { where: file === "-" ? "stdin" : file }),
  });

export const CHOSEN_DEVICES = {
  args: { device: { ...DEVICE_ARGUMENT, required: undefined, repeatable: true } },
  options: SELECTION_OPTIONS,
} as const;

/** Makes one change to typed and listed devices, and says what is not part of the selection. */
export async function changeDevices(
  tools: Tools,
  {
    device: names,
    dryRun,
    ...options
  }: InputOf<typeof SELECTION_OPTIONS> & Readonly<{ device: readonly string[]; dryRun: boolean }>,
  columns: readonly string[],
  change: (
    devices: readonly Device[],
    request: Readonly<{ ids: string[]; dryRun: boolean; learns: ListAnswers | undefined }>,
  ) => Promise<readonly WrittenDevice[]>,
) {
  const { terminal } = tools;
  const typed = await findDevicesByName(tools, names);
  const listed = await selectFromFile(tools, "devices", options);
  if (listed === undefined) return terminal.note(STATE_UNCHANGED);
  for (const note of listed.notes) await terminal.note(note);
  const selected = new Set(listed.ids);
  if (selected.size + typed.length + listed.notes.length === 0) throw createNoTargetFailure(options.file);
  const { client } = await tools.tenant("devices");
  const all = selected.size === 0 ? [] : await Array.fromAsync(client.devices.list());
  const chosen = new Map([...typed, ...all.filter(({ id }) => selected.has(id))].map((one) => [one.id, one]));
  const written = await change([...chosen.values()], { ids: [...chosen.keys()], dryRun, learns: listed.learns });
  if (!dryRun) await listed.settle();
  const shown = listColumns(terminal, DEVICE_COLUMNS, columns);
  await showWrittenRecords(tools, written, { ...DEVICE_RESULT_LAYOUT, listed: shown });
  return listed.isPart ? "partial" : undefined;
}
