import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { readKeyMark, createSecretSealer } from "../../lib/config/sealing.ts";
import type { Home } from "../../lib/config/index.ts";
import type { ProcessTable } from "../../lib/files/index.ts";
import { getKeyMark, type SealedSecret } from "../../lib/model/sealed.ts";
import { freshFolder } from "#support/commands/program.ts";
import { checkSealingKey, checkSealedSecrets } from "./sealing.ts";

const PROCESSES: ProcessTable = { self: 1, place: "here", startOf: () => undefined, isAlive: (pid) => pid === 1 };

let home: Home;
let sealed: readonly SealedSecret[];
beforeEach(async () => {
  const data = freshFolder();
  mkdirSync(join(data, "tmp"));
  const cache = join(data, "cache");
  const tenants = join(data, "tenants");
  home = { data, settings: data, cache, tenants, temporary: join(data, "tmp"), userId: userInfo().uid };
  const by = getKeyMark(await createSecretSealer(home, PROCESSES).seal("ade-token", "secret"));
  sealed = (["ade-key", "ade-token", "ade-token"] as const).map((secret) => ({ secret, by }));
});

const key = (): string => join(home.data, "sealing.key");

test("a key that opens all sealed data is ok, and so is no key without sealed data", async () => {
  expect(await checkSealingKey({ home })).toMatchObject([{ state: "ok" }]);
  expect(await checkSealedSecrets({ home }, sealed)).toMatchObject([{ check: "sealing-key", state: "ok" }]);
  rmSync(key());
  expect(await checkSealingKey({ home })).toMatchObject([{ state: "ok" }]);
  expect(await readKeyMark(home)).toBeUndefined();
  expect(await checkSealedSecrets({ home }, [])).toEqual([]);
});

test("without the key, says once what is lost and how to set it up again", async () => {
  rmSync(key());
  const [finding, ...others] = await checkSealedSecrets({ home }, sealed);
  expect(others).toEqual([]);
  expect(finding).toMatchObject({ check: "sealing-key", state: "problem" });
  expect(finding?.what.en).toBe(
    `${key()} is missing, so these secrets cannot be used: the key of the ADE server token, the ADE server token`,
  );
  expect(finding?.what.ja).toBe(
    `${key()} がないため、次のものを使えません: ADE サーバートークンの鍵、ADE サーバートークン`,
  );
  expect(finding?.mend?.en).toMatch(
    /restore the original sealing\.key.*if it is lost, run: `clomoctl ade keypair create --replace -o CLOMO_ADE_PublicKey\.pem`; `clomoctl ade token set FILE`$/,
  );
});

test("reports a key that is not the one that sealed the data", async () => {
  rmSync(key());
  await createSecretSealer(home, PROCESSES).seal("ade-token", "secret");
  const [finding] = await checkSealedSecrets({ home }, sealed);
  expect(finding?.what.en).toContain("is not the key that encrypted these secrets, so they cannot be used");
});

test("a key that others can read is a problem of the home, not of each tenant", async () => {
  chmodSync(key(), 0o644);
  await expect(checkSealingKey({ home })).rejects.toMatchObject({
    what: { en: expect.stringContaining("other users can read") },
  });
  expect(await checkSealedSecrets({ home }, sealed)).toEqual([]);
});
