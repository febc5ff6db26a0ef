import type { Manifest } from "../bundle/manifest.ts";
import { pathOfResource, resourceOf, type ResourceName } from "../resources.ts";
import type { BundleRecord } from "./record.ts";
import { parseLine, walk, type WalkedFile } from "./walk.ts";

/** What of a tenant a state has: an organisation with all below it, or what whoever made it may see. */
export type CoverageScope = NonNullable<Manifest["scope"]> | "seen";

/** Returns what of a tenant a bundle has; undefined: all of it. */
export const partOf = ({ scope, partial }: Pick<Manifest, "scope" | "partial">): CoverageScope | undefined =>
  scope ?? (partial === true ? "seen" : undefined);

/** A state that may have a part of a tenant. */
interface PartialState {
  readonly name: string;
  readonly part?: CoverageScope | undefined;
  blocks(resource: ResourceName): AsyncIterable<Buffer>;
}

/** Resources with records of organisations and users that name none of them. */
const NAMELESS: readonly ResourceName[] = ["observed", "console-tasks", "audit"];

/** Whether a part of a tenant has some of the records of a resource, and the whole has others. */
const isDivided = (resource: ResourceName): boolean =>
  NAMELESS.includes(resource) || Object.values(resourceOf(resource).holds).some(({ to }) => isDividing(to));

const isDividing = (to: ResourceName): boolean => to === "orgs" || to === "users";

/** The organisations of a state, and those of them whose parent it does not have. */
interface Orgs {
  readonly ids: ReadonlySet<unknown>;
  readonly roots: ReadonlySet<unknown>;
}

const NOTHING = (): WalkedFile => ({ where: "", blocks: ReadableStream.from<Buffer>([]) });

async function readOrgs(state: PartialState): Promise<Orgs> {
  const parents = new Map<unknown, unknown>();
  const where = `${state.name}: ${pathOfResource("orgs")}`;
  for await (const { before: line } of walk({ where, blocks: state.blocks("orgs") }, NOTHING())) {
    if (line === undefined) continue;
    const { id, parentId } = parseLine(line, where);
    parents.set(id, parentId);
  }
  const roots = [...parents].filter(([, parent]) => !parents.has(parent)).map(([id]) => id);
  return { ids: new Set(parents.keys()), roots: new Set(roots) };
}

const isSamePart = (one: CoverageScope, other: CoverageScope): boolean =>
  one !== "seen" && other !== "seen" && one.id === other.id;

const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : value === null ? [] : [value]);

/** Tells of the records that one of two states lacks whether that state would have them. */
export class Coverage {
  /** the organisations of each state that has another part of the tenant than the other one; undefined: it covers all */
  readonly #before: Orgs["ids"] | undefined;
  readonly #after: Orgs["ids"] | undefined;

  private constructor(before: Orgs["ids"] | undefined, after: Orgs["ids"] | undefined) {
    this.#before = before;
    this.#after = after;
  }

  /** Looks at what two states have. @throws Failure `input-rejected` for records that are not as an export writes them */
  static async of(before: PartialState, after: PartialState): Promise<Coverage> {
    const [one, other] = [before, after].map(({ part }) => part);
    if (one !== undefined && other !== undefined && isSamePart(one, other)) return new Coverage(undefined, undefined);
    const former = one && (await readOrgs(before));
    const latter = other && (await readOrgs(after));
    // two parts with the same topmost organisations are of the same ones, whatever came and went below
    const isAlike =
      former !== undefined &&
      latter !== undefined &&
      former.roots.size > 0 &&
      former.roots.symmetricDifference(latter.roots).size === 0;
    return isAlike ? new Coverage(undefined, undefined) : new Coverage(former?.ids, latter?.ids);
  }

  /** Whether the other state would have a record that only one has. */
  covers(resource: ResourceName, lacking: "before" | "after", record: BundleRecord): boolean {
    const orgs = this.#orgsOf(lacking);
    if (orgs === undefined || !isDivided(resource)) return true;
    const place = Object.entries(resourceOf(resource).holds).find(([, { to, many }]) => to === "orgs" && many !== true);
    return place !== undefined && orgs.has(record[place[0]]);
  }

  /** Whether a field of a record differs only by what one of the states does not name, as it is outside of its part. */
  isOutside(
    resource: ResourceName,
    field: string,
    { before, after }: { readonly before: unknown; readonly after: unknown },
  ): boolean {
    const { [field]: held } = resourceOf(resource).holds;
    if (held === undefined || !isDividing(held.to)) return false;
    const isNamedOutside = (orgs: Orgs["ids"] | undefined, own: unknown, other: unknown): boolean => {
      if (orgs === undefined) return false;
      const [names, others] = [asList(own), asList(other)];
      const lacking = others.filter((id) => !names.includes(id));
      return names.every((id) => others.includes(id)) && !(held.to === "orgs" && lacking.some((id) => orgs.has(id)));
    };
    return isNamedOutside(this.#before, before, after) || isNamedOutside(this.#after, after, before);
  }

  #orgsOf(side: "before" | "after"): Orgs["ids"] | undefined {
    return side === "before" ? this.#before : this.#after;
  }
}
