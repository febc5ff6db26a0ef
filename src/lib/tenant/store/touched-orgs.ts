import { ACCOUNT } from "../../model/account.ts";
import { DEVICE } from "../../model/device.ts";
import { ORG } from "../../model/organisation.ts";
import { USER } from "../../model/user.ts";
import { ROOT_ORG_NUMBER } from "../records/org-rows.ts";
import type { Reader } from "./store.ts";

// Finds the organisations to which records belong, for the audit log. All organisations count, even those that the
// acting account cannot see. The SQL therefore names the tables as `main.<table>`.

/**
 * SQL: the numbers of a record's organisations, by record type. Types whose records do not belong to organisations are
 * missing.
 *
 * @param of alias of the record
 */
const RECORD_ORGS_SQL: Readonly<Record<string, (of: string) => readonly string[]>> = {
  [USER.name]: (of) => [`${of}.org`],
  [ORG.name]: (of) => [`${of}.pk`, `${of}.parent`],
  // the organisation of the owner, or 全社 if the device does not have an owner
  [DEVICE.name]: (of) => [
    `coalesce((select u.org from main.user u where u.pk = ${of}.owner), ${of}."ownerOrg", ${ROOT_ORG_NUMBER})`,
  ],
};

/**
 * Returns the ids of the organisations to which the records of tasks belong: in the tenant, in the console, and in
 * earlier versions. Returns undefined if one of the records does not belong to an organisation.
 */
export const listOrgsOfRecords = async (
  reader: Reader,
  records: readonly { readonly thing: string; readonly pk: number }[],
): Promise<readonly string[] | undefined> => {
  const found = new Set<string>();
  const accounts = JSON.stringify(records.flatMap(({ thing, pk }) => (thing === ACCOUNT.name ? pk : [])));
  // the result shows the names of the organisations that an account manages, and these can be anywhere in the tenant
  const managing = [ACCOUNT.name, `${ACCOUNT.name}_observed`].map(
    (
      table,
    ) => `select 1 from main.${table} a, json_each(:accounts) e where a.${table === ACCOUNT.name ? "user" : "pk"} = e.value
      and a.managedOrgs is not null`,
  );
  if ((await reader.get(`${managing.join(" union all ")} limit 1`, { accounts })) !== undefined) return undefined;
  for (const [name, group] of Map.groupBy(records, ({ thing }) => (thing === ACCOUNT.name ? USER.name : thing))) {
    const places = RECORD_ORGS_SQL[name];
    if (places === undefined) return undefined;
    const pks = JSON.stringify(group.map(({ pk }) => pk));
    const observed = `(select * from main.${name}_observed where inConsole = 1)`;
    const orgs = [`main.${name}`, observed, `main.${name}_version`].flatMap((table) =>
      places("x").map(
        (place) => `select ${place} as org from ${table} x where x.pk in (select value from json_each(:pks))`,
      ),
    );
    const ids = "select pk, id from main.org union select pk, id from main.org_version where action = 'delete'";
    const rows = await reader.all(
      `select distinct o.id from (${orgs.join(" union ")}) w join (${ids}) o on o.pk = w.org`,
      { pks },
    );
    for (const { id } of rows) found.add(String(id));
  }
  return [...found];
};
