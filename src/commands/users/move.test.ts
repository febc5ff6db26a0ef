import { expect, test } from "vitest";
import type { Account, MovedUser, OrgDetail, User, WrittenUser } from "../../lib/client/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const org = example<{ items: OrgDetail[] }>("findOrgs").items[0] as OrgDetail;
const { after: hanako } = example<WrittenUser>("editUser");
const jiro: User = { ...hanako, id: "019a9f3c-5a00-7abc-8def-000000000088", name: "次郎", emails: ["jiro@example.jp"] };
const home = { id: org.id, code: null, path: "" };
const movedTo = (user: User, change: Partial<MovedUser> = {}): MovedUser => ({
  before: { ...user, org: home },
  after: { ...user, org: { id: org.id, code: org.code, path: org.path } },
  consoleTask: null,
  dryRun: false,
  devices: 0,
  ...change,
});
const findUsers = ({ query }: { query?: Record<string, string> }) => ({
  items: [query?.["name"] === "jiro@example.jp" ? jiro : hanako],
});
const tenant = { findOrgs: { items: [org] }, findUsers };

test("moves all named users in one request, each only once", async () => {
  const moving = {
    ...tenant,
    moveUsers: { items: [movedTo(hanako, { consoleTask: 4 }), movedTo(jiro, { devices: 2 })] },
  };
  const line = "users move E0042 jiro@example.jp E0042 --to 営業部";
  const { en } = await runInBoth(line, { tenant: moving });
  expect(en.requests.at(-1)).toEqual({
    operation: "moveUsers",
    json: { ids: [hanako.id, jiro.id], org: org.id, dryRun: false },
  });
  expect(en.exit).toBe(0);
  expect(en.stdout.split("\n")).toHaveLength(4);
  expect(en.stderr).toContain("次郎 <jiro@example.jp>: organisation: 全社 → 営業部\n");
  expect(en.stderr).toContain("次郎 <jiro@example.jp>: moving with the user: 2 devices\n");
  expect(en.stderr.match(/moving with the user/g)).toHaveLength(1);
});

test("moves everybody of an organisation, or nobody", async () => {
  const users = { items: [hanako, jiro], next: null };
  const { findOrgs } = tenant;
  const moving = { findOrgs, users, moveUsers: { items: [movedTo(hanako), movedTo(jiro)] } };
  const { requests } = await run("users move --from 第一課 --to 営業部", { tenant: moving });
  expect(requests.slice(2)).toEqual([
    { operation: "users", query: { org: org.id, direct: "true" } },
    { operation: "moveUsers", json: { ids: [hanako.id, jiro.id], org: org.id, dryRun: false } },
  ]);
  const nobody = { findOrgs, users: { items: [], next: null } };
  expect((await run("users move --from 第一課 --to 営業部", { tenant: nobody })).exit).toBe(0);
});

test("shows ids if both organisations have the same path and no code", async () => {
  const below = { id: "019a9f3c-5a00-7abc-8def-000000000100", code: null, path: "本社/課/班" };
  const before: User = { ...jiro, org: { ...below, id: "019a9f3c-5a00-7abc-8def-000000000101" } };
  const moving = { ...tenant, moveUsers: { items: [movedTo(jiro, { before, after: { ...jiro, org: below } })] } };
  const { stderr } = await run("users move jiro@example.jp --to 本社/課/班", { tenant: moving });
  expect(stderr.split("\n")).toEqual([`organisation ID: ${before.org.id} → ${below.id}`, ""]);
});

test("shows a single user as a record, and passes --dry-run on", async () => {
  const moving = { ...tenant, moveUsers: { items: [movedTo(jiro, { dryRun: true })] } };
  const { exit, stderr, requests } = await run("users move jiro@example.jp --to 営業部 --dry-run", { tenant: moving });
  expect({ exit, stderr }).toEqual({
    exit: 0,
    stderr: "organisation: 全社 → 営業部\norganisation code: (blank) → S01\ndry run: nothing was changed\n",
  });
  expect(requests.at(-1)).toMatchObject({ json: { dryRun: true } });
});

test("names an operator whose scope changes", async () => {
  const [account] = example<{ items: readonly [Account] }>("findAccounts").items;
  const operator: User = { ...jiro, administrator: true, org: { ...home, id: jiro.id, path: "総務部" } };
  const tenant = {
    findOrgs: { items: [org] },
    findUsers: { items: [operator] },
    findAccounts: { items: [{ ...account, name: "jiro01", user: "次郎", role: "operator", org: operator.org }] },
    moveUsers: { items: [movedTo(operator, { dryRun: true })] },
  };
  const { en } = await runInBoth("users move jiro@example.jp --to 営業部 --dry-run", { tenant });
  expect(en.stderr).toContain(
    "jiro01 (次郎) is an operator, whose scope changes from 総務部 to 営業部 (each with the organisations below it)\n",
  );
});
