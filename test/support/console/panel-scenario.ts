import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import type { Cells } from "./csv.ts";
import { ACCOUNT, ACCOUNT_PASSWORD, FULL_NAME, MAIL, ORG_CODE, PLAIN_HEADERS, type PanelUser } from "./panel.ts";
import type { ConsoleMode } from "./upload.ts";

export interface PanelScenario {
  readonly mode: ConsoleMode;
  readonly blank: "clear" | "keep";
  /** what somebody changes by hand in the console after the upload, and for which user */
  readonly behind: { readonly deed: "rename" | "describe" | "delete" | "add"; readonly whom: number };
  readonly users: readonly PanelUser[];
  readonly file: Cells;
}

const PEOPLE = ["a", "b", "c", "d", "e", "f"] as const;
const ORGS = ["", "S01", "S02", "S03"] as const;

const someTextOf = (...parts: readonly string[]): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom("表", "ソ能", "髙①㈱", "テン", ",", '"', "a b", "x", "7", ...parts), {
      minLength: 1,
      maxLength: 3,
    })
    .map((chosen) => chosen.join(""));
const somePassword = fc.integer({ min: 0, max: 1e9 }).map((number) => `Secret${number}`);

const someMails = (person: string): fc.Arbitrary<readonly string[]> =>
  fc.subarray([`${person}2@example.com`, `${person}3@example.com`]).map((more) => [`${person}@example.jp`, ...more]);

const someValue = (header: string, person: string, ...parts: readonly string[]): fc.Arbitrary<string> => {
  if (header === "社員コード") return fc.constant(`E-${person}`);
  if (header === "UPN") return fc.constant(`${person}@upn.example.jp`);
  // an address can have several lines
  return header === "住所" ? someTextOf("\n", ...parts) : someTextOf(...parts);
};

const someUser = (person: string): fc.Arbitrary<PanelUser> =>
  fc.record({
    mails: someMails(person),
    administrator: fc.integer({ min: 0, max: 5 }).map((number) => number === 0),
    items: fc
      .tuple(
        someTextOf().map((name) => [FULL_NAME, `山 ${name}`.trim()] as const),
        fc.constantFrom(...ORGS).map((code) => [ORG_CODE, code] as const),
        fc.constantFrom("", `account-${person}`).map((name) => [ACCOUNT, name] as const),
        ...PLAIN_HEADERS.map((header) =>
          fc.option(someValue(header, person), { nil: "" }).map((value) => [header, value] as const),
        ),
      )
      .map((pairs) => new Map(pairs.filter(([, value]) => value !== ""))),
    password: fc.constant(""),
  });

const someCell = (header: string, person: string, before: PanelUser | undefined): fc.Arbitrary<string> => {
  const had = before?.items.get(header) ?? "";
  if (header === FULL_NAME)
    return fc.oneof(
      fc.constant(had || "新人"),
      // a name of which no part agrees would be somebody else
      someTextOf("\u301c").map((name) => `山 ${name}`.trim()),
    );
  if (header === ORG_CODE) return fc.constantFrom(had, ...ORGS);
  if (header === ACCOUNT)
    return fc.constantFrom(had, "", ...(before?.administrator === true ? [] : [had || `account-${person}`]));
  if (header === ACCOUNT_PASSWORD)
    return before?.administrator === true || !before?.items.has(ACCOUNT)
      ? fc.constant("")
      : fc.option(somePassword, { nil: "" });
  return fc.oneof(fc.constant(had), fc.constant(""), someValue(header, person, "\u301c"));
};

const someRow = (header: readonly string[], person: string, before: PanelUser | undefined): fc.Arbitrary<string[]> => {
  const width = header.filter((name) => name === MAIL).length;
  const mails = fc.oneof(fc.constant(before?.mails ?? [`${person}@example.jp`]), someMails(person));
  return fc
    .tuple(mails, fc.tuple(...header.map((name) => (name === MAIL ? fc.constant("") : someCell(name, person, before)))))
    .map(([given, cells]) => {
      const fitting = given.slice(0, width);
      let at = 0;
      return cells.map((value, index) => (header[index] === MAIL ? (fitting[at++] ?? "") : value));
    });
};

const someHeader = fc
  .tuple(fc.subarray([ORG_CODE, ...PLAIN_HEADERS, ACCOUNT, ACCOUNT_PASSWORD]), fc.integer({ min: 1, max: 3 }))
  .chain(([chosen, mails]) => {
    const all = [FULL_NAME, ...Array.from({ length: mails }, () => MAIL), ...chosen];
    return fc.shuffledSubarray(all, { minLength: all.length });
  });

