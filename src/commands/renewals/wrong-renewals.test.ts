import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  describeWithOpenssl,
  createServerToken,
  OpensslWorkspace,
  type IssuedCertificate,
} from "#support/apple/openssl.ts";
import { createVppToken } from "#support/renewals/vpp-token.ts";
import { run, type RunResult } from "#support/commands/program.ts";
import { CHECKS } from "../../lib/renewals/compare.ts";

interface Pair {
  readonly current: string;
  readonly next: string;
  readonly words?: readonly string[];
}

/** `right`: can replace it; `refused`: exit 3; else what is left to check. */
type Verdict = string;

describeWithOpenssl("35 pairs, of which only the right ones are called right", () => {
  const PUSH = "/UID=com.apple.mgmt.External.1/CN=APSP:1/C=JP";
  const APPLE =
    "/CN=Apple Application Integration 2 Certification Authority/OU=Apple Certification Authority/O=Apple Inc./C=US";
  const CA = "basicConstraints = critical, CA:TRUE";
  const BY_KEY = "authorityKeyIdentifier = keyid";
  const LAST_YEAR = { from: "20251201000000Z", to: "20261201000000Z" };
  const THIS_YEAR = { from: "20261119000000Z", to: "20271119000000Z" };
  const [CSR, OLD_ADE, NEW_ADE] = [
    "CertificateSigningRequest.csr",
    "CLOMO MDM_Token_2026-01-12T17-34-24Z_smime.p7m",
    "CLOMO MDM_Token_2026-11-19T12-00-00Z_smime.p7m",
  ];

  let workshop: OpensslWorkspace;
  let folder: string;
  beforeAll(() => {
    workshop = new OpensslWorkspace();
    folder = join(workshop.folder, "pairs");
    mkdirSync(folder);
    makeCertificates();
    makeServerTokens();
    makeContentTokens();
  }, 120_000);
  afterAll(() => workshop.close());

  const put = (name: string, content: string | Uint8Array): void => writeFileSync(join(folder, name), content);

  function makeCertificates(): void {
    const authority = (subject: string, keyId: string): IssuedCertificate =>
      workshop.certificate({ subject, key: "ec", extensions: `${CA}\n${keyId}` });
    const apple = authority(APPLE, "subjectKeyIdentifier = hash");
    const successor = authority(APPLE.replace(" 2 ", " 9 "), "subjectKeyIdentifier = hash");
    const own = authority("/CN=Own CA/O=Example", "subjectKeyIdentifier = hash");
    const [oldKey, newKey, thirdKey] = [workshop.key("ec"), workshop.key("ec"), workshop.key("ec")];
    const issue = (
      name: string,
      issuer: IssuedCertificate | undefined,
      { subject = PUSH, dates = THIS_YEAR, key = newKey, extensions = BY_KEY } = {},
    ): IssuedCertificate => {
      const made = workshop.certificate(
        { subject, ...dates, extensions: issuer === undefined ? "" : extensions, ...(issuer && { issuer }) },
        key,
      );
      put(name, made.certificate);
      return made;
    };
    issue("push.pem", apple, { dates: LAST_YEAR, key: oldKey });
    const renewed = issue("new.pem", apple);
    put("new.der", workshop.der(renewed));
    put("new-chain.pem", renewed.certificate + apple.certificate);
    issue("new-topic.pem", apple, { subject: PUSH.replace("External.1", "External.2") });
    issue("new-third-key.pem", apple, { key: thirdKey });
    issue("new-old-key.pem", apple, { key: oldKey });
    issue("new-expired.pem", apple, { dates: { from: "20251202000000Z", to: "20261119000000Z" } });
    issue("new-early.pem", apple, { dates: { from: "20261201000000Z", to: "20271201000000Z" } });
    issue("new-successor.pem", successor);
    issue("new-own.pem", own);
    issue("new-self-signed.pem", undefined);
    issue("new-plain.pem", apple, { subject: "/CN=mdm.example.jp" });
    for (const [name, key] of [
      [CSR, newKey],
      ["old.csr", oldKey],
    ] as const) {
      copyFileSync(workshop.request(key, "/CN=a/C=JP"), join(folder, name));
    }
  }

  function makeServerTokens(): void {
    const [clomo, other] = [
      workshop.certificate({ subject: "/CN=clomo" }),
      workshop.certificate({ subject: "/CN=other" }),
    ];
    const twins = [1, 2].map(() => {
      const [key, certificateFile] = [workshop.key(), workshop.file("twin.pem")];
      workshop.run(
        "req",
        "-x509",
        "-new",
        "-key",
        key,
        "-subj",
        "/CN=twin",
        "-set_serial",
        "1",
        "-out",
        certificateFile,
      );
      return { keyFile: key, certificateFile };
    });
    const seal = (
      name: string,
      recipient: { readonly certificateFile: string } | undefined,
      expiry: string,
      consumer = "CK_1",
    ) => {
      const plain = workshop.file("token", createServerToken(expiry, consumer));
      put(name, workshop.run("cms", "-encrypt", "-binary", "-aes256", "-in", plain, recipient?.certificateFile ?? ""));
    };
    const [WAS, IS] = ["2027-01-12T17:34:24Z", "2027-11-19T12:00:00Z"];
    copyFileSync(clomo.keyFile, join(folder, "clomo.key"));
    copyFileSync(other.keyFile, join(folder, "other.key"));
    copyFileSync(twins[0]?.keyFile ?? "", join(folder, "twin.key"));
    seal(OLD_ADE, clomo, WAS);
    seal(NEW_ADE, clomo, IS);
    seal(`other-${NEW_ADE}`, clomo, IS);
    seal(NEW_ADE.replace("12-00-00", "12-00-01"), other, IS);
    seal(NEW_ADE.replace("12-00-00", "12-00-02"), clomo, IS, "CK_2");
    seal(`other-${NEW_ADE.replace("12-00-00", "12-00-02")}`, clomo, IS, "CK_2");
    seal(OLD_ADE.replace("24Z", "25Z"), twins[0], WAS);
    seal(NEW_ADE.replace("12-00-00", "12-00-03"), twins[1], IS);
  }

  function makeContentTokens(): void {
    const [was, is] = [new Date("2026-12-01T00:00:00Z"), new Date("2027-12-01T00:00:00Z")];
    put("sToken_for_Tokyo_.vpptoken", createVppToken(was, "例"));
    put("sToken_for_Tokyo_ (1).vpptoken", createVppToken(is, "例"));
    put("sToken_for_Tokyo_ (2).vpptoken", createVppToken(is, "別の会社"));
    put("sToken_for_Tokyo_ (3).vpptoken", createVppToken(new Date("2026-11-30T00:00:00Z"), "例"));
    put("sToken_for_Osaka_.vpptoken", createVppToken(is, "例"));
    put("sToken_for___.vpptoken", createVppToken(was, "例"));
    put("sToken_for___ (1).vpptoken", createVppToken(is, "例"));
    put("sToken_for_Tokyo_ (4).vpptoken", createVppToken(was, "ABC"));
    put("sToken_for_Tokyo_ (5).vpptoken", createVppToken(is, "ABC"));
    put("token.vpptoken", createVppToken(is, "例"));
  }

  const push = (next: string, csr: string | undefined = CSR, current = "push.pem"): Pair => ({
    current,
    next,
    words: csr === undefined ? [] : ["--csr", csr],
  });
  const ade = (next: string, key?: string, current = OLD_ADE): Pair => ({
    current,
    next,
    words: key === undefined ? [] : ["--key", key],
  });
  const vpp = (next: string, current = "sToken_for_Tokyo_.vpptoken"): Pair => ({ current, next });

  const PAIRS: readonly (readonly [string, Pair, Verdict])[] = [
    ["the renewed certificate with its request", push("new.pem"), "right"],
    ["the same in DER", push("new.der"), "right"],
    ["the same with the certificate of its authority", push("new-chain.pem"), "right"],
    ["the same without its request", { ...push("new.pem"), words: [] }, "request-key"],
    ["a certificate of another topic", push("new-topic.pem"), "refused"],
    ["a certificate of a request that was thrown away", push("new-third-key.pem"), "refused"],
    ["a certificate of last year's request", push("new-old-key.pem", "old.csr"), "refused"],
    ["last year's certificate for this year's", push("push.pem", "old.csr", "new.pem"), "refused"],
    ["the very certificate in use", push("push.pem", "old.csr"), "refused"],
    ["an expired certificate", push("new-expired.pem"), "refused"],
    ["a certificate that is not valid yet", push("new-early.pem"), "refused"],
    ["one of another authority that is named Apple", push("new-successor.pem"), "issuer"],
    ["one of an authority of somebody else", push("new-own.pem"), "refused"],
    ["one that signed itself", push("new-self-signed.pem"), "refused"],
    ["a certificate for something else", push("new-plain.pem"), "unreadable"],
    ["the new server token, opened", ade(NEW_ADE, "clomo.key"), "right"],
    ["the new server token, closed", ade(NEW_ADE), "consumer"],
    ["a token for another key", ade(NEW_ADE.replace("12-00-00", "12-00-01")), "refused"],
    ["the same, with the key of the one in use", ade(NEW_ADE.replace("12-00-00", "12-00-01"), "clomo.key"), "refused"],
    [
      "the same, with both keys",
      { ...ade(NEW_ADE.replace("12-00-00", "12-00-01")), words: ["--key", "clomo.key", "--key", "other.key"] },
      "refused",
    ],
    [
      "a token for another key of a certificate with the same name and number",
      ade(NEW_ADE.replace("12-00-00", "12-00-03"), "twin.key", OLD_ADE.replace("24Z", "25Z")),
      "refused",
    ],
    ["a token of the same server under a new name, opened", ade(`other-${NEW_ADE}`, "clomo.key"), "right"],
    ["the same, closed", ade(`other-${NEW_ADE}`), "server,consumer"],
    [
      "a token of another server with the same protocol and another name",
      ade(`other-${NEW_ADE.replace("12-00-00", "12-00-02")}`, "clomo.key"),
      "refused",
    ],
    ["a token of another consumer", ade(NEW_ADE.replace("12-00-00", "12-00-02"), "clomo.key"), "refused"],
    ["last year's server token", ade(OLD_ADE, "clomo.key", NEW_ADE), "refused"],
    ["the very server token in use", ade(OLD_ADE), "refused"],
    ["a content token for a server token", { ...ade("sToken_for_Tokyo_ (1).vpptoken") }, "unreadable"],
    ["the new content token", vpp("sToken_for_Tokyo_ (1).vpptoken"), "right"],
    [
      "one whose organisation and location are written in the other width",
      vpp("sToken_for_Tokyo_ (5).vpptoken", "sToken_for_Tokyo_ (4).vpptoken"),
      "right",
    ],
    ["a content this token belongs to another organisation", vpp("sToken_for_Tokyo_ (2).vpptoken"), "refused"],
    ["an older content token", vpp("sToken_for_Tokyo_ (3).vpptoken"), "refused"],
    ["a content token of another location", vpp("sToken_for_Osaka_.vpptoken"), "refused"],
    ["one of a full-width location", vpp("sToken_for___ (1).vpptoken", "sToken_for___.vpptoken"), "location"],
    ["one whose file was renamed", vpp("token.vpptoken"), "location"],
  ];

  /** The outcome of verify by exit code, sentence and checks. */
  function verdictOf(next: string, ran: RunResult): Verdict {
    if (ran.stdout === "") return ran.exit === 3 ? "unreadable" : `unclear: ${ran.stderr}`;
    const checks = JSON.parse(ran.stdout) as readonly { readonly check: string; readonly result: string }[];
    const isBad = checks.some(({ result }) => result === "bad");
    if (ran.exit === 3 && isBad && ran.stderr === `${next}: do not upload it\n`) return "refused";
    if (ran.exit === 0 && !isBad && ran.stderr === `${next} can replace the file in use\n`) return "right";
    const [, told = ""] = / can replace the file in use; check these yourself: (.+)\n$/.exec(ran.stderr) ?? [];
    const left = Object.entries(CHECKS).flatMap(([id, [{ en }]]) => (told.split(", ").includes(en) ? [id] : []));
    return ran.exit === 0 && !isBad && left.length > 0 ? left.join() : `unclear: ${ran.exit} ${ran.stderr}`;
  }

  test.each(PAIRS)("%s: verifying %o gives %s", async (_, { current, next, words = [] }, verdict) => {
    const typed = ["renewals", "verify", "--current", current, "--new", next, ...words, "--format", "json"];
    expect(verdictOf(next, await run(typed, { folder }))).toBe(verdict);
    const strict = await run([...typed, "--strict"], { folder });
    expect(strict.exit).toBe(verdict === "right" ? 0 : 3);
  });
});
