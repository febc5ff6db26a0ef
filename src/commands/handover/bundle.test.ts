import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TestTenant } from "#support/tenant/tenant.ts";
import { runInBoth, run, type RunResult } from "#support/commands/program.ts";

describe("an encrypted bundle", () => {
  let tenant: TestTenant;
  let folder: string;

  beforeAll(async () => {
    tenant = new TestTenant();
    folder = mkdtempSync(join(tmpdir(), "bundle-"));
    await tenant.client.users.create({ name: "山田 花子", emails: ["hanako@example.co.jp"] });
    const identity = await generateX25519Identity();
    writeFileSync(join(folder, "key.txt"), `${identity}\n`, { mode: 0o600 });
    const keys = `--encrypt-to ${await identityToRecipient(identity)}`;
    await typed("export -o a.zip");
    await typed(`export -o a.zip.age ${keys}`);
  });

  afterAll(async () => {
    await tenant.close();
    rmSync(folder, { recursive: true });
  });

  const typed = (line: string): Promise<RunResult> =>
    run(`handover ${line} --lang en`, { home: folder, folder, tenant: tenant.fetch });

  const nothingIsLeft = (): void => {
    const left = existsSync(join(folder, "tmp")) ? readdirSync(join(folder, "tmp")) : [];
    expect(left).toEqual([]);
  };

  test("is read with --identity by each command", async () => {
    const verified = await typed("verify a.zip.age --identity key.txt --format json");
    const { fingerprint } = JSON.parse(verified.stdout) as { readonly fingerprint: string };
    expect(verified.stderr).toContain("clomoctl handover receive a.zip.age --identity key.txt");
    expect((await typed("report a.zip.age --identity key.txt")).stdout).toContain("CLOMO tenant");
    const words = `--identity key.txt --context minato --fingerprint ${fingerprint}`;
    expect((await typed(`receive a.zip.age ${words}`)).exit).toBe(0);
    nothingIsLeft();
  });

  test.each(["verify a.zip.age", "receive a.zip.age --context new"])(
    "is refused by %s with another key, a damaged key file or a key file that others can read",
    async (line) => {
      const other = await generateX25519Identity();
      writeFileSync(join(folder, "other.txt"), other, { mode: 0o600 });
      writeFileSync(join(folder, "spoilt.txt"), other.slice(0, -3), { mode: 0o600 });
      writeFileSync(join(folder, "open.txt"), other);
      const cases = [
        ["other.txt", "this bundle is encrypted for another key"],
        ["spoilt.txt", "not an age identity file"],
        ["open.txt", "chmod 600"],
      ] as const;
      for (const [file, said] of cases) {
        const ran = await typed(`${line} --identity ${file}`);
        expect(ran).toMatchObject({ exit: 3, stdout: "", stderr: expect.stringContaining(said) });
        expect(ran.stderr).not.toContain(other.slice(16, 40));
        nothingIsLeft();
      }
      expect((await typed(`${line} --identity none.txt`)).exit).toBe(6);
    },
  );

  test.each(["verify a.zip.age", "receive a.zip.age --context new"])(
    "is refused by %s with the key itself instead of its file, and no message repeats the key",
    async (line) => {
      const key = await generateX25519Identity();
      for (const word of [key, key.toLowerCase(), `# public key: age1\n${key}`]) {
        const { en, ja } = await runInBoth(["handover", ...line.split(" "), "--identity", word], {
          home: folder,
          folder,
          tenant: tenant.fetch,
        });
        expect(en).toMatchObject({ exit: 2, stdout: "", stderr: expect.stringContaining("this is a secret key") });
        for (const { stderr } of [en, ja]) expect(stderr.toUpperCase()).not.toContain(key.slice(16, 24));
      }
    },
  );
});
