import type { Field } from "../../model/thing.ts";
import { text, type Text } from "../../text/index.ts";
import { inByteOrder } from "../bundle/contents.ts";
import type { Bundle } from "../bundle/read.ts";
import { attachedTo } from "../bundle/manifest.ts";
import { hiddenFields } from "../bundle/presence.ts";
import { pathOfResource, RESOURCE_NAMES, resourceOf, STAYS, type ResourceName } from "../resources.ts";
import { Coverage, partOf, type CoverageScope } from "./coverage.ts";
import type { BundleRecord } from "./record.ts";
import { UserNames } from "./user-names.ts";
import { parseLine, walk, type LinePair, type WalkedFile } from "./walk.ts";

/** What happened to a record from one state to the other; `not-compared`: one of them does not have the resource, or not these records. */
export type ChangeKind = "added" | "removed" | "changed" | "not-compared";

/** What is compared beside resources: the files attached. */
export const ATTACHED = "attached";

/** What a difference is of, for people. */
export const titleOf = (resource: Difference["resource"]): Text =>
  resource === ATTACHED ? text("attached files", "添付ファイル") : resourceOf(resource).title;

/** Why `apply` leaves a difference as it is. */
export const LEFT_ALONE = {
  ...STAYS,
  mirror: text(
    "applying makes a mirror only of a tenant that is none, and by all that a mirror has",
    "ミラーになるのは、ミラーでないテナントに管理画面の情報をすべて適用するときだけのため",
  ),
} as const satisfies Record<string, Text>;

/** What is compared of the tenant itself beside its record: whether it mirrors the console. Of two mirrors the time is none. */
const MIRRORED = "mirroredAt";
const MIRRORED_FIELD = {
  type: "instant",
  nullable: true,
  label: text("mirror of the console, as of", "管理画面のミラー(最終取り込み)"),
  example: null,
} as const satisfies Field;

/** The field of a difference; undefined of a whole record, and of an attached file. */
export const fieldOf = ({ resource, field }: Pick<Difference, "resource" | "field">): Field | undefined => {
  if (resource === ATTACHED || field === null) return undefined;
  return resource === "tenant" && field === MIRRORED ? MIRRORED_FIELD : resourceOf(resource).fields[field];
};

/** One difference: a record that came or went, or one field of a record; of an attached file its hash. */
export interface Difference {
  readonly resource: ResourceName | typeof ATTACHED;
  readonly change: ChangeKind;
  /** of an attached file its path; null where the resource as a whole is not compared */
  readonly id: string | null;
  /** what people call the record; null if it has no name */
  readonly name: string | null;
  /** the field that changed; null of a whole record */
  readonly field: string | null;
  /** the field's value, or the record that went; of what is not compared the state of the resource, `part` if that is of a part of the tenant */
  readonly before: unknown;
  /** the field's value, or the record that came */
  readonly after: unknown;
  /** why `apply` leaves it as it is; null where it changes it */
  readonly stays: keyof typeof LEFT_ALONE | null;
  /** records that only one has, and of which the other one's part of the tenant tells nothing; undefined: none */
  readonly outside?: number | undefined;
}

/** A state of a tenant to compare: a bundle, for one. */
export interface TenantState {
  /** what messages call it */
  readonly name: string;
  /** what is there of a resource, and why there is nothing; `content` is the same only where all records are; undefined if it is not told of */
  has(resource: ResourceName): { readonly content: string | null; readonly state: string } | undefined;
  /** the fields that whoever made it may not see: there they are null, whatever is recorded; undefined: none */
  readonly hidden?: ((resource: ResourceName) => readonly string[]) | undefined;
  /** what of the tenant it has; undefined: all */
  readonly part?: CoverageScope | undefined;
  /** its records as blocks of whole lines, in the order of ids */
  blocks(resource: ResourceName): AsyncIterable<Buffer>;
  /** the files attached; undefined of a tenant, which has none */
  readonly attached: readonly { readonly path: string; readonly sha256: string }[] | undefined;
  /** when it last came from the console; null: it never did; undefined: nobody tells, and it is not compared */
  readonly mirroredAt?: string | null | undefined;
}

/** The state that a bundle holds. */
export const stateOf = (bundle: Bundle): TenantState => ({
  name: bundle.name,
  has: (resource) => {
    const found = bundle.manifest.resources.find(({ name }) => name === resource);
    return found && { state: found.state, content: found.sha256 };
  },
  hidden: (resource) => hiddenFields(bundle.manifest, resource),
  part: partOf(bundle.manifest),
  blocks: (resource) => bundle.blocks(resource),
  attached: attachedTo(bundle.manifest),
  mirroredAt: bundle.manifest.tenant.mirroredAt,
});

/**
 * The differences of two states by resource, id and field. Of two parts of a tenant only what both are of is compared. Resources with the same hash are not read; of others equal
 * lines are never parsed.
 *
 * @throws Failure `input-rejected` for records that are not as an export writes them
 */
export async function* differences(before: TenantState, after: TenantState): AsyncGenerator<Difference> {
  const coverage = await Coverage.of(before, after);
  for (const resource of RESOURCE_NAMES) {
    const [one, other] = [before.has(resource), after.has(resource)];
    if (isThere(one) !== isThere(other)) yield notCompared(resource, one?.state ?? null, other?.state ?? null);
    else if (isThere(one) && one?.content !== other?.content) yield* inResource(resource, before, after, coverage);
    if (resource === "tenant") yield* ofMirror(before, after);
  }
  yield* ofAttached(before, after);
}

