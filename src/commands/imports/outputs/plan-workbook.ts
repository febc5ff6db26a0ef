import { line } from "../../../lib/advice/index.ts";
import type { Import, PlanRow } from "../../../lib/client/index.ts";
import { ignoreFailure } from "../../../lib/errors/index.ts";
import { formatActor } from "../../../lib/model/actor.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import { getFormatTitle } from "../../../lib/model/format.ts";
import {
  getDisplayName,
  IMPORT_MODE_NAMES,
  IMPORT_STATE_NAMES,
  ROW_ACTION_NAMES,
  type RecordAction,
} from "../../../lib/model/import.ts";
import { nameKey } from "../../../lib/model/normalise.ts";
import { listPathReadings } from "../../../lib/model/path-readings.ts";
import { getThingNoun } from "../../../lib/model/problem.ts";
import { formatSecuredAppName } from "../../../lib/model/secured-user.ts";
import { formatMoment } from "../../../lib/model/time.ts";
import {
  findFieldHeader,
  formatPlanValue,
  listInitialValues,
  listValueChanges,
  NAME_FIELDS,
  ORG_PLACE_FIELDS,
  PARENT_FIELD,
  getRowRecordName,
  type ValueChange,
} from "../../../lib/plan/changes.ts";
import { hasFile, listPlanChanges } from "../../../lib/plan/describe.ts";
import { PLAN_ACTIONS, type Plan } from "../../../lib/plan/plan.ts";
import { same, text, type Text } from "../../../lib/text/index.ts";
import type { Cell, CellStyle, Sheet } from "../../../lib/xlsx/write.ts";
import { resolveTimezone, type Tools } from "../../tools.ts";
import { listPathEnds } from "../plan/org-names.ts";
import { buildPlan } from "../plan/show.ts";
import { formatReason, readKeptRecords, readWarnings, ReasonCursor } from "./row-reasons.ts";

/** What a workbook is made from. */
interface PlanBook {
  readonly tools: Tools;
  readonly told: Import;
  readonly plan: Plan;
  /**
   * the paths of the organisations by their codes; if the file names organisations otherwise, also the paths of those
   * without a code by the keys of the names that the file may contain. Empty if the acting account cannot read them
   */
  readonly orgPaths: ReadonlyMap<string, string>;
  /** number of warnings about rows of its file */
  readonly warnings: number;
  readonly say: (words: Text) => string;
}

/** Records of one thing that a plan creates, updates or deletes. */
interface RecordSelection {
  readonly action: RecordAction;
  /** name of the thing; undefined for the thing of the import */
  readonly thing: string | undefined;
}

/**
 * Returns the sheets of a workbook in which a plan can be approved: what it does in total, then a sheet for each kind of
 * change with a row for each record. The rows are read while they are written, once for the columns and once for the
 * cells.
 *
 * @param isKept true if the plan can still be committed
 */
export async function buildPlanSheets(tools: Tools, told: Import, isKept: boolean): Promise<readonly Sheet[]> {
  const { terminal } = tools;
  const isOpen = told.state === "planned" && hasFile(told);
  const book: PlanBook = {
    tools,
    told,
    plan: await buildPlan(tools, told),
    orgPaths: await loadOrgPaths(tools, told),
    warnings: isOpen && told.warnings > 0 ? await countWarnings(tools, told) : 0,
    say: (words) => terminal.plain(words[terminal.language]),
  };
  const things = [undefined, ...(told.beside ?? []).map(({ thing }) => thing)];
  const changes = PLAN_ACTIONS.flatMap((action) =>
    things.flatMap((thing, at) => {
      const count = listPlanChanges(told)[at]?.[action] ?? 0;
      return count === 0 ? [] : [buildChangeSheet(book, { action, thing })];
    }),
  );
  return [
    { name: book.say(text("Plan", "計画")), continues: true, rows: renderSummary(book, isKept) },
    ...changes,
    ...(isOpen && (told.kept?.count ?? 0) > 0
      ? [{ name: book.say(text("Kept", "残す")), continues: true, rows: renderKeptRows(book) }]
      : []),
    ...(book.warnings > 0 ? [{ name: book.say(WARNINGS_TITLE), continues: true, rows: renderWarnings(book) }] : []),
    ...(isOpen && told.errors > 0
      ? [{ name: book.say(text("Invalid rows", "不正な行")), continues: true, rows: renderInvalidRows(book) }]
      : []),
  ];
}

const WARNINGS_TITLE = text("Warnings", "警告");

