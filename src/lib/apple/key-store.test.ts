import { execFileSync, spawnSync } from "node:child_process";
import { createHmac, pbkdf2Sync } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Failure } from "../errors/index.ts";
import { readChildren, readElement, readOctets, TAG } from "./encoding/ber.ts";
import { requireElement } from "./encoding/cms.ts";
import { readExpiringItems } from "./index.ts";
import { describeWithOpenssl, OpensslWorkspace, type IssuedCertificate } from "#support/apple/openssl.ts";

const LOCKED = "the key store requires a password (or the password is wrong, or the file is damaged)";

/** An element in DER of up to 65,535 bytes. */
const der = (tag: number, ...content: readonly Uint8Array[]): Buffer => {
  const all = Buffer.concat(content);
  const length = all.length < 128 ? [all.length] : [0x82, all.length >> 8, all.length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...length), all]);
};

/** A copy with one bit changed. */
const flipped = (bytes: Uint8Array, at: number, bit = 0): Buffer => {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ (1 << bit), at);
  return copy;
};

const number = (value: number): Buffer => der(TAG.integer, Buffer.from(value.toString(16).padStart(8, "0"), "hex"));
const oid = (content: string): Buffer => der(TAG.oid, Buffer.from(content, "hex"));

interface Pbmac1 {
  readonly password: string;
  readonly hash: string;
  readonly iterations: number;
  readonly keyBytes: number;
}

const HMAC_OIDS = new Map([
  ["sha1", "2a864886f70d0207"],
  ["sha224", "2a864886f70d0208"],
  ["sha256", "2a864886f70d0209"],
  ["sha384", "2a864886f70d020a"],
  ["sha512", "2a864886f70d020b"],
]);

/** A store without a MAC, with one as OpenSSL 3.4 writes it; older ones cannot. @see RFC 9579 */
const withPbmac1 = (store: Uint8Array, { password, hash, iterations, keyBytes }: Pbmac1): Buffer => {
  const [version, safe] = readChildren(readElement(store));
  const [, wrapped] = readChildren(requireElement(safe));
  const salt = Buffer.from("12345678");
  const key = pbkdf2Sync(password, salt, iterations, keyBytes, hash);
  const digest = createHmac(hash, key)
    .update(readOctets(readElement(requireElement(wrapped).content)))
    .digest();
  const hmac = der(TAG.sequence, oid(HMAC_OIDS.get(hash) ?? ""), der(TAG.null));
  const parameters = der(TAG.sequence, der(TAG.octets, salt), number(iterations), number(keyBytes), hmac);
  const derivation = der(TAG.sequence, oid("2a864886f70d01050c"), parameters);
  const algorithm = der(TAG.sequence, oid("2a864886f70d01050e"), der(TAG.sequence, derivation, hmac));
  const info = der(TAG.sequence, algorithm, der(TAG.octets, digest));
  const mac = der(TAG.sequence, info, der(TAG.octets, Buffer.from("NOT USED")), number(1));
  return der(TAG.sequence, requireElement(version).whole, requireElement(safe).whole, mac);
};

