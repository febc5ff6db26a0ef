import { writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Failure } from "../../lib/errors/index.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";
import { createVppToken } from "#support/renewals/vpp-token.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { idOf, item } from "#support/commands/renewals/item.ts";

const owner = item(1, { name: "第一所有者", kind: "android-owner", expiresAt: "2026-12-01T00:00:00.000Z" });
const confirmed = item(1, {
  ...owner,
  expiresAt: "2027-11-20T01:00:00.000Z",
  certainty: "estimated",
  confirmedAt: "2026-11-20T01:00:00.000Z",
  confirmedBy: "髙橋",
});
const tenant = { listRenewals: { items: [owner, item(2)] }, confirmRenewal: confirmed };

test.each([
  ["", { by: userInfo().username, at: "2026-11-20T01:00:00.000Z" }],
  ["--by 髙橋", { by: "髙橋", at: "2026-11-20T01:00:00.000Z" }],
  ["--by 髙橋 --at 2026-11-02", { by: "髙橋", at: "2026-11-02T14:59:59.000Z" }],
  ["--by a --at 2026-11-02 --timezone UTC", { by: "a", at: "2026-11-02T23:59:59.000Z" }],
  ["--by a --at 2026-11-20", { by: "a", at: "2026-11-20T01:00:00.000Z" }],
  ["--by a --at 2026-11-20T10:00:00+09:00", { by: "a", at: "2026-11-20T01:00:00.000Z" }],
])("confirm %s records who signed in and when", async (options, json) => {
  const { exit, stderr, requests } = await run(`renewals confirm 第一所有者 ${options}`.trim(), { tenant });
  expect([exit, stderr]).toEqual([0, ""]);
  expect(requests).toEqual([
    { operation: "listRenewals" },
    { operation: "confirmRenewal", params: { id: idOf(1) }, json },
  ]);
});

test("shows the item in its new state, as a table on a terminal and as a list elsewhere", async () => {
  const fields = "context,name,expiresOn,daysLeft,level,confirmedAt,confirmedBy";
  const { en, ja } = await runInBoth(`renewals confirm 第一所有者 --fields ${fields}`, { tenant });
  expect(en.stdout).toBe(
    `${fields.replaceAll(",", "\t")}\nlocal\t第一所有者\t2027-11-20\t365\tok\t2026-11-20T01:00:00.000Z\t髙橋\n`,
  );
  expect(ja.stdout).toBe(en.stdout);
  const drawn = await runInBoth("renewals confirm 第一所有者", { tenant, terminal: {} });
  expect(drawn.en.stdout).toMatch(/^confirmed by +髙橋$/m);
});

describe("an upload", () => {
  const push = item(1, { name: "本社", kind: "push-certificate", expiresAt: "2026-12-01T00:00:00.000Z" });
  const shown = { listRenewals: { items: [push] }, confirmRenewal: push };

  test.each([
    ["2027-11-24", "2027-11-24"],
    ["2027/11/24", "2027-11-24"],
    ["2027-11-24T20:00:00Z", "2027-11-25"],
  ])("is confirmed by the date that the console shows: %s", async (typed, consoleShows) => {
    const words = `renewals confirm 本社 --console-shows ${typed} --by a`;
    const { exit, requests } = await run(words, { tenant: shown });
    expect(exit).toBe(0);
    expect(requests[1]?.json).toEqual({ by: "a", at: "2026-11-20T01:00:00.000Z", consoleShows });
  });

  test.each([
    ["android-owner", "clomoctl renewals confirm 本社"],
    ["custom", "clomoctl renewals edit 本社 --expires DATE"],
    ["certificate", "clomoctl renewals edit 本社 --file FILE"],
    ["device-certificate", "clomoctl renewals edit 本社 --file FILE"],
  ] as const)("of %s is not shown by the console", async (kind, next) => {
    const known = { listRenewals: { items: [item(1, { name: "本社", kind })] } };
    const { en, ja } = await runInBoth("renewals confirm 本社 --console-shows 2027-11-24 --by a", { tenant: known });
    expect(en).toMatchObject({ exit: 3, requests: [{ operation: "listRenewals" }] });
    expect(en.stderr).toContain("the console does not show an expiry date for 本社");
    expect([en.stderr.includes(next), ja.stderr.includes(next)]).toEqual([true, true]);
  });
});