async function countWarnings(tools: Tools, told: Import): Promise<number> {
  const { client } = await tools.tenant("imports");
  let count = 0;
  for await (const batch of readWarnings(client, told)) count += batch.length;
  return count;
}

/** The title of the columns that show an organisation by its path, whatever the file calls it. */
const ORG_TITLE = text("organisation", "組織");

const isOrgColumn = ({ refers }: { readonly refers?: { readonly to: string } | undefined }): boolean =>
  refers?.to === "org";

async function loadOrgPaths(tools: Tools, { kind, request }: Import): Promise<PlanBook["orgPaths"]> {
  if (!FORMATS[kind].columns.some(isOrgColumn)) return new Map();
  const orgs = (await ignoreFailure(async () => (await tools.tenant("orgs")).client.orgs.list())) ?? [];
  const uncoded = (request?.orgBy ?? "code") === "code" ? [] : orgs.filter(({ code }) => code === null);
  return new Map([
    ...uncoded.flatMap(({ path }) => listPathEnds(path).map((end) => [nameKey(end), path] as const)),
    // a whole path is not the end of another path
    ...uncoded.map(({ path }) => [nameKey(path), path] as const),
    ...orgs.flatMap(({ code, path }) => (code === null ? [] : [[code, path] as const])),
  ]);
}

const styled = (words: string, style: CellStyle): Cell => ({ text: words, style });

/** Yields the rows of the first sheet: facts about the plan, its counts, and everything that a terminal shows. */
async function* renderSummary(book: PlanBook, isKept: boolean): AsyncGenerator<readonly (readonly Cell[])[]> {
  const { told, plan, say, tools } = book;
  const zone = resolveTimezone(tools, await tools.tenant("imports"));
  const fact = (label: Text, value: Text, style: CellStyle = "text"): readonly Cell[] => [
    styled(say(label), "header"),
    styled(say(value).trim(), style),
  ];
  const when = (instant: string): Text => same(formatMoment(instant, zone, "minute"));
  const source = hasFile(told) ? text("file", "ファイル") : text("records", "対象");
  const lines = (label: Text, all: readonly Text[] = [], style?: CellStyle): readonly (readonly Cell[])[] =>
    all.map((words) => fact(label, words, style));
  yield [
    [styled(say(text(`Changes to ${plan.target.en}`, `変更の計画: ${plan.target.ja}`)), "title")],
    fact(text("tenant", "テナント"), plan.target),
    ...(isKept || told.change !== null ? [fact(text("no.", "No."), same(told.number))] : []),
    fact(text("kind", "種類"), getFormatTitle(FORMATS[told.kind])),
    fact(text("mode", "インポート方法"), getDisplayName(IMPORT_MODE_NAMES, told.mode)),
    ...(told.fileName === "" ? [] : [fact(source, same(told.fileName))]),
    fact(text("created at", "作成日時"), when(told.createdAt)),
    ...(told.replannedAt === undefined ? [] : [fact(text("compared again at", "再比較日時"), when(told.replannedAt))]),
    fact(text("done by", "実行者"), formatActor(told.actor)),
    fact(text("state", "状態"), getDisplayName(IMPORT_STATE_NAMES, told.state)),
    ...(told.committedAt === null ? [] : [fact(text("committed at", "適用日時"), when(told.committedAt))]),
    fact(text("how to apply", "適用の方法"), describeNextStep(told, isKept)),
    ...plan.changes.flatMap(({ noun, ...counts }) =>
      PLAN_ACTIONS.map((action) => {
        const word = getDisplayName(ROW_ACTION_NAMES, action);
        const style = action === "delete" && counts.delete > 0 ? "deleted" : "text";
        return fact(text(`${noun.en}: ${word.en}`, `${noun.ja}: ${word.ja}`), same(String(counts[action])), style);
      }),
    ),
    ...lines(text("summary", "内容"), plan.lines),
    ...lines(text("warning", "警告"), plan.warnings, "changed"),
    ...(book.warnings === 0 ? [] : [fact(text("warnings about rows", "行の警告"), countInSheet(book), "changed")]),
    ...lines(text("note", "備考"), plan.notes),
  ];
}

const countInSheet = ({ warnings }: PlanBook): Text =>
  text(`${warnings}, see the sheet "${WARNINGS_TITLE.en}"`, `${warnings} 件(シート「${WARNINGS_TITLE.ja}」を参照)`);

