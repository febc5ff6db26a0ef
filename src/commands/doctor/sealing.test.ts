import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { markOfKey, openSealing } from "../../lib/config/sealing.ts";
import type { Home } from "../../lib/config/index.ts";
import type { ProcessTable } from "../../lib/files/index.ts";
import { sealedBy, type SealedSecret } from "../../lib/model/sealed.ts";
import { freshFolder } from "#support/commands/program.ts";
import { keyFindings, sealedFindings } from "./sealing.ts";

const PROCESSES: ProcessTable = { self: 1, place: "here", startOf: () => undefined, isAlive: (pid) => pid === 1 };

let home: Home;
let sealed: readonly SealedSecret[];
beforeEach(async () => {
  const data = freshFolder();
  mkdirSync(join(data, "tmp"));
  const cache = join(data, "cache");
  const tenants = join(data, "tenants");
  home = { data, settings: data, cache, tenants, temporary: join(data, "tmp"), userId: userInfo().uid };
  const by = sealedBy(await openSealing(home, PROCESSES).seal("ade-token", "secret"));
  sealed = (["ade-key", "ade-token", "vpp-token", "vpp-token"] as const).map((secret) => ({ secret, by }));
});

const key = (): string => join(home.data, "sealing.key");

test("a key that opens what is sealed is right; so is none where nothing is", async () => {
  expect(await keyFindings({ home })).toMatchObject([{ state: "ok" }]);
  expect(await sealedFindings({ home }, sealed)).toMatchObject([{ check: "sealing-key", state: "ok" }]);
  rmSync(key());
  expect(await keyFindings({ home })).toMatchObject([{ state: "ok" }]);
  expect(await markOfKey(home)).toBeUndefined();
  expect(await sealedFindings({ home }, [])).toEqual([]);
});

test("without it, what is lost and what sets it up anew is told, each once", async () => {
  rmSync(key());
  const [finding, ...others] = await sealedFindings({ home }, sealed);
  expect(others).toEqual([]);
  expect(finding).toMatchObject({ check: "sealing-key", state: "problem" });
  expect(finding?.what.en).toBe(
    `${key()} is missing, and with it is lost: the key of the ADE server token, the ADE server token, content tokens (VPP)`,
  );
  expect(finding?.what.ja).toContain("がないため、使えません");
  expect(finding?.mend?.en).toMatch(
    /put the former sealing\.key back.*if it is lost: clomoctl ade keypair create --start-over -o CLOMO_ADE_PublicKey\.pem; clomoctl ade token set FILE; clomoctl vpp tokens set FILE --org NAME --start-over$/,
  );
});

test("another key than the one that sealed is told as one", async () => {
  rmSync(key());
  await openSealing(home, PROCESSES).seal("ade-token", "secret");
  const [finding] = await sealedFindings({ home }, sealed);
  expect(finding?.what.en).toContain("another key than the one that sealed");
});

test("one that others may read is a problem of the home, and not of each tenant", async () => {
  chmodSync(key(), 0o644);
  await expect(keyFindings({ home })).rejects.toMatchObject({ hint: { en: expect.stringContaining("chmod 600") } });
  expect(await sealedFindings({ home }, sealed)).toEqual([]);
});
