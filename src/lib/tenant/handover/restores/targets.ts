import { RESOURCE_NAMES, resourceOf, type ResourceName } from "../../../handover/resources.ts";
import { besideOf } from "../../plans/staging/kinds.ts";
import { DEVICE } from "../../../model/device.ts";
import { ORG } from "../../../model/organisation.ts";
import { SCHEME } from "../../../model/scheme.ts";
import { SECURED_APPS, SECURED_GROUP, SECURED_USER } from "../../../model/secured-user.ts";
import type { Field, Fields } from "../../../model/thing.ts";
import { CUSTOM_FIELD, USER } from "../../../model/user.ts";
import { either } from "../../store/sql/forms.ts";
import type { Value } from "../../store/store.ts";
import { stageObserved } from "./observed.ts";

/** SQL: a member of a staged line `l`, as its value; as JSON; and a column that follows from members. */
const member = (name: string): string => `l.line ->> '$.${name}'`;
const jsonMember = (name: string): string => `l.line -> '$.${name}'`;
const beside = (column: string): string => `l.beside ->> '$.${column}'`;

/** SQL: the number of the record that a member names by its id. */
const numberOf = (table: string, name: string): string =>
  `(select named.pk from main."${table}" named where named.id = ${member(name)})`;

/** What only one record may have: what it is called, and its values in a staged line `l`. */
export interface UniqueValue {
  readonly field: string;
  /** SQL: null where there is none */
  readonly value: string;
  /** SQL: further rows that the value is of, as `, json_each(…) e` */
  readonly from?: string | undefined;
}

/** Where the records of a resource are written. */
export interface Target {
  readonly table: string;
  /** the things' fields, by which keys are made */
  readonly fields: Fields;
  /** the collections that are locked, and advance */
  readonly collections: readonly string[];
  /** what knows the highest number of the table; undefined: the table itself */
  readonly series?: string | undefined;
  /** its rows have a revision */
  readonly isRevised: boolean;
  /** SQL of columns that are not those of the fields of their names */
  readonly columns: Readonly<Record<string, string>>;
  /** fields that have no column of their own */
  readonly without: readonly string[];
  readonly uniques: readonly UniqueValue[];
  /** SQL: gives back what only one record may have; `id` is the record's */
  readonly release?: string | undefined;
}

const PLAIN = { fields: {}, isRevised: false, columns: {}, without: [], uniques: [] } as const;

const NAME: UniqueValue = { field: "name", value: `coalesce(${beside("nameKey")}, ${member("name")})` };

const released = (column: string, ...keys: readonly string[]): string =>
  [`${column} = 'released ' || id`, ...keys.map((key) => `${key} = null`)].join(", ");

/** What stands for the tables of the observed state: `writeObserved` writes them. */
const OBSERVED_STATE = "observed";

const SECURED = SECURED_APPS.map((app) => `secured:${app}`);

/** SQL: the values of a user's custom fields, by the fields' numbers. */
const CUSTOM = `(select json_group_object(named.pk, e.value ->> 'value') from json_each(l.line, '$.custom') e
  join main.custom_field named on named.id = e.value ->> 'fieldId')`;

/** SQL: the numbers of the organisations that an account manages; null: none, or of a custom administrator all. */
const MANAGED = either(
  `${member("managesAll")} = 1 or ${member("role")} <> 'custom' and ${jsonMember("managedOrgIds")} = '[]'`,
  "null",
  `(select json_group_array(named.pk) from json_each(l.line, '$.managedOrgIds') e join main.org named on named.id = e.value)`,
);

