import { describe, expect, test } from "vitest";
import type { Device, OrgDetail, User, WrittenDevice } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { text } from "../../lib/text/index.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";
import { example, toWritten } from "#support/commands/tenant.ts";

const org = example<{ items: OrgDetail[] }>("findOrgs").items[0] as OrgDetail;
const user = example<{ items: User[] }>("findUsers").items[0] as User;
const { after: owned } = example<WrittenDevice>("editDevice");
const former = { id: user.id.replace(/.$/, "7"), name: "前任", email: "zen@example.jp" };
const device = (serialNumber: string, change: Partial<Device> = {}): Device => ({
  ...owned,
  id: owned.id.replace(/.$/, String(serialNumber.at(-1))),
  serialNumber,
  owner: former,
  ...change,
});
const written = (before: Device, change: Partial<WrittenDevice> = {}): WrittenDevice =>
  toWritten(before, { ...before, owner: owned.owner, ownerOrg: null }, change);
/** A tenant with these devices, whose answers are what was written. */
const tenantOf = (...devices: readonly Device[]) => ({
  findDevices: ({ query }: { query?: Record<string, string> }) => ({
    items: devices.filter(({ serialNumber }) => serialNumber === query?.["name"]),
  }),
  setDeviceOwner: { items: devices.map((one) => written(one)) },
});
const findUsers = { items: [user] };

test("sets the owner of all named devices in one request", async () => {
  const [one, other] = [
    device("S1"),
    device("S2", { owner: null, ownerOrg: { id: org.id, code: null, path: "本社" } }),
  ];
  const line = "devices set-owner S1 S2 S1 --user hanako@example.co.jp";
  const { en } = await runInBoth(line, { tenant: { ...tenantOf(one, other), findUsers } });
  expect(en.requests.find(({ operation }) => operation === "setDeviceOwner")).toEqual({
    operation: "setDeviceOwner",
    json: { ids: [one.id, other.id], owner: user.id, ownerOrg: null, wipes: 0, dryRun: false },
  });
  expect(en).toMatchObject({ exit: 0, stderr: expect.stringContaining("S1: owner: 前任 → 髙橋 花子\n") });
  expect(en.stderr).not.toContain("(none) → (none)");
});

test("shows 全社 as an owner by that name", async () => {
  const one = device("S1", { owner: null, ownerOrg: null, org: null });
  const after = { ...one, ownerOrg: { id: org.id, code: null, path: "" } };
  const tenant = { ...tenantOf(one), findOrgs: { items: [org] }, setDeviceOwner: { items: [written(one, { after })] } };
  const { en } = await runInBoth("devices set-owner S1 --org 全社", { tenant });
  expect(en.stderr).toContain("owning organisation: (blank) → 全社\n");
});

test.each([
  ["--org 営業部", { owner: null, ownerOrg: org.id }, { findOrgs: { items: [org] } }],
  ["--none", { owner: null, ownerOrg: null }, {}],
])("accepts %s as an owner, too", async (words, expected, more) => {
  const one = device("S1", { owner: null });
  const { requests } = await run(`devices set-owner S1 ${words}`, { tenant: { ...tenantOf(one), ...more } });
  expect(requests.find(({ operation }) => operation === "setDeviceOwner")).toMatchObject({ json: expected });
});

test("requires a named context, and neither finds nor tries anything without it", async () => {
  const home = freshFolder();
  for (const name of ["kanto", "osaka"]) await run(`context add ${name} --embedded`, { home });
  await run("context use kanto", { home });
  const { exit, requests, stderr } = await run("devices set-owner S1 --none", { home, tenant: {} });
  expect([exit, requests, stderr]).toEqual([2, [], expect.stringContaining("--context kanto")]);
});

describe("an owner that needs a wipe", () => {
  const full = device("S1", { platform: "Android", androidMode: "fully-managed" });
  const legacy = device("S2", { platform: "Android", androidMode: "legacy" });
  const line = "devices set-owner S1 S2 --user hanako@example.co.jp";
  const tenant = { ...tenantOf(full, legacy), findUsers };
  const asked = (requests: readonly { readonly operation: string; readonly json?: unknown }[]) =>
    requests.filter(({ operation }) => operation === "setDeviceOwner");
  const TRIED = { json: { wipes: 2, dryRun: true } };

  test("is reported and requires the number without a terminal, and nothing changes", async () => {
    const { en, ja } = await runInBoth(line, { tenant });
    expect(en).toMatchObject({ exit: 3, stdout: "" });
    expect(en.stderr).toContain("S1: the owner changes: the device has to be wiped and set up again\n");
    expect(en.stderr).toContain("S2: the owner changes: the device may have to be wiped and set up again\n");
    expect(en.stderr).toContain("--confirm-wipes 2");
    expect([...asked(en.requests), ...asked(ja.requests)]).toMatchObject([TRIED, TRIED]);
    expect((await run(`${line} --yes`, { tenant })).exit).toBe(3);
  });

  test("is accepted with the number, which is sent to the tenant", async () => {
    const { exit, requests } = await run(`${line} --confirm-wipes 2`, { tenant });
    expect([exit, asked(requests)]).toMatchObject([0, [{ json: { wipes: 2 } }]]);
    const wrong = await run(`${line} --confirm-wipes 1`, { tenant });
    expect(asked(wrong.requests)).toMatchObject([{ json: { wipes: 1 } }]);
  });

  test("is confirmed on a terminal for what was shown, and not if another number is typed", async () => {
    const typed = async (keys: string) =>
      run(line, {
        tenant: { ...tenant, tenantRevision: { revision: 7 } },
        terminal: {
          columns: 200,
          typing: [["must be wiped and set up again; to change the owner, type 2:", `${keys}\r`]],
        },
      });
    const done = await typed("2");
    expect([done.exit, asked(done.requests)]).toMatchObject([
      0,
      [TRIED, { json: { wipes: 2, dryRun: false }, base: "7" }],
    ]);
    expect(done.requests.findIndex(({ operation }) => operation === "tenantRevision")).toBeLessThan(
      done.requests.findIndex(({ operation }) => operation === "findDevices"),
    );
    const other = await typed("1");
    expect([other.exit, asked(other.requests)]).toMatchObject([3, [TRIED]]);
  });

  test.each([
    ["fully-managed", "has to be wiped"],
    ["comp", "has to be wiped"],
    ["work-profile", "has to be wiped"],
    ["legacy", "may have to be wiped"],
    ["unknown", "may have to be wiped"],
    [null, "may have to be wiped"],
  ] as const)("facts 1.3: in mode %s, the device %s", async (androidMode, told) => {
    const one = device("S1", { platform: "Android", androidMode });
    const { stderr } = await run("devices set-owner S1 --user hanako@example.co.jp", {
      tenant: { ...tenantOf(one), findUsers },
    });
    expect(stderr).toContain(`S1: the owner changes: the device ${told}`);
  });

  test("asks nothing about a change that the tenant refuses", async () => {
    const refused = new Failure("input-rejected", { what: text("S2 is 管理外", "S2 は管理外です") });
    const answers = { ...tenant, setDeviceOwner: refused, tenantRevision: { revision: 7 } };
    const { exit, stderr } = await run(line, { tenant: answers, terminal: { columns: 200 } });
    expect({ exit, stderr }).toEqual({ exit: 3, stderr: "error: S2 is 管理外\n" });
  });
});
