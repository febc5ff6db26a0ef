import { line } from "../../../lib/advice/index.ts";
import type { ConsoleTask } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { countRecords } from "../../../lib/model/console-task.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import { THINGS } from "../../../lib/model/things.ts";
import { joined, same, text, type Text } from "../../../lib/text/index.ts";
import type { ImportRequest } from "../plan/options.ts";
import type { Tools } from "../../tools.ts";
import { importCommand, NOTHING_NEEDED } from "./command.ts";
import type { Remedies } from "./remedies.ts";

/** A task for the console, as far as a refusal names it. */
export type OpenTask = Pick<ConsoleTask, "number" | "name" | "create" | "update" | "delete" | "beside" | "records">;

/** What the file of a refused export lacks, or names that the mirror lacks. */
export interface RefusedExport {
  readonly remedies: Pick<Remedies, "concerned" | "elsewhere" | "holders" | "protected">;
  /** the problem of the file as a whole; undefined where rows are refused */
  readonly whole: string | undefined;
  /** the open tasks of the console */
  readonly tasks: readonly OpenTask[];
}

/** Maximum number of tasks that a refusal names. */
const MAX_TASKS = 3;

/** The open tasks of the console; none where they may not be seen. */
export async function openTasks(tools: Pick<Tools, "tenant">): Promise<readonly OpenTask[]> {
  const { client } = await tools.tenant("console");
  try {
    return await client.console.list({});
  } catch (error) {
    if (error instanceof Failure && error.code === "not-permitted") return [];
    throw error;
  }
}

/**
 * What leads on where an export of the console is refused: an export is never edited, says what is in the console, and
 * nothing is to be made here beside what the console has. Undefined where the file itself is to be read otherwise.
 *
 * @param last what to do at last; default: import the file again
 */
export function nextOfExport(requested: ImportRequest, refused: RefusedExport, last?: Text): Text | undefined {
  const { remedies, whole } = refused;
  // another export may delete and wipe other numbers
  const options = { ...requested.options, confirmDeletions: undefined, confirmWipes: undefined };
  const then = last ?? same(importCommand({ ...requested, options }, NOTHING_NEEDED));
  const tasks = concernedTasks(requested, refused);
  if (tasks.length > 0) return tasksFirst(tasks, requested, then);
  if (whole === "administrator-delete" || remedies.protected) return unmarkFirst(requested, whole, then);
  const first = firstOf(refused);
  if (first.length === 0) return undefined;
  const exports = exportsOf(first);
  return text(
    `the mirror lacks what this export names, or still uses what it lacks: import the console's other exports first: ${exports}; then: ${then.en}`,
    `このエクスポートにある組織やユーザーがミラーにないか、エクスポートにないものがまだ使われています。先に管理画面のほかのエクスポートをインポートしてください: ${exports}。続けて: ${then.ja}`,
  );
}

const exportsOf = (kinds: readonly string[]): string =>
  kinds.map((of) => `clomoctl ${of} import EXPORT.csv --from-console`).join(", ");

/** The exports that come first, by their kinds. */
const firstOf = ({ whole, remedies }: RefusedExport): readonly string[] => {
  if (whole === "org-delete-holds") return remedies.holders.size === 0 ? ["users", "devices"] : [...remedies.holders];
  if (whole === "delete-held") return ["devices"];
  return whole === undefined ? [...remedies.elsewhere] : [];
};