/** Where records of what travels go, by resource. */
const TARGETS: Readonly<Partial<Record<ResourceName, Target>>> = {
  tenant: { ...PLAIN, table: "tenant_profile", collections: ["tenant"] },
  "account-settings": { ...PLAIN, table: "account_settings", collections: ["accounts"] },
  "custom-fields": {
    ...PLAIN,
    table: "custom_field",
    fields: CUSTOM_FIELD.fields,
    collections: ["fields"],
    series: "fields",
    // the only table whose key is never null
    columns: { nameKey: NAME.value },
    uniques: [NAME],
    release: released("nameKey"),
  },
  orgs: {
    ...PLAIN,
    table: "org",
    fields: ORG.fields,
    collections: ["orgs"],
    series: "orgs",
    isRevised: true,
    // what is above is set once all are there
    without: ["parentId"],
    uniques: [{ field: "code", value: `coalesce(${beside("codeKey")}, ${member("code")})` }],
    release: "code = null, codeKey = null",
  },
  schemes: {
    ...PLAIN,
    table: "scheme",
    fields: SCHEME.fields,
    collections: ["schemes"],
    series: "schemes",
    isRevised: true,
    uniques: [NAME],
    release: released("name", "nameKey"),
  },
  users: {
    ...PLAIN,
    table: "user",
    fields: USER.fields,
    // an account goes with its user
    collections: ["users", "accounts"],
    series: "users",
    isRevised: true,
    columns: { org: numberOf("org", "orgId"), custom: CUSTOM },
    without: ["orgId"],
    uniques: [
      { field: "accountName", value: `coalesce(${beside("accountKey")}, ${member("accountName")})` },
      {
        field: "emails",
        value: "e.value",
        from: `, json_each(coalesce(${beside("emailKeys")}, ${jsonMember("emails")})) e`,
      },
    ],
    release: "accountName = null, accountKey = null",
  },
  accounts: {
    ...PLAIN,
    table: "account",
    collections: ["accounts"],
    isRevised: true,
    columns: { scheme: numberOf("scheme", "schemeId"), managedOrgs: MANAGED },
    without: ["schemeId", "managesAll", "managedOrgIds"],
  },
  "secured-groups": {
    ...PLAIN,
    table: "secured_group",
    fields: SECURED_GROUP.fields,
    collections: SECURED,
    series: "secured_group",
    isRevised: true,
    uniques: [{ field: "name", value: `json_array(${member("app")}, ${NAME.value})` }],
    release: released("name", "nameKey"),
  },
  "secured-users": {
    ...PLAIN,
    table: "secured_user",
    fields: SECURED_USER.fields,
    collections: SECURED,
    series: "secured_user",
    isRevised: true,
    uniques: [{ field: "userId", value: `json_array(${member("app")}, ${member("userId")})` }],
    release: released(`"userId"`),
  },
  devices: {
    ...PLAIN,
    table: "device",
    fields: DEVICE.fields,
    collections: ["devices"],
    series: "devices",
    isRevised: true,
    columns: { owner: numberOf("user", "ownerId"), ownerOrg: numberOf("org", "ownerOrgId") },
    without: ["ownerId", "ownerOrgId"],
    uniques: [{ field: "serialNumber", value: `coalesce(${beside("serialKey")}, ${member("serialNumber")})` }],
    release: released(`"serialNumber"`, `"serialKey"`),
  },
  observed: {
    ...PLAIN,
    table: OBSERVED_STATE,
    collections: ["accounts", "devices", "fields", "orgs", "schemes", "users", ...SECURED],
  },
  renewals: { ...PLAIN, table: "renewal_item", collections: ["renewals"] },
  answers: {
    ...PLAIN,
    table: "answer",
    collections: ["answers"],
    uniques: [{ field: "question", value: `json_array(${member("question")}, ${member("subject")})` }],
    release: released("question"),
  },
};

/** The resources that travel, in their order. */
export const TRAVELLING: readonly ResourceName[] = RESOURCE_NAMES.filter(
  (name) => resourceOf(name).stays === undefined,
);

/** Where a resource's records are written. @throws TypeError of one that stays */
export const targetOf = (name: ResourceName): Target => {
  const { [name]: target } = TARGETS;
  if (target === undefined) throw new TypeError(`${name} is applied nowhere`);
  return target;
};

/** Columns that follow from the value of a field. */
const besideFields = ({ fields }: Target) =>
  Object.entries<Field>(fields).flatMap(([name, { comparison = "exact", short = name, sortKey, type, refers }]) => {
    if (refers !== undefined && type !== "texts") return [];
    return besideOf(short, comparison, type === "texts", sortKey).map((one) => ({ name, ...one }));
  });

/** The columns that follow from fields which a resource has. */
const besideColumns = (name: ResourceName) => {
  const known = resourceOf(name).fields;
  return besideFields(targetOf(name)).filter((one) => known[one.name] !== undefined);
};

/** Returns what knows the highest number of a thing's records; undefined if they have none of their own. */
export const seriesOf = (thing: string): string | undefined =>
  Object.values(TARGETS).find(({ table }) => table === thing)?.series;

/** Makes what follows from a record of a resource: its columns as JSON, null where all are null. */
export const besideMaker = (name: ResourceName): ((record: Readonly<Record<string, unknown>>) => Value) => {
  if (name === "observed") return stageObserved;
  const columns = besideColumns(name);
  return (record) => {
    const made = columns.flatMap(({ name: field, column, of }) => {
      const { [field]: value } = record;
      const key = typeof value === "string" || Array.isArray(value) ? of(value as string | readonly string[]) : null;
      return key === null ? [] : [[column, key] as const];
    });
    return made.length === 0 ? null : JSON.stringify(Object.fromEntries(made));
  };
};

/** SQL of the columns of a resource's table that a staged line `l` sets, by their names; numbers, ids and revisions aside. */
export const columnsOf = (name: ResourceName): ReadonlyMap<string, string> => {
  const target = targetOf(name);
  const own = Object.entries<Field>(resourceOf(name).fields).flatMap(([field, { type }]) => {
    if (field === "id" || target.without.includes(field)) return [];
    return [[field, type === "texts" || type === "objects" ? jsonMember(field) : member(field)] as const];
  });
  const keys = besideColumns(name).map(({ column }) => [column, beside(column)] as const);
  return new Map([...own, ...keys, ...Object.entries(target.columns)]);
};
