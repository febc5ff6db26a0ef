import { ACCOUNT } from "../../model/account.ts";
import { DEVICE } from "../../model/device.ts";
import { ORG } from "../../model/organisation.ts";
import { USER } from "../../model/user.ts";
import { ROOT } from "../records/org-rows.ts";
import type { Reader } from "./store.ts";

// Of which organisations a record is, for the audit. Whoever asks, all are looked at: `main` names the tables themselves.

/** SQL: the numbers of the organisations of a record, of each thing whose records have any. @param of its alias */
export const ORGS_OF: Readonly<Record<string, (of: string) => readonly string[]>> = {
  [USER.name]: (of) => [`${of}.org`],
  [ORG.name]: (of) => [`${of}.pk`, `${of}.parent`],
  // where it counts
  [DEVICE.name]: (of) => [
    `coalesce((select u.org from main.user u where u.pk = ${of}.owner), ${of}."ownerOrg", ${ROOT})`,
  ],
};

/** The ids of users' organisations. @param ids of the users */
export const orgsOfUsers = async (reader: Reader, ids: readonly string[]): Promise<readonly string[]> => {
  const rows = await reader.all(
    `select distinct o.id from main.user u join main.org o on o.pk = u.org
     where u.id in (select value from json_each(:ids))`,
    { ids: JSON.stringify(ids) },
  );
  return rows.map(({ id }) => String(id));
};

/**
 * Returns the ids of the organisations in which records of tasks lie: here, and as the console has them, or last had them;
 * undefined if one of them is of no organisation.
 */
export const orgsOfRecords = async (
  reader: Reader,
  records: readonly { readonly thing: string; readonly pk: number }[],
): Promise<readonly string[] | undefined> => {
  const found = new Set<string>();
  const accounts = JSON.stringify(records.flatMap(({ thing, pk }) => (thing === ACCOUNT.name ? pk : [])));
  // what an account manages is called by its names
  const managing = [ACCOUNT.name, `${ACCOUNT.name}_observed`].map(
    (
      table,
    ) => `select 1 from main.${table} a, json_each(:accounts) e where a.${table === ACCOUNT.name ? "user" : "pk"} = e.value
      and a.managedOrgs is not null`,
  );
  if ((await reader.get(`${managing.join(" union all ")} limit 1`, { accounts })) !== undefined) return undefined;
  for (const [name, group] of Map.groupBy(records, ({ thing }) => (thing === ACCOUNT.name ? USER.name : thing))) {
    const places = ORGS_OF[name];
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