describeWithOpenssl("key stores (PKCS#12) made by openssl", () => {
  let workshop: OpensslWorkspace;
  let made: IssuedCertificate;

  beforeAll(() => {
    workshop = new OpensslWorkspace();
    made = workshop.certificate({ subject: "/UID=com.apple.mgmt.External.1/CN=APSP:1" });
  });
  afterAll(() => workshop.close());

  const store = (password: string, ...options: readonly string[]): Buffer =>
    workshop.run(
      "pkcs12",
      "-export",
      "-inkey",
      made.keyFile,
      "-in",
      made.certificateFile,
      "-passout",
      `pass:${password}`,
      ...options,
    );
  const read = (bytes: Uint8Array, ...passwords: readonly string[]) =>
    readExpiringItems({ name: "a.p12", bytes }, { passwords });

  const LEGACY = ["-legacy"];
  const FORMS = [
    ["as openssl 3 writes it", []],
    ["AES-128 by SHA-512", ["-certpbe", "AES-128-CBC", "-keypbe", "AES-128-CBC"]],
    ["RC2 of 40 bits, as the keychain of macOS writes it", LEGACY],
    ["RC2 of 128 bits", [...LEGACY, "-certpbe", "PBE-SHA1-RC2-128"]],
    ["Triple DES", [...LEGACY, "-certpbe", "PBE-SHA1-3DES"]],
    ["certificates in clear", ["-certpbe", "NONE"]],
  ] as const;

  test.each(FORMS)("%s: reads it with a blank password, or otherwise with the right one", (_, options) => {
    const [found, ...others] = read(store("", ...options));
    expect(others).toEqual([]);
    expect(found).toMatchObject({ kind: "push-certificate", name: "APSP:1", expiresAt: workshop.endOf(made) });
    const closed = store("秘密 1", ...options);
    expect(read(closed, "wrong", "秘密 1")).toEqual([found]);
  });

  test("reports a store as locked without the right password, with what to do", () => {
    for (const [, options] of FORMS.filter(([, [first, , pbe]]) => first !== "-certpbe" && pbe !== "NONE")) {
      const closed = store("secret", ...options);
      expect(() => read(closed)).toThrow(LOCKED);
      expect(() => read(closed, "wrong")).toThrow(LOCKED);
    }
    expect(() => read(store("secret"))).toThrow(
      expect.objectContaining({ hint: expect.objectContaining({ en: expect.stringContaining("--password-file") }) }),
    );
  });

  test.each(["SHA1", "SHA256", "SHA384", "SHA512"])("checks the MAC with %s", (hash) => {
    const bytes = store("秘密 1", "-macalg", hash, "-certpbe", "NONE");
    expect(read(bytes, "秘密 1")).toMatchObject([{ name: "APSP:1" }]);
    // certificates in clear are not used either
    expect(() => read(bytes)).toThrow(LOCKED);
    expect(() => read(bytes, "wrong")).toThrow(LOCKED);
    const damaged = flipped(bytes, bytes.indexOf("APSP:1"));
    expect(() => read(damaged, "秘密 1")).toThrow(LOCKED);
  });

  test("a wrong password and a damaged file cause the same error, in both languages", () => {
    const bytes = store("secret");
    const damaged = flipped(bytes, 379);
    const what = {
      en: "the key store requires a password (or the password is wrong, or the file is damaged)",
      ja: "この鍵ストアを開くにはパスワードが必要です(または、パスワードが違うか、ファイルが壊れています)",
    };
    const refusal = expect.objectContaining({ code: "input-rejected", what });
    expect(() => read(bytes, "wrong")).toThrow(refusal);
    expect(() => read(damaged, "secret")).toThrow(refusal);
  });

  test("refuses a store with any flipped bit", () => {
    const small = workshop.certificate({ subject: "/CN=small", key: "ec" });
    const args = ["-nokeys", "-in", small.certificateFile, "-iter", "1", "-passout", "pass:secret"];
    const bytes = workshop.run("pkcs12", "-export", ...args);
    expect(read(bytes, "secret")).toMatchObject([{ name: "small" }]);
    const isRead = (damaged: Uint8Array): boolean => {
      try {
        return read(damaged, "secret").length > 0;
      } catch (error) {
        if (error instanceof Failure) return false;
        throw error;
      }
    };
    const accepted = Array.from({ length: bytes.length * 8 }, (_, bit) => bit).filter((bit) =>
      isRead(flipped(bytes, bit >> 3, bit & 7)),
    );
    expect(accepted).toEqual([]);
  });

  test("reads a store without a MAC", () => {
    expect(read(store("secret", "-nomac"), "secret")).toMatchObject([{ name: "APSP:1" }]);
    expect(read(store("secret", "-nomac", "-certpbe", "NONE"))).toMatchObject([{ name: "APSP:1" }]);
  });

  describe("PBMAC1", () => {
    const sealed = (hash: string, change: Partial<Pbmac1> = {}) =>
      withPbmac1(store("秘密 1", "-nomac", "-certpbe", "NONE"), {
        password: "秘密 1",
        hash,
        iterations: 2048,
        keyBytes: 32,
        ...change,
      });

    test.each(["sha1", "sha256", "sha384", "sha512"])("is checked with %s", (hash) => {
      const bytes = sealed(hash);
      expect(read(bytes, "wrong", "秘密 1")).toMatchObject([{ name: "APSP:1" }]);
      expect(() => read(bytes)).toThrow(LOCKED);
      const damaged = flipped(bytes, bytes.indexOf("APSP:1"));
      expect(() => read(damaged, "秘密 1")).toThrow(LOCKED);
    });

    test.each([
      ["an unknown hash", { hash: "sha224" }],
      ["endless work", { iterations: 1_000_001 }],
      ["a key that is too short", { keyBytes: 19 }],
      ["a key that is too long", { keyBytes: 129 }],
    ])("is refused with %s", (_, change) => {
      expect(() => read(sealed("sha256", change), "秘密 1")).toThrow("unsupported method");
    });
  });

  test("refuses a MAC with another hash", () => {
    expect(() => read(store("", "-macalg", "SHA224"))).toThrow("unsupported method");
  });

  test("reads certificates without keys, in order", () => {
    const other = workshop.certificate({ subject: "/CN=other" });
    const both = workshop.file("both.pem", made.certificate + other.certificate);
    const bytes = workshop.run("pkcs12", "-export", "-nokeys", "-in", both, "-nomaciter", "-passout", "pass:");
    expect(read(bytes).map(({ name }) => name)).toEqual(["APSP:1", "other"]);
  });

  test("refuses a store without certificates, and one with too many iterations", () => {
    const empty = workshop.run("pkcs12", "-export", "-nocerts", "-inkey", made.keyFile, "-passout", "pass:");
    expect(() => read(empty)).toThrow("the key store does not contain a certificate");
    const slow = store("", "-iter", "1000001");
    expect(() => read(slow)).toThrow(
      "the integrity check (MAC) of the key store uses an unsupported method or too many iterations",
    );
    expect(() => read(store("", "-iter", "1000001", "-nomaciter"))).toThrow(LOCKED);
    expect(() => read(store("").subarray(0, 400))).toThrow("broken or truncated");
  });

  const hasKeytool = spawnSync("keytool", ["-help"]).error === undefined;
  describe.each(hasKeytool ? ["keytool"] : [])("%s", () => {
    test("reads the certificates of a Java key store without a password", () => {
      const file = join(workshop.folder, "a.jks");
      const keytool = (...args: readonly string[]) =>
        execFileSync("keytool", [...args, "-keystore", file, "-storepass", "changeit"], { stdio: "pipe" });
      const key = ["-alias", "own", "-keypass", "changeit", "-dname", "CN=own", "-keyalg", "RSA"];
      keytool("-genkeypair", "-storetype", "JKS", ...key);
      keytool("-importcert", "-noprompt", "-alias", "push", "-file", made.certificateFile);
      const bytes = readFileSync(file);
      expect(
        readExpiringItems({ name: "a.jks", bytes })
          .map(({ name }) => name)
          .toSorted(),
      ).toEqual(["APSP:1", "own"]);
      expect(() => readExpiringItems({ name: "a.jks", bytes: bytes.subarray(0, -200) })).toThrow("broken or truncated");
    });
  });
});

/** A store as Java writes it, of one certificate: version 2, one trusted entry. */
const javaStore = (version: number, certificate: Uint8Array): Buffer => {
  const words = (...numbers: readonly number[]) => Buffer.from(new Uint32Array(numbers).buffer).swap32();
  const short = (word: string) => Buffer.from([0, word.length, ...Buffer.from(word)]);
  return Buffer.concat([
    words(0xfeedfeed, version, 1, 2),
    short("ca"),
    Buffer.alloc(8),
    ...(version > 1 ? [short("X.509")] : []),
    words(certificate.length),
    certificate,
  ]);
};

test.each([1, 2])("reads the certificates of a Java key store of version %i unencrypted", (version) => {
  const broken = javaStore(version, Buffer.from("no certificate"));
  expect(() => readExpiringItems({ name: "a.jks", bytes: broken })).toThrow("certificate 1 in the file is broken");
  const unknown = Buffer.from(broken);
  unknown[15] = 3;
  expect(() => readExpiringItems({ name: "a.jks", bytes: unknown })).toThrow("the key store is broken");
});
