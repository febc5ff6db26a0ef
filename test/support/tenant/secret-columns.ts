import { beforeTable, OBSERVED, observedTable } from "../../../src/lib/tenant/console/observed.ts";
import { lastingColumns, writtenColumns } from "../../../src/lib/tenant/console/portable.ts";
import { versionTable, type Versions } from "../../../src/lib/tenant/versions/tables.ts";
import { resourceOf, type ResourceName } from "../../../src/lib/handover/resources.ts";
import type { TestTenant } from "./tenant.ts";

/** What of a table leaves the tenant in a bundle: the fields of a resource, and columns that these are made of. */
interface Leaving {
  readonly as: ResourceName;
  readonly more?: readonly string[] | undefined;
}

/** The tables with what the console has otherwise, and what records were before. */
const observedTables = (versions: Versions): readonly (readonly [table: string, leaving: Leaving])[] => {
  const columns = [...writtenColumns(versions), ...lastingColumns(versions)].map(({ name }) => name);
  return [
    [observedTable(versions), { as: "observed", more: [...columns, "since"] }],
    [versionTable(versions), { as: "observed", more: [...columns, "action", "changed"] }],
  ];
};

/** The tables that a bundle is made of. Of all others nothing leaves. */
const TABLES: Readonly<Record<string, Leaving>> = {
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
  push_certificate: { as: "push-certificate" },
  vpp_token: { as: "vpp-tokens", more: ["org"] },
  ade_profile: { as: "ade-profiles", more: ["settings"] },
  ade_automatic: { as: "ade-profiles", more: ["org", "profile"] },
  answer: { as: "answers" },
  observed_candidate: { as: "observed", more: ["thing", "place", "since", "mask", "state"] },
  ...Object.fromEntries(OBSERVED.flatMap(observedTables)),
};

/** Tables of which nothing leaves. A new table is told here, or above. */
const NOTHING_OF: readonly string[] = [
  "collection",
  "user_email",
  "import",
  "repeatable",
  "renewal_notice",
  "administrators_known",
  "exported_column",
  "left_out",
  "reset_code",
  "ade_sync",
  "ade_arrival",
  "ade_unreadable",
  "ade_pending",
  "vpp_token_gone",
  "change",
  "created_range",
  ...OBSERVED.map(beforeTable),
];

/** What counts rows and changes, or says whose a row is, and is no text. */
const NUMBERS = ["pk", "revision", "last", "user"];

/** Columns of which a value is read as JSON, or as an instant. */
const shaped = (column: string, canary: string): string => {
  if (column === "secrets") return JSON.stringify({ [canary]: canary });
  if (column.endsWith("Keys")) return JSON.stringify([canary]);
  return column.endsWith("At") ? `${canary}T03:04:05.678Z` : canary;
};

/** The columns of a table that do not leave. @throws TypeError for a table that is not told of */
const stayingColumns = (table: string, columns: readonly string[]): readonly string[] => {
  const leaving = TABLES[table];
  if (leaving === undefined && !NOTHING_OF.includes(table)) throw new TypeError(`what leaves of ${table} is not said`);
  const named = leaving === undefined ? [] : [...Object.keys(resourceOf(leaving.as).fields), ...(leaving.more ?? [])];
  return columns.filter((column) => !named.includes(column) && !NUMBERS.includes(column));
};

/**
 * Writes a secret of its own into each column that leaves the tenant in no bundle, of every table: a column that is added
 * later is one of them unless it is a field of a resource.
 *
 * @param secret makes one
 * @returns the secrets, by their columns
 */
export const plantSecrets = (
  { database }: Pick<TestTenant, "database">,
  secret: (name: string) => string,
): ReadonlyMap<string, string> => {
  const planted = new Map<string, string>();
  database.change(() => {
    const tables = database.all("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'");
    for (const table of tables.map(({ name }) => String(name))) {
      const columns = database.all(`pragma table_info("${table}")`).map(({ name }) => String(name));
      for (const column of stayingColumns(table, columns)) {
        if (table === "collection" || database.count(`select count(*) from "${table}"`) === 0) continue;
        // a day of a century in which nothing else happens
        const day = `19${String(planted.size % 100).padStart(2, "0")}-01-02`;
        const canary = column.endsWith("At") ? day : secret(`${table}${column}`);
        const value = shaped(column, canary);
        // what only one row may have stays different
        const own = column.endsWith("Key") ? `|| coalesce("${column}", hex(randomblob(8)))` : "";
        database.run(`update "${table}" set "${column}" = :value ${own}`, { value });
        planted.set(`${table}.${column}`, canary);
      }
    }
  });
  return planted;
};
