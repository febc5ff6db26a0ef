import { resourceOf, type ResourceName } from "../../handover/resources.ts";
import { ACCOUNT } from "../../model/account.ts";
import { ANSWER } from "../../model/answer.ts";
import { DEVICE } from "../../model/device.ts";
import { ORG, ROOT_ORG_ID } from "../../model/organisation.ts";
import { RENEWAL_ITEM } from "../../model/renewal.ts";
import type { Role } from "../../model/role.ts";
import { SCHEME } from "../../model/scheme.ts";
import { SECURED_USER } from "../../model/secured-user.ts";
import { TENANT } from "../../model/tenant.ts";
import { CUSTOM_FIELD } from "../../model/user.ts";
import { judgeRecord } from "../../rules/index.ts";
import type { RuleProblem } from "../../rules/rule.ts";
import { createBlankCheck, createRecordCheck } from "../../rules/values.ts";
import { checkObservedLine } from "./restores/observed.ts";
import { isAvailableHeader } from "../records/fields.ts";

type BundleLine = Readonly<Record<string, unknown>>;

interface AccountLine {
  readonly role: Role;
  readonly schemeId: string | null;
  readonly managesAll: boolean;
  readonly managedOrgIds: readonly string[];
  readonly supportOption: boolean;
  readonly noticeMail: boolean;
  readonly timezone: string | null;
}

const RULE_STATES: Readonly<
  Partial<Record<ResourceName, readonly [of: string, state: (record: BundleLine) => object]>>
> = {
  tenant: [TENANT.name, (record) => record],
  "custom-fields": [CUSTOM_FIELD.name, ({ name }) => ({ name, isFree: isAvailableHeader(String(name)) })],
  orgs: [ORG.name, ({ id, name, code }) => ({ name, code, isRoot: id === ROOT_ORG_ID })],
  schemes: [SCHEME.name, (record) => record],
  accounts: [
    ACCOUNT.name,
    (record) => {
      const { schemeId, managedOrgIds, role, managesAll, supportOption, noticeMail, timezone } =
        record as unknown as AccountLine;
      const hasScheme = schemeId !== null;
      return { role, managesAll, supportOption, noticeMail, timezone, hasScheme, managedOrgs: managedOrgIds };
    },
  ],
  "secured-users": [SECURED_USER.name, (record) => ({ app: record["app"], values: record })],
  devices: [DEVICE.name, ({ ownerId, ownerOrgId, ...others }) => ({ ...others, owner: ownerId, ownerOrg: ownerOrgId })],
  renewals: [RENEWAL_ITEM.name, (record) => record],
  answers: [ANSWER.name, (record) => record],
};

/**
 * Returns a function that checks a record of a resource on its own, with the rules for its values and for its thing.
 * Rules that also read other records are checked after all records are written.
 *
 * @param isOfConsole true if the bundle is from a mirror: existing values from the console are accepted, but not those
 * that are recorded only in clomoctl
 */
export const BundleAccountLine = (
  resource: ResourceName,
  { isOfConsole, now }: { readonly isOfConsole: boolean; readonly now: string },
): ((record: BundleLine) => readonly RuleProblem[]) => {
  const { fields, here } = resourceOf(resource);
  const checkValues = createRecordCheck(fields, isOfConsole && here !== true);
  const checkBlanks = here === true ? createBlankCheck(fields) : undefined;
  const judged = { bringing: isOfConsole ? "console" : "states", facts: { now } } as const;
  const { [resource]: found } = RULE_STATES;
  return (record) => {
    const problems = [...checkValues(record), ...(checkBlanks?.(record) ?? [])];
    if (problems.length > 0) return problems;
    if (resource === "observed") return checkObservedLine(record);
    return found === undefined ? [] : judgeRecord(found[0], { after: found[1](record) }, judged);
  };
};