/** Returns how a plan is applied, or how a committed plan is undone. */
function describeNextStep({ number, change, rejected, state }: Import, isKept: boolean): Text {
  if (change !== null) {
    const undo = line("undo", [change]);
    return text(`already committed; undo: ${undo}`, `適用済み。取り消すには: ${undo}`);
  }
  if (rejected)
    return text("cannot be committed: correct the invalid rows", "適用できません。不正な行を直してください");
  if (isKept && state === "planned") return same(line("imports commit", [number]));
  return text(
    "this plan is not kept; to keep a plan for its approval, pass --keep-plan",
    "この計画は残しません。承認を待つには --keep-plan を付けてください",
  );
}

/** A column of values in a sheet. */
interface ValueColumn {
  readonly field: string;
  readonly header: string;
}

/** Returns the rows of a plan that belong to a sheet, in batches. */
async function* readRows(
  { tools, told }: PlanBook,
  { action, thing }: RecordSelection,
): AsyncGenerator<readonly PlanRow[]> {
  const { client } = await tools.tenant("imports");
  for await (const batch of client.imports.rows(told.id, { action }).batches()) {
    tools.signal.throwIfAborted();
    yield batch.filter((row) => row.thing === thing);
  }
}

/** Returns the values that a sheet shows for a record. A parent has one column, whatever column of the file sets it. */
const listShownValues = (row: PlanRow, action: RecordAction): readonly ValueChange[] => {
  if (action === "update") return listValueChanges(row);
  const values = listInitialValues(action === "create" || row.before.length === 0 ? row : { after: row.before });
  return values.map((one) => (ORG_PLACE_FIELDS.includes(one.field) ? { ...one, field: PARENT_FIELD } : one));
};

/** The columns of a sheet that depend on its records. */
interface RecordColumns extends RecordSelection {
  /** true if the sheet shows the app of each record */
  readonly hasApps: boolean;
  readonly columns: readonly ValueColumn[];
}

/** Finds the columns in which at least one record has a value, or changes it. */
async function findColumns(book: PlanBook, selection: RecordSelection): Promise<RecordColumns> {
  const fields = new Set<string>();
  let hasApps = false;
  for await (const batch of readRows(book, selection))
    for (const row of batch) {
      hasApps ||= row.app !== undefined;
      for (const { field } of listShownValues(row, selection.action)) fields.add(field);
    }
  // names and organisations have columns of their own, which only show their values after the plan
  const isLeading = (field: string): boolean =>
    selection.action !== "update" &&
    (NAME_FIELDS.includes(field) || (hasOrgs(book, selection) && isOrgField(book, field)));
  const shown = [...fields].filter((field) => !isLeading(field));
  const findTitle = (field: string): string =>
    hasOrgs(book, selection) && isOrgField(book, field)
      ? book.say(ORG_TITLE)
      : findFieldHeader(book.told.kind, field, selection.thing);
  const columns = shown.map((field) => ({ field, header: findTitle(field) }));
  return { ...selection, hasApps, columns };
}

const buildChangeSheet = (book: PlanBook, selection: RecordSelection): Sheet => {
  const name = book.say(getDisplayName(ROW_ACTION_NAMES, selection.action));
  const noun = selection.thing === undefined ? "" : ` ${book.say(getThingNoun(selection.thing))}`;
  return { name: `${name}${noun}`, continues: true, rows: renderChanges(book, selection) };
};

/** Yields the rows of a sheet with one kind of change. */
async function* renderChanges(
  book: PlanBook,
  selection: RecordSelection,
): AsyncGenerator<readonly (readonly Cell[])[]> {
  const { say, told } = book;
  const { action } = selection;
  const found = await findColumns(book, selection);
  const setsSecrets = told.secretsSet > 0 && selection.thing === undefined && action !== "delete";
  const leading = [
    ...(hasFile(told) && action !== "delete" ? [text("row", "行")] : []),
    ...(found.hasApps ? [text("app", "アプリ")] : []),
    text("key", "キー"),
    text("name", "名前"),
    ...(hasOrgs(book, selection) ? [ORG_TITLE] : []),
  ];
  const headers = [
    ...leading.map(say),
    ...found.columns.flatMap(({ header }) =>
      action === "update"
        ? [say(text(`${header} (before)`, `${header}(変更前)`)), say(text(`${header} (after)`, `${header}(変更後)`))]
        : [header],
    ),
    ...(setsSecrets ? [say(text("secrets", "パスワードなど"))] : []),
  ];
  yield [headers];
  for await (const batch of readRows(book, selection))
    yield batch.map((row) => {
      const cells = renderRecord(book, found, row);
      const secret = row.setsSecret ? styled(say(text("set", "設定")), "changed") : "";
      return setsSecrets ? [...cells, secret] : cells;
    });
}

