import { RESOURCE_NAMES, resourceOf, type ResourceName } from "../../../handover/resources.ts";
import { buildDerivedColumns } from "../../plans/staging/kinds.ts";
import { DEVICE } from "../../../model/device.ts";
import { ORG } from "../../../model/organisation.ts";
import { SCHEME } from "../../../model/scheme.ts";
import { SECURED_APPS, SECURED_GROUP, SECURED_USER } from "../../../model/secured-user.ts";
import type { Field, Fields } from "../../../model/thing.ts";
import { CUSTOM_FIELD, USER } from "../../../model/user.ts";
import { buildCaseSql } from "../../store/sql/forms.ts";
import type { SqlValue } from "../../store/store.ts";
import { buildStagedState } from "./observed.ts";

/**
 * SQL: a member of a staged line `l`. {@link buildJsonMemberSql} returns it as JSON; {@link buildDerivedColumnSql}
 * returns a column that is derived from members.
 */
const buildLineMemberSql = (name: string): string => `l.line ->> '$.${name}'`;
const buildJsonMemberSql = (name: string): string => `l.line -> '$.${name}'`;
const buildDerivedColumnSql = (column: string): string => `l.beside ->> '$.${column}'`;

const buildReferencedNumberSql = (table: string, name: string): string =>
  `(select named.pk from main."${table}" named where named.id = ${buildLineMemberSql(name)})`;

/** A value that only one record may have: the name of its field, and SQL of the value in a staged line `l`. */
export interface UniqueValue {
  readonly field: string;
  /** SQL: null if the line does not have a value */
  readonly value: string;
  /** SQL: additional rows from which the value is read, such as `, json_each(…) e` */
  readonly from?: string | undefined;
}

/** Where and how the records of a resource are written. */
export interface ResourceTarget {
  readonly table: string;
  /** fields of the record type, from which comparison and sort keys are derived */
  readonly fields: Fields;
  /** collections that are locked and whose revisions are advanced */
  readonly collections: readonly string[];
  /** collection that stores the highest record number of the table; undefined if the table does not need it */
  readonly series?: string | undefined;
  /** true if the rows have a revision */
  readonly isRevised: boolean;
  /** SQL of columns that are not set from the field of the same name */
  readonly columns: Readonly<Record<string, string>>;
  /** fields that are not stored in a column of their own */
  readonly without: readonly string[];
  readonly uniques: readonly UniqueValue[];
  /**
   * SQL: releases the values that only one record may have, so that other records can get them; `id` is the id of the
   * record
   */
  readonly release?: string | undefined;
}

const DEFAULT_TARGET = { fields: {}, isRevised: false, columns: {}, without: [], uniques: [] } as const;

const UNIQUE_NAME: UniqueValue = {
  field: "name",
  value: `coalesce(${buildDerivedColumnSql("nameKey")}, ${buildLineMemberSql("name")})`,
};

const buildReleaseValuesSql = (column: string, ...keys: readonly string[]): string =>
  [`${column} = 'released ' || id`, ...keys.map((key) => `${key} = null`)].join(", ");

/** A placeholder for the tables of the observed state, which `observed.ts` writes. */
const OBSERVED_STATE_TABLES = "observed";

const SECURED_COLLECTIONS = SECURED_APPS.map((app) => `secured:${app}`);

const CUSTOM_VALUES_BY_NUMBER = `(select json_group_object(named.pk, e.value ->> 'value') from json_each(l.line, '$.custom') e
  join main.custom_field named on named.id = e.value ->> 'fieldId')`;

/**
 * SQL: the record numbers of the organisations that an account manages; null means none or, for a custom administrator,
 * all organisations.
 */
const MANAGED_ORG_NUMBERS = buildCaseSql(
  `${buildLineMemberSql("managesAll")} = 1 or ${buildLineMemberSql("role")} <> 'custom' and ${buildJsonMemberSql("managedOrgIds")} = '[]'`,
  "null",
  `(select json_group_array(named.pk) from json_each(l.line, '$.managedOrgIds') e join main.org named on named.id = e.value)`,
);

