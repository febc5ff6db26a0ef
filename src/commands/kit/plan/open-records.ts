import type { Client, Import, ImportKind, TaskRecord } from "../../../lib/client/index.ts";
import type { Encoding } from "../../../lib/csv/records/record.ts";
import { findColumn } from "../../../lib/derived/format.ts";
import { FORMATS } from "../../../lib/derived/formats.ts";
import { EXPORT_ORDER } from "./console-exports.ts";

export interface OpenRecord extends TaskRecord {
  /** changes that the file is not to contain, because they belong to other tasks or were taken back */
  readonly others: TaskRecord["changes"];
}

export interface OpenKind {
  readonly kind: ImportKind;
  readonly records: readonly OpenRecord[];
  readonly deleted: readonly OpenRecord[];
  /** keys that another record still has in the console, or that it lacks, so that upload files cannot use them */
  readonly unsafe: ReadonlySet<string>;
}

export interface KindUpload extends OpenKind {
  readonly last: Import | undefined;
  /** true for all records and columns, for 全件更新 */
  readonly isWhole: boolean;
  /** secrets by key and field */
  readonly secrets: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly encoding: Encoding;
}

/** Keys are unique among the records of one type and, for SECURED APPs, of one app. */
export const formatKey = (thing: string, kind: ImportKind, key: string): string =>
  [thing, FORMATS[kind].app, key].join(" ");

/** The console has no record with such a key, or will not have it. */
const NOT_THERE: readonly string[] = ["delete", "settle"];

const hasUnsafeKey = ({ work, key, console }: TaskRecord): boolean =>
  NOT_THERE.includes(work) || (console !== null && console.key !== key);

const isInFile = ({ kind, work, changes }: TaskRecord): boolean =>
  work === "create" ||
  work === "delete" ||
  changes.some(({ field }) => field.startsWith("custom:") || findColumn(FORMATS[kind].columns, field) !== undefined);

interface RecordPart {
  readonly record: TaskRecord;
  readonly isAsked: boolean;
}

function joinParts(parts: readonly RecordPart[]): readonly OpenRecord[] {
  const asked = parts.flatMap(({ record, isAsked }) => (isAsked && isInFile(record) ? [record] : []));
  // of a deletion that was taken back, the console has the record with the values that are here
  const others = parts.flatMap(({ record, isAsked }) => (isAsked || record.work === "create" ? [] : record.changes));
  const first = asked.find(({ work }) => work === "create" || work === "delete") ?? asked[0];
  return first === undefined ? [] : [{ ...first, changes: asked.flatMap(({ changes }) => changes), others }];
}

/** @param number number of one task; default: all tasks */
export async function readOpenRecords(
  { console }: Pick<Client<"console">, "console">,
  number: number | undefined,
): Promise<readonly OpenKind[]> {
  const parts: RecordPart[] = [];
  for (const { number: own } of await console.list({})) {
    const { records } = await console.show(own, { all: true });
    // values that were taken back are restored only if their number is given
    const isAsked = ({ state }: TaskRecord): boolean =>
      number === undefined ? state === "open" : own === number && (state === "open" || state === "taken-back");
    parts.push(...records.map((record) => ({ record, isAsked: isAsked(record) })));
  }
  const unsafe = new Set<string>();
  for (const { record } of parts.filter((one) => hasUnsafeKey(one.record)))
    for (const named of [record, record.console])
      if (named !== null) unsafe.add(formatKey(record.thing, record.kind, named.key));
  return EXPORT_ORDER.flatMap((kind): readonly OpenKind[] => {
    const own = parts.filter(({ record }) => record.kind === kind && record.thing === FORMATS[kind].thing.name);
    const joined = [...Map.groupBy(own, ({ record }) => record.id).values()].flatMap(joinParts);
    const records = joined.filter(({ work }) => work !== "delete");
    const deleted = joined.filter(({ work }) => work === "delete");
    return joined.length === 0 ? [] : [{ kind, records, deleted, unsafe }];
  });
}
