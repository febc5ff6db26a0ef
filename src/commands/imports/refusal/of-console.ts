import { line } from "../../../lib/advice/index.ts";
import type { ConsoleTask } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { countTaskRecords } from "../../../lib/model/console-task.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import { THINGS } from "../../../lib/model/things.ts";
import { joinTexts, same, text, type Text } from "../../../lib/text/index.ts";
import type { ImportRequest } from "../plan/options.ts";
import type { Tools } from "../../tools.ts";
import { buildImportCommand, NO_REMEDY } from "./command.ts";
import type { Remedies } from "./remedies.ts";

/** A task for the console, reduced to what a rejection message shows. */
export type OpenTask = Pick<ConsoleTask, "number" | "name" | "create" | "update" | "delete" | "beside" | "records">;

/** What is missing from a rejected export, or from the mirror to which it refers. */
export interface RejectedExport {
  readonly remedies: Pick<Remedies, "concerned" | "elsewhere" | "holders" | "protected">;
  /** the problem of the whole file; undefined if only rows are rejected */
  readonly whole: string | undefined;
  /** the open tasks for the console */
  readonly tasks: readonly OpenTask[];
}

/** Maximum number of tasks that a rejection message lists. */
const MAX_LISTED_TASKS = 3;

/** Returns the open tasks for the console; empty if the account may not read them. */
export async function loadOpenTasks(tools: Pick<Tools, "tenant">): Promise<readonly OpenTask[]> {
  const { client } = await tools.tenant("console");
  try {
    return await client.console.list({});
  } catch (error) {
    if (error instanceof Failure && error.code === "not-permitted") return [];
    throw error;
  }
}

/**
 * Returns the next step for a rejected export of the console; undefined if the file has to be read in another way. An
 * export shows what the console has, so the advice is never to edit the export, nor to create records in the mirror
 * that the
 * console does not have.
 *
 * @param last the final step; default: import the file again
 */
export function describeNextExportStep(
  requested: ImportRequest,
  refused: RejectedExport,
  last?: Text,
): Text | undefined {
  const { remedies, whole } = refused;
  // another export may delete and wipe a different number of records
  const options = { ...requested.options, confirmDeletions: undefined, confirmWipes: undefined };
  const then = last ?? same(buildImportCommand({ ...requested, options }, NO_REMEDY));
  const tasks = filterConcernedTasks(requested, refused);
  if (tasks.length > 0) return describeTasksFirst(tasks, requested, then);
  if (whole === "administrator-delete" || remedies.protected)
    return describeAdministratorsToUnmark(requested, whole, then);
  const first = findPrerequisiteKinds(refused);
  if (first.length === 0) return undefined;
  const exports = joinConsoleImportCommands(first);
  return text(
    `this export refers to records that the mirror does not have, or lacks records that are still in use in the mirror. Import the console's other exports first: ${exports}; then: ${then.en}`,
    `このエクスポートにある組織やユーザーがミラーにないか、エクスポートにないものがミラーでまだ使われています。先に管理画面のほかのエクスポートをインポートしてください: ${exports}。続けて: ${then.ja}`,
  );
}

const joinConsoleImportCommands = (kinds: readonly string[]): string =>
  kinds.map((of) => `\`clomoctl ${of} import EXPORT.csv --from-console\``).join(", ");

/** Returns the kinds of the exports that must be imported first. */
const findPrerequisiteKinds = ({ whole, remedies }: RejectedExport): readonly string[] => {
  if (whole === "org-delete-holds") return remedies.holders.size === 0 ? ["users", "devices"] : [...remedies.holders];
  if (whole === "delete-held") return ["devices"];
  return whole === undefined ? [...remedies.elsewhere] : [];
};

/**
 * Returns the open tasks that concern the rejected records. A task that lists only some of its records (such as the
 * task of an import) is included if it lists any record of a kind in question.
 */
