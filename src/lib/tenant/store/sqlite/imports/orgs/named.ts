import { codeKey } from "../../../../../model/normalise.ts";
import type { Database } from "../../database.ts";

// Codes in staged rows of organisations, their own and those of the ones above: what they named, by its code of now.

/** The organisations that codes in rows named as the plan was made. */
const NAMED = "s.named";

/** Keeps which organisations the codes in a plan's rows name. */
export const keepNamed = (database: Database): void => {
  database.exec(`drop table if exists ${NAMED}`);
  database.exec(`create table ${NAMED} (key text primary key, pk integer not null)`);
  const orgs = new Map(codesNow(database).map(({ pk, key }) => [key, pk]));
  for (const key of new Set(rowsWithCodes(database).flatMap((row) => [row.code, row.parentCode]))) {
    const pk = key === undefined ? undefined : orgs.get(key);
    if (key !== undefined && pk !== undefined) keep(database, key, pk);
  }
};

const keep = (database: Database, key: string, pk: number): void => {
  database.run(`insert into ${NAMED} values (:key, :pk) on conflict do update set pk = :pk`, { key, pk });
};

/** False before a plan is made. */
const hasNamed = (database: Database): boolean =>
  database.count("select count(*) from s.sqlite_master where name = 'named'") > 0;

/**
 * Names the organisations that codes in rows named as the plan was made by their codes of now: the console has, or is to have,
 * them by these too. What has no code any more is met by its name, and the one above by nothing.
 */
export const followNamed = (database: Database): void => {
  if (!hasNamed(database)) return;
  const now = new Map(codesNow(database).map((org) => [org.pk, org]));
  const moved = database.all(`select key, pk from ${NAMED}`).flatMap((one) => {
    const [key, org] = [String(one["key"]), now.get(Number(one["pk"]))];
    return org === undefined || org.key === key ? [] : [[key, org] as const];
  });
  if (moved.length === 0) return;
  const named = new Map(moved);
  for (const { row, code, parentCode } of rowsWithCodes(database)) {
    const [own, above] = [named.get(code ?? ""), named.get(parentCode ?? "")];
    if (own !== undefined)
      database.run("update s.row set code = :code, key = :key where row = :row", {
        row,
        code: own.code,
        key: own.key ?? null,
      });
    if (above !== undefined && above.code !== null)
      database.run('update s.row set "parentCode" = :code where row = :row', { row, code: above.code });
  }
  const whole = moved.flatMap(([key, { key: later, pk }]) => (later === undefined ? [] : [{ key, later, pk }]));
  for (const { key } of whole) database.run(`delete from ${NAMED} where key = :key`, { key });
  for (const { later, pk } of whole) keep(database, later, pk);
};

/** An organisation's code, and what that is compared by; none of one without. */
interface Coded {
  readonly pk: number;
  readonly code: string | null;
  readonly key: string | undefined;
}

const codesNow = (database: Database): readonly Coded[] =>
  database.all("select pk, code from org").map(({ pk, code = null }) => ({
    pk: Number(pk),
    code: code === null ? null : String(code),
    key: keyIn(code),
  }));

/** Staged rows, with what their codes are compared by. */
const rowsWithCodes = (database: Database) =>
  database.all("select * from s.row").map(({ row, code, parentCode }) => ({
    row: Number(row),
    code: keyIn(code),
    parentCode: keyIn(parentCode),
  }));

const keyIn = (code: unknown): string | undefined => (typeof code === "string" ? codeKey(code) : undefined);
