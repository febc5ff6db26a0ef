import { isDeepStrictEqual } from "node:util";
import { GROUP, LAYOUTS, NAME, PASSWORD, USER_ID } from "./layouts.ts";
import type { Scenario } from "./scenario.ts";
import type { SecuredUser } from "./secured.ts";

/** The expected result of an import into a console, derived row by row from the design. */
export interface Expected {
  /** all users after the import, sorted by ユーザーID; `secrets` contains only the secrets in the file */
  readonly users: readonly SecuredUser[];
  readonly create: number;
  readonly update: number;
  readonly unchanged: number;
  readonly delete: number;
  readonly secretsSet: number;
  /** number of rows in the file that is written for the console */
  readonly emitted: number;
  /** number of existing users in that file whose rows do not have a password */
  readonly withoutPassword: number;
}

/** Returns a user without the secrets, which are not compared. */
const omitSecrets = (user: SecuredUser): unknown => ({ ...user, secrets: undefined });

const isSame = (a: SecuredUser, b: SecuredUser): boolean => isDeepStrictEqual(omitSecrets(a), omitSecrets(b));

/** Computes the result of importing a file, according to `--blank` and the mode. */
export function computeExpected({ app, mode, blank, users, file }: Scenario): Expected {
  const [header = [], ...records] = file;
  const before = new Map(users.map((user) => [user.userId, user]));
  const after = new Map(
    mode === "追加更新" ? before : users.filter((user) => user.administrator).map((user) => [user.userId, user]),
  );
  const counts = { create: 0, update: 0, unchanged: 0, secretsSet: 0, emitted: 0, withoutPassword: 0 };
  for (const cells of records) {
    const old = before.get(cells[header.indexOf(USER_ID)] ?? "");
    const user = buildUserOfRow({ app, blank, header, cells }, old);
    const action = old === undefined ? "create" : isSame(old, user) ? "unchanged" : "update";
    counts[action] += 1;
    if (user.secrets.size > 0) counts.secretsSet += 1;
    if (mode === "全件更新" || action !== "unchanged" || user.secrets.size > 0) {
      counts.emitted += 1;
      const hasColumn = mode === "全件更新" || header.includes(PASSWORD);
      if (hasColumn && old !== undefined && !user.secrets.has(PASSWORD)) counts.withoutPassword += 1;
    }
    after.set(user.userId, user);
  }
  const gone = users.filter(({ userId }) => !after.has(userId)).length;
  return { users: [...after.values()].toSorted((a, b) => (a.userId < b.userId ? -1 : 1)), delete: gone, ...counts };
}

type RowContext = Pick<Scenario, "app" | "blank"> & {
  readonly header: readonly string[];
  readonly cells: readonly string[];
};

function buildUserOfRow({ app, blank, header, cells }: RowContext, old: SecuredUser | undefined): SecuredUser {
  const cell = (name: string): string | undefined => (header.includes(name) ? cells[header.indexOf(name)] : undefined);
  const arrived = (name: string): string => {
    const [given, had] = [cell(name), old?.items.get(name) ?? ""];
    if (given === undefined) return had;
    return given === "" && blank === "keep" ? had : given;
  };
  const { single, flags, secrets } = LAYOUTS[app];
  const pairs = [...single, ...flags].map((name): [string, string] => [name, arrived(name)]);
  const given = [PASSWORD, ...secrets].map((name): [string, string] => [name, cell(name) ?? ""]);
  return {
    userId: cell(USER_ID) ?? "",
    name: cell(NAME) ?? "",
    administrator: false,
    items: new Map(pairs.filter(([, value]) => value !== "")),
    groups: computeGroups({ blank, header, cells }, old),
    secrets: new Map(given.filter(([, value]) => value !== "")),
  };
}

function computeGroups(
  { blank, header, cells }: Omit<RowContext, "app">,
  old: SecuredUser | undefined,
): readonly string[] {
  const had = old?.groups ?? [];
  if (!header.includes(GROUP)) return had;
  const named = cells.filter((cell, at) => header[at] === GROUP && cell !== "");
  return [...new Set([...(blank === "keep" ? had : []), ...named])].toSorted();
}
