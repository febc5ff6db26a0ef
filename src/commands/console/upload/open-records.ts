import type { Client, ConsoleTask, Import, ImportKind, TaskRecord } from "../../../lib/client/index.ts";
import type { Encoding } from "../../../lib/csv/records/record.ts";
import { findColumn } from "../../../lib/model/format.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import { EXPORT_ORDER } from "../exports.ts";

export interface OpenKind {
  readonly kind: ImportKind;
  readonly records: readonly TaskRecord[];
  readonly deleted: readonly TaskRecord[];
}

export interface OpenRecords {
  readonly kinds: readonly OpenKind[];
  /** keys that another record still has in the console, so that upload files cannot use them */
  readonly unsafe: ReadonlyMap<string, ReadonlySet<string>>;
}

export type Secrets = ReadonlyMap<string, ReadonlyMap<string, string>>;

export interface KindUpload extends OpenKind {
  readonly unsafe: OpenRecords["unsafe"];
  readonly last: Import | undefined;
  /** true for all records and columns, for 全件更新 */
  readonly isWhole: boolean;
  readonly secrets: Secrets;
  readonly encoding: Encoding;
}

/** Keys are unique among the records of one type and one kind of file. */
export const getKeyScope = ({ thing, kind }: Pick<TaskRecord, "thing" | "kind">): string => `${thing} ${kind}`;

const getRecordId = (one: TaskRecord): string => `${one.thing} ${one.id}`;

const joinChanges = (of: readonly TaskRecord[]): readonly TaskRecord[] => {
  const [first] = of;
  const work = of.find((one) => one.work === "create" || one.work === "delete")?.work ?? first?.work ?? "edit";
  return first === undefined ? [] : [{ ...first, work, changes: of.flatMap(({ changes }) => changes) }];
};

const hasOtherConsoleKey = (one: TaskRecord): boolean => one.console !== null && one.console.key !== one.key;

/** The console has no record with such a key, or will not have it. */
const NOT_THERE: readonly string[] = ["delete", "settle"];

const isInFile = ({ thing, kind, work, changes }: TaskRecord): boolean =>
  FORMATS[kind].thing.name === thing &&
  (work === "create" ||
    work === "delete" ||
    changes.some(({ field }) => field.startsWith("custom:") || findColumn(FORMATS[kind].columns, field) !== undefined));

/** @param number number of one task; default: all tasks */
export async function readOpenRecords(
  { console }: Pick<Client<"console">, "console">,
  number: number | undefined,
): Promise<OpenRecords> {
  const tasks: ConsoleTask[] = [];
  for (const one of await console.list({})) tasks.push(await console.show(one.number, { all: true }));
  const all = tasks.flatMap(({ records }) => records);
  const asked = tasks.flatMap((task) =>
    // values that were taken back are restored only if their number is given
    number === undefined
      ? task.records.filter(({ state }) => state === "open")
      : task.number === number
        ? task.records.filter(({ state }) => state !== "unsettled")
        : [],
  );
  const unsafe = new Map<string, Set<string>>();
  for (const one of all.filter((record) => NOT_THERE.includes(record.work) || hasOtherConsoleKey(record))) {
    const space = getKeyScope(one);
    const keys = unsafe.get(space) ?? new Set();
    for (const at of [one, one.console]) if (at !== null) keys.add(at.key);
    unsafe.set(space, keys);
  }
  const records = [...Map.groupBy(asked.filter(isInFile), getRecordId).values()].flatMap(joinChanges);
  const kinds = EXPORT_ORDER.flatMap((kind): OpenKind[] => {
    const of = records.filter((one) => one.kind === kind);
    const [deleted, kept] = [of.filter(({ work }) => work === "delete"), of.filter(({ work }) => work !== "delete")];
    return of.length === 0 ? [] : [{ kind, records: kept, deleted }];
  });
  return { kinds, unsafe };
}
