import { SECURED_FORMATS } from "../../model/formats.ts";
import type { App, SecuredGroup, SecuredUser } from "../../contract/index.ts";
import { nameKey } from "../../model/normalise.ts";
import type { Database, Row } from "../store/sqlite/database.ts";

/** Filter and sort order of a list of SECURED APPs users. */
export interface SecuredQuery {
  readonly filterName?: string | undefined;
  readonly filterId?: string | undefined;
  readonly sort: "user-id" | "name";
  readonly desc: boolean;
}

/** SQL: true if the user passes the filters `:filterName` and `:filterId`. */
export const PASSES_SECURED_FILTERS = `(:filterName is null or instr(code_key(t.displayName), :filterName) > 0)
  and (:filterId is null or instr(t.userId, :filterId) > 0)`;

export const securedFilterParams = ({ filterName, filterId }: Partial<SecuredQuery>) => ({
  filterName: filterName === undefined || filterName === "" ? null : nameKey(filterName),
  filterId: filterId === undefined || filterId === "" ? null : filterId,
});

/** Fields that users of every app have; the others of a format are the app's settings. */
const COMMON = new Set(["displayName", "userId", "description", "groups"]);

/** The app's own non-secret fields, in the order of its file. */
const settingFields = (app: App): readonly string[] =>
  SECURED_FORMATS[app].columns
    .filter(({ field, secret }) => secret !== true && !COMMON.has(field))
    .map(({ field }) => field);

const securedUser = (app: App, row: Row): SecuredUser => {
  const secrets = JSON.parse(String(row["secrets"])) as Record<string, string>;
  return {
    id: String(row["id"]),
    app,
    userId: String(row["userId"]),
    name: String(row["displayName"]),
    description: row["description"] === null ? null : String(row["description"]),
    groups: JSON.parse(String(row["groups"])) as string[],
    settings: settingFields(app).flatMap((field) =>
      typeof row[field] === "string" ? [{ field, value: row[field] }] : [],
    ),
    secretsSet: Object.entries(secrets).map(([field, at]) => ({ field, at })),
    administrator: row["administrator"] === 1,
    createdAt: String(row["createdAt"]),
    updatedAt: String(row["updatedAt"]),
  };
};

/** The end of the previous page: the values sorted by. */
const cursorOf = (cursor: string | undefined): { readonly sort: string; readonly id: string } | undefined =>
  cursor === undefined
    ? undefined
    : (JSON.parse(Buffer.from(cursor, "base64url").toString()) as { sort: string; id: string });

/** One page of an app's users. @see facts 6.6 for the order */
export const listSecuredUsers = (
  database: Database,
  app: App,
  query: SecuredQuery,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
) => {
  const by = query.sort === "name" ? "nameSort" : "userId";
  const [direction, beyond] = query.desc ? ["desc", "<"] : ["asc", ">"];
  const after = cursorOf(cursor);
  const rows = database.all(
    `select t.* from secured_user t where t.app = :app and ${PASSES_SECURED_FILTERS}
       and (:id is null or (t.${by}, t.userId) ${beyond} (:sort, :id))
     order by t.${by} ${direction}, t.userId ${direction} limit :limit`,
    { ...securedFilterParams(query), app, limit, sort: after?.sort ?? null, id: after?.id ?? null },
  );
  const last = rows.at(-1);
  const next = last === undefined ? "" : JSON.stringify({ sort: last[by], id: last["userId"] });
  return {
    items: rows.map((row) => securedUser(app, row)),
    next: rows.length < limit ? null : Buffer.from(next).toString("base64url"),
  };
};

/** All users that an id or a ユーザーID matches. */
export const findSecuredUsers = (database: Database, app: App, name: string): readonly SecuredUser[] =>
  database
    .all("select * from secured_user where app = :app and (id = :name or userId = :name)", { app, name })
    .map((row) => securedUser(app, row));

/** Groups of an app by name, with their number of users. */
export const listSecuredGroups = (database: Database, app: App): readonly SecuredGroup[] => {
  const members = new Map(
    database
      .all(
        `select e.value as name, count(*) as users from secured_user t, json_each(t.groups) e
         where t.app = :app group by e.value`,
        { app },
      )
      .map((row) => [nameKey(String(row["name"])), Number(row["users"])]),
  );
  return database.all("select * from secured_group where app = :app order by name", { app }).map((row) => ({
    id: String(row["id"]),
    app,
    name: String(row["name"]),
    users: members.get(String(row["nameKey"])) ?? 0,
    createdAt: String(row["createdAt"]),
  }));
};
