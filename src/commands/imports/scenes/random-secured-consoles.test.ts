import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toPropertyParameters, expectMoreThan, LONG_TIMEOUT } from "#support/drawn.ts";
import { readRows } from "#support/xlsx/read.ts";
import { readCsv, writeCsv } from "#support/console/csv.ts";
import { Desk } from "#support/console/desk.ts";
import { computeExpected, type Expected } from "#support/console/expected.ts";
import { APPS, DESCRIPTION, GROUP, LAYOUTS, NAME, PASSWORD, USER_ID, type App } from "#support/console/layouts.ts";
import { someScenario, buildWholeFile, type Scenario } from "#support/console/scenario.ts";
import { SecuredConsole, type SecuredUser } from "#support/console/secured.ts";
import {
  replaceWaveDash,
  toConfirmationOptions,
  encodeUpload,
  getEncodingOption,
  getModeOption,
  parseUploadInstructions,
} from "#support/console/upload.ts";
import { buildUndoOptions, getChangeNumber, verifyCompletely, verifyWithChange } from "#support/console/verify.ts";

/** Consoles and files of each app. */
const RANDOM = toPropertyParameters(4, 20_261_120);
const UPLOADED = toPropertyParameters(4, 20_261_121);

let desk: Desk;
beforeAll(() => {
  desk = new Desk();
});
afterAll(async () => desk[Symbol.asyncDispose]());

const shown = (users: readonly SecuredUser[]): readonly unknown[] =>
  users.map((user) => ({ ...user, secrets: undefined }));

const inConsole = (user: SecuredUser): SecuredUser => ({
  ...user,
  name: replaceWaveDash(user.name),
  items: new Map([...user.items].map(([header, value]) => [header, replaceWaveDash(value)])),
});

const noAdministrators = (users: readonly SecuredUser[]): readonly SecuredUser[] =>
  users.filter(({ administrator }) => !administrator);

async function done(line: string, stdin?: Uint8Array): Promise<string> {
  const said = await desk.run(line, stdin);
  expect(said, said.stderr).toMatchObject({ code: 0 });
  return said.stderr;
}

/** Sets the mirror up: with all that the console has, or with its own export. Administrators are in neither. */
async function mirror(
  app: App,
  users: readonly SecuredUser[],
  exported = writeCsv(buildWholeFile(app, noAdministrators(users)), "utf-8"),
  encoding = "utf-8",
): Promise<void> {
  desk.tenant.clear();
  for (const name of ["out.csv", "undo.csv", "undo-delete.xlsx"]) rmSync(desk.path(name), { force: true });
  await done(`secured users import - --app ${app} --from-console --encoding ${encoding} --yes`, exported);
  const marked = users.filter(({ administrator }) => administrator).map(keyOf);
  await done(`secured administrators add --app ${app} ${marked.length === 0 ? "--none" : marked.join(" ")}`);
}

/** The mirror's users by its own full export; administrators are not in it. */
async function mirrored(app: App): Promise<readonly SecuredUser[]> {
  const said = await desk.run(`secured users export --app ${app} --layout full --encoding utf-8`);
  const [header = [], ...records] = readCsv(Buffer.from(said.stdout), "utf-8");
  const { single, flags } = LAYOUTS[app];
  const users = records.map((cells): SecuredUser => {
    const cell = (name: string): string => cells[header.indexOf(name)] ?? "";
    const pairs = [...single, ...flags].map((name): [string, string] => [name, cell(name)]);
    return {
      userId: cell(USER_ID),
      name: cell(NAME),
      administrator: false,
      items: new Map(pairs.filter(([, value]) => value !== "")),
      groups: cells.filter((value, at) => header[at] === GROUP && value !== "").toSorted(),
      secrets: new Map(),
    };
  });
  return users.toSorted((a, b) => (a.userId < b.userId ? -1 : 1));
}

interface Result {
  readonly importId: string;
  readonly committed: boolean;
}

/** Imports a scenario's file with `--emit-csv out.csv`. */
async function emit({ app, mode, blank, file }: Scenario, expected: Expected) {
  const { bytes, charset } = encodeUpload(file);
  writeFileSync(desk.path("in.csv"), bytes);
  const how = `--mode ${getModeOption(mode)} --blank ${blank} --encoding ${getEncodingOption(charset)}`;
  const said = await desk.run(
    `secured users import in.csv --app ${app} ${how} --create-groups --allow other-tenant --emit-csv out.csv --format json ${toConfirmationOptions(expected.delete)}`,
  );
  expect(said, said.stderr).toMatchObject({ code: 0 });
  return { stderr: said.stderr, result: JSON.parse(said.stdout) as Result };
}

