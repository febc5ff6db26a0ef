import { ROOT_ORG_ID, ROOT_ORG_NAME } from "../../model/organisation.ts";

export interface OrgRecord {
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
