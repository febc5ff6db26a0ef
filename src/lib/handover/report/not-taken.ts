import { NOT_IMPORTED_NOTE } from "../../model/mirror.ts";
import type { USAGE_FIELDS } from "../../model/tenant.ts";
import { text, type Text } from "../../text/index.ts";
import type { ResourceName } from "../resources.ts";
import type { ReportData } from "./data.ts";

const REQUIRED_USES: Partial<Readonly<Record<ResourceName, keyof typeof USAGE_FIELDS>>> = {
  "secured-groups": "securedApps",
  "secured-users": "securedApps",
  "ade-devices": "ade",
};

/**
 * Resources that result from work in clomoctl. If such a resource has no records, the tenant really does not have any.
 */
const CLOMOCTL_RESOURCES: readonly ResourceName[] = [
  "tenant",
  "administrators",
  "renewals",
  "answers",
  "console-tasks",
];

const NEVER_IN_CONSOLE_EXPORTS: readonly ResourceName[] = ["account-settings", "schemes", "ade-devices"];

/** Shown in place of a value that nobody has recorded. */
export const VALUE_NOT_RECORDED = text("not recorded", "未登録");

const NONE_IN_BUNDLE = text(
  "none in this bundle; the console shows whether there are any",
  "引き継ぎデータにはなし(有無は管理画面で確認)",
);

type PresenceData = Pick<ReportData, "manifest" | "facts">;

/**
 * Returns the text for a resource without records in the bundle of a mirror, if the console may have records of it;
 * undefined if the bundle has records, or if the console does not have records of it either.
 */
export const describeMissingConsoleImport = (
  { manifest, facts }: PresenceData,
  name: ResourceName,
): Text | undefined => {
  if (manifest.tenant.mirroredAt === null) return undefined;
  if (manifest.resources.every((one) => one.name !== name || one.records > 0)) return undefined;
  if (CLOMOCTL_RESOURCES.includes(name)) return undefined;
  const use = REQUIRED_USES[name];
  if (use !== undefined && facts.tenant[use] === false) return undefined;
  if (NEVER_IN_CONSOLE_EXPORTS.includes(name)) return NONE_IN_BUNDLE;
  return NOT_IMPORTED_NOTE;
};
