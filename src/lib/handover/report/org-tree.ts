import { ROOT_ORG_ID, ROOT_ORG_NAME } from "../../model/organisation.ts";
import { counted, joined, text, type Text } from "../../text/index.ts";

/** An organisation of a tree, with what is directly in it. */
export interface OrgNode {
  readonly name: string;
  /** null: not known */
  readonly users: number | null;
  /** null: not known */
  readonly devices: number | null;
  readonly children: readonly OrgNode[];
  /** organisations below it that are not shown, with the users and devices in them */
  readonly hidden: (Pick<OrgNode, "users" | "devices"> & { readonly orgs: number }) | null;
}

interface OrgRecord {
  readonly id: string;
  readonly name: string;
  readonly parentId: string | null;
}

/** Organisations by their ids. */
export type Orgs = ReadonlyMap<string, OrgRecord>;

/** The path of an organisation, its names with ` / ` between; its id where it is not in the bundle. */
export const pathOf = (orgs: Orgs, id: string): string => {
  const names: string[] = [];
  for (let at: string | null = id; at !== null && at !== ROOT_ORG_ID;) {
    const org = orgs.get(at);
    if (org === undefined || names.length > orgs.size) return names.length === 0 ? id : names.join(" / ");
    names.unshift(org.name);
    at = org.parentId;
  }
  return names.length === 0 ? ROOT_ORG_NAME : names.join(" / ");
};

/** How many users and devices there are, for people: what is not known is left out. */
export const toldCounts = ({ users, devices }: Pick<OrgNode, "users" | "devices">): Text =>
  joined(
    [
      ...(users === null ? [] : [text(counted(users, "user"), `ユーザー ${users}`)]),
      ...(devices === null ? [] : [text(counted(devices, "device"), `デバイス ${devices}`)]),
    ],
    text(", ", "、"),
  );

/** So many organisations are shown at most. */
export const MAX_SHOWN = 300;

/**
 * The tree of organisations, level by level up to {@link MAX_SHOWN}: what is below is counted at the last one shown.
 *
 * @param users how many are directly in an organisation, by its id; null where that is not known; devices alike
 */
export function orgTree(
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
  // level by level, so that the top of a large tree is whole
  let level = below.get(null) ?? [];
  while (level.length > 0 && shown.size + level.length <= MAX_SHOWN) {
    for (const { id } of level) shown.add(id);
    level = level.flatMap(({ id }) => below.get(id) ?? []);
  }
  if (shown.size === 0) for (const { id } of level.slice(0, MAX_SHOWN)) shown.add(id);
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
      .toSorted((one, other) => Number(other.id === ROOT_ORG_ID) - Number(one.id === ROOT_ORG_ID) || order(one, other))
      .map(nodeOf);
  return nodesOf((below.get(null) ?? []).filter(({ id }) => shown.has(id)));
}

const order = (one: OrgRecord, other: OrgRecord): number =>
  one.name < other.name ? -1 : one.name > other.name ? 1 : one.id < other.id ? -1 : 1;