/** Whether the one mirrors the console, and the other does not. */
function* ofMirror(before: TenantState, after: TenantState): Generator<Difference> {
  const [{ mirroredAt: former }, { mirroredAt: latter }] = [before, after];
  if (former === undefined || latter === undefined || (former === null) === (latter === null)) return;
  // a tenant is applied to nothing
  const isApplied = makesMirror(before, after) || (after.attached !== undefined && makesMirror(after, before));
  yield {
    resource: "tenant",
    change: "changed",
    id: "tenant",
    name: null,
    field: MIRRORED,
    before: former,
    after: latter,
    stays: isApplied ? null : "mirror",
  };
}

/** Whether applying a state makes another one a mirror: with a part of what the console has it is refused. */
const makesMirror = (applied: TenantState, to: TenantState): boolean =>
  applied.mirroredAt !== null &&
  to.mirroredAt === null &&
  RESOURCE_NAMES.every((name) => {
    const { stays, here } = resourceOf(name);
    return stays !== undefined || here === true || isThere(applied.has(name));
  });

/** Files that only one has, or that have another content; of a tenant there is nothing to compare. */
function* ofAttached({ attached: before }: TenantState, { attached: after }: TenantState): Generator<Difference> {
  if (before === undefined || after === undefined) return;
  const [one, other] = [before, after].map((files) => new Map(files.map(({ path, sha256 }) => [path, sha256])));
  const paths = [...new Set([...before, ...after].map(({ path }) => path))].toSorted(inByteOrder);
  for (const id of paths) {
    const [former = null, latter = null] = [one?.get(id), other?.get(id)];
    if (former === latter) continue;
    const change = former === null ? "added" : latter === null ? "removed" : "changed";
    const field = change === "changed" ? "sha256" : null;
    yield { resource: ATTACHED, change, id, name: null, field, before: former, after: latter, stays: ATTACHED };
  }
}

/** A resource of which the records are there, though there may be none. */
const isThere = (found: ReturnType<TenantState["has"]>): boolean =>
  found?.state === "exported" || found?.state === "empty";

const notCompared = (
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
  stays: resourceOf(resource).stays ?? null,
});

async function* inResource(
  resource: ResourceName,
  before: TenantState,
  after: TenantState,
  coverage: Coverage,
): AsyncGenerator<Difference> {
  const [former, latter] = [before.hidden?.(resource) ?? [], after.hidden?.(resource) ?? []];
  const uneven = new Set(former).symmetricDifference(new Set(latter));
  for (const field of uneven) {
    const stateIn = (hidden: readonly string[]): string => (hidden.includes(field) ? "not-permitted" : "exported");
    yield notCompared(resource, stateIn(former), stateIn(latter), field);
  }
  // an account has its user's id and name
  await using users = resource === "accounts" ? new UserNames(after) : undefined;
  await using earlier = resource === "accounts" ? new UserNames(before) : undefined;
  const unnamed = new Set<string>();
  let outside = 0;
  for await (const difference of inWalk(resource, before, after)) {
    const { change, field } = difference;
    if (field !== null && uneven.has(field)) continue;
    if (field !== null && coverage.isOutside(resource, field, difference)) unnamed.add(field);
    else if (change !== "changed" && !coverage.covers(resource, LACKING[change], recordIn(difference))) outside += 1;
    else if (users === undefined) yield difference;
    else {
      const id = difference.id ?? "";
      yield { ...difference, name: (await users.nameOf(id)) ?? (await earlier?.nameOf(id)) ?? null };
    }
  }
  const [one, other] = [before, after].map(({ part }) => (part === undefined ? "exported" : "part"));
  for (const field of unnamed) yield notCompared(resource, one ?? null, other ?? null, field);
  if (outside > 0) yield { ...notCompared(resource, one ?? null, other ?? null), outside };
}

/** The state that lacks a record which came or went. */
const LACKING = { added: "before", removed: "after" } as const;

const recordIn = ({ before, after }: RecordDifference): BundleRecord => (after ?? before) as BundleRecord;

type RecordDifference = Difference & { readonly change: Exclude<ChangeKind, "not-compared"> };

async function* inWalk(
  resource: ResourceName,
  before: TenantState,
  after: TenantState,
): AsyncGenerator<RecordDifference> {
  const sourceOf = (state: TenantState): WalkedFile => ({
    where: `${state.name}: ${pathOfResource(resource)}`,
    blocks: state.blocks(resource),
  });
  const [one, other] = [sourceOf(before), sourceOf(after)];
  for await (const pair of walk(one, other)) yield* ofPair(resource, pair, one.where, other.where);
}

function* ofPair(resource: ResourceName, pair: LinePair, one: string, other: string): Generator<RecordDifference> {
  const before = pair.before === undefined ? null : parseLine(pair.before, one);
  const after = pair.after === undefined ? null : parseLine(pair.after, other);
  const { stays = null } = resourceOf(resource);
  const record = after ?? before ?? {};
  const base = { resource, id: String(record["id"]), name: nameOf(record), stays };
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

/** The members that name a record to people, the first one that it has. */
const NAMING = ["name", "displayName", "identificationName", "serialNumber", "question"] as const;

const nameOf = (record: BundleRecord): string | null => {
  for (const field of NAMING) {
    const { [field]: value } = record;
    if (typeof value === "string" && value !== "") return value;
  }
  return null;
};
