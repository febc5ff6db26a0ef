import { NOT_IMPORTED_NOTE } from "../../model/mirror.ts";
import { ROOT_ORG_ID } from "../../model/organisation.ts";
import type { USAGE_FIELDS } from "../../model/tenant.ts";
import { text, type Text } from "../../text/index.ts";
import { findHiddenFields, describeAbsence } from "../bundle/presence.ts";
import type { ResourceName } from "../resources.ts";
import type { ReportData } from "./data.ts";

const REQUIRED_USES: Partial<Readonly<Record<ResourceName, keyof typeof USAGE_FIELDS>>> = {
  "secured-groups": "securedApps",
  "secured-users": "securedApps",
  "ade-server": "ade",
  "ade-devices": "ade",
};

/**
 * Resources that result from work in clomoctl. If such a resource has no records, the tenant really does not have any.
 */
const CLOMOCTL_RESOURCES: readonly ResourceName[] = ["tenant", "administrators", "renewals", "answers"];

const NEVER_IN_CONSOLE_EXPORTS: readonly ResourceName[] = ["account-settings", "schemes", "ade-server", "ade-devices"];

/** Shown in place of a value that nobody has recorded. */
export const VALUE_NOT_RECORDED = text("not recorded", "未登録");

const NONE_IN_BUNDLE = text(
  "none in this bundle; the console shows whether there are any",
  "引き継ぎデータにはなし(有無は管理画面で確認)",
);

const NOT_VISIBLE_TO_EXPORTER = text("not visible to the exporting account", "書き出した人には不明");

type PresenceData = Pick<ReportData, "manifest" | "records">;

/** Describes why a bundle does not have a resource; undefined if it has the resource. */
export const describeMissingResource = (
  { manifest }: Pick<ReportData, "manifest">,
  name: ResourceName,
): Text | undefined => {
  const why = describeAbsence(manifest, name);
  return why && text(`missing: ${why.en}`, `なし(${why.ja})`);
};

const NO_PERMISSION = text("no permission to view", "権限なし");

/** Returns the text for a missing value: nobody recorded it, or the exporting account has no permission to view it. */
export const describeUnknownValue = (
  { manifest }: Pick<ReportData, "manifest">,
  name: ResourceName,
  ...fields: readonly string[]
): Text => {
  const hidden = findHiddenFields(manifest, name);
  return fields.some((field) => hidden.includes(field)) ? NO_PERMISSION : VALUE_NOT_RECORDED;
};

const isPartialBundle = ({ manifest }: Pick<PresenceData, "manifest">): boolean =>
  manifest.scope !== null || manifest.partial === true;

const coversOnlySomeOrgs = ({ records }: PresenceData): boolean => records.orgs.every(({ id }) => id !== ROOT_ORG_ID);

/** Returns the text for a resource without records. It names the part of the tenant that the bundle covers. */
export const describeEmptyResource = (data: PresenceData): Text => {
  if (data.manifest.scope !== null) return text("none in these organisations", "対象の組織に 0 件");
  return coversOnlySomeOrgs(data)
    ? text("none that the exporting account can see", "書き出した人に見える範囲に 0 件")
    : text("none in the tenant", "テナントに 0 件");
};

/**
 * Returns the text for open tasks if the exporting account of a mirror saw no open tasks although there may be some;
 * undefined otherwise.
 */
const describeUnseenTasks = (data: Pick<PresenceData, "manifest">): Text | undefined => {
  const { tenant, resources } = data.manifest;
  if (tenant.mirroredAt === null) return undefined;
  const state = resources.find(({ name }) => name === "console-tasks")?.state;
  // a partial bundle has only the tasks of the records that it covers
  return state === "not-permitted" || (state === "empty" && isPartialBundle(data))
    ? NOT_VISIBLE_TO_EXPORTER
    : undefined;
};

/**
 * Returns the text for a resource without records in the bundle of a mirror, if the console may have records of it;
 * undefined if the bundle has records, or if the console does not have records of it either.
 */
export const describeMissingConsoleImport = (data: PresenceData, name: ResourceName): Text | undefined => {
  const { manifest, records } = data;
  if (manifest.tenant.mirroredAt === null) return undefined;
  if (manifest.resources.every((one) => one.name !== name || one.state !== "empty")) return undefined;
  if (name === "console-tasks") return describeUnseenTasks(data);
  if (CLOMOCTL_RESOURCES.includes(name)) return undefined;
  const use = REQUIRED_USES[name];
  if (use !== undefined && records.tenant[0]?.[use] === false) return undefined;
  if (NEVER_IN_CONSOLE_EXPORTS.includes(name)) return NONE_IN_BUNDLE;
  return coversOnlySomeOrgs(data) ? undefined : NOT_IMPORTED_NOTE;
};