function filterConcernedTasks({ kind }: ImportRequest, { remedies, tasks }: RejectedExport): readonly OpenTask[] {
  const { concerned, elsewhere } = remedies;
  if (concerned.size === 0) return [];
  const names = new Set([...concerned].flatMap((name) => [name, name.slice(name.lastIndexOf("/") + 1)]));
  const isOf = (value: string | readonly string[] | null): boolean =>
    value !== null && (typeof value === "string" ? splitRecordName(value) : value).some((one) => names.has(one));
  return tasks.flatMap((task) => {
    const ofKinds = task.records.filter((record) => record.kind === kind || elsewhere.has(record.kind));
    const records = ofKinds.filter(
      ({ thing, name, key, console, changes }) =>
        [name, key, console?.name ?? null, console?.key ?? null].some(isOf) ||
        changes.some(({ field, before, after }) => !isReference(thing, field) && (isOf(before) || isOf(after))),
    );
    if (records.length > 0) return { ...task, records };
    // the records that the task does not list may be concerned, too
    const isWhole = countTaskRecords(task) <= task.records.length;
    return isWhole || ofKinds.length === 0 ? [] : { ...task, records: ofKinds };
  });
}

/** Returns true if a field refers to another record. A change to the field does not change that record. */
const isReference = (thing: string, field: string): boolean => THINGS.get(thing)?.fields[field]?.refers !== undefined;

/**
 * Splits a record's label in a task, such as `総務部 (G)` or `山田 <taro@example.jp>`. Returns the whole label and, if
 * it
 * has both, the name and the key.
 */
const splitRecordName = (told: string): readonly string[] => {
  const parts = /^(?<name>.+) [\(<](?<key>[^\(<]+)[\)>]$/v.exec(told)?.groups;
  return parts === undefined ? [told] : [told, ...Object.values(parts)];
};

/** Returns the next step if tasks for the console are still open: do these first.  @param then the final step */
function describeTasksFirst(tasks: readonly OpenTask[], { kind }: ImportRequest, then: Text): Text {
  const named = tasks.slice(0, MAX_LISTED_TASKS).map(({ number, name, records: [first] }) => {
    const called = name ?? first?.name;
    return same(called === undefined ? `${number}` : `${number} (${called})`);
  });
  const more = tasks.length > MAX_LISTED_TASKS ? ", …" : "";
  const all = joinTexts(named, text(", ", "、"));
  const [first] = tasks;
  const number = first?.number ?? 0;
  const others = [...new Set(tasks.flatMap(({ records }) => records.map((record) => record.kind)))].filter(
    (of) => of !== kind,
  );
  const done =
    others.length === 0
      ? text("", "")
      : text(
          `; if these tasks are already done in the console, first run: ${joinConsoleImportCommands(others)}`,
          `。すでに行ったのなら、先に: ${joinConsoleImportCommands(others)}`,
        );
  return text(
    `still to do in the console: ${all.en}${more}. Do these tasks (steps: ${line("console show", [number])}), export again, then: ${then.en}${done.en}; if you do not want the change, restore the console's values in the mirror: ${line("console drop", [number])}`,
    `管理画面での作業が残っています: ${all.ja}${more}。管理画面で行い(手順: ${line("console show", [number])})、もう一度エクスポートしてから: ${then.ja}${done.ja}。行わない場合は、ミラーを管理画面の値に戻してください: ${line("console drop", [number])}`,
  );
}

/**
 * The advice to revoke the role, for people whose administrator mark cannot be removed because their role is recorded.
 */
const REVOKE_HINTS: Readonly<Partial<Record<ImportRequest["kind"], Text>>> = {
  users: text(
    `, or for people with a recorded role: ${line("clomo-account revoke", ["ACCOUNT"])}`,
    `、管理者権限が登録されている人は: ${line("clomo-account revoke", ["ACCOUNT"])}`,
  ),
};

/**
 * Returns the next step for administrators who no longer exist in the console, or for administrators of SECURED APPs,
 * whom
 * no export shows.
 */
function describeAdministratorsToUnmark({ kind }: ImportRequest, whole: string | undefined, then: Text): Text {
  const { app } = FORMATS[kind];
  const list =
    app === undefined
      ? line("users administrators remove", ["USER…"])
      : line("secured administrators remove", ["USER…"], { app });
  return whole === "administrator-delete"
    ? text(
        `if these people no longer exist in the console, unmark them as administrators: ${list}${REVOKE_HINTS[kind]?.en ?? ""}; then: ${then.en}`,
        `管理画面から削除されているなら、管理者の指定を取り消してください: ${list}${REVOKE_HINTS[kind]?.ja ?? ""}。続けて: ${then.ja}`,
      )
    : text(
        `if these people are not administrators in the console, unmark them: ${list}; then: ${then.en}`,
        `管理画面で管理者でないなら、管理者の指定を取り消してください: ${list}。続けて: ${then.ja}`,
      );
}
