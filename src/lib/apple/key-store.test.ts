import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readExpiring } from "./index.ts";
import { describeWithOpenssl, Workshop, type Made } from "#support/apple/openssl.ts";

const LOCKED = "needs its password";

describeWithOpenssl("key stores (PKCS#12) made by openssl", () => {
  let workshop: Workshop;
  let made: Made;

  beforeAll(() => {
    workshop = new Workshop();
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
    readExpiring({ name: "a.p12", bytes }, { passwords });

  const LEGACY = ["-legacy"];
  const FORMS = [
    ["as openssl 3 writes it", []],
    ["AES-128 by SHA-512", ["-certpbe", "AES-128-CBC", "-keypbe", "AES-128-CBC"]],
    ["RC2 of 40 bits, as the keychain of macOS writes it", LEGACY],
    ["RC2 of 128 bits", [...LEGACY, "-certpbe", "PBE-SHA1-RC2-128"]],
    ["Triple DES", [...LEGACY, "-certpbe", "PBE-SHA1-3DES"]],
    ["certificates in clear", ["-certpbe", "NONE"]],
  ] as const;

  test.each(FORMS)("%s: read with a blank password, else with the right one", (_, options) => {
    const [found, ...others] = read(store("", ...options));
    expect(others).toEqual([]);
    expect(found).toMatchObject({ kind: "push-certificate", name: "APSP:1", expiresAt: workshop.endOf(made) });
    const closed = store("秘密 1", ...options);
    expect(read(closed, "wrong", "秘密 1")).toEqual([found]);
  });

  test("without the right password it is locked, and says what to do", () => {
    for (const [, options] of FORMS.filter(([, [first, , pbe]]) => first !== "-certpbe" && pbe !== "NONE")) {
      const closed = store("secret", ...options);
      expect(() => read(closed)).toThrow(LOCKED);
      expect(() => read(closed, "wrong")).toThrow(LOCKED);
    }
    expect(() => read(store("secret"))).toThrow(
      expect.objectContaining({ hint: expect.objectContaining({ en: expect.stringContaining("--password-file") }) }),
    );
  });

  test("certificates without keys are read too, in their order", () => {
    const other = workshop.certificate({ subject: "/CN=other" });
    const both = workshop.file("both.pem", made.certificate + other.certificate);
    const bytes = workshop.run("pkcs12", "-export", "-nokeys", "-in", both, "-nomaciter", "-passout", "pass:");
    expect(read(bytes).map(({ name }) => name)).toEqual(["APSP:1", "other"]);
  });

  test("one without certificates, and one that asks for endless work, are refused", () => {
    const empty = workshop.run("pkcs12", "-export", "-nocerts", "-inkey", made.keyFile, "-passout", "pass:");
    expect(() => read(empty)).toThrow("holds no certificate");
    const slow = store("", "-iter", "1000001");
    expect(() => read(slow)).toThrow(LOCKED);
    expect(() => read(store("").subarray(0, 400))).toThrow("broken or truncated");
  });

  const hasKeytool = spawnSync("keytool", ["-help"]).error === undefined;
  describe.each(hasKeytool ? ["keytool"] : [])("%s", () => {
    test("certificates of a Java key store need no password", () => {
      const file = join(workshop.folder, "a.jks");
      const keytool = (...args: readonly string[]) =>
        execFileSync("keytool", [...args, "-keystore", file, "-storepass", "changeit"], { stdio: "pipe" });
      const key = ["-alias", "own", "-keypass", "changeit", "-dname", "CN=own", "-keyalg", "RSA"];
      keytool("-genkeypair", "-storetype", "JKS", ...key);
      keytool("-importcert", "-noprompt", "-alias", "push", "-file", made.certificateFile);
      const bytes = readFileSync(file);
      expect(
        readExpiring({ name: "a.jks", bytes })
          .map(({ name }) => name)
          .toSorted(),
      ).toEqual(["APSP:1", "own"]);
      expect(() => readExpiring({ name: "a.jks", bytes: bytes.subarray(0, -200) })).toThrow("broken or truncated");
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

test.each([1, 2])("a Java key store of version %i holds its certificates in clear", (version) => {
  const broken = javaStore(version, Buffer.from("no certificate"));
  expect(() => readExpiring({ name: "a.jks", bytes: broken })).toThrow("certificate 1 in the file is broken");
  const unknown = Buffer.from(broken);
  unknown[15] = 3;
  expect(() => readExpiring({ name: "a.jks", bytes: unknown })).toThrow("the key store is broken");
});