const RESOURCE_TARGETS: Readonly<Partial<Record<ResourceName, ResourceTarget>>> = {
  tenant: { ...DEFAULT_TARGET, table: "tenant_profile", collections: ["tenant"] },
  "account-settings": { ...DEFAULT_TARGET, table: "account_settings", collections: ["accounts"] },
  "custom-fields": {
    ...DEFAULT_TARGET,
    table: "custom_field",
    fields: CUSTOM_FIELD.fields,
    collections: ["fields"],
    series: "fields",
    // the comparison key must be set, because it cannot be null in this table
    columns: { nameKey: UNIQUE_NAME.value },
    uniques: [UNIQUE_NAME],
    release: buildReleaseValuesSql("nameKey"),
  },
  orgs: {
    ...DEFAULT_TARGET,
    table: "org",
    fields: ORG.fields,
    collections: ["orgs"],
    series: "orgs",
    isRevised: true,
    // the parent is set later, when all organisations exist
    without: ["parentId"],
    uniques: [{ field: "code", value: `coalesce(${buildDerivedColumnSql("codeKey")}, ${buildLineMemberSql("code")})` }],
    release: "code = null, codeKey = null",
  },
  schemes: {
    ...DEFAULT_TARGET,
    table: "scheme",
    fields: SCHEME.fields,
    collections: ["schemes"],
    series: "schemes",
    isRevised: true,
    uniques: [UNIQUE_NAME],
    release: buildReleaseValuesSql("name", "nameKey"),
  },
  users: {
    ...DEFAULT_TARGET,
    table: "user",
    fields: USER.fields,
    // an account is deleted together with its user
    collections: ["users", "accounts"],
    series: "users",
    isRevised: true,
    columns: { org: buildReferencedNumberSql("org", "orgId"), custom: CUSTOM_VALUES_BY_NUMBER },
    without: ["orgId"],
    uniques: [
      {
        field: "accountName",
        value: `coalesce(${buildDerivedColumnSql("accountKey")}, ${buildLineMemberSql("accountName")})`,
      },
      {
        field: "emails",
        value: "e.value",
        from: `, json_each(coalesce(${buildDerivedColumnSql("emailKeys")}, ${buildJsonMemberSql("emails")})) e`,
      },
    ],
    release: "accountName = null, accountKey = null",
  },
  accounts: {
    ...DEFAULT_TARGET,
    table: "account",
    collections: ["accounts"],
    isRevised: true,
    columns: { scheme: buildReferencedNumberSql("scheme", "schemeId"), managedOrgs: MANAGED_ORG_NUMBERS },
    without: ["schemeId", "managesAll", "managedOrgIds"],
  },
  "secured-groups": {
    ...DEFAULT_TARGET,
    table: "secured_group",
    fields: SECURED_GROUP.fields,
    collections: SECURED_COLLECTIONS,
    series: "secured_group",
    isRevised: true,
    uniques: [{ field: "name", value: `json_array(${buildLineMemberSql("app")}, ${UNIQUE_NAME.value})` }],
    release: buildReleaseValuesSql("name", "nameKey"),
  },
  "secured-users": {
    ...DEFAULT_TARGET,
    table: "secured_user",
    fields: SECURED_USER.fields,
    collections: SECURED_COLLECTIONS,
    series: "secured_user",
    isRevised: true,
    uniques: [{ field: "userId", value: `json_array(${buildLineMemberSql("app")}, ${buildLineMemberSql("userId")})` }],
    release: buildReleaseValuesSql(`"userId"`),
  },
  devices: {
    ...DEFAULT_TARGET,
    table: "device",
    fields: DEVICE.fields,
    collections: ["devices"],
    series: "devices",
    isRevised: true,
    columns: {
      owner: buildReferencedNumberSql("user", "ownerId"),
      ownerOrg: buildReferencedNumberSql("org", "ownerOrgId"),
    },
    without: ["ownerId", "ownerOrgId"],
    uniques: [
      {
        field: "serialNumber",
        value: `coalesce(${buildDerivedColumnSql("serialKey")}, ${buildLineMemberSql("serialNumber")})`,
      },
    ],
    release: buildReleaseValuesSql(`"serialNumber"`, `"serialKey"`),
  },
  observed: {
    ...DEFAULT_TARGET,
    table: OBSERVED_STATE_TABLES,
    collections: ["accounts", "devices", "fields", "orgs", "schemes", "users", ...SECURED_COLLECTIONS],
  },
  renewals: { ...DEFAULT_TARGET, table: "renewal_item", collections: ["renewals"] },
  answers: {
    ...DEFAULT_TARGET,
    table: "answer",
    collections: ["answers"],
    uniques: [
      { field: "question", value: `json_array(${buildLineMemberSql("question")}, ${buildLineMemberSql("subject")})` },
    ],
    release: buildReleaseValuesSql("question"),
  },
};

