import type { FormatName } from "../../model/console-files.ts";
import { parseOrgPath } from "../../model/organisation.ts";
import { SECURED_APPS } from "../../model/secured-user.ts";
import { DEVICES } from "./devices.ts";
import { namesOf, type List } from "./lists.ts";
import { ORGS } from "./orgs.ts";
import { securedUsers } from "./secured.ts";
import type { Reader, Row } from "./store.ts";
import { findPeople } from "./users.ts";

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

/** A list whose records may be called by a name, and SQL of those that `w`, as they were before imports, were called so. */
interface Place {
  readonly kind: FormatName;
  readonly list: List;
  readonly former: string;
}

const PLACES: readonly Place[] = [
  {
    kind: "orgs",
    list: ORGS,
    former: "w.id = :name or coalesce(w.codeKey, w.code) = :nameKey or coalesce(w.nameKey, w.name) = :nameKey",
  },
  {
    kind: "devices",
    list: DEVICES,
    former: "w.id = :name or coalesce(w.serialKey, w.serialNumber) = :nameKey or w.imei = :name",
  },
  ...SECURED_APPS.map((app) => ({
    kind: app,
    list: securedUsers(app),
    former: "w.app = :app and (w.id = :name or w.userId = :name)",
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

/** SQL: the import that created a record of a thing for others that name it. @param record its alias */
const namedBy = ({ thing }: List, record: string): string =>
  `(select c.import from import_created c where c.entity = '${thing.name}' and c.target = ${record}.pk) as namedBy`;

/** The records of a list that a name matches; if there are none, those that it did before imports changed or deleted them. */
const called = async (
  reader: Reader,
  { kind, list, former }: Place,
  name: string,
): Promise<readonly CalledRecord[]> => {
  const { table, among = "true", named = "false", joined = "", params, derived = [] } = list;
  const names = { ...params, ...namesOf(name) };
  for (const one of derived) await reader.derive(one);
  const today = await reader.all(
    `select t.pk, t.id, ${namedBy(list, "t")} from ${table} ${joined} where ${among} and (${named})`,
    names,
  );
  if (today.length > 0) return today.map(recordOf(kind));
  const was = `select distinct w.pk, w.id, ${namedBy(list, "w")} from ${list.thing.name}_was w where ${former}`;
  // where an organisation was is not kept: of a path its last name counts
  const last = kind === "orgs" ? parseOrgPath(name)?.at(-1) : undefined;
  return (await reader.all(was, { ...names, ...namesOf(last ?? name) })).map(recordOf(kind));
};

/**
 * All records of any kind that a name matches: users by id, mail address, employee code or account, organisations by id,
 * code or path (deleted ones by name, also as the last one of a path), devices by serial number or IMEI, SECURED APPs users by ユーザーID.
 */
export const recordsCalled = async (reader: Reader, name: string): Promise<readonly CalledRecord[]> => {
  const people = await findPeople(reader, name);
  const found: CalledRecord[] = people.map(({ pk, id }) => ({ kind: "users", pk, id, namedBy: null }));
  for (const place of PLACES) found.push(...(await called(reader, place, name)));
  return found;
};
