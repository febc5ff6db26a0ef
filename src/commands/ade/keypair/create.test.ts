import { EventEmitter } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Ade } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { text } from "../../../lib/text/index.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const ADE: Ade = { ...example<Ade>("ade"), token: null };
const MADE = example<{ certificate: string; created: boolean }>("createAdeKeyPair");
const APPLE: Ade = { ...ADE, endpoint: { kind: "apple", url: "https://mdmenrollment.apple.com" } };

test("writes the certificate, says what to do with it, and warns where not to upload it", async () => {
  const folder = freshFolder();
  const tenant = { createAdeKeyPair: MADE, ade: { ...APPLE, stagedKey: ADE.key } };
  const { en, ja } = await runInBoth("ade keypair create -o key.pem --overwrite", { tenant, folder });
  expect(en).toMatchObject({ exit: 0, stdout: "" });
  expect(readFileSync(join(folder, "key.pem"), "utf8")).toBe(MADE.certificate);
  expect(en.stderr).toContain("warning: never upload this public key");
  expect(en.stderr).toContain("the public key was created and written to key.pem");
  expect(en.stderr).toContain("clomoctl ade token set FILE");
  expect(ja.stderr).toContain("公開鍵を作成し、key.pem に書き出しました");
});

test("a key that waits is written again, --start-over makes another key, and - writes to stdout", async () => {
  const tenant = { createAdeKeyPair: { ...MADE, created: false }, ade: ADE };
  const again = await run("ade keypair create -o - --start-over --lang en", { tenant });
  expect(again).toMatchObject({ exit: 0, stdout: MADE.certificate });
  expect(again.stderr).toContain("written again");
  expect(again.requests[0]).toEqual({ operation: "createAdeKeyPair", json: { startOver: true } });
});

test("proposes the simulator's token for the new file, even if a token is in force", async () => {
  const ade = { ...example<Ade>("ade"), stagedKey: ADE.key };
  const { stderr } = await run("ade keypair create -o K3.pem --lang en", {
    tenant: { createAdeKeyPair: MADE, ade },
    folder: freshFolder(),
    terminal: { columns: 400 },
  });
  expect(stderr).toContain(
    "clomoctl ade simulator do token --public-key K3.pem --server SIMULATOR --url http://127.0.0.1:8080",
  );
  expect(stderr).not.toContain("keypair create");
});

test("writes nothing in a mirror", async () => {
  const folder = freshFolder();
  const refused = new Failure("not-permitted", { what: text("a mirror", "ミラーです") });
  const ran = await run("ade keypair create -o key.pem", { tenant: { createAdeKeyPair: refused }, folder });
  expect(ran).toMatchObject({ exit: 4, stdout: "" });
  expect(() => readFileSync(join(folder, "key.pem"))).toThrow("ENOENT");
});

test.each([
  [undefined, "the change may have been made", "変更されている可能性"],
  [MADE, "the change was made; the output may be incomplete", "変更は完了しましたが、出力は途中までの可能性があります"],
  [{ ...MADE, created: false }, "nothing was changed", "何も変更していません"],
])("if it is cut off, reports what is known about the key: %j", async (answer, en, ja) => {
  const signals = new EventEmitter();
  const tenant = {
    createAdeKeyPair: () => {
      signals.emit("SIGTERM");
      return answer ?? new Failure("unavailable", { what: text("cut off", "切断") });
    },
    ...(answer && { ade: ADE }),
  };
  const ended = await runInBoth("ade keypair create -o key.pem --overwrite", {
    signals,
    tenant,
    folder: freshFolder(),
  });
  expect(ended.en).toMatchObject({ exit: 143, stderr: expect.stringContaining(`interrupted: ${en}\n`) });
  expect(ended.ja.stderr).toContain(ja);
});
