import { execFile } from "node:child_process";
import { chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { createProcessTable } from "../files/index.ts";
import { locateHome, type Home } from "./home.ts";
import { createSecretSealer, type SecretSealer } from "./sealing.ts";
import { freshFolder } from "#support/folder.ts";

const posix = process.platform !== "win32";
const userId = process.geteuid?.();
const processes = createProcessTable(process.pid, process.kill.bind(process), "here");

let root: string;
let home: Home;
let sealing: SecretSealer;
let path: string;

beforeEach(async () => {
  root = freshFolder();
  const environment = { CLOMOCTL_HOME: join(root, "home") };
  home = locateHome({ environment, userFolder: root, workingFolder: root, userId });
  sealing = createSecretSealer(home, processes, async () => {});
  path = join(home.folder, "sealing.key");
});

const SECRET = "CS_カナリア\n";

const useKey = async (key = Buffer.alloc(32, 7).toString("base64url")): Promise<void> => {
  await mkdir(home.folder, { recursive: true });
  await writeFile(path, `${key}\n`, { mode: 0o600 });
};

test("creates nothing when opened, and creates a key for its owner only with the first secret", async () => {
  expect(await readdir(root)).toEqual([]);
  const sealed = await sealing.seal("ade-token", SECRET);
  expect(await sealing.unseal("ade-token", sealed)).toBe(SECRET);
  expect(await readFile(path, "utf8")).toMatch(/^[A-Za-z0-9_-]{43}\n$/);
  expect((await readdir(home.folder)).toSorted()).toEqual(["sealing.key", "settings.lock", "tmp"]);
  expect(posix ? (await stat(path)).mode & 0o777 : 0o600).toBe(0o600);
  expect(await createSecretSealer(home, processes).unseal("ade-token", sealed)).toBe(SECRET);
});

const refusal = () => ({ code: "input-rejected", where: path });

test("creates no new key if the key is lost", async () => {
  const kept = [await createSecretSealer(home, processes).seal("ade-key", SECRET)];
  await rm(home.folder, { recursive: true });
  await expect(sealing.seal("ade-token", SECRET, kept)).rejects.toMatchObject(refusal());
  await expect(stat(home.folder)).rejects.toMatchObject({ code: "ENOENT" });
});

test("does not seal if another key sealed existing secrets", async () => {
  await useKey();
  const kept = [await sealing.seal("ade-key", SECRET), await sealing.seal("ade-token", SECRET)];
  expect(await sealing.unseal("vpp-token", await sealing.seal("vpp-token", SECRET, kept))).toBe(SECRET);
  await useKey(Buffer.alloc(32, 8).toString("base64url"));
  const own = await sealing.seal("ade-key", SECRET);
  for (const some of [kept, [own, ...kept], [...kept, own]])
    await expect(sealing.seal("ade-token", SECRET, some)).rejects.toMatchObject(refusal());
  expect(await sealing.unseal("ade-token", await sealing.seal("ade-token", SECRET, [own]))).toBe(SECRET);
});

test("unseals what the former key sealed while it is kept beside the new one", async () => {
  const sealed = await sealing.seal("ade-token", SECRET);
  await rename(path, `${path}.previous`);
  await useKey();
  expect(await sealing.unseal("ade-token", sealed)).toBe(SECRET);
  await rm(`${path}.previous`);
  await expect(sealing.unseal("ade-token", sealed)).rejects.toMatchObject(refusal());
});

test("unseals any text, and each sealed form is different and reveals nothing", async () => {
  await useKey();
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "grapheme", maxLength: 300 }), fc.string(), async (secret, purpose) => {
      const [one, other] = [await sealing.seal(purpose, secret), await sealing.seal(purpose, secret)];
      expect(one).not.toBe(other);
      expect(one).toMatch(/^[A-Za-z0-9_-]+$/);
      const bytes = Buffer.from(one, "base64url");
      expect(bytes.length).toBe(1 + 4 + 12 + 16 + Buffer.byteLength(secret));
      expect(bytes.subarray(0, 5).toString("hex")).toBe("014bb06f8e");
      expect(Buffer.byteLength(secret) >= 8 && bytes.includes(Buffer.from(secret))).toBe(false);
      expect(await sealing.unseal(purpose, one)).toBe(secret);
    }),
  );
});

