import { line, step } from "../../lib/advice/index.ts";
import { unlessFailing } from "../../lib/errors/index.ts";
import type { Operation } from "../../lib/model/role.ts";
import type { Fields } from "../../lib/model/thing.ts";
import { same, text, type Text } from "../../lib/text/index.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { mayAll } from "../rights.ts";
import type { Tools } from "../tools.ts";
import { doubtsIn } from "./options.ts";

/** What was written by hand, as the tenant answers it. */
export interface ChangeResult<R> {
  readonly before: R | null;
  readonly after: R;
  readonly consoleTask: number | null;
  readonly dryRun: boolean;
}

/** How a record is shown that was written. */
export interface ResultLayout<R, W = ChangeResult<R>> {
  readonly columns: readonly Column<R>[];
  /** what people call it */
  readonly called: (record: R) => string;
  /** what the undo of a creation takes, besides the right to create */
  readonly deletion?: Operation | undefined;
  /** false if whoever acts may not undo it */
  readonly undoable?: boolean | undefined;
  /** the columns by which a change is told, where they are not those that are shown */
  readonly tells?: readonly Column<R>[] | undefined;
  /** of the record: some are never cleared, and some may have what cannot be typed */
  readonly fields?: Fields | undefined;
  /** what else follows from a change */
  readonly along?: ((written: W) => Text | undefined) | undefined;
}

/** What a change by hand means until the tenant has answered. */
export const BEFORE_WRITING = text("nothing was changed", "何も変更していません");
export const WHILE_WRITING = text("it may have been changed", "変更されている可能性があります");
export const WRITTEN = text(
  "the change was made; its output may be incomplete",
  "変更は反映済みです。出力は不完全な場合があります",
);

/** What shows what was written. */
type ResultTools = Pick<Tools, "terminal" | "globals" | "tenant" | "describeState" | "describeDone">;

/** Says, for what may still go wrong, what the tenant's answer means. */
export const describeWritten = (tools: ResultTools, dryRun: boolean): void =>
  dryRun ? tools.describeState(() => BEFORE_WRITING) : tools.describeDone(WRITTEN);

const NONE = text("(none)", "(なし)");

const told = (value: unknown): Text => {
  if (value === null || value === undefined || value === "") return NONE;
  if (typeof value === "boolean") return value ? text("yes", "はい") : text("no", "いいえ");
  if (!Array.isArray(value)) return same(plain(value));
  return value.length === 0 ? NONE : same((value as readonly unknown[]).map(plain).join(", "));
};

const plain = (value: unknown): string => {
  if (typeof value === "string") return value;
  // a custom field: its name and its value
  return typeof value === "object" && value !== null ? Object.values(value).join("=") : JSON.stringify(value);
};

const BOOKKEEPING = ["id", "createdAt", "updatedAt", "depth"];

/** The columns whose values differ; of ids only where nothing else tells what does. */
const changedColumns = <R>(columns: readonly Column<R>[], before: R, after: R): readonly Column<R>[] => {
  const changed = columns.filter(
    ({ key, value }) =>
      !BOOKKEEPING.includes(key) &&
      // a part of what is not there is none either
      JSON.stringify(value(before) ?? null) !== JSON.stringify(value(after) ?? null),
  );
  const told = changed.filter(({ key }) => !key.endsWith("Id"));
  return told.length === 0 ? changed : told;
};

/** What happened to one record, in sentences: what differs, and what is to be done in the console. */
async function* sentences<R extends object, W extends ChangeResult<R>>(
  tools: ResultTools,
  written: W,
  { columns, tells = columns, called, along }: ResultLayout<R, W>,
): AsyncGenerator<Text> {
  const { before, after, consoleTask, dryRun } = written;
  const { terminal } = tools;
  const name = called(after);
  const changed = before === null ? [] : changedColumns(tells, before, after);
  if (before === null) {
    yield dryRun
      ? text(`would be created: ${name}`, `作成される予定: ${name}`)
      : text(`created: ${name}`, `作成しました: ${name}`);
  } else if (changed.length === 0) {
    yield text(`${name} is so already: nothing to change`, `${name} はすでにそのとおりです。変更はありません`);
    return;
  }
  for (const { header, value, name: word, instant } of changed) {
    if (before === null) continue;
    const valueOf = (record: R): unknown => {
      const found = value(record);
      return instant === true && typeof found === "string" ? terminal.moment(found) : found;
    };
    const [from, to] = [word?.(before) ?? told(valueOf(before)), word?.(after) ?? told(valueOf(after))];
    yield text(`${header.en}: ${from.en} → ${to.en}`, `${header.ja}: ${from.ja} → ${to.ja}`);
  }
  const also = along?.(written);
  if (also !== undefined) yield also;
  if (dryRun) return;
  if (consoleTask !== null) yield inConsoleToo(consoleTask);
}

