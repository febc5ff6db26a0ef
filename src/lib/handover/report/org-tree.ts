import { ROOT_ORG_ID, ROOT_ORG_NAME } from "../../model/organisation.ts";
import { formatCount, joinTexts, text, type Text } from "../../text/index.ts";

/** An organisation in the tree, with the numbers of users and devices that belong directly to it. */
export interface OrgNode {
  readonly name: string;
  /** null if unknown */
  readonly users: number | null;
  /** null if unknown */
  readonly devices: number | null;
  readonly children: readonly OrgNode[];
  /** the organisations below this organisation that are not shown, with the users and devices in them */
  readonly hidden: (Pick<OrgNode, "users" | "devices"> & { readonly orgs: number }) | null;
}

interface OrgRecord {
  readonly id: string;
  readonly name: string;
  readonly parentId: string | null;
}

/** Organisations by their IDs. */
export type OrgsById = ReadonlyMap<string, OrgRecord>;

/** Returns an organisation's path: the names, separated by ` / `; the ID if the organisation is not in the bundle. */
export const renderOrgPath = (orgs: OrgsById, id: string): string => {
  const names: string[] = [];
  for (let at: string | null = id; at !== null && at !== ROOT_ORG_ID;) {
    const org = orgs.get(at);
    if (org === undefined || names.length > orgs.size) return names.length === 0 ? id : names.join(" / ");
    names.unshift(org.name);
    at = org.parentId;
  }
  return names.length === 0 ? ROOT_ORG_NAME : names.join(" / ");
};

/** Describes the numbers of users and devices. Unknown numbers are left out. */
export const describeOrgCounts = ({ users, devices }: Pick<OrgNode, "users" | "devices">): Text =>
  joinTexts(
    [
      ...(users === null ? [] : [text(formatCount(users, "user"), `ユーザー ${users}`)]),
      ...(devices === null ? [] : [text(formatCount(devices, "device"), `デバイス ${devices}`)]),
    ],
    text(", ", "、"),
  );

/** Maximum number of organisations that are shown. */
export const MAX_SHOWN_ORGS = 300;

/**
 * Builds the tree of organisations, level by level up to {@link MAX_SHOWN_ORGS}. Organisations that are not shown are
 * counted in the lowest organisation shown above them.
 *
 * @param users number of users directly in each organisation, by its id; null if unknown
 * @param devices number of devices, in the same form
 */
export function buildOrgTree(
  orgs: readonly OrgRecord[],
  users: ReadonlyMap<string, number> | null,
  devices: ReadonlyMap<string, number> | null,
): readonly OrgNode[] {
  const known = new Set(orgs.map(({ id }) => id));
  const below = new Map<string | null, OrgRecord[]>();
  for (const org of orgs) {
    const parent = org.parentId !== null && known.has(org.parentId) ? org.parentId : null;
    const siblings = below.get(parent);
    if (siblings === undefined) below.set(parent, [org]);
    else siblings.push(org);
  }
  const shown = new Set<string>();
  // level by level, so that the top of a large tree is complete
  let level = below.get(null) ?? [];
  while (level.length > 0 && shown.size + level.length <= MAX_SHOWN_ORGS) {
    for (const { id } of level) shown.add(id);
    level = level.flatMap(({ id }) => below.get(id) ?? []);
  }
  if (shown.size === 0) for (const { id } of level.slice(0, MAX_SHOWN_ORGS)) shown.add(id);
  const hiddenBelow = (id: string): NonNullable<OrgNode["hidden"]> => {
    const sum = { orgs: 0, users: users === null ? null : 0, devices: devices === null ? null : 0 };
    const left = (below.get(id) ?? []).filter((org) => !shown.has(org.id));
    for (let org = left.pop(); org !== undefined; org = left.pop()) {
      sum.orgs += 1;
      if (sum.users !== null) sum.users += users?.get(org.id) ?? 0;
      if (sum.devices !== null) sum.devices += devices?.get(org.id) ?? 0;
      left.push(...(below.get(org.id) ?? []));
    }
    return sum;
  };
  const nodeOf = ({ id, name }: OrgRecord): OrgNode => {
    const hidden = hiddenBelow(id);
    return {
      name,
      users: users === null ? null : (users.get(id) ?? 0),
      devices: devices === null ? null : (devices.get(id) ?? 0),
      children: nodesOf((below.get(id) ?? []).filter((org) => shown.has(org.id))),
      hidden: hidden.orgs === 0 ? null : hidden,
    };
  };
  const nodesOf = (all: readonly OrgRecord[]): readonly OrgNode[] =>
    all
      .toSorted(
        (one, other) => Number(other.id === ROOT_ORG_ID) - Number(one.id === ROOT_ORG_ID) || compareOrgs(one, other),
      )
      .map(nodeOf);
  return nodesOf((below.get(null) ?? []).filter(({ id }) => shown.has(id)));
}

const compareOrgs = (one: OrgRecord, other: OrgRecord): number =>
  one.name < other.name ? -1 : one.name > other.name ? 1 : one.id < other.id ? -1 : 1;
