import type { FormatName } from "../../model/console-files.ts";
import { nameKey } from "../../model/normalise.ts";
import { parseOrgPath } from "../../model/organisation.ts";
import { SECURED_APPS } from "../../model/secured-user.ts";
import { idsHeldByHand } from "./audit-records.ts";
import { DEVICES, serialOf } from "./devices.ts";
import { namesOf, type List } from "./lists.ts";
import { ORGS } from "./orgs.ts";
import { securedUsers } from "./secured.ts";
import type { Reader, Row } from "./store.ts";
import { FORMERLY, USERS } from "./users.ts";

/** A record of today, or one that was deleted. */
export interface CalledRecord {
  /** of its files */
  readonly kind: FormatName;
  /** its number in its table */
  readonly pk: number;
  readonly id: string;
  /** the number of the import that created it because a row of other records named it */
  readonly namedBy: number | null;
}

/**
 * A list whose records may be called by a name; SQL of `t`, as it was before an import, being called so; and the
 * column that people call them by, which no list finds them by.
 */
interface Place {
  readonly kind: FormatName;
  readonly list: List;
  readonly former: string;
  readonly namedBy?: string | undefined;
}

const PLACES: readonly Place[] = [
  { kind: "users", list: USERS, former: FORMERLY, namedBy: "name" },
  {
    kind: "orgs",
    list: ORGS,
    // where an organisation was is not kept: of a path the last name of those that are gone counts
    former: `t.id = :name or coalesce(t.codeKey, t.code) = :nameKey
      or coalesce(t.nameKey, t.name) = :lastKey and not exists (select 1 from org o where o.pk = t.pk)`,
    namedBy: "name",
  },
  {
    kind: "devices",
    list: DEVICES,
    former: `t.id = :name or ${serialOf("t")} = upper(:nameKey) or t.imei = :name`,
  },
  ...SECURED_APPS.map((app) => ({
    kind: app,
    list: securedUsers(app),
    former: "t.id = :name or t.userId = :name",
    namedBy: "displayName",
  })),
];

const recordOf =
  (kind: FormatName) =>
  ({ pk, id, namedBy = null }: Row): CalledRecord => ({
    kind,
    pk: Number(pk),
    id: String(id),
    namedBy: namedBy === null ? null : Number(namedBy),
  });

/** SQL: the import that created the record `t` of a thing for others that name it. */
const namedBy = ({ thing }: List): string =>
  `(select c.import from import_created c where c.entity = '${thing.name}' and c.target = t.pk) as namedBy`;

/** The parameters by which records are found. */
type Names = ReturnType<typeof namesOf> & { readonly lastKey: string; readonly held: string };

/** The records of a list that a name matches, and those that it did before they were changed or deleted. */
const called = async (
  reader: Reader,
  { kind, list, former, namedBy: column }: Place,
  names: Names,
): Promise<readonly CalledRecord[]> => {
  const { table, among = "true", named = "false", joined = "", derived = [], thing } = list;
  for (const one of derived) await reader.derive(one);
  const byName = column === undefined ? "false" : `coalesce(t.${column}Key, t.${column}) = :nameKey`;
  const others = `t.id in (select value from json_each(:held)) or ${byName}`;
  const found = await reader.all(
    `select t.pk, t.id, ${namedBy(list)} from ${table} ${joined} where ${among} and ((${named}) or ${others})
     union
     select t.pk, t.id, ${namedBy(list)} from ${thing.name}_was t where ${among} and ((${former}) or ${others})`,
    { ...list.params, ...names },
  );
  return found.map(recordOf(kind));
};

/**
 * All records of any kind that a name matches or matched once, as it may have been given to another since: users by id, mail
 * address, employee code, account or name, organisations by id, code, path or name (deleted ones also by the last name of a
 * path), devices by serial number or IMEI, SECURED APPs users by ユーザーID or name.
 */
export const recordsCalled = async (reader: Reader, name: string): Promise<readonly CalledRecord[]> => {
  const last = parseOrgPath(name)?.at(-1) ?? name;
  const held = JSON.stringify(await idsHeldByHand(reader, name, true));
  const names = { ...namesOf(name), lastKey: nameKey(last), held };
  const found: CalledRecord[] = [];
  for (const place of PLACES) found.push(...(await called(reader, place, names)));
  return found;
};
