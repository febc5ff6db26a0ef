import type { Field } from "../../model/thing.ts";
import { text } from "../../text/index.ts";
import type { Bundle } from "../bundle/read.ts";
import { findHiddenFields } from "../bundle/presence.ts";
import { pathOfResource, RESOURCE_NAMES, resourceOf, type ResourceName } from "../resources.ts";
import { Coverage, coverageScopeOf, type CoverageScope } from "./coverage.ts";
import type { BundleRecord } from "./record.ts";
import { UserNameReader } from "./user-names.ts";
import { parseRecordLine, walkDifferences, type LinePair, type ComparedFile } from "./walk.ts";

/**
 * How a record changed between two states; `not-compared`: one of the states does not cover the resource, or does not
 * cover these records.
 */
export type ChangeKind = "added" | "removed" | "changed" | "not-compared";

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
  /** null if the whole resource is not compared */
  readonly id: string | null;
  /** name of the record for people; null if it does not have a name */
  readonly name: string | null;
  /** the field that changed; null for a whole record */
  readonly field: string | null;
  /** the field's value, or the removed record; if not compared, the resource's state, or `part` if partly covered */
  readonly before: unknown;
  /** the value of the field, or the added record; if not compared, the same as for `before` */
  readonly after: unknown;
  /** number of records that only one state contains and that the other state does not cover; undefined: none */
  readonly outside?: number | undefined;
}

/** A state of a tenant that can be compared, for example a bundle. */
export interface TenantState {
  readonly name: string;
  /**
   * Returns the hash of the records of a resource, and the state that explains why there may be no records; undefined
   * if the resource is not mentioned. The hashes are equal only if all records are equal.
   */
  has(resource: ResourceName): { readonly content: string | null; readonly state: string } | undefined;
  /** fields that the state's author was not permitted to see, which are therefore always null; undefined: none */
  readonly hidden?: ((resource: ResourceName) => readonly string[]) | undefined;
  /** the part of the tenant that the state covers; undefined: the whole tenant */
  readonly part?: CoverageScope | undefined;
  /** Returns the records of a resource as blocks of whole lines, in the order of their ids. */
  blocks(resource: ResourceName): AsyncIterable<Buffer>;
  /** time of the last import of the console's export; null: no import; undefined: not known, therefore not compared */
  readonly mirroredAt?: string | null | undefined;
}

export const toTenantState = (bundle: Bundle): TenantState => ({
  name: bundle.name,
  has: (resource) => {
    const found = bundle.manifest.resources.find(({ name }) => name === resource);
    return found && { state: found.state, content: found.sha256 };
  },
  hidden: (resource) => findHiddenFields(bundle.manifest, resource),
  part: coverageScopeOf(bundle.manifest),
  blocks: (resource) => bundle.blocks(resource),
  mirroredAt: bundle.manifest.tenant.mirroredAt,
});

/**
 * Yields the differences between two states by resource, id and field. If a state covers only a part of the tenant,
 * only what both states cover is compared. Resources with the same hash are not read; in other resources, equal lines
 * are not parsed.
 *
 * @throws Failure `input-rejected` for records that differ from what an export writes
 */
export async function* compareStates(before: TenantState, after: TenantState): AsyncGenerator<Difference> {
  const coverage = await Coverage.of(before, after);
  for (const resource of RESOURCE_NAMES) {
    const [one, other] = [before.has(resource), after.has(resource)];
    if (isResourceAvailable(one) !== isResourceAvailable(other))
      yield createNotComparedDifference(resource, one?.state ?? null, other?.state ?? null);
    else if (isResourceAvailable(one) && one?.content !== other?.content)
      yield* compareResource(resource, before, after, coverage);
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

/** Returns true if the records of a resource are available, even if there are no records. */
const isResourceAvailable = (found: ReturnType<TenantState["has"]>): boolean =>
  found?.state === "exported" || found?.state === "empty";

const createNotComparedDifference = (
  resource: ResourceName,
  before: string | null,
  after: string | null,
  field: string | null = null,
): Difference => ({
  resource,
  change: "not-compared",
  id: null,
  name: null,
  field,
  before,
  after,
});

async function* compareResource(
  resource: ResourceName,
  before: TenantState,
  after: TenantState,
  coverage: Coverage,
): AsyncGenerator<Difference> {
  const [former, latter] = [before.hidden?.(resource) ?? [], after.hidden?.(resource) ?? []];
  const uneven = new Set(former).symmetricDifference(new Set(latter));
  for (const field of uneven) {
    const stateIn = (hidden: readonly string[]): string => (hidden.includes(field) ? "not-permitted" : "exported");
    yield createNotComparedDifference(resource, stateIn(former), stateIn(latter), field);
  }
  // an account is shown by the name of its user, who has the same ID
  await using users = resource === "accounts" ? new UserNameReader(after) : undefined;
  await using earlier = resource === "accounts" ? new UserNameReader(before) : undefined;
  const unnamed = new Set<string>();
  let outside = 0;
  for await (const difference of compareRecords(resource, before, after)) {
    const { change, field } = difference;
    if (field !== null && uneven.has(field)) continue;
    if (field !== null && coverage.isOutside(resource, field, difference)) unnamed.add(field);
    else if (
      change !== "changed" &&
      !coverage.covers(resource, STATE_WITHOUT_RECORD[change], getDifferenceRecord(difference))
    )
      outside += 1;
    else if (users === undefined) yield difference;
    else {
      const id = difference.id ?? "";
      yield { ...difference, name: (await users.nameOf(id)) ?? (await earlier?.nameOf(id)) ?? null };
    }
  }
  const [one, other] = [before, after].map(({ part }) => (part === undefined ? "exported" : "part"));
  for (const field of unnamed) yield createNotComparedDifference(resource, one ?? null, other ?? null, field);
  if (outside > 0) yield { ...createNotComparedDifference(resource, one ?? null, other ?? null), outside };
}

const STATE_WITHOUT_RECORD = { added: "before", removed: "after" } as const;

const getDifferenceRecord = ({ before, after }: RecordDifference): BundleRecord => (after ?? before) as BundleRecord;

type RecordDifference = Difference & { readonly change: Exclude<ChangeKind, "not-compared"> };

async function* compareRecords(
  resource: ResourceName,
  before: TenantState,
  after: TenantState,
): AsyncGenerator<RecordDifference> {
  const sourceOf = (state: TenantState): ComparedFile => ({
    where: `${state.name}: ${pathOfResource(resource)}`,
    blocks: state.blocks(resource),
  });
  const [one, other] = [sourceOf(before), sourceOf(after)];
  for await (const pair of walkDifferences(one, other)) yield* compareLinePair(resource, pair, one.where, other.where);
}

function* compareLinePair(
  resource: ResourceName,
  pair: LinePair,
  one: string,
  other: string,
): Generator<RecordDifference> {
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