const hasOrgs = ({ told }: PlanBook, { thing }: RecordSelection): boolean =>
  thing === undefined && told.kind !== "orgs" && FORMATS[told.kind].columns.some(isOrgColumn);

/** Returns the cells of a record. */
function renderRecord(book: PlanBook, found: RecordColumns, row: PlanRow): readonly Cell[] {
  const { told } = book;
  const { action, hasApps, columns } = found;
  const leading = [
    ...(hasFile(told) && action !== "delete" ? [row.row === 0 ? "" : String(row.row)] : []),
    ...(hasApps ? [row.app === undefined ? "" : formatSecuredAppName(row.app)] : []),
    row.key,
    getRowRecordName(row) ?? "",
    ...(hasOrgs(book, found) ? [findOrg(book, row)] : []),
  ];
  const values = new Map(listShownValues(row, action).map((change) => [change.field, change]));
  const cells = columns.flatMap(({ field }): readonly Cell[] => {
    const change = values.get(field);
    if (action !== "update") return [change === undefined ? "" : formatValue(book, field, change.after)];
    if (change === undefined) {
      const value = formatValue(book, field, row.after.find((one) => one.field === field)?.value ?? null);
      return [value, value];
    }
    const after = change.after ?? "";
    const now = after.length === 0 ? book.say(formatPlanValue(null)) : formatValue(book, field, after);
    return [formatValue(book, field, change.before), styled(now, "changed")];
  });
  const all = [...leading, ...cells];
  return action === "delete" ? all.map((cell) => (typeof cell === "string" ? styled(cell, "deleted") : cell)) : all;
}

const isOrgField = ({ told }: PlanBook, field: string): boolean =>
  field === PARENT_FIELD || FORMATS[told.kind].columns.some((column) => column.field === field && isOrgColumn(column));

/** Returns a value as a cell shows it: for an organisation, its path. */
const formatValue = (book: PlanBook, field: string, value: ValueChange["after"]): string => {
  if (typeof value !== "string") return (value ?? []).join(", ");
  if (!isOrgField(book, field)) return value;
  const names = [value, ...listPathReadings(value).map(nameKey)];
  return names.map((name) => book.orgPaths.get(name)).find((path) => path !== undefined) ?? value;
};

/** Returns the organisation of a record after the plan, or of a deleted record before the plan. */
const findOrg = (book: PlanBook, { before, after }: PlanRow): string => {
  const found = [...after, ...before].find(({ field, value }) => value !== null && isOrgField(book, field));
  return found === undefined ? "" : formatValue(book, found.field, found.value);
};

/** Yields the records that are kept although the file lacks them, with the reasons. */
async function* renderKeptRows({ tools, told, say }: PlanBook): AsyncGenerator<readonly (readonly Cell[])[]> {
  yield [[text("name", "名前"), text("reason", "理由")].map(say)];
  yield await readKeptRecords(tools, told);
}

/** Yields the warnings about rows of the file, with the columns. */
async function* renderWarnings({ tools, told, say }: PlanBook): AsyncGenerator<readonly (readonly Cell[])[]> {
  const { client } = await tools.tenant("imports");
  const headers = [text("row", "行"), text("column", "列"), text("reason", "理由")];
  yield [headers.map((words) => styled(say(words), "header"))];
  for await (const batch of readWarnings(client, told)) {
    tools.signal.throwIfAborted();
    yield batch.map((problem) => [
      problem.row === 0 ? "" : String(problem.row),
      problem.header,
      styled(formatReason(tools.terminal, problem), "changed"),
    ]);
  }
}

/** Yields the invalid rows with their reasons. */
async function* renderInvalidRows({ tools, told, say }: PlanBook): AsyncGenerator<readonly (readonly Cell[])[]> {
  const { client } = await tools.tenant("imports");
  const headers = [text("row", "行"), text("key", "キー"), text("name", "名前"), text("reason", "理由")];
  yield [headers.map(say)];
  const reasons = await ReasonCursor.open(client, told, tools.terminal);
  if (reasons.whole !== undefined) yield [["1", "", "", styled(reasons.whole, "changed")]];
  for await (const batch of client.imports.rows(told.id, { action: "invalid" }).batches()) {
    tools.signal.throwIfAborted();
    await reasons.advanceTo(batch.at(-1)?.row ?? 0);
    yield batch.map((row) => [
      String(row.row),
      row.key,
      getRowRecordName(row) ?? "",
      styled(reasons.at(row.row)?.reason ?? "", "changed"),
    ]);
  }
  await reasons.close();
}