/** The open tasks of what is refused; of an import's it is not known whose they are. */
function concernedTasks({ kind }: ImportRequest, { remedies, tasks }: RefusedExport): readonly OpenTask[] {
  const { concerned, elsewhere } = remedies;
  if (concerned.size === 0) return [];
  const names = new Set([...concerned].flatMap((name) => [name, name.slice(name.lastIndexOf("/") + 1)]));
  const isOf = (value: string | readonly string[] | null): boolean =>
    value !== null && (typeof value === "string" ? partsOf(value) : value).some((one) => names.has(one));
  return tasks.flatMap((task) => {
    const ofKinds = task.records.filter((record) => record.kind === kind || elsewhere.has(record.kind));
    const records = ofKinds.filter(
      ({ thing, name, key, console, changes }) =>
        [name, key, console?.name ?? null, console?.key ?? null].some(isOf) ||
        changes.some(({ field, before, after }) => !isReference(thing, field) && (isOf(before) || isOf(after))),
    );
    if (records.length > 0) return { ...task, records };
    // nobody knows whose are those that it does not name
    const isWhole = countRecords(task) <= task.records.length;
    return isWhole || ofKinds.length === 0 ? [] : { ...task, records: ofKinds };
  });
}

/** True if a field names another record, which a change of it leaves as it is. */
const isReference = (thing: string, field: string): boolean => THINGS.get(thing)?.fields[field]?.refers !== undefined;

/** A name as tasks have it, and its parts: `総務部 (G)`, `山田 <taro@example.jp>`. */
const partsOf = (told: string): readonly string[] => {
  const parts = /^(?<name>.+) [\(<](?<key>[^\(<]+)[\)>]$/v.exec(told)?.groups;
  return parts === undefined ? [told] : [told, ...Object.values(parts)];
};

/** What the console does not have yet. @param then what to do at last */
function tasksFirst(tasks: readonly OpenTask[], { kind }: ImportRequest, then: Text): Text {
  const named = tasks.slice(0, MAX_TASKS).map(({ number, name, records: [first] }) => {
    const called = name ?? first?.name;
    return same(called === undefined ? `${number}` : `${number} (${called})`);
  });
  const more = tasks.length > MAX_TASKS ? ", …" : "";
  const all = joined(named, text(", ", "、"));
  const [first] = tasks;
  const number = first?.number ?? 0;
  const others = [...new Set(tasks.flatMap(({ records }) => records.map((record) => record.kind)))].filter(
    (of) => of !== kind,
  );
  const done =
    others.length === 0
      ? text("", "")
      : text(
          `; if it is done there already, first: ${exportsOf(others)}`,
          `。すでに行ったのなら、先に: ${exportsOf(others)}`,
        );
  return text(
    `still to be done in the console: ${all.en}${more}: do it there (${line("console show", [number])}), export anew, and then: ${then.en}${done.en}; if you do not want it, put back here what the console has: ${line("console drop", [number])}`,
    `管理画面での作業が残っています: ${all.ja}${more}。管理画面で行い(手順: ${line("console show", [number])})、もう一度エクスポートしてから: ${then.ja}${done.ja}。行わない場合は、ここを管理画面の内容に戻してください: ${line("console drop", [number])}`,
  );
}

/** How those end whose role is recorded: of them a mark is not taken away. */
const REVOKED: Readonly<Partial<Record<ImportRequest["kind"], Text>>> = {
  users: text(
    `, of who has a role recorded: ${line("clomo-account revoke", ["ACCOUNT"])}`,
    `、管理者権限が登録されている人: ${line("clomo-account revoke", ["ACCOUNT"])}`,
  ),
};

/** Of administrators: those whom the console has no more, and those of SECURED APPs whom no export has. */
function unmarkFirst({ kind }: ImportRequest, whole: string | undefined, then: Text): Text {
  const { app } = FORMATS[kind];
  const list =
    app === undefined
      ? line("users administrators remove", ["USER…"])
      : line("secured administrators remove", ["USER…"], { app });
  return whole === "administrator-delete"
    ? text(
        `if they are gone from the console, they are administrators no more: ${list}${REVOKED[kind]?.en ?? ""}; then: ${then.en}`,
        `管理画面から削除されているなら、管理者の指定を取り消してください: ${list}${REVOKED[kind]?.ja ?? ""}。続けて: ${then.ja}`,
      )
    : text(
        `if they are no administrators in the console, take the mark away: ${list}; then: ${then.en}`,
        `管理画面で管理者でないなら、管理者の指定を取り消してください: ${list}。続けて: ${then.ja}`,
      );
}
