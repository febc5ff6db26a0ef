import type { Manifest } from "../bundle/manifest.ts";
import { pathOfResource, resourceOf, type ResourceName } from "../resources.ts";
import type { BundleRecord } from "./record.ts";
import { parseRecordLine, walkDifferences, type ComparedFile } from "./walk.ts";

/** Part of a tenant that a state covers: an organisation and all below it, or what its author could see (`seen`). */
export type CoverageScope = NonNullable<Manifest["scope"]> | "seen";

/** Returns the part of a tenant that a bundle covers; undefined: the whole tenant. */
export const coverageScopeOf = ({ scope, partial }: Pick<Manifest, "scope" | "partial">): CoverageScope | undefined =>
  scope ?? (partial === true ? "seen" : undefined);

/** A state that may cover only a part of a tenant. */
interface PartialState {
  readonly name: string;
  readonly part?: CoverageScope | undefined;
  blocks(resource: ResourceName): AsyncIterable<Buffer>;
}

/** Resources with records that concern organisations and users but do not contain their IDs. */
const RESOURCES_WITHOUT_REFERENCES: readonly ResourceName[] = ["console-tasks"];

/** Returns true if a part of a tenant may contain only some of the records of a resource. */
const isScopedResource = (resource: ResourceName): boolean =>
  RESOURCES_WITHOUT_REFERENCES.includes(resource) ||
  Object.values(resourceOf(resource).holds).some(({ to }) => isOrgOrUserResource(to));

const isOrgOrUserResource = (to: ResourceName): boolean => to === "orgs" || to === "users";

interface StateOrgs {
  readonly ids: ReadonlySet<unknown>;
  readonly roots: ReadonlySet<unknown>;
}

const createEmptyFile = (): ComparedFile => ({ where: "", blocks: ReadableStream.from<Buffer>([]) });

async function readOrgs(state: PartialState): Promise<StateOrgs> {
  const parents = new Map<unknown, unknown>();
  const where = `${state.name}: ${pathOfResource("orgs")}`;
  for await (const { before: line } of walkDifferences({ where, blocks: state.blocks("orgs") }, createEmptyFile())) {
    if (line === undefined) continue;
    const { id, parentId } = parseRecordLine(line, where);
    parents.set(id, parentId);
  }
  const roots = [...parents].filter(([, parent]) => !parents.has(parent)).map(([id]) => id);
  return { ids: new Set(parents.keys()), roots: new Set(roots) };
}

const isSameScope = (one: CoverageScope, other: CoverageScope): boolean =>
  one !== "seen" && other !== "seen" && one.id === other.id;

const toList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : value === null ? [] : [value]);

/** Determines which differences between two states exist only because the states cover different parts of a tenant. */
export class Coverage {
  /** each state's organisations, if it covers another part of the tenant than the other state; undefined: all */
  readonly #before: StateOrgs["ids"] | undefined;
  readonly #after: StateOrgs["ids"] | undefined;

  private constructor(before: StateOrgs["ids"] | undefined, after: StateOrgs["ids"] | undefined) {
    this.#before = before;
    this.#after = after;
  }

  /**
   * Determines what two states cover. @throws Failure `input-rejected` for records that differ from what an export
   * writes
   */
  static async of(before: PartialState, after: PartialState): Promise<Coverage> {
    const [one, other] = [before, after].map(({ part }) => part);
    if (one !== undefined && other !== undefined && isSameScope(one, other)) return new Coverage(undefined, undefined);
    const former = one && (await readOrgs(before));
    const latter = other && (await readOrgs(after));
    // two parts with the same topmost organisations are the same part, even if organisations below them were added or
    // removed
    const isAlike =
      former !== undefined &&
      latter !== undefined &&
      former.roots.size > 0 &&
      former.roots.symmetricDifference(latter.roots).size === 0;
    return isAlike ? new Coverage(undefined, undefined) : new Coverage(former?.ids, latter?.ids);
  }

  covers(resource: ResourceName, lacking: "before" | "after", record: BundleRecord): boolean {
    const orgs = this.#orgsOf(lacking);
    if (orgs === undefined || !isScopedResource(resource)) return true;
    const place = Object.entries(resourceOf(resource).holds).find(([, { to, many }]) => to === "orgs" && many !== true);
    return place !== undefined && orgs.has(record[place[0]]);
  }

  /** Returns true if a field differs only in IDs outside the part of the tenant that one of the states covers. */
  isOutside(
    resource: ResourceName,
    field: string,
    { before, after }: { readonly before: unknown; readonly after: unknown },
  ): boolean {
    const { [field]: held } = resourceOf(resource).holds;
    if (held === undefined || !isOrgOrUserResource(held.to)) return false;
    const isNamedOutside = (orgs: StateOrgs["ids"] | undefined, own: unknown, other: unknown): boolean => {
      if (orgs === undefined) return false;
      const [names, others] = [toList(own), toList(other)];
      const lacking = others.filter((id) => !names.includes(id));
      return names.every((id) => others.includes(id)) && !(held.to === "orgs" && lacking.some((id) => orgs.has(id)));
    };
    return isNamedOutside(this.#before, before, after) || isNamedOutside(this.#after, after, before);
  }

  #orgsOf(side: "before" | "after"): StateOrgs["ids"] | undefined {
    return side === "before" ? this.#before : this.#after;
  }
}