test("a changed byte, a truncation or another purpose is damage, and the error reveals nothing", async () => {
  await useKey();
  const sealed = Buffer.from(await sealing.seal("ade-token", SECRET), "base64url");
  const refused = async (purpose: string, bytes: Uint8Array) => {
    const failed: unknown = await sealing
      .unseal(purpose, Buffer.from(bytes).toString("base64url"))
      .catch((error: unknown) => error);
    // bytes 1 to 4 name the key
    expect(failed).toMatchObject({ code: expect.stringMatching(/^(unexpected|input-rejected)$/) });
    expect(JSON.stringify(failed)).not.toMatch(/CS_|カナリア/);
  };
  await fc.assert(
    fc.asyncProperty(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
      await refused(
        "ade-token",
        sealed.map((byte, index) => (index === at ? byte ^ flip : byte)),
      );
    }),
  );
  await fc.assert(fc.asyncProperty(fc.nat(sealed.length - 1), (end) => refused("ade-token", sealed.subarray(0, end))));
  await refused("vpp-token", sealed);
  await refused("", sealed);
  const other = sealing.unseal("vpp-token", sealed.toString("base64url"));
  await expect(other).rejects.toMatchObject({ code: "unexpected" });
});

test("unseals nothing on a computer with another key or no key", async () => {
  await useKey();
  const sealed = await sealing.seal("push-certificate", SECRET);
  await useKey(Buffer.alloc(32, 8).toString("base64url"));
  const other = { en: "the tenant's secrets were encrypted with a different key" };
  await expect(sealing.unseal("push-certificate", sealed)).rejects.toMatchObject({ ...refusal(), what: other });
  await rm(path);
  const missing = { en: "the key that decrypts the tenant's secrets is missing" };
  await expect(sealing.unseal("push-certificate", sealed)).rejects.toMatchObject({ ...refusal(), what: missing });
  expect(await readdir(home.folder)).toEqual([]);
});

test.skipIf(!posix)("refuses a key that others can read, or that belongs to another user", async () => {
  await useKey();
  const sealed = await sealing.seal("ade-token", SECRET);
  for (const mode of [0o640, 0o604, 0o620]) {
    await chmod(path, mode);
    await expect(sealing.seal("ade-token", SECRET)).rejects.toMatchObject(refusal());
    await expect(sealing.unseal("ade-token", sealed)).rejects.toMatchObject(refusal());
  }
  await chmod(path, 0o400);
  expect(await sealing.unseal("ade-token", sealed)).toBe(SECRET);
  const other = createSecretSealer({ ...home, userId: (userId ?? 0) + 1 }, processes);
  const refused = userId === 0 ? undefined : "other users can read";
  const told = await other.unseal("ade-token", sealed).catch((error: Error) => error.message);
  expect(told).toContain(refused ?? SECRET);
});

test.each([
  ["empty", ""],
  ["an empty line", "\n"],
  ["a word", "key"],
  ["cut off", "A".repeat(42)],
  ["two lines", `${"A".repeat(43)}\n\n`],
  ["long", "A".repeat(5000)],
  ["no base64url", "=".repeat(43)],
])("neither uses nor overwrites an invalid key: %s", async (_, content) => {
  await useKey();
  const sealed = await sealing.seal("ade-token", SECRET);
  await writeFile(path, content);
  await expect(sealing.seal("ade-token", SECRET)).rejects.toMatchObject(refusal());
  await expect(sealing.unseal("ade-token", sealed)).rejects.toMatchObject(refusal());
  expect(await readFile(path, "utf8")).toBe(content);
});

test("processes that seal their first secret at the same time share one key", async () => {
  const [own, files] = ["./sealing.ts", "../files/index.ts"].map((name) => new URL(name, import.meta.url).href);
  const seal = (secret: string) =>
    promisify(execFile)(process.execPath, [
      "--input-type=module",
      "-e",
      `import { createSecretSealer } from ${JSON.stringify(own)};
       import { createProcessTable } from ${JSON.stringify(files)};
       const processes = createProcessTable(process.pid, process.kill.bind(process), "here");
       const sealing = createSecretSealer(${JSON.stringify(home)}, processes);
       process.stdout.write(await sealing.seal("ade-token", ${JSON.stringify(secret)}));`,
    ]);
  const secrets = ["a", "b", "c", "d"];
  const sealed = await Promise.all(secrets.map(seal));
  const opened = await Promise.all(sealed.map(({ stdout }) => sealing.unseal("ade-token", stdout)));
  expect(opened).toEqual(secrets);
  expect((await readdir(home.folder)).filter((name) => name.startsWith("."))).toEqual([]);
}, 60_000);
