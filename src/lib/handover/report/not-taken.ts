import type { USES } from "../../model/tenant.ts";
import { resourceOf, type ResourceName } from "../resources.ts";
import type { ReportData } from "./data.ts";

/** What decides whether a resource without records may be there at all. */
const USE_OF: Partial<Readonly<Record<ResourceName, keyof typeof USES>>> = {
  "secured-groups": "securedApps",
  "secured-users": "securedApps",
  "ade-server": "ade",
  "ade-profiles": "ade",
  "ade-devices": "ade",
  "vpp-tokens": "vpp",
};

/** Resources that follow from what is done here. */
const OURS: readonly ResourceName[] = ["administrators", "console-tasks", "audit"];

/** Whether a mirror has nothing of a resource because no export of the console brought it: that is not none. */
export const isNotTaken = ({ manifest, records }: ReportData, name: ResourceName): boolean => {
  const { here = false } = resourceOf(name);
  // a part of a tenant may have none of what the whole has
  if (manifest.scope !== null || manifest.partial === true) return false;
  if (manifest.tenant.mirroredAt === null || here || OURS.includes(name)) return false;
  const use = USE_OF[name];
  if (use !== undefined && records.tenant[0]?.[use] === false) return false;
  return manifest.resources.some((one) => one.name === name && one.state === "empty");
};
