import { expect, test } from "vitest";
import {
  toCommittedPlan,
  createFolderWith,
  createRowsResponder,
  buildPlanAnswers,
  planOf,
  problemOf,
  rowOf,
  sha256,
} from "#support/commands/imports/plans.ts";
import type { Device, OrgDetail, User, WrittenDevice } from "../../lib/client/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example, toWritten } from "#support/commands/tenant.ts";

const FILE =
  "シリアルナンバー,IMEI番号,所有者メールアドレス\r\nSERIAL000001,00 000000 000000 0,hanako@example.co.jp\r\nSERIAL000002,,\r\n";
const folder = (): string => createFolderWith({ "devices.csv": FILE });
const PLAN = planOf({
  kind: "devices",
  inputSha256: sha256(FILE),
  header: (FILE.split("\r\n")[0] ?? "").split(","),
  fields: ["serialNumber", "imei", "ownerEmail"],
});
const ROWS = createRowsResponder(
  rowOf({
    key: "SERIAL000001",
    changed: [],
    after: [
      { field: "serialNumber", value: "SERIAL000001" },
      { field: "imei", value: "00 000000 000000 0" },
      { field: "ownerEmail", value: "hanako@example.co.jp" },
    ],
  }),
  rowOf({
    row: 3,
    key: "SERIAL000002",
    changed: ["imei", "ownerEmail"],
    action: "update",
    after: [
      { field: "serialNumber", value: "SERIAL000002" },
      { field: "identificationName", value: "営業部 2 号機" },
    ],
  }),
);

test("reports an unknown owner with row and column, in both languages", async () => {
  const plan = { ...PLAN, errors: 1, rejected: true };
  const problem = problemOf({
    code: "user-unknown",
    row: 2,
    line: 2,
    column: 3,
    header: "所有者メールアドレス",
    params: { value: "nobody@example.jp" },
  });
  const tenant = buildPlanAnswers(plan, { importProblems: [problem], discardImport: plan, import: plan });
  const { en } = await runInBoth("devices import devices.csv", { tenant, folder: folder() });
  expect(en).toMatchObject({ exit: 3, stdout: "" });
  expect(en.stderr).toContain(
    'devices.csv:2:3: 所有者メールアドレス: no user has the address, employee code, account or name "nobody@example.jp" (C2)\n',
  );
});

const WIPING = { ...PLAN, create: 0, update: 2, wipes: 2 };
const carriedOut = () => buildPlanAnswers(WIPING, { importRows: ROWS, commitImport: toCommittedPlan(WIPING) });
const leaving = { importRows: ROWS, discardImport: { ...WIPING, state: "discarded" } } as const;

test("a change of owner that requires a wipe needs the number of devices", async () => {
  const given = { tenant: carriedOut(), folder: folder() };
  const { en } = await runInBoth("devices import devices.csv --confirm-wipes 2 --format json", given);
  expect(en.exit).toBe(0);
  expect(en.stderr).toContain("devices to wipe and set up again because their owner changes: 2\n");
  expect(JSON.parse(en.stdout)).toMatchObject({ wipes: 2, committed: true });
  const dry = await run("devices import devices.csv --dry-run --format json --lang en", {
    tenant: buildPlanAnswers(WIPING, leaving),
    folder: folder(),
  });
  expect([dry.exit, JSON.parse(dry.stdout)]).toMatchObject([0, { wipes: 2, committed: false }]);
  expect(dry.stderr).toContain("devices to wipe and set up again because their owner changes: 2\n");
});

const { after } = example<WrittenDevice>("createDevice");
const made = (change: Partial<Device> = {}, more: Partial<WrittenDevice> = {}): WrittenDevice =>
  toWritten(null, { ...after, ...change }, more);
const org = example<{ items: OrgDetail[] }>("findOrgs").items[0] as OrgDetail;

test("an organisation can be the owner, and a dry run is sent as a dry run", async () => {
  const tenant = { findOrgs: { items: [org] }, createDevice: made({}, { dryRun: true }) };
  const { requests, stderr } = await run("devices create S1 --owner-org 営業部 --dry-run", { tenant });
  expect(requests[1]).toEqual({
    operation: "createDevice",
    json: { serialNumber: "S1", ownerOrg: org.id, dryRun: true },
  });
  expect(stderr).toBe("would be created: SERIAL000001\ndry run: nothing was changed\n");
});

test.each([
  [null, true],
  ["taro01", false],
])("the owner of a Fully Managed device needs a CLOMO account (%s)", async (accountName, warns) => {
  const [user] = example<{ items: User[] }>("findUsers").items;
  const owner = { id: String(user?.id), name: "太郎", email: "taro@example.jp" };
  const tenant = {
    findUsers: { items: [{ ...user, accountName }] },
    createDevice: made({ platform: "Android", androidMode: "fully-managed", owner }),
  };
  const { stderr } = await run("devices create S1 --platform Android --owner taro@example.jp", { tenant });
  expect(stderr.includes("太郎 <taro@example.jp> has no CLOMO account")).toBe(warns);
});