/** What is to be done in the console after a change here. @param task its number */
export const inConsoleToo = (task: number): Text => {
  const show = line("console show", [task]);
  return text(`to be done in the console, too: ${show}`, `管理画面でも同じ操作が必要です: ${show}`);
};

/**
 * Proposes the undo of what was changed last.
 *
 * @param needed what the undo takes, besides the rights to change it
 */
export async function proposeUndo(
  tools: Pick<Tools, "terminal" | "globals" | "tenant">,
  needed: readonly Operation[] = [],
): Promise<void> {
  // what is only proposed does not fail what was done
  if (needed.length > 0 && (await unlessFailing(() => mayAll(tools, needed))) !== true) return;
  const number = tools.terminal.takeChange();
  if (number === undefined) return;
  const undo = line("undo", [number]);
  await tools.terminal.note(step("undo", "取り消すには", undo));
}

/** What is set over former passwords and keys: these are not stored. */
export const FORMER_SECRETS = text("former passwords and keys", "以前のパスワードや鍵");

/** Says what of a change no undo restores. */
export const notRestored = ({ en, ja }: Text): Text =>
  text(`undo does not restore ${en}`, `取り消しても元に戻らないもの: ${ja}`);

/** Says, before a change is made, what of it no undo restores. */
export const noteNotRestored = ({ terminal }: Pick<Tools, "terminal">, what: Text): Promise<void> =>
  terminal.note(notRestored(what));

/** Returns whether an undo restores something: of a secret only the time when it was set is stored, and that stays. */
const isRestorable = ({ before, after }: ChangeResult<object>): boolean => {
  if (before === null) return true;
  const former = new Map<string, unknown>(Object.entries(before));
  return Object.entries(after).some(
    ([key, value]: readonly [string, unknown]) =>
      ![...BOOKKEEPING, "secretsSet"].includes(key) &&
      !key.endsWith("SetAt") &&
      JSON.stringify(value ?? null) !== JSON.stringify(former.get(key) ?? null),
  );
};

/** Proposes the undo of records that were written together. */
const proposeUndoOf = async <R extends object>(
  tools: ResultTools,
  all: readonly ChangeResult<R>[],
  { deletion, undoable = true }: Pick<ResultLayout<R>, "deletion" | "undoable">,
): Promise<void> => {
  if (!undoable || all.some(({ dryRun }) => dryRun) || !all.some(isRestorable)) return;
  await proposeUndo(tools, deletion !== undefined && all.some(({ before }) => before === null) ? [deletion] : []);
};

export const DRY = text("dry run: nothing was changed", "試行のため、何も変更していません");

/** The columns of what was written; a new record that is only tried out has no id, as it will have another one. */
const idless = <R>(columns: readonly Column<R>[], { before, dryRun }: ChangeResult<R>): readonly Column<R>[] =>
  before === null && dryRun
    ? columns.map((column) => (column.key === "id" ? { ...column, value: () => null, name: undefined } : column))
    : columns;

/** Shows one record that was written, and says what that means. */
export async function showWritten<R extends object, W extends ChangeResult<R>>(
  tools: ResultTools,
  written: W,
  showing: ResultLayout<R, W>,
): Promise<void> {
  const { terminal } = tools;
  describeWritten(tools, written.dryRun);
  await terminal.show(idless(showing.columns, written), written.after);
  for await (const sentence of sentences(tools, written, showing)) await terminal.note(sentence);
  await proposeUndoOf(tools, [written], showing);
  await warnOfDoubts(tools, written, showing);
  if (written.dryRun) await terminal.note(DRY);
}

/** Warns of values that were taken and are probably not meant so. */
const warnOfDoubts = async <R extends object>(
  { terminal }: Pick<Tools, "terminal">,
  { before, after }: ChangeResult<R>,
  { fields = {} }: Pick<ResultLayout<R>, "fields">,
): Promise<void> => {
  for (const { name, doubt } of doubtsIn(fields, before, after))
    await terminal.warn(text(`${name.en}: ${doubt.en}`, `${name.ja}: ${doubt.ja}`));
};

/** Shows several records that were written together. @param usual the columns of a list that fit on a terminal */
export async function showAllWritten<R extends object, W extends ChangeResult<R>>(
  tools: ResultTools,
  all: readonly W[],
  { listed, ...showing }: ResultLayout<R, W> & { readonly listed: readonly Column<R>[] },
): Promise<void> {
  const { terminal } = tools;
  const [first, ...others] = all;
  if (first !== undefined && others.length === 0) return showWritten(tools, first, showing);
  describeWritten(tools, first?.dryRun === true);
  await terminal.list(
    listed,
    all.map(({ after }) => after),
  );
  for (const written of all) {
    const name = showing.called(written.after);
    for await (const { en, ja } of sentences(tools, written, showing))
      await terminal.note(text(`${name}: ${en}`, `${name}: ${ja}`));
    await warnOfDoubts(tools, written, showing);
  }
  await proposeUndoOf(tools, all, showing);
  if (first?.dryRun === true) await terminal.note(DRY);
}