test("after confirm's advice for another date, all commands judge by the same date", async () => {
  await using own = new TestTenant();
  const folder = freshFolder();
  writeFileSync(join(folder, "old.vpptoken"), createVppToken(new Date("2026-12-01T00:00:00Z"), "例"));
  const circumstances = { folder, home: folder, tenant: own.fetch, now: new Date("2026-11-20T00:00:00Z") };
  const type = (line: string) => run(`renewals ${line}`, circumstances);
  await type("add 本社 --file old.vpptoken");
  const refused = await type("confirm 本社 --console-shows 2027-11-19 --by a");
  expect(refused).toMatchObject({ exit: 3 });
  const advised =
    "clomoctl renewals edit 本社 --expires 2027-11-19 , then clomoctl renewals confirm 本社 --console-shows 2027-11-19";
  expect(refused.stderr).toContain(advised);
  await type("edit 本社 --expires 2027-11-19");
  expect((await type("list --fields level")).stderr).toContain("confirm 本社 --console-shows 2027-11-19");
  expect(await type("confirm 本社 --console-shows 2027-11-19 --by a")).toMatchObject({ exit: 0 });
  expect(await type("list --fields expiresOn,level")).toMatchObject({
    stdout: "expiresOn\tlevel\n2027-11-19\tok\n",
    stderr: "",
  });
});

describe("nothing is recorded", () => {
  test.each([
    ["push-certificate", "--file FILE"],
    ["ade-token", "--file FILE"],
    ["vpp-token", "--file FILE"],
    ["certificate", "--file FILE"],
    ["device-certificate", "--file FILE"],
    ["agent-profile", "--file FILE"],
    ["custom", "--expires DATE"],
  ] as const)("for %s, which a login does not extend", async (kind, option) => {
    const known = { listRenewals: { items: [item(1, { name: "本社", kind })] } };
    const { exit, stderr, requests } = await run("renewals confirm 本社 --by a", { tenant: known });
    expect([exit, requests]).toEqual([3, [{ operation: "listRenewals" }]]);
    expect(stderr).toContain(`clomoctl renewals edit 本社 ${option}`);
  });

  test.each([
    ["第一所有者 --at 2026-11-21", 2, "2026-11-21 is in the future\n  --at\n"],
    ["第一所有者 --at 2026-11-20T01:00:01Z", 2, "is in the future"],
  ])("if the command line is wrong: %s", async (words, exit, said) => {
    const ran = await run(`renewals confirm ${words}`.trim(), { tenant: {} });
    expect(ran).toMatchObject({ exit, stdout: "", requests: [], stderr: expect.stringContaining(said) });
  });

  test.each([
    ["誰", 6, 'no item matches "誰"'],
    ["019a9f3c", 2, '"019a9f3c" matches 2 records: '],
  ])("if no item, or several, are named %s", async (name, exit, said) => {
    const ran = await run(`renewals confirm ${name}`, { tenant: { listRenewals: tenant.listRenewals } });
    expect(ran).toMatchObject({
      exit,
      requests: [{ operation: "listRenewals" }],
      stderr: expect.stringContaining(said),
    });
  });

  test("if the tenant refuses it, in both languages", async () => {
    const locked = new Failure("locked", { what: { en: "locked by 7", ja: "7 が使用中" } });
    const { en } = await runInBoth("renewals confirm 第一所有者", {
      tenant: { ...tenant, confirmRenewal: locked },
    });
    expect(en).toMatchObject({ exit: 5, stdout: "", stderr: "error: locked by 7\n" });
  });
});
