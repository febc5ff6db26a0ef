import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Ade, OrgDetail, VppTokenRecord } from "../../../lib/client/index.ts";
import { text } from "../../../lib/text/index.ts";
import { freshFolder, runInBoth } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const AT_ADE = { ade: example<Ade>("ade") };
const ASKED = [{ operation: "ade" }];

const CANARY = "canary of a token";
const [org] = example<{ items: readonly [OrgDetail] }>("findOrgs").items;
const { after } = example<{ after: VppTokenRecord }>("setVppToken");
const done = (change: object = {}) => ({
  unchanged: false,
  before: null,
  after,
  warnings: [],
  dryRun: false,
  ...change,
});

const folderWith = (content: string | Uint8Array): string => {
  const folder = freshFolder();
  writeFileSync(join(folder, "a.vpptoken"), content);
  return folder;
};

test("sends the file for the organisation, and never shows the token", async () => {
  const tenant = { ...AT_ADE, findOrgs: { items: [org] }, setVppToken: done() };
  const { en, ja } = await runInBoth("vpp tokens set a.vpptoken --org 本社/営業部", {
    folder: folderWith(CANARY),
    tenant,
  });
  const content = Buffer.from(CANARY).toString("base64");
  expect(en.requests).toEqual([
    ...ASKED,
    { operation: "findOrgs", query: { name: "本社/営業部" } },
    { operation: "setVppToken", params: { id: org.id }, json: { name: "a.vpptoken", content, dryRun: false } },
  ]);
  expect(en).toMatchObject({
    exit: 0,
    stderr:
      "the token is set, and its expiry date is recorded as a renewal item; to check the token with Apple: clomoctl vpp tokens verify --org 本社/営業部\n",
  });
  expect(ja.stderr).toContain("Apple に確認するには: clomoctl vpp tokens verify --org 本社/営業部\n");
  expect(JSON.stringify([en.stdout, en.stderr, ja.stdout, ja.stderr])).not.toMatch(new RegExp(`${CANARY}|${content}`));
});

test("passes --other-location on, and reports warnings and a dry run", async () => {
  const warnings = [text("token of another location", "別の場所のトークンです")];
  const tenant = { ...AT_ADE, findOrgs: { items: [org] }, setVppToken: done({ warnings, dryRun: true }) };
  const line = "vpp tokens set a.vpptoken --org S01 --other-location --start-over --dry-run";
  const { en, ja } = await runInBoth(line, { folder: folderWith("x"), tenant });
  expect(en.requests.at(-1)).toMatchObject({ json: { otherLocation: true, startOver: true, dryRun: true } });
  expect(en.stderr).toBe("warning: token of another location\ndry run: nothing was changed\n");
  expect(ja.stderr).toContain("確認のみで、何も変更していません\n");
});

test("setting the same file again exits with 0 and is reported", async () => {
  const tenant = { ...AT_ADE, findOrgs: { items: [org] }, setVppToken: done({ unchanged: true }) };
  const { en, ja } = await runInBoth("vpp tokens set a.vpptoken --org S01", { folder: folderWith("x"), tenant });
  expect(en).toMatchObject({ exit: 0, stderr: "this token is already set, so nothing was changed\n" });
  expect(ja.stderr).toBe("このトークンは設定済みです。何も変更していません\n");
});
