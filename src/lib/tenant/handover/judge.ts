import { resourceOf, type ResourceName } from "../../handover/resources.ts";
import type { Answer } from "../../model/answer.ts";
import { ROOT_ORG_ID } from "../../model/organisation.ts";
import type { Role } from "../../model/role.ts";
import type { SecuredApp } from "../../model/secured-user.ts";
import type { TenantProfile } from "../../model/tenant.ts";
import { accountOfRole } from "../../rules/account.ts";
import { answerOfQuestion } from "../../rules/answer.ts";
import { customFieldName } from "../../rules/custom-field.ts";
import { deviceFields } from "../../rules/device.ts";
import { orgNames } from "../../rules/org.ts";
import { renewalFields } from "../../rules/renewal.ts";
import type { RuleProblem } from "../../rules/rule.ts";
import { schemeItems } from "../../rules/scheme.ts";
import { fieldsOfOwnApp } from "../../rules/secured-user.ts";
import { tenantProfile } from "../../rules/tenant.ts";
import { blankCheckOf, recordCheckOf } from "../../rules/values.ts";
import { judgeObserved } from "./restores/observed.ts";
import { isFreeColumn } from "../records/fields.ts";

/** A record of a bundle, whose members have the types of its resource's fields. */
type Line = Readonly<Record<string, unknown>>;

/** Returns what the rules of its thing say of a record by itself. @param now a UTC instant */
type Judge = (record: Line, now: string) => readonly RuleProblem[];

const NEW = { before: undefined, facts: undefined } as const;

interface AccountLine {
  readonly role: Role;
  readonly schemeId: string | null;
  readonly managesAll: boolean;
  readonly managedOrgIds: readonly string[];
  readonly supportOption: boolean;
  readonly noticeMail: boolean;
  readonly timezone: string | null;
}

interface DeviceLine {
  readonly serialNumber: string;
  readonly platform: string | null;
  readonly androidMode: string | null;
  readonly ownerId: string | null;
  readonly ownerOrgId: string | null;
}

const JUDGES: Readonly<Partial<Record<ResourceName, Judge>>> = {
  tenant: (record) => tenantProfile({ ...NEW, after: record as unknown as TenantProfile }),
  "custom-fields": (record) => {
    const name = String(record["name"]);
    return customFieldName({ before: undefined, after: { name }, facts: { isFree: isFreeColumn(name) } });
  },
  orgs: (record) => (record["id"] === ROOT_ORG_ID ? [] : orgNames({ ...NEW, after: record })),
  schemes: (record) => schemeItems({ ...NEW, after: { operations: record["operations"] as readonly string[] } }),
  accounts: (record) => {
    const { schemeId, managedOrgIds, ...others } = record as unknown as AccountLine;
    const after = { ...others, name: null, hasScheme: schemeId !== null, managedOrgs: managedOrgIds };
    return accountOfRole({ ...NEW, after });
  },
  "secured-users": (record) => fieldsOfOwnApp({ ...NEW, after: { app: record["app"] as SecuredApp, values: record } }),
  devices: (record) => {
    const { ownerId, ownerOrgId, ...others } = record as unknown as DeviceLine;
    const after = { ...others, isOfUser: ownerId !== null, isOfOrg: ownerOrgId !== null };
    return deviceFields({ ...NEW, after });
  },
  observed: judgeObserved,
  renewals: (record) => renewalFields({ ...NEW, after: record }),
  answers: (record, now) => answerOfQuestion({ before: undefined, after: record as unknown as Answer, facts: { now } }),
};

/**
 * Returns what judges the records of a resource: the rules of their values, and those of their thing. Both are the rules
 * of every command; what takes other records to judge is judged when the plan is made.
 *
 * @param isOfConsole the bundle is one of a mirror: what the console has stays, but for what is recorded here alone
 */
export const judgeOf = (
  resource: ResourceName,
  { isOfConsole, now }: { readonly isOfConsole: boolean; readonly now: string },
): ((record: Line) => readonly RuleProblem[]) => {
  const { fields, here } = resourceOf(resource);
  const checkValues = recordCheckOf(fields, isOfConsole && here !== true);
  const checkBlanks = here === true ? blankCheckOf(fields) : undefined;
  const { [resource]: judge } = JUDGES;
  return (record) => {
    const problems = [...checkValues(record), ...(checkBlanks?.(record) ?? [])];
    return problems.length > 0 || judge === undefined ? problems : judge(record, now);
  };
};