const awaiting = (expected: Expected): boolean =>
  expected.create + expected.update + expected.delete + expected.secretsSet > 0;

/** Emits, uploads, and holds the console against what should have come of it. */
async function bridge(scenario: Scenario) {
  const expected = computeExpected(scenario);
  await mirror(scenario.app, scenario.users);
  const before = state();
  const { stderr, result } = await emit(scenario, expected);
  const { users: _, emitted, withoutPassword, ...counts } = expected;
  expect(result).toMatchObject({
    ...counts,
    committed: expected.create + expected.update + expected.delete + expected.secretsSet > 0,
  });
  const { mode, ...told } = parseUploadInstructions(stderr);
  expect({ mode, ...told }).toMatchObject({ rows: emitted, mode: scenario.mode });
  expect(told.screen.includes("SECURED APPs MANAGER")).toBe(told.rows > 0);
  const warning = `: ${PASSWORD} of ${withoutPassword} existing user`;
  expect(stderr.includes(warning), stderr).toBe(withoutPassword > 0);
  const console = new SecuredConsole(scenario.app, scenario.users);
  if (existsSync(desk.path("out.csv"))) console.import(readFileSync(desk.path("out.csv")), "cp932", mode);
  expect(shown(console.users)).toEqual(shown(expected.users.map(inConsole)));
  const given = scenario.file.flat();
  for (const { userId, secrets } of expected.users.filter(
    (user) => given.includes(user.userId) && user.secrets.size > 0,
  )) {
    const has = console.users.find((user) => user.userId === userId)?.secrets ?? new Map<string, string>();
    expect([...secrets.keys()].map((header) => has.get(header))).toEqual([...secrets.values()]);
  }
  return { console, expected, before, id: result.importId };
}

const keyOf = ({ userId }: SecuredUser): string => userId;

/** Changes one user of a console by hand. */
function changeBehind({ deed, whom }: Scenario["behind"], console: SecuredConsole): void {
  const users = noAdministrators(console.users);
  const user = users[whom % users.length];
  if (user === undefined) throw new Error("nobody to change");
  if (deed === "rename") {
    console.put({ ...user, name: `${user.name}改` });
    return;
  }
  if (deed === "describe") {
    console.put({ ...user, items: new Map([...user.items, [DESCRIPTION, "手で直した説明"]]) });
    return;
  }
  if (deed === "delete" && users.length > 1) {
    console.delete(user.userId);
    return;
  }
  console.put({ ...user, userId: "byhand" });
}

describe("the console bridge of SECURED APPs, for random consoles and files", () => {
  test.each(APPS)("%s: the console ends as planned, and its next export is accepted", LONG_TIMEOUT, async (app) => {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(someScenario(app), async (scenario) => {
        const { console, expected, before, id } = await bridge(scenario);
        // nothing to upload, so nothing to wait for
        if (!awaiting(expected)) return;
        taken += 1;
        const number = await getChangeNumber(desk, id);
        const other = console.copy(app);
        changeBehind(scenario.behind, other);
        await verifyWithChange(desk, number, other.export());
        await verifyCompletely(desk, number, console.export());
        expect(shown(await mirrored(app))).toEqual(shown(noAdministrators(expected.users)));
        await undo(expected, before);
        await undoThere(console, scenario.users, expected);
      }),
      RANDOM,
    );
    expectMoreThan(taken, RANDOM.numRuns * 0.8);
  });
});

/** The tenant's records but for when secrets were set: nobody kept the former ones, so they cannot be put back. */
const state = () => {
  const { secured_user: users = [], ...rest } = desk.tenant.dump();
  return { ...rest, users: users.map((user) => ({ ...user, secrets: undefined })) };
};

async function undo({ create }: Expected, before: unknown): Promise<void> {
  await done(`undo last --emit-csv undo.csv ${await buildUndoOptions(desk, create)}`);
  expect(state()).toEqual(before);
}

