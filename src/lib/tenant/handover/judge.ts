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
import { blankCheckOf, recordCheckOf } from "../../rules/values.ts";
import { judgeObserved } from "./restores/observed.ts";
import { isFreeColumn } from "../records/fields.ts";

/** A record of a bundle, whose members have the types of its resource's fields. */
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

/** What rules read of a record, by the name of its thing. */
const STATES: Readonly<Partial<Record<ResourceName, readonly [of: string, state: (record: BundleLine) => object]>>> = {
  tenant: [TENANT.name, (record) => record],
  "custom-fields": [CUSTOM_FIELD.name, ({ name }) => ({ name, isFree: isFreeColumn(String(name)) })],
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
 * Returns what judges the records of a resource by themselves: the rules of their values, and those of their thing. What
 * takes other records to judge is judged once all are written.
 *
 * @param isOfConsole the bundle is one of a mirror: what the console has stays, but for what is recorded here alone
 */
export const judgeOf = (
  resource: ResourceName,
  { isOfConsole, now }: { readonly isOfConsole: boolean; readonly now: string },
): ((record: BundleLine) => readonly RuleProblem[]) => {
  const { fields, here } = resourceOf(resource);
  const checkValues = recordCheckOf(fields, isOfConsole && here !== true);
  const checkBlanks = here === true ? blankCheckOf(fields) : undefined;
  const judged = { bringing: isOfConsole ? "console" : "states", facts: { now } } as const;
  const { [resource]: found } = STATES;
  return (record) => {
    const problems = [...checkValues(record), ...(checkBlanks?.(record) ?? [])];
    if (problems.length > 0) return problems;
    if (resource === "observed") return judgeObserved(record);
    return found === undefined ? [] : judgeRecord(found[0], { after: found[1](record) }, judged);
  };
};
