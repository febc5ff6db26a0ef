import { hash } from "node:crypto";
import type { ResourceName } from "../../lib/handover/bundle/manifest.ts";
import type { Column } from "../../lib/terminal/index.ts";
import type { Text } from "../../lib/text/index.ts";
import type { CopyClient } from "../kit/files/tenant-copy.ts";
import { RECORD_TABLES, type RecordTable } from "./bundle-records.ts";

export type ChangeKind = "added" | "removed" | "changed";

/** `name` is the text that users see; null if they see the value itself. */
interface ComparedValue {
  readonly value: unknown;
  readonly name: Text | null;
}

export interface Difference {
  readonly resource: ResourceName;
  readonly change: ChangeKind;
  readonly key: string;
  /** null for types of records without names */
  readonly name: string | null;
  /** null if the whole record was added or removed */
  readonly field: { readonly key: string; readonly header: Text } | null;
  readonly before: ComparedValue | null;
  readonly after: ComparedValue | null;
}

/** Records that come from Apple. */
const IGNORED_TYPE: ResourceName = "ade-devices";
const IGNORED_FIELDS = new Set(
  // depth, accounts and users follow from other records, and those records are compared
  "id orgId parentId ownerId ownerOrgId by confirmedBy secretsSet depth accounts users".split(" "),
);

const isCompared = ({ key, instant }: Column<never>): boolean =>
  (instant !== true || key === "expiresAt") && !IGNORED_FIELDS.has(key);

const toComparedValue = ({ value, name }: Column<never>, record: unknown): ComparedValue => ({
  value: value(record as never) ?? null,
  name: name?.(record as never) ?? null,
});

async function* readKeyed({ read, key }: RecordTable, client: CopyClient): AsyncGenerator<readonly [string, unknown]> {
  const counts = new Map<string, number>();
  for await (const batch of read(client)) {
    for (const record of batch) {
      const name = key(record);
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      yield [count === 1 ? name : `${name} #${count}`, record];
    }
  }
}

export async function* compareTenants(before: CopyClient, after: CopyClient): AsyncGenerator<Difference> {
  for (const type of RECORD_TABLES) if (type.name !== IGNORED_TYPE) yield* compareRecords(type, before, after);
}

async function* compareRecords(type: RecordTable, before: CopyClient, after: CopyClient): AsyncGenerator<Difference> {
  const columns = type.columns.filter(isCompared);
  const hashes = new Map<string, string>();
  const others = new Set<string>();
  const digest = (record: unknown): string =>
    hash("sha1", JSON.stringify(columns.map((column) => toComparedValue(column, record))), "base64");
  for await (const [key, record] of readKeyed(type, before)) hashes.set(key, digest(record));
  for await (const [key, record] of readKeyed(type, after))
    if (hashes.get(key) === digest(record)) hashes.delete(key);
    else others.add(key);
  if (hashes.size + others.size === 0) return;
  const former = new Map<string, unknown>();
  for await (const [key, record] of readKeyed(type, before)) if (hashes.has(key)) former.set(key, record);
  const describe = (change: ChangeKind, key: string, record: unknown) => {
    const { name = null } = record as { readonly name?: string | null };
    return { resource: type.name, change, key, name, field: null };
  };
  const whole = (record: unknown): ComparedValue => ({ value: record, name: type.detail?.(record as never) ?? null });
  for await (const [key, record] of readKeyed(type, after)) {
    if (!others.has(key)) continue;
    const one = former.get(key);
    former.delete(key);
    if (one === undefined) {
      yield { ...describe("added", key, record), before: null, after: whole(record) };
      continue;
    }
    for (const column of columns) {
      const [was, is] = [toComparedValue(column, one), toComparedValue(column, record)];
      if (JSON.stringify(was) !== JSON.stringify(is))
        yield { ...describe("changed", key, record), field: column, before: was, after: is };
    }
  }
  for (const [key, record] of former) yield { ...describe("removed", key, record), before: whole(record), after: null };
}
