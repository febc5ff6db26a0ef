import type { Field } from "../../model/thing.ts";
import { text } from "../../text/index.ts";
import type { Bundle } from "../bundle/read.ts";
import { pathOfResource, RESOURCE_NAMES, resourceOf, type ResourceName } from "../resources.ts";
import type { BundleRecord } from "./record.ts";
import { UserNameReader } from "./user-names.ts";
import { parseRecordLine, walkDifferences, type LinePair, type ComparedFile } from "./walk.ts";

/** How a record changed between two states. */
export type ChangeKind = "added" | "removed" | "changed";

/**
 * The field that is compared in addition to the record of the tenant: whether the tenant is a mirror. The times of two
 * mirrors are not compared.
 */
const MIRRORED_AT = "mirroredAt";
const MIRRORED_AT_FIELD = {
  type: "instant",
  nullable: true,
  label: text("mirror of the console (last console import)", "管理画面のミラー(最終取り込み)"),
  example: null,
} as const satisfies Field;

export const fieldOf = ({ resource, field }: Pick<Difference, "resource" | "field">): Field | undefined => {
  if (field === null) return undefined;
  return resource === "tenant" && field === MIRRORED_AT ? MIRRORED_AT_FIELD : resourceOf(resource).fields[field];
};

/** A record that was added or removed, or a field that changed. */
export interface Difference {
  readonly resource: ResourceName;
  readonly change: ChangeKind;
  readonly id: string;
  /** name of the record for people; null if it does not have a name */
  readonly name: string | null;
  /** the field that changed; null for a whole record */
  readonly field: string | null;
  /** the field's value, or the removed record */
  readonly before: unknown;
  /** the value of the field, or the added record */
  readonly after: unknown;
}

/** A state of a tenant that can be compared, for example a bundle. */
export interface TenantState {
  readonly name: string;
  /** Returns the hash of the records of a resource. The hashes are equal only if all records are equal. */
  hashOf(resource: ResourceName): string | null;
  /** Returns the records of a resource as blocks of whole lines, in the order of their ids. */
  blocks(resource: ResourceName): AsyncIterable<Buffer>;
  /** time of the last import of the console's export; null: no import; undefined: not known, therefore not compared */
  readonly mirroredAt?: string | null | undefined;
}

export const toTenantState = (bundle: Bundle): TenantState => ({
  name: bundle.name,
  hashOf: (resource) => bundle.manifest.resources.find(({ name }) => name === resource)?.sha256 ?? null,
  blocks: (resource) => bundle.blocks(resource),
  mirroredAt: bundle.manifest.tenant.mirroredAt,
});

/**
 * Yields the differences between two states by resource, id and field. Resources with the same hash are not read; in
 * other resources, equal lines are not parsed.
 *
 * @throws Failure `input-rejected` for records that differ from what an export writes
 */
export async function* compareStates(before: TenantState, after: TenantState): AsyncGenerator<Difference> {
  for (const resource of RESOURCE_NAMES) {
    if (before.hashOf(resource) !== after.hashOf(resource)) yield* compareResource(resource, before, after);
    if (resource === "tenant") yield* compareMirrors(before, after);
  }
}

function* compareMirrors(before: TenantState, after: TenantState): Generator<Difference> {
  const [{ mirroredAt: former }, { mirroredAt: latter }] = [before, after];
  if (former === undefined || latter === undefined || (former === null) === (latter === null)) return;
  yield {
    resource: "tenant",
    change: "changed",
    id: "tenant",
    name: null,
    field: MIRRORED_AT,
    before: former,
    after: latter,
  };
}

async function* compareResource(
  resource: ResourceName,
  before: TenantState,
  after: TenantState,
): AsyncGenerator<Difference> {
  // an account is shown by the name of its user, who has the same ID
  await using users = resource === "accounts" ? new UserNameReader(after) : undefined;
  await using earlier = resource === "accounts" ? new UserNameReader(before) : undefined;
  for await (const difference of compareRecords(resource, before, after)) {
    const { id, name } = difference;
    yield { ...difference, name: (await users?.nameOf(id)) ?? (await earlier?.nameOf(id)) ?? name };
  }
}

async function* compareRecords(
  resource: ResourceName,
  before: TenantState,
  after: TenantState,
): AsyncGenerator<Difference> {
  const sourceOf = (state: TenantState): ComparedFile => ({
    where: `${state.name}: ${pathOfResource(resource)}`,
    blocks: state.blocks(resource),
  });
  const [one, other] = [sourceOf(before), sourceOf(after)];
  for await (const pair of walkDifferences(one, other)) yield* compareLinePair(resource, pair, one.where, other.where);
}

function* compareLinePair(resource: ResourceName, pair: LinePair, one: string, other: string): Generator<Difference> {
  const before = pair.before === undefined ? null : parseRecordLine(pair.before, one);
  const after = pair.after === undefined ? null : parseRecordLine(pair.after, other);
  const record = after ?? before ?? {};
  const base = { resource, id: String(record["id"]), name: recordNameOf(record) };
  if (before === null) yield { ...base, change: "added", field: null, before, after };
  else if (after === null) yield { ...base, change: "removed", field: null, before, after };
  else {
    for (const field of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const [{ [field]: former = null }, { [field]: latter = null }] = [before, after];
      if (JSON.stringify(former) === JSON.stringify(latter)) continue;
      yield { ...base, change: "changed", field, before: former, after: latter };
    }
  }
}

const NAME_FIELDS = ["name", "displayName", "identificationName", "serialNumber", "question"] as const;

const recordNameOf = (record: BundleRecord): string | null => {
  for (const field of NAME_FIELDS) {
    const { [field]: value } = record;
    if (typeof value === "string" && value !== "") return value;
  }
  return null;
};
