import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readRenewables } from "./index.ts";
import {
  describeWithOpenssl,
  OpensslWorkspace,
  readExpiringItems,
  type IssuedCertificate,
} from "#support/apple/openssl.ts";
import { findNameAttribute } from "./certificate.ts";

const PUSH = "/UID=com.apple.mgmt.External.0001/CN=APSP:0001/C=JP";

const bytes = (text: string) => Buffer.from(text);
const read = (content: Uint8Array, name = "push.pem") => readExpiringItems({ name, bytes: content });

describeWithOpenssl("certificates made by openssl", () => {
  let workshop: OpensslWorkspace;
  const made = new Map<string, IssuedCertificate>();
  const of = (kind: string): IssuedCertificate => made.get(kind) ?? expect.unreachable(kind);

  beforeAll(() => {
    workshop = new OpensslWorkspace();
    made.set("rsa", workshop.certificate({ subject: PUSH }));
    made.set("ec", workshop.certificate({ subject: PUSH, key: "ec" }));
  });
  afterAll(() => workshop.close());

  const FORMS = {
    "certificate alone": ({ certificate }: IssuedCertificate) => bytes(certificate),
    "key first": ({ certificate, key }: IssuedCertificate) => bytes(key + certificate),
    "certificate first": ({ certificate, key }: IssuedCertificate) => bytes(certificate + key),
    CRLF: ({ certificate, key }: IssuedCertificate) => bytes((key + certificate).replaceAll("\n", "\r\n")),
    "byte order mark": ({ certificate }: IssuedCertificate) => bytes(`\uFEFF${certificate}`),
    "words of openssl before it": (one: IssuedCertificate) => workshop.run("x509", "-text", "-in", one.certificateFile),
    "no line end at its end": ({ certificate }: IssuedCertificate) => bytes(certificate.trimEnd()),
    DER: (one: IssuedCertificate) => workshop.der(one),
    "DER in base64": (one: IssuedCertificate) => bytes(workshop.der(one).toString("base64")),
  };

  describe.each(["rsa", "ec"])("%s", (kind) => {
    test.each(Object.entries(FORMS))("%s", async (_, write) => {
      const [one, ...others] = await read(write(of(kind)));
      expect(others).toEqual([]);
      expect(one).toMatchObject({
        kind: "push-certificate",
        name: "push-certificate",
        topic: "com.apple.mgmt.External.0001",
        validFrom: "2026-03-01T05:00:00Z",
        expiresAt: workshop.endOf(of(kind)),
        certainty: "exact",
      });
      const told = workshop.run("x509", "-noout", "-fingerprint", "-sha256", "-in", of(kind).certificateFile);
      expect(one?.fingerprint).toBe(told.toString().trim().split("=")[1]?.replaceAll(":", "").toLowerCase());
    });
  });

  test.each([
    ["expired", "20200101000000Z", "20210101000000Z", "2021-01-01T00:00:00Z"],
    ["not yet valid", "20400101000000Z", "20410101000000Z", "2041-01-01T00:00:00Z"],
    ["the last second of UTCTime", "20260101000000Z", "20491231235959Z", "2049-12-31T23:59:59Z"],
    ["GeneralizedTime", "20260101000000Z", "20991231235959Z", "2099-12-31T23:59:59Z"],
    ["without an end (RFC 5280)", "20260101000000Z", "99991231235959Z", "9999-12-31T23:59:59Z"],
    ["a leap day", "20260101000000Z", "20280229120000Z", "2028-02-29T12:00:00Z"],
    ["a second before midnight in Japan", "20260101000000Z", "20270301145959Z", "2027-03-01T14:59:59Z"],
    ["midnight in Japan", "20260101000000Z", "20270301150000Z", "2027-03-01T15:00:00Z"],
  ])("%s", async (_, from, to, expiresAt) => {
    const one = workshop.certificate({ subject: PUSH, from, to }, of("rsa").keyFile);
    expect((await read(bytes(one.certificate)))[0]?.expiresAt).toBe(expiresAt);
    expect(workshop.endOf(one)).toBe(expiresAt);
  });

  test("reads each of several certificates as an item, in order", async () => {
    const other = workshop.certificate({ subject: "/CN=other", to: "20280101000000Z" }, of("ec").keyFile);
    const found = await read(bytes(of("rsa").certificate + other.certificate + of("ec").certificate));
    expect(found.map(({ kind, expiresAt }) => [kind, expiresAt])).toEqual([
      ["push-certificate", "2027-03-01T05:00:00Z"],
      ["certificate", "2028-01-01T00:00:00Z"],
      ["push-certificate", "2027-03-01T05:00:00Z"],
    ]);
  });

  test("reads an authority's certificate as an item only if the file has no certificate it issued", async () => {
    const extensions = "basicConstraints = critical, CA:TRUE";
    const root = workshop.certificate({ subject: "/CN=root", extensions });
    const middle = workshop.certificate({ subject: "/CN=middle", extensions, issuer: root });
    const leaf = workshop.certificate({ subject: "/CN=leaf", issuer: middle });
    const names = async (...files: readonly IssuedCertificate[]) =>
      (await read(bytes(files.map(({ certificate }) => certificate).join("")))).map(({ name }) => name);
    expect(await names(leaf, middle, root)).toEqual(["leaf"]);
    expect(await names(root, leaf, middle)).toEqual(["leaf"]);
    expect(await names(root, middle)).toEqual(["middle"]);
    expect(await names(root)).toEqual(["root"]);
    expect(await names(root, leaf)).toEqual(["root", "leaf"]);
  });

  test("recognises what Apple issues by its wording if Apple is the issuer", async () => {
    const apple = workshop.certificate({
      subject: "/CN=Apple Worldwide Developer Relations Certification Authority/O=Apple Inc./C=US",
      extensions: "basicConstraints = critical, CA:TRUE",
    });
    const kindOf = async (subject: string, rest: { issuer?: IssuedCertificate }) =>
      (await read(bytes(workshop.certificate({ subject, ...rest }, of("ec").keyFile).certificate)))[0]?.kind;
    expect(await kindOf("/CN=iPhone Distribution: 例", { issuer: apple })).toBe("agent-build-certificate");
    expect(await kindOf("/CN=Apple Push Services: jp.example.app", { issuer: apple })).toBe("agent-push-certificate");
    expect(await kindOf("/CN=iPhone Distribution: 例", {})).toBe("certificate");
    expect(await kindOf("/CN=Apple Push Services: jp.example.app", {})).toBe("certificate");
  });

  test("the same key has the same public key in every format", async () => {
    const keyOf = async (content: Uint8Array) => (await readRenewables({ name: "a", bytes: content }))[0]?.evidence;
    expect(await keyOf(workshop.der(of("rsa")))).toEqual(await keyOf(bytes(of("rsa").certificate)));
    expect(await keyOf(bytes(of("ec").certificate))).not.toEqual(await keyOf(bytes(of("rsa").certificate)));
  });
});

const NAME = String.raw`UID=com.apple.mgmt.External.1
OU=CN=no + CN=several + O=A \+ B\, C
CN=line\0Abreak \\AB
CN=second`;

test("finds the first value of an attribute, regardless of other values", () => {
  expect(findNameAttribute(NAME, "UID")).toBe("com.apple.mgmt.External.1");
  expect(findNameAttribute(NAME, "CN")).toBe("several");
  expect(findNameAttribute(NAME, "O")).toBe("A + B, C");
  expect(findNameAttribute("CN=line\\0Abreak \\\\AB", "CN")).toBe("line\nbreak \\AB");
  expect(findNameAttribute(NAME, "C")).toBeUndefined();
  expect(findNameAttribute(undefined, "CN")).toBeUndefined();
});