/** Uploads what undoes an import, and does by hand what no file does: the console is as it was, its secrets aside. */
async function undoThere(console: SecuredConsole, users: readonly SecuredUser[], { create }: Expected): Promise<void> {
  // where nothing gets a former value there is nothing to upload
  if (existsSync(desk.path("undo.csv"))) console.import(readFileSync(desk.path("undo.csv")), "cp932", "追加更新");
  expect(existsSync(desk.path("undo-delete.xlsx"))).toBe(create > 0);
  const [header = [], ...listed] = create > 0 ? await readRows(readFileSync(desk.path("undo-delete.xlsx"))) : [];
  for (const cells of listed) console.delete(cells[header.indexOf("user ID")] ?? "");
  // whom 全件更新 had deleted
  const there = new Set(console.users.map(keyOf));
  for (const user of users) if (!there.has(keyOf(user))) console.put(user);
  expect(shown(console.users)).toEqual(shown(users.toSorted((a, b) => (a.userId < b.userId ? -1 : 1))));
}

/** A user's value in a column, as a file has it: groups in order, one after another. */
const valueIn = (user: SecuredUser | undefined, header: string): string => {
  if (header === NAME) return user?.name ?? "";
  return header === GROUP ? (user?.groups ?? []).join() : (user?.items.get(header) ?? "");
};

/** What a file's row says of a column. */
const givenIn = (header: readonly string[], cells: readonly string[], column: string): string => {
  const given = cells.filter((cell, at) => header[at] === column && cell !== "");
  return replaceWaveDash(column === GROUP ? [...new Set(given)].toSorted().join() : (given[0] ?? ""));
};

describe("a mirror that knows only what the console exports", () => {
  test.each(["clear", "keep"] as const)(
    "an upload has exactly what the input has: blanks %s",
    LONG_TIMEOUT,
    async (blanks) => {
      let uploaded = 0;
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...APPS).chain(someScenario), async ({ app, mode, users, file }) => {
          const before = new SecuredConsole(app, users, blanks);
          const console = new SecuredConsole(app, users, blanks);
          await mirror(app, users, before.export(), "shift_jis");
          const { bytes, charset } = encodeUpload(file);
          writeFileSync(desk.path("in.csv"), bytes);
          // blank columns, and files of new users alone, are meant
          const meant = "--create-groups --blank clear --allow other-tenant";
          const line = `secured users import in.csv --app ${app} --mode ${getModeOption(mode)} --encoding ${getEncodingOption(charset)} ${meant}`;
          const said = await desk.run(`${line} --emit-csv out.csv --dry-run`);
          const [header = [], ...records] = file;
          const { single, flags, hasGroups } = LAYOUTS[app];
          const columns = [NAME, ...single, ...flags, ...(hasGroups ? [GROUP] : [])];
          // the export shows 表示名 and 説明 of each ユーザーID; whatever else 全件更新 would overwrite has to be in the file
          const unknown = columns.filter((name) => !header.includes(name) && name !== DESCRIPTION);
          const isRefused = mode === "全件更新" && unknown.length > 0;
          // without rows to upload 追加更新 has no file
          const isThere = existsSync(desk.path("out.csv"));
          const mayBe = isRefused ? [false] : mode === "追加更新" ? [true, false] : [true];
          expect({ code: said.code, mayBe: mayBe.includes(isThere) }, said.stderr).toEqual({
            code: isRefused ? 3 : 0,
            mayBe: true,
          });
          expect(said.stderr.includes("out.csv was not written")).toBe(!isRefused && !isThere);
          if (!isThere) return;
          console.import(readFileSync(desk.path("out.csv")), "cp932", mode);
          const [head = [], ...lines] = readCsv(readFileSync(desk.path("out.csv")), "cp932");
          uploaded += lines.length;
          const sent = new Set(lines.map((cells) => cells[head.indexOf(USER_ID)]));
          const rows = new Map(records.map((cells) => [cells[header.indexOf(USER_ID)] ?? "", cells]));
          const was = new Map(before.users.map((user) => [user.userId, user]));
          for (const user of console.users) {
            const cells = sent.has(user.userId) ? rows.get(user.userId) : undefined;
            const old = was.get(user.userId);
            const wanted = columns.map((column) => {
              if (cells === undefined || !header.includes(column)) return valueIn(old, column);
              const given = givenIn(header, cells, column);
              return given === "" && blanks === "keep" && mode === "追加更新" ? valueIn(old, column) : given;
            });
            expect(columns.map((column) => valueIn(user, column))).toEqual(wanted);
          }
          const gone = before.users.filter(({ userId }) => !console.users.some((user) => user.userId === userId));
          expect(
            gone.filter(({ userId, administrator }) => mode === "追加更新" || administrator || rows.has(userId)),
          ).toEqual([]);
        }),
        UPLOADED,
      );
      expectMoreThan(uploaded, UPLOADED.numRuns);
    },
  );
});
