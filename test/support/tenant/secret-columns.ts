import {
  getObservedHistoryTable,
  OBSERVED_VERSIONS,
  getObservedTable,
} from "../../../src/lib/tenant/console/observed.ts";
import { listLastingColumns, listWrittenColumns } from "../../../src/lib/tenant/console/portable.ts";
import { getVersionTable, type VersionSchema } from "../../../src/lib/tenant/versions/tables.ts";
import { resourceOf, type ResourceName } from "../../../src/lib/handover/resources.ts";
import type { TestTenant } from "./tenant.ts";

/**
 * The columns of a table that a bundle contains: the fields of a resource, and further columns from which these fields
 * are built.
 */
interface BundledColumns {
  readonly as: ResourceName;
  readonly more?: readonly string[] | undefined;
}

/** Returns the tables that store earlier versions of records, and console values that differ from the local values. */
const listObservedTables = (
  versions: VersionSchema,
): readonly (readonly [table: string, leaving: BundledColumns])[] => {
  const columns = [...listWrittenColumns(versions), ...listLastingColumns(versions)].map(({ name }) => name);
  return [
    [getObservedTable(versions), { as: "observed", more: [...columns, "since"] }],
    [getVersionTable(versions), { as: "observed", more: [...columns, "action", "changed"] }],
  ];
};

/** The tables from which a bundle is built. */
const BUNDLED_TABLES: Readonly<Record<string, BundledColumns>> = {
  tenant: { as: "tenant", more: ["name", "mirroredAt"] },
  org: { as: "orgs", more: ["parent"] },
  custom_field: { as: "custom-fields" },
  user: { as: "users", more: ["org"] },
  secured_user: { as: "secured-users" },
  secured_group: { as: "secured-groups" },
  renewal_item: { as: "renewals" },
  device: { as: "devices", more: ["owner", "ownerOrg"] },
  audit: { as: "audit", more: ["seq", "at", "actor", "action"] },
  tenant_profile: { as: "tenant" },
  account: { as: "accounts", more: ["user", "scheme", "managedOrgs"] },
  scheme: { as: "schemes" },
  account_settings: { as: "account-settings" },
  ade_server: { as: "ade-server" },
  ade_device: { as: "ade-devices", more: ["serialNumber"] },
  answer: { as: "answers" },
  observed_candidate: { as: "observed", more: ["thing", "place", "since", "mask", "state"] },
  ...Object.fromEntries(OBSERVED_VERSIONS.flatMap(listObservedTables)),
};

/** Tables that no bundle contains. A new table must be added here or to {@link BUNDLED_TABLES}. */
const UNBUNDLED_TABLES: readonly string[] = [
  "collection",
  "user_email",
  "import",
  "repeatable",
  "renewal_notice",
  "administrators_known",
  "exported_column",
  "left_out",
  "reset_code",
  "change",
  "created_range",
  "credential",
  "counted_attempt",
  ...OBSERVED_VERSIONS.map(getObservedHistoryTable),
];

/** Columns that never contain texts: row numbers, counters of changes, and references to users. */
const NUMERIC_COLUMNS = ["pk", "revision", "last", "user"];

/** Converts a canary to the form that a column requires, such as JSON or an instant. */
const formatCanary = (column: string, canary: string): string => {
  if (column === "secrets") return JSON.stringify({ [canary]: canary });
  if (column.endsWith("Keys")) return JSON.stringify([canary]);
  return column.endsWith("At") ? `${canary}T03:04:05.678Z` : canary;
};

/**
 * Returns the columns of a table that a bundle does not contain. @throws TypeError if neither list contains the table
 */
const listUnbundledColumns = (table: string, columns: readonly string[]): readonly string[] => {
  const leaving = BUNDLED_TABLES[table];
  if (leaving === undefined && !UNBUNDLED_TABLES.includes(table))
    throw new TypeError(`what leaves of ${table} is not said`);
  const named = leaving === undefined ? [] : [...Object.keys(resourceOf(leaving.as).fields), ...(leaving.more ?? [])];
  return columns.filter((column) => !named.includes(column) && !NUMERIC_COLUMNS.includes(column));
};

/**
 * Writes a different secret into each column that a bundle does not contain, in every table. A column that is added
 * later is included automatically, unless it is a field of a resource.
 *
 * @param secret creates a secret
 * @returns the secrets, by column
 */
export const plantSecrets = (
  { database }: Pick<TestTenant, "database">,
  secret: (name: string) => string,
): ReadonlyMap<string, string> => {
  const planted = new Map<string, string>();
  database.change(() => {
    // a changed verifier would delete the credentials and the reset code of its account
    for (const { name } of database.all("select name from sqlite_schema where type = 'trigger'"))
      database.exec(`drop trigger "${String(name)}"`);
    const tables = database.all("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'");
    for (const table of tables.map(({ name }) => String(name))) {
      const columns = database.all(`pragma table_info("${table}")`).map(({ name }) => String(name));
      for (const column of listUnbundledColumns(table, columns)) {
        if (table === "collection" || database.count(`select count(*) from "${table}"`) === 0) continue;
        // a day in a century that does not appear anywhere else
        const day = `19${String(planted.size % 100).padStart(2, "0")}-01-02`;
        const canary = column.endsWith("At") ? day : secret(`${table}${column}`);
        const value = formatCanary(column, canary);
        // unique columns must keep different values
        const own = column.endsWith("Key") ? `|| coalesce("${column}", hex(randomblob(8)))` : "";
        database.run(`update "${table}" set "${column}" = :value ${own}`, { value });
        planted.set(`${table}.${column}`, canary);
      }
    }
  });
  return planted;
};
