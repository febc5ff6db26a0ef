import type { ChangeResult } from "../../../lib/client/index.ts";
import { line, step } from "../../../lib/advice/index.ts";
import type { Fields } from "../../../lib/model/thing.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import type { Tools } from "../tools.ts";
import { findDoubtfulValues } from "./field-options.ts";
import { describePlainValue, describeValueOrList } from "./describe-value.ts";

export interface ResultLayout<R, W = ChangeResult<R>> {
  readonly columns: readonly Column<R>[];
  readonly called: (record: R) => string;
  readonly undoable?: boolean | undefined;
  readonly fields?: Fields | undefined;
  readonly along?: ((written: W) => Text | undefined) | undefined;
  readonly doubt?: ((tools: ResultTools, before: R | null, after: R) => Promise<Text | undefined>) | undefined;
}

export const STATE_UNCHANGED = text("nothing was changed", "何も変更していません");

type ResultTools = Pick<Tools, "terminal" | "globals" | "tenant">;

const BOOKKEEPING_KEYS = ["id", "createdAt", "updatedAt", "depth", "recorded"];

/** Returns the columns whose values differ. Omits columns of IDs if other columns differ, too. */
const findChangedColumns = <R>(columns: readonly Column<R>[], before: R, after: R): readonly Column<R>[] => {
  const changed = columns.filter(
    ({ key, value }) =>
      !BOOKKEEPING_KEYS.includes(key) && JSON.stringify(value(before) ?? null) !== JSON.stringify(value(after) ?? null),
  );
  const withoutIds = changed.filter(({ key }) => !key.endsWith("Id"));
  return withoutIds.length === 0 ? changed : withoutIds;
};

async function* describeResult<R extends object, W extends ChangeResult<R>>(
  tools: ResultTools,
  written: W,
  { columns, called, along }: ResultLayout<R, W>,
): AsyncGenerator<Text> {
  const { before, after, dryRun } = written;
  const { terminal } = tools;
  const name = called(after);
  const changed = before === null ? [] : findChangedColumns(columns, before, after);
  if (before === null) {
    yield dryRun
      ? text(`would be created: ${name}`, `作成予定: ${name}`)
      : text(`created: ${name}`, `作成しました: ${name}`);
  } else if (changed.length === 0) {
    yield text(`${name} already has these values, so there is nothing to change`, `${name} はすでに指定どおりです`);
    return;
  }
  for (const { key, header, value, name: word, instant } of changed) {
    if (before === null) continue;
    if (key.endsWith("SetAt") && value(after) !== null) {
      yield text("password: set", "パスワード: 設定");
      continue;
    }
    const valueOf = (record: R): unknown => {
      const found = value(record);
      return instant === true && typeof found === "string" ? terminal.moment(found) : found;
    };
    const [from, to] = [before, after].map(
      (record) => word?.(record) ?? describeValueOrList(valueOf(record), describePlainValue),
    ) as [Text, Text];
    yield text(`${header.en}: ${from.en} → ${to.en}`, `${header.ja}: ${from.ja} → ${to.ja}`);
  }
  const also = along?.(written);
  if (also !== undefined) yield also;
}

async function noteNextSteps<R extends object>(
  tools: ResultTools,
  all: readonly ChangeResult<R>[],
  { undoable = true }: Pick<ResultLayout<R>, "undoable">,
): Promise<void> {
  if (all.some(({ dryRun }) => dryRun)) return;
  for (const task of new Set(all.flatMap(({ consoleTask }) => consoleTask ?? [])))
    await tools.terminal.note(describeConsoleTask(task));
  if (undoable && all.some(isRestorable)) await proposeUndo(tools);
}

export const describeConsoleTask = (task: number): Text => {
  const show = line("console show", [task]);
  return text(`make the same change in the console: ${show}`, `管理画面でも同じ操作が必要です: ${show}`);
};

export async function proposeUndo(tools: Pick<Tools, "terminal">): Promise<void> {
  const number = tools.terminal.takeChange();
  if (number === undefined) return;
  const undo = line("undo", [number]);
  await tools.terminal.note(step("undo", "取り消すには", undo));
}

/** Undo cannot restore former passwords and keys, because they are not stored. */
export const FORMER_SECRETS = text("former passwords and keys", "以前のパスワードや鍵");

export const describeUnrestoredValues = ({ en, ja }: Text): Text =>
  text(`undo does not restore ${en}`, `取り消しても元に戻らないもの: ${ja}`);

export const noteNotRestored = ({ terminal }: Pick<Tools, "terminal">, what: Text): Promise<void> =>
  terminal.note(describeUnrestoredValues(what));

/** Returns true if undo would restore more than secrets and the times of their changes. */
const isRestorable = ({ before, after }: ChangeResult<object>): boolean => {
  if (before === null) return true;
  const former = new Map<string, unknown>(Object.entries(before));
  return Object.entries(after).some(
    ([key, value]: readonly [string, unknown]) =>
      ![...BOOKKEEPING_KEYS, "secretsSet"].includes(key) &&
      !key.endsWith("SetAt") &&
      JSON.stringify(value ?? null) !== JSON.stringify(former.get(key) ?? null),
  );
};

export const DRY_RUN_NOTE = text("dry run: nothing was changed", "確認のみで、何も変更していません");

export async function showWrittenRecord<R extends object, W extends ChangeResult<R>>(
  tools: ResultTools,
  written: W,
  showing: ResultLayout<R, W>,
): Promise<void> {
  const { terminal } = tools;
  // a dry run hides the ID of a new record, because the created record gets another ID
  const isHidden = ({ key }: Column<R>): boolean => key === "id" && written.before === null && written.dryRun;
  const columns = showing.columns.map((one) => (isHidden(one) ? { ...one, value: () => null, name: undefined } : one));
  await terminal.show(columns, written.after);
  for await (const sentence of describeResult(tools, written, showing)) await terminal.note(sentence);
  await noteNextSteps(tools, [written], showing);
  await warnOfDoubtfulValues(tools, written, showing);
  if (written.dryRun) await terminal.note(DRY_RUN_NOTE);
}

const warnOfDoubtfulValues = async <R extends object>(
  tools: ResultTools,
  { before, after }: ChangeResult<R>,
  { fields = {}, doubt: find }: Pick<ResultLayout<R>, "fields" | "doubt">,
): Promise<void> => {
  for (const { name, doubt } of findDoubtfulValues(fields, before, after))
    await tools.terminal.warn(text(`${name.en}: ${doubt.en}`, `${name.ja}: ${doubt.ja}`));
  const doubt = await find?.(tools, before, after);
  if (doubt !== undefined) await tools.terminal.warn(doubt);
};

export async function showWrittenRecords<R extends object, W extends ChangeResult<R>>(
  tools: ResultTools,
  all: readonly W[],
  { listed, ...showing }: ResultLayout<R, W> & { readonly listed: readonly Column<R>[] },
): Promise<void> {
  const { terminal } = tools;
  const [first, ...others] = all;
  if (first !== undefined && others.length === 0) return showWrittenRecord(tools, first, showing);
  const records = all.map(({ after }) => after);
  await terminal.list(listed, records);
  for (const written of all) {
    const name = showing.called(written.after);
    for await (const { en, ja } of describeResult(tools, written, showing))
      await terminal.note(written.before === null ? text(en, ja) : text(`${name}: ${en}`, `${name}: ${ja}`));
    await warnOfDoubtfulValues(tools, written, showing);
  }
  await noteNextSteps(tools, all, showing);
  if (first?.dryRun === true) await terminal.note(DRY_RUN_NOTE);
}
