import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { armor, Encrypter, generateHybridIdentity, generateX25519Identity, identityToRecipient } from "age-encryption";
import { expect, onTestFinished, test } from "vitest";
import { openRegularFile, type RegularFile } from "../../files/plain.ts";
import { sweepTemporaryFiles } from "../../files/index.ts";
import { storageIn } from "#support/handover/bundles.ts";
import { decryptArchive, parseIdentities } from "./decrypt.ts";

const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), "clomoctl-decrypt-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
};

const encryptedFor = async (content: Uint8Array, ...identities: readonly string[]): Promise<Uint8Array> => {
  const encrypter = new Encrypter();
  for (const identity of identities) encrypter.addRecipient(await identityToRecipient(identity));
  return encrypter.encrypt(content);
};

/** Decrypts bytes by way of a file. @returns what was decrypted */
const decrypted = async (bytes: Uint8Array, identities: readonly string[], root = folder()): Promise<Buffer> => {
  writeFileSync(join(root, "a.age"), bytes);
  await using archive = await openRegularFile(join(root, "a.age"));
  if (archive === undefined) throw new TypeError("no file");
  const { path, remove } = await decryptArchive(archive, identities, { where: "a.age", place: storageIn(root) });
  const content = readFileSync(path);
  await remove();
  expect(existsSync(dirname(path))).toBe(false);
  return content;
};

/** Three chunks of age, and some. */
const CONTENT = Buffer.from(Array.from({ length: 200_000 }, (_, at) => at % 251));

const failing = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

test.each([
  ["X25519", generateX25519Identity],
  ["post-quantum", generateHybridIdentity],
])("decrypts an archive for one of several keys (%s), whatever its length", async (_, generate) => {
  const [one, other] = [await generate(), await generate()];
  for (const length of [0, 1, 65_536, 65_537, CONTENT.length]) {
    const content = CONTENT.subarray(0, length);
    expect((await decrypted(await encryptedFor(content, other, one), [one])).equals(content)).toBe(true);
  }
});

test("decrypts into a private temporary folder, which is swept if the process is killed", async () => {
  const root = folder();
  const identity = await generateX25519Identity();
  writeFileSync(join(root, "a.age"), await encryptedFor(CONTENT, identity));
  await using archive = await openRegularFile(join(root, "a.age"));
  const place = storageIn(root);
  const { path } = await decryptArchive(archive as RegularFile, [identity], { where: "a.age", place });
  expect(path.startsWith(`${place.temporaryFolder}/`)).toBe(true);
  expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  // the process is gone
  await sweepTemporaryFiles({ ...place, processes: { ...place.processes, self: 1, isAlive: () => false } });
  expect(existsSync(dirname(path))).toBe(false);
});

test("refuses another key and leaves nothing behind", async () => {
  const root = folder();
  const bytes = await encryptedFor(CONTENT, await generateX25519Identity());
  expect(await failing(decrypted(bytes, [await generateX25519Identity()], root))).toMatchObject({
    code: "input-rejected",
    where: "a.age",
    what: { en: "this bundle is encrypted for another key", ja: "この鍵では復号できない引き継ぎデータです" },
  });
  expect(existsSync(join(root, "tmp"))).toBe(false);
});

test("refuses a file that is encrypted with a passphrase", async () => {
  const encrypter = new Encrypter();
  encrypter.setPassphrase("secret");
  encrypter.setScryptWorkFactor(2);
  const error = await failing(decrypted(await encrypter.encrypt(CONTENT), [await generateX25519Identity()]));
  expect(error).toMatchObject({
    code: "input-rejected",
    what: { en: "this file is encrypted with a passphrase, not for a key" },
  });
});

test("reports a truncated or changed file as damaged, and leaves nothing decrypted", async () => {
  const identity = await generateX25519Identity();
  const bytes = Buffer.from(await encryptedFor(CONTENT, identity));
  const body = bytes.indexOf("\n--- ") + 1;
  const cuts = [1, 30, body, body + 20, body + 60, body + 70, 66_000, 140_000, bytes.length - 20, bytes.length - 1];
  const cut = cuts.map((length) => bytes.subarray(0, length));
  const changed = [body + 10, body + 80, 70_000, bytes.length - 5].map((at) => {
    const copy = Buffer.from(bytes);
    copy[at] = (copy[at] ?? 0) ^ 1;
    return copy;
  });
  for (const spoilt of [...cut, ...changed, Buffer.concat([bytes, Buffer.from("x")])]) {
    const root = folder();
    expect(await failing(decrypted(spoilt, [identity], root)), String(spoilt.length)).toMatchObject({
      code: "input-rejected",
      where: "a.age",
      what: { en: "the archive is damaged or truncated" },
    });
    expect(existsSync(join(root, "tmp", "decrypted"))).toBe(false);
  }
});

test("reads only the first part of an endless header", async () => {
  const lengths: number[] = [];
  const endless: RegularFile = {
    bytes: 1e12,
    readAt: async (_, length) => {
      lengths.push(length);
      return Buffer.alloc(length, "a");
    },
    chunks: () => expect.unreachable("read whole"),
    [Symbol.asyncDispose]: async () => undefined,
  };
  const place = storageIn(folder());
  const identity = await generateX25519Identity();
  expect(await failing(decryptArchive(endless, [identity], { where: "a.age", place }))).toMatchObject({
    code: "input-rejected",
  });
  expect(lengths).toEqual([1024 * 1024]);
});

test("reads an identity file with age keys, one per line", async () => {
  const [one, two] = [await generateX25519Identity(), await generateHybridIdentity()];
  expect(parseIdentities(`# created: 2027\r\n# public key: age1x\r\n${one}\r\n\r\n ${two}\r\n`, "key")).toEqual([
    one,
    two,
  ]);
});

test("refuses a file that is not an identity file, without repeating its content", async () => {
  const identity = await generateX25519Identity();
  const protectedFile = await encryptedFor(Buffer.from(identity), await generateX25519Identity());
  const PASSPHRASE = "the identity file is protected by a passphrase";
  const NONE = "not an age identity file";
  const cases: readonly (readonly [content: string, what: string])[] = [
    [Buffer.from(protectedFile).toString("latin1"), PASSPHRASE],
    [armor.encode(protectedFile), PASSPHRASE],
    ["", NONE],
    ["# nothing\n", NONE],
    [await identityToRecipient(identity), NONE],
    ["-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blb\n", NONE],
    [`${identity}\nAGE-PLUGIN-YUBIKEY-1QQ\n`, NONE],
    [identity.slice(0, -1), NONE],
    [identity.toLowerCase(), NONE],
  ];
  for (const [content, what] of cases) {
    const error = await failing((async () => parseIdentities(content, "key.txt"))());
    expect(error).toMatchObject({ code: "input-rejected", where: "key.txt", what: { en: what } });
    expect(JSON.stringify(error)).not.toContain(identity.slice(16, 40));
  }
});
