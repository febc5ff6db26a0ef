import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { toPropertyParameters, expectMoreThan, LONG_TIMEOUT } from "#support/drawn.ts";
import { readRows } from "#support/xlsx/read.ts";
import { readCsv } from "#support/console/csv.ts";
import { Desk } from "#support/console/desk.ts";
import {
  computeExpectedPanel,
  panelScenario,
  omitPassword,
  type PanelExpected,
  type PanelScenario,
} from "#support/console/panel-scenario.ts";
import {
  ACCOUNT,
  CUSTOM_FIELD_HEADER,
  FULL_NAME,
  MAIL,
  ORG_CODE,
  PanelConsole,
  PLAIN_HEADERS,
  type PanelUser,
} from "#support/console/panel.ts";
import {
  replaceWaveDash,
  toConfirmationOptions,
  encodeUpload,
  getEncodingOption,
  getModeOption,
  parseUploadInstructions,
} from "#support/console/upload.ts";
import { buildUndoOptions } from "#support/console/verify.ts";

const RANDOM = toPropertyParameters(12, 20_261_120);

let desk: Desk;
beforeAll(() => {
  desk = new Desk();
});
afterAll(async () => desk[Symbol.asyncDispose]());

async function done(line: string, stdin?: Uint8Array): Promise<string> {
  const said = await desk.run(line, stdin);
  expect(said, said.stderr).toMatchObject({ code: 0 });
  return said.stdout;
}

const inConsole = (user: PanelUser): PanelUser => ({
  ...user,
  items: new Map([...user.items].map(([header, value]) => [header, replaceWaveDash(value)])),
});

async function mirror(users: readonly PanelUser[]): Promise<void> {
  desk.tenant.clear();
  for (const name of ["out.csv", "out-delete.xlsx"]) rmSync(desk.path(name), { force: true });
  await done(`users fields add ${CUSTOM_FIELD_HEADER}`);
  const exported = new PanelConsole(users).export();
  for (const code of new Set(users.flatMap(({ items }) => items.get(ORG_CODE) ?? [])))
    await desk.tenant.client.orgs.create({ name: code, code });
  await done("console sync - --yes", exported);
  const marked = users.filter(({ administrator }) => administrator).map(({ mails }) => mails[0]);
  for (const mail of marked) await done(`users edit ${mail} --administrator yes`);
  await done("tenant set --administrators-complete users");
}

async function mirrored(administrators: ReadonlySet<string>): Promise<readonly PanelUser[]> {
  const [header = [], ...records] = readCsv(Buffer.from(await done("users export --encoding utf-8")), "utf-8");
  const users = records.map((cells): PanelUser => {
    const pairs = [FULL_NAME, ORG_CODE, ...PLAIN_HEADERS, ACCOUNT].map((name): [string, string] => [
      name,
      cells[header.indexOf(name)] ?? "",
    ]);
    const mails = cells.filter((value, at) => header[at] === MAIL && value !== "");
    return {
      mails,
      administrator: administrators.has(mails[0] ?? ""),
      items: new Map(pairs.filter(([, value]) => value !== "")),
      password: "",
    };
  });
  return new PanelConsole(users).users;
}

/** The tenant's records but for when passwords were set: nobody kept the former ones, so they cannot be put back. */
const state = () => {
  const { user: users = [], ...rest } = desk.tenant.dump();
  return { ...rest, users: users.map((user) => ({ ...user, accountPasswordSetAt: undefined })) };
};

async function emit({ mode, blank, file }: PanelScenario, expected: PanelExpected) {
  const { bytes, charset } = encodeUpload(file);
  writeFileSync(desk.path("in.csv"), bytes);
  const how = `--mode ${getModeOption(mode)} --blank ${blank} --encoding ${getEncodingOption(charset)}`;
  const said = await desk.run(
    `users import in.csv ${how} --create-orgs --allow other-tenant --emit-csv out.csv --format json ${toConfirmationOptions(expected.delete)}`,
  );
  expect(said, said.stderr).toMatchObject({ code: 0 });
  return { stderr: said.stderr, result: JSON.parse(said.stdout) as { readonly importId: string } };
}

async function deleteByHand(console: PanelConsole, count: number, list = "out-delete.xlsx"): Promise<void> {
  expect(existsSync(desk.path(list))).toBe(count > 0);
  const [header = [], ...records] = count === 0 ? [] : await readRows(readFileSync(desk.path(list)));
  expect(records).toHaveLength(count);
  for (const cells of records) {
    const gone = console.users.find(({ mails: [mail] }) => mail === cells[header.indexOf("key")]);
    expect(gone, cells.join(" ")).toBeDefined();
    if (gone !== undefined) console.delete(gone);
  }
}

async function bridge(scenario: PanelScenario) {
  const expected = computeExpectedPanel(scenario);
  await mirror(scenario.users);
  /** Emits, uploads, and holds the console against what should have come of it. */
  const before = state();
  const { stderr, result } = await emit(scenario, expected);
  const { users, emitted, ...counts } = expected;
  expect(result).toMatchObject({
    ...counts,
    committed: expected.create + expected.update + expected.delete + expected.secretsSet > 0,
  });
  const told = emitted > 0 ? [parseUploadInstructions(stderr)] : [];
  expect(told.map(({ rows, mode }) => [rows, mode])).toEqual(told.map(() => [emitted, "追加更新"]));
  const console = new PanelConsole(scenario.users);
  if (existsSync(desk.path("out.csv"))) console.import(readFileSync(desk.path("out.csv")), "cp932");
  await deleteByHand(console, expected.delete);
  expect(console.users.map(omitPassword)).toEqual(users.map(inConsole).map(omitPassword));
  const given = ({ mails, password }: PanelUser): unknown => (password === "" ? undefined : [mails[0], password]);
  expect(console.users.map(given)).toEqual(users.map(given));
  return { expected, before };
}

test("the console bridge of PANEL users, for random consoles and files", LONG_TIMEOUT, async () => {
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(panelScenario, async (scenario) => {
      const { expected, before } = await bridge(scenario);
      // nothing to upload, so nothing to wait for
      if (expected.create + expected.update + expected.delete + expected.secretsSet === 0) return;
      taken += 1;
      const administrators = expected.users
        .filter(({ administrator }) => administrator)
        .map(({ mails }) => mails[0] ?? "");
      expect((await mirrored(new Set(administrators))).map(omitPassword)).toEqual(expected.users.map(omitPassword));
      const { create } = expected;
      const undone = await desk.run(`undo last ${await buildUndoOptions(desk, create)}`);
      expect(undone, undone.stderr).toMatchObject({ code: 0 });
      expect(state()).toEqual(before);
    }),
    RANDOM,
  );
  expectMoreThan(taken, RANDOM.numRuns * 0.8);
});