const personOf = ({ mails }: PanelUser): string => mails[0]?.charAt(0) ?? "";

/** Returns a random file that has a row for every administrator. 全件更新 rejects a file without these rows. */
const someFile = (users: readonly PanelUser[]): fc.Arbitrary<Cells> => {
  const known = new Map(users.map((one) => [personOf(one), one]));
  const needed = users.filter(({ administrator }) => administrator).map(personOf);
  return fc.tuple(someHeader, fc.shuffledSubarray([...PEOPLE], { minLength: 1 })).chain(([header, some]) => {
    const people = [...new Set([...some, ...needed])];
    return fc
      .tuple(...people.map((person) => someRow(header, person, known.get(person))))
      .map((records) => [header, ...records]);
  });
};

export const panelScenario: fc.Arbitrary<PanelScenario> = fc
  .subarray([...PEOPLE])
  .chain((people) => fc.tuple(...people.map(someUser)))
  .chain((users) =>
    fc.record({
      mode: fc.constantFrom("追加更新", "全件更新"),
      blank: fc.constantFrom("clear", "keep"),
      users: fc.constant(users),
      file: someFile(users),
      behind: fc.record({ deed: fc.constantFrom("rename", "describe", "delete", "add"), whom: fc.nat(PEOPLE.length) }),
    }),
  );

export interface PanelExpected {
  readonly users: readonly PanelUser[];
  readonly create: number;
  readonly update: number;
  readonly unchanged: number;
  readonly delete: number;
  readonly secretsSet: number;
  readonly emitted: number;
}

export const omitPassword = (user: PanelUser): unknown => ({ ...user, password: undefined });

/**
 * Computes the email addresses of a user after an import. The address columns replace the first addresses if every
 * column has a value. They also do so if blank cells clear values and the user does not have more addresses than there
 * are columns. Otherwise, all previous addresses are kept.
 */
function computeMails(
  given: readonly string[],
  had: readonly string[],
  { columns, blank }: { readonly columns: number } & Pick<PanelScenario, "blank">,
): readonly string[] {
  const isWhole = given.length === columns || (blank === "clear" && had.length <= columns);
  return [...new Set([...given, ...(isWhole ? had.slice(columns) : had)])];
}

export function computeExpectedPanel({ mode, blank, users, file }: PanelScenario): PanelExpected {
  const [header = [], ...records] = file;
  const before = new Map(users.map((one) => [one.mails[0], one]));
  const after = new Map(mode === "追加更新" ? before : []);
  const counts = { create: 0, update: 0, unchanged: 0, secretsSet: 0, emitted: 0 };
  for (const cells of records) {
    const named = cells.filter((value, at) => header[at] === MAIL && value !== "");
    const old = before.get(named[0]);
    const mails = computeMails(named, old?.mails ?? [], {
      columns: header.filter((name) => name === MAIL).length,
      blank,
    });
    const arrived = (name: string): string => {
      const had = old?.items.get(name) ?? "";
      const isNeverCleared = name === ORG_CODE || name === ACCOUNT;
      if (!header.includes(name)) return had;
      const given = cells[header.indexOf(name)] ?? "";
      return given === "" && (blank === "keep" || isNeverCleared) ? had : given;
    };
    const pairs = [FULL_NAME, ORG_CODE, ...PLAIN_HEADERS, ACCOUNT].map((name): [string, string] => [
      name,
      arrived(name),
    ]);
    const next: PanelUser = {
      mails,
      administrator: old?.administrator ?? false,
      items: new Map(pairs.filter(([, value]) => value !== "")),
      password: header.includes(ACCOUNT_PASSWORD) ? (cells[header.indexOf(ACCOUNT_PASSWORD)] ?? "") : "",
    };
    const isSame = old !== undefined && isDeepStrictEqual(omitPassword(old), omitPassword(next));
    const action = old === undefined ? "create" : isSame ? "unchanged" : "update";
    counts[action] += 1;
    if (next.password !== "") counts.secretsSet += 1;
    if (action !== "unchanged" || next.password !== "") counts.emitted += 1;
    after.set(mails[0], next);
  }
  const gone = users.filter(({ mails }) => !after.has(mails[0])).length;
  const sorted = [...after.values()].toSorted((a, b) => ((a.mails[0] ?? "") < (b.mails[0] ?? "") ? -1 : 1));
  return { users: sorted, delete: gone, ...counts };
}
