import type { ConsoleTask } from "../../contract/index.ts";
import { ACCOUNT } from "../../model/account.ts";
import { DEVICE, OWNERS } from "../../model/device.ts";
import { FORMATS } from "../../model/formats.ts";
import { ORG, ROOT_ORG_ID } from "../../model/organisation.ts";
import { USER } from "../../model/user.ts";
import { ROOT } from "./orgs.ts";
import { THEN } from "./sql/forms.ts";
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
 * The ids of the organisations that tasks of the console are about: of those of imports what these touched, of those of
 * records where these lie, and where their values let them lie; undefined if one of them is about none, or that is not known.
 */
export const orgsOfTasks = async (
  reader: Reader,
  tasks: readonly ConsoleTask[],
): Promise<readonly string[] | undefined> => {
  const orgs: string[] = [];
  for (const task of tasks) {
    const own = task.importId === null ? await orgsOfHandTask(reader, task) : await orgsOfImport(reader, task.importId);
    if (own === undefined) return undefined;
    orgs.push(...own);
  }
  return orgs;
};

/** What the audit's record of an import's commit has. */
const orgsOfImport = async (reader: Reader, id: string): Promise<readonly string[] | undefined> => {
  const row = await reader.get(
    `select a.record -> 'orgs' as orgs from main.import i ${THEN} main.audit a on a.seq = i.change
     where i.id = :id and json_valid(a.record)`,
    { id },
  );
  const { orgs = null } = row ?? {};
  return orgs === null ? undefined : (JSON.parse(String(orgs)) as readonly string[]);
};

const orgsOfHandTask = async (
  reader: Reader,
  { kind, thing: unfiled, objectId, work, changes }: ConsoleTask,
): Promise<readonly string[] | undefined> => {
  const { thing } = FORMATS[kind];
  if (objectId !== null && unfiled === ACCOUNT.name)
    // those that it manages are told by their names alone
    return changes.some(({ field }) => field === "managedOrgs") ? undefined : orgsOfRecord(reader, USER.name, objectId);
  if (objectId === null || unfiled !== null || ORGS_OF[thing.name] === undefined) return undefined;
  const own = await orgsOfRecord(reader, thing.name, objectId);
  if (own === undefined) return undefined;
  const orgs = [...own];
  const sides = work === "create" ? (["after"] as const) : (["before", "after"] as const);
  for (const side of sides) {
    const named = changes.flatMap(({ field, ids }) => (ids === undefined ? [] : [{ field, id: ids[side] }]));
    for (const { field, id } of named) {
      if (id === null) continue;
      if (thing.fields[field]?.refers?.to !== USER.name) orgs.push(id);
      else {
        const ofOwner = await orgsOfRecord(reader, USER.name, id);
        if (ofOwner === undefined) return undefined;
        orgs.push(...ofOwner);
      }
    }
    // a device that nobody owns counts in 全社
    const owners = named.filter(({ field }) => OWNERS.includes(field));
    if (owners.length > 0 && owners.every(({ id }) => id === null)) orgs.push(ROOT_ORG_ID);
  }
  return orgs;
};

/** The ids of a record's organisations, of one that is gone of those it had at last; undefined if that is not known. */
const orgsOfRecord = async (reader: Reader, thing: string, id: string): Promise<readonly string[] | undefined> => {
  const places = ORGS_OF[thing]?.("x") ?? [];
  const there = await reader.get(`select ${places.join(", ")} from main.${thing} x where x.id = :id`, { id });
  const row =
    there ??
    (await reader.get(
      `select ${places.join(", ")} from main.${thing}_version x
       where x.id = :id and x.action = 'delete' order by x.revision desc limit 1`,
      { id },
    ));
  if (row === undefined) return undefined;
  const orgs = Object.values(row).flatMap((org) => (org === null ? [] : [Number(org)]));
  const rows = await reader.all(
    `select o.id from main.org o where o.pk in (select value from json_each(:orgs))
     union select v.id from main.org_version v
     where v.pk in (select value from json_each(:orgs)) and v.action = 'delete'`,
    { orgs: JSON.stringify(orgs) },
  );
  return rows.length < orgs.length ? undefined : rows.map((one) => String(one["id"]));
};
