import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Ade } from "../../../lib/client/index.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const AT_ADE = { ade: example<Ade>("ade") };
const ASKED = [{ operation: "ade" }];

const ADE = example<Ade>("ade");
const FILE = "SIMULATOR_Token_2026-11-20T01-00-00Z_smime.p7m";

const folderWith = (content: string | Uint8Array): string => {
  const folder = freshFolder();
  writeFileSync(join(folder, FILE), content);
  return folder;
};

test("sends the file with its name and shows the new state without secrets, in both languages", async () => {
  const tenant = { ...AT_ADE, setAdeToken: { unchanged: false, ade: { ...ADE, lastSyncAt: null, sync: null } } };
  const { en, ja } = await runInBoth(`ade token set ${FILE} --fields server,tokenSetBy`, {
    tenant,
    folder: folderWith("MIME"),
  });
  expect(en).toMatchObject({ exit: 0, stdout: "server\ttokenSetBy\nSIMULATOR\towner\n" });
  expect(en.requests).toEqual([...ASKED, { operation: "setAdeToken", json: { name: FILE, content: "TUlNRQ==" } }]);
  expect(en.stderr).toContain("the token is set, and its expiry date is recorded as a renewal item");
  expect(en.stderr).toContain("fetch the devices: clomoctl ade sync");
  expect(ja.stderr).toContain("トークンを設定し、期限を年次更新・期限にも記録しました");
});

test("says nothing about renewals in a mirror, where they are not recorded", async () => {
  const ade = { ...ADE, mirror: true, lastSyncAt: null, sync: null };
  const tenant = { ade, setAdeToken: { unchanged: false, ade } };
  const { en, ja } = await runInBoth(`ade token set ${FILE}`, { tenant, folder: folderWith("MIME") });
  expect(en.stderr).toContain("the token is set\n");
  expect(ja.stderr).toContain("トークンを設定しました\n");
});

test("reports a token that is already set, and passes the permissions on", async () => {
  const tenant = { ...AT_ADE, setAdeToken: { unchanged: true, ade: ADE } };
  const folder = folderWith("MIME");
  const ran = await run(`ade token set ${FILE} --other-admin --other-server --lang en`, { tenant, folder });
  expect(ran.exit).toBe(0);
  expect(ran.stderr).toContain("nothing has changed: this token is already set");
  expect(ran.requests.at(-1)?.json).toMatchObject({ otherAdmin: true, otherServer: true });
});
