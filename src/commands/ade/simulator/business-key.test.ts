import { createPrivateKey } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshFolder, inBoth } from "#support/commands/program.ts";
import { rehearsal } from "#support/commands/ade/simulated.ts";

test("writes the private key for its owner alone, and tells both ids", async () => {
  const folder = freshFolder();
  const { run, requests } = rehearsal();
  const { exit, stdout, stderr } = await run("ade simulator business-key", { folder });
  expect([exit, stdout]).toEqual([0, ""]);
  expect(stderr).toMatch(
    /^written: SIMULATOR_business_key\.pem\nclient id: BUSINESSAPI\.[0-9a-f-]{36}\nkey id: [0-9a-f-]{36}\nto compare a list with it: clomoctl ade reconcile FILE --apple-business .+ --business-key-file SIMULATOR_business_key\.pem\n$/,
  );
  const path = join(folder, "SIMULATOR_business_key.pem");
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(createPrivateKey(readFileSync(path)).asymmetricKeyType).toBe("ec");
  expect(requests).toEqual([{ asked: "POST http://127.0.0.1:8600/_simulator/business-keys", body: {} }]);
  const { stderr: ja } = await run("--lang ja ade simulator business-key", { folder });
  expect(ja).toMatch(/クライアント ID: BUSINESSAPI.*\nキー ID: /);
});

test("an answer that is no key is 7, and no file is written", async () => {
  const apple = () => Promise.resolve({ status: 200, headers: {}, body: "<html>" });
  const { en, ja } = await inBoth("ade simulator business-key --url http://127.0.0.1:9", { apple });
  expect(en).toMatchObject({ exit: 7, stderr: expect.stringContaining("no simulator of clomoctl") });
  expect(ja.stderr).toContain("clomoctl のシミュレーターではありません");
});