export const APPLICABLE_RESOURCES: readonly ResourceName[] = RESOURCE_NAMES.filter(
  (name) => resourceOf(name).stays === undefined,
);

/**
 * Returns where and how a resource is written. @throws TypeError if the resource is never applied to another tenant
 */
export const getResourceTarget = (name: ResourceName): ResourceTarget => {
  const { [name]: target } = RESOURCE_TARGETS;
  if (target === undefined) throw new TypeError(`${name} is applied nowhere`);
  return target;
};

const listDerivedFieldColumns = ({ fields }: ResourceTarget) =>
  Object.entries<Field>(fields).flatMap(([name, { comparison = "exact", short = name, sortKey, type, refers }]) => {
    if (refers !== undefined && type !== "texts") return [];
    return buildDerivedColumns(short, comparison, type === "texts", sortKey).map((one) => ({ name, ...one }));
  });

const listDerivedResourceColumns = (name: ResourceName) => {
  const known = resourceOf(name).fields;
  return listDerivedFieldColumns(getResourceTarget(name)).filter((one) => known[one.name] !== undefined);
};

/**
 * Returns the collection that stores the highest record number of a record type; undefined if the type does not have
 * its own record numbers.
 */
export const findNumberSeries = (thing: string): string | undefined =>
  Object.values(RESOURCE_TARGETS).find(({ table }) => table === thing)?.series;

/**
 * Creates a function that returns the derived columns of a record as JSON, or null if all of these columns are null.
 */
export const createDerivedColumnBuilder = (
  name: ResourceName,
): ((record: Readonly<Record<string, unknown>>) => SqlValue) => {
  if (name === "observed") return buildStagedState;
  const columns = listDerivedResourceColumns(name);
  return (record) => {
    const made = columns.flatMap(({ name: field, column, of }) => {
      const { [field]: value } = record;
      const key = typeof value === "string" || Array.isArray(value) ? of(value as string | readonly string[]) : null;
      return key === null ? [] : [[column, key] as const];
    });
    return made.length === 0 ? null : JSON.stringify(Object.fromEntries(made));
  };
};

/**
 * Returns the SQL of the columns that a staged line `l` sets, by column name. Record number, id and revision are not
 * included.
 */
export const buildColumnValuesSql = (name: ResourceName): ReadonlyMap<string, string> => {
  const target = getResourceTarget(name);
  const own = Object.entries<Field>(resourceOf(name).fields).flatMap(([field, { type }]) => {
    if (field === "id" || target.without.includes(field)) return [];
    return [
      [field, type === "texts" || type === "objects" ? buildJsonMemberSql(field) : buildLineMemberSql(field)] as const,
    ];
  });
  const keys = listDerivedResourceColumns(name).map(({ column }) => [column, buildDerivedColumnSql(column)] as const);
  return new Map([...own, ...keys, ...Object.entries(target.columns)]);
};
