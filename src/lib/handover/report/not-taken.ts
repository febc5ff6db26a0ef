import { NOT_TAKEN } from "../../model/mirror.ts";
import { ROOT_ORG_ID } from "../../model/organisation.ts";
import type { USES } from "../../model/tenant.ts";
import { text, type Text } from "../../text/index.ts";
import { hiddenFields, whyAbsent } from "../bundle/presence.ts";
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
const OURS: readonly ResourceName[] = ["administrators", "observed", "console-tasks", "audit"];

/** Resources that no export of the console brings. */
const UNBROUGHT: readonly ResourceName[] = [
  "account-settings",
  "schemes",
  "ade-server",
  "ade-profiles",
  "ade-devices",
  "push-certificate",
  "vpp-tokens",
];

/** What nobody has recorded. */
export const UNKNOWN = text("not recorded", "未登録");

const UNBROUGHT_HERE = text("none here: whether there is one, the console tells", "ここにはなし(有無は管理画面で確認)");

const NOT_SEEN = text("not known to whoever exported it", "書き出した人には不明");

type Data = Pick<ReportData, "manifest" | "records">;

/** Returns why a bundle does not have a resource, for people; undefined if it has the resource. */
export const missingWords = ({ manifest }: Pick<ReportData, "manifest">, name: ResourceName): Text | undefined => {
  const why = whyAbsent(manifest, name);
  return why && text(`missing: ${why.en}`, `なし(${why.ja})`);
};

const NOT_PERMITTED = text("not permitted to see", "権限なし");

/** Returns what stands in place of a value that a bundle does not have: nobody recorded it, or whoever exported it may not see it. */
export const unknownValue = (
  { manifest }: Pick<ReportData, "manifest">,
  name: ResourceName,
  ...fields: readonly string[]
): Text => {
  const hidden = hiddenFields(manifest, name);
  return fields.some((field) => hidden.includes(field)) ? NOT_PERMITTED : UNKNOWN;
};

/** Whether whoever exported it saw a part of the tenant. */
const isPart = ({ manifest }: Pick<Data, "manifest">): boolean => manifest.scope !== null || manifest.partial === true;

/** Whether a bundle is of some of the organisations, without 全社: these may have none of what the whole has. */
const isOfSomeOrgs = ({ records }: Data): boolean => records.orgs.every(({ id }) => id !== ROOT_ORG_ID);

/** What tells of an empty resource that there is none. */
export const noneOf = (data: Data): Text => {
  if (data.manifest.scope !== null) return text("none in these organisations", "対象の組織に 0 件");
  return isOfSomeOrgs(data)
    ? text("none of what whoever exported it may see", "書き出した人に見える範囲に 0 件")
    : text("none in the tenant", "テナントに 0 件");
};

/** What stands for the console's open tasks where whoever exported a mirror sees none, and others may be open; undefined elsewhere. */
export const unseenTasks = (data: Pick<Data, "manifest">): Text | undefined => {
  const { tenant, resources } = data.manifest;
  if (tenant.mirroredAt === null) return undefined;
  const state = resources.find(({ name }) => name === "console-tasks")?.state;
  // a part has the tasks of what is seen
  return state === "not-permitted" || (state === "empty" && isPart(data)) ? NOT_SEEN : undefined;
};

/** What stands for a resource of which a mirror has nothing, where that is not none; undefined where it has some, or there is none. */
export const absenceOf = (data: Data, name: ResourceName): Text | undefined => {
  const { manifest, records } = data;
  if (manifest.tenant.mirroredAt === null) return undefined;
  if (manifest.resources.every((one) => one.name !== name || one.state !== "empty")) return undefined;
  if (name === "console-tasks") return unseenTasks(data);
  const { here = false } = resourceOf(name);
  if (here || OURS.includes(name)) return undefined;
  const use = USE_OF[name];
  if (use !== undefined && records.tenant[0]?.[use] === false) return undefined;
  if (UNBROUGHT.includes(name)) return UNBROUGHT_HERE;
  return isOfSomeOrgs(data) ? undefined : NOT_TAKEN;
};

/** Whether exports of the console that were taken in had nothing of a resource: that is not none. */
export const isNotTaken = (data: Data, name: ResourceName): boolean => absenceOf(data, name) === NOT_TAKEN;
