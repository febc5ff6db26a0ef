import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithOpenssl, propertyList, serverToken, Workshop } from "#support/apple/openssl.ts";
import { freshHome, run } from "#support/process/program.ts";

const PUSH = "/UID=com.apple.mgmt.External.0001/CN=APSP:0001/C=JP";
const OTHER = "/UID=com.apple.mgmt.External.0002/CN=APSP:0002/C=JP";

interface Row {
  readonly check: string;
  readonly result: string;
  readonly why: string;
}

/** An instant so many days from now, as openssl takes it. */
const inDays = (days: number): string =>
  `${new Date(Date.now() + days * 86_400_000).toISOString().replaceAll(/[-:T]|\..*/g, "")}Z`;

/** A server token's file as Apple names it, made so many days from now. */
const tokenName = (server: string, days: number): string => {
  const at = new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 19).replaceAll(":", "-");
  return `${server}_Token_${at}Z_smime.p7m`;
};

const [OLD_TOKEN, NEW_TOKEN, BRANCH_TOKEN] = [tokenName("本社", -350), tokenName("本社", 0), tokenName("支社", 0)];

describeWithOpenssl("renewals verify, as built", () => {
  const folder = mkdtempSync(join(tmpdir(), "clomoctl-verify-"));
  let workshop: Workshop;

  const put = (name: string, content: string | Uint8Array): void => writeFileSync(join(folder, name), content);

  beforeAll(() => {
    workshop = new Workshop();
    const apple = workshop.certificate({
      subject: "/CN=Apple Application Integration 2 Certification Authority/O=Apple Inc./C=US",
      extensions: "basicConstraints = critical, CA:TRUE\nsubjectKeyIdentifier = hash",
      to: inDays(900),
    });
    const [oldKey, newKey] = [workshop.key(), workshop.key()];
    const made = (subject: string, key: string, from: number, to: number) =>
      workshop.certificate(
        { subject, from: inDays(from), to: inDays(to), issuer: apple, extensions: "authorityKeyIdentifier = keyid" },
        key,
      );
    const old = made(PUSH, oldKey, -350, 15);
    put("old.pem", old.key + old.certificate);
    put("new.pem", made(PUSH, newKey, -1, 364).certificate);
    put("other-topic.pem", made(OTHER, newKey, -1, 364).certificate);
    put("own.pem", workshop.certificate({ subject: PUSH, from: inDays(-1), to: inDays(364) }, newKey).certificate);
    const csr = (key: string): string => {
      const request = workshop.run("req", "-new", "-key", key, "-subj", "/CN=a/C=JP", "-outform", "DER");
      return Buffer.from(
        propertyList(`<key>PushCertRequestCSR</key><string>${request.toString("base64")}</string>`),
      ).toString("base64");
    };
    put("CertificateSigningRequest.csr", csr(newKey));
    put("another.csr", csr(workshop.key()));
    put("last-year.csr", csr(oldKey));
    put("long-ago.csr", csr(newKey));
    utimesSync(join(folder, "long-ago.csr"), 1_600_000_000, 1_600_000_000);
    const token = (expiry: string) => {
      const plain = workshop.file("token", serverToken(expiry));
      return workshop.run("cms", "-encrypt", "-binary", "-aes256", "-in", plain, "-recip", apple.certificateFile);
    };
    put("key.pem", apple.key);
    put(OLD_TOKEN, token("2090-01-01T00:00:00Z"));
    put(NEW_TOKEN, token("2091-01-01T00:00:00Z"));
    put(BRANCH_TOKEN, token("2091-01-01T00:00:00Z"));
  });
  afterAll(() => {
    workshop.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const verify = async (words: readonly string[], lang = "en") => {
    const options = { home: await freshHome(), cwd: folder, env: { CLOMOCTL_LANG: lang } };
    const outcome = await run(["renewals", "verify", ...words, "--format", "json"], options);
    const rows = outcome.text === "" ? [] : (JSON.parse(outcome.text) as readonly Row[]);
    const why = (check: string): string | undefined => rows.find((row) => row.check === check)?.why;
    return { ...outcome, why, results: Object.fromEntries(rows.map(({ check, result }) => [check, result])) };
  };
  const pushes = (next: string, ...rest: readonly string[]) => ["--current", "old.pem", "--new", next, ...rest];

  test("the right certificate is safe", async () => {
    const { code, results, stderr } = await verify(
      pushes("new.pem", "--csr", "CertificateSigningRequest.csr", "--strict"),
    );
    expect([code, stderr]).toEqual([0, "new.pem can replace it\n"]);
    // an authority of our own stands for Apple's, whose signature is missing
    const { signature, ...others } = results;
    expect([signature, new Set(Object.values(others))]).toEqual(["unknown", new Set(["good"])]);
    expect(Object.keys(results)).toContain("request-key");
  });

  test.each([
    ["en", "every enrolled device would stop responding", "do not upload it"],
    ["ja", "登録済みの全デバイスが応答しなくなり", "アップロードしないでください"],
  ])("a changed topic is refused: %s", async (lang, effect, advice) => {
    const { code, results, why, stderr } = await verify(pushes("other-topic.pem"), lang);
    expect([code, results["topic"]]).toEqual([3, "bad"]);
    expect(why("topic")).toContain(effect);
    expect(stderr).toContain(advice);
  });

  test.each([
    ["en", "made from a different CSR"],
    ["ja", "別の CSR ファイルから作られています"],
  ])("a certificate of another request is refused: %s", async (lang, said) => {
    const { code, results, why } = await verify(pushes("new.pem", "--csr", "another.csr"), lang);
    expect([code, results["request-key"]]).toEqual([3, "bad"]);
    expect(why("request-key")).toContain(said);
    expect(why("request-key")).toContain("入力エラー:正しい証明書を");
  });

  test("a stale request is named: surely by its key, probably by its file", async () => {
    const surely = await verify(pushes("new.pem", "--csr", "last-year.csr"));
    expect([surely.code, surely.results["request-age"]]).toEqual([3, "bad"]);
    const probably = await verify(pushes("new.pem", "--csr", "long-ago.csr"));
    expect([probably.code, probably.results["request-age"]]).toEqual([0, "warning"]);
    expect((await verify(pushes("new.pem", "--csr", "long-ago.csr", "--strict"))).code).toBe(3);
  });

  test("another issuer that is not Apple is refused", async () => {
    const { code, results } = await verify(pushes("own.pem"));
    expect([code, results["issuer"]]).toEqual([3, "bad"]);
  });

  test("server tokens, with and without our key", async () => {
    const tokens = (next: string, ...rest: readonly string[]) =>
      verify(["--current", OLD_TOKEN, "--new", next, ...rest]);
    const own = await tokens(NEW_TOKEN, "--key", "key.pem");
    expect([own.code, own.results["key"], own.results["consumer"]]).toEqual([0, "good", "good"]);
    const foreign = await tokens(NEW_TOKEN);
    expect([foreign.code, foreign.results["key"], foreign.results["old-token"]]).toEqual([0, "good", "warning"]);
    expect(foreign.stderr).toContain("can replace it once you have checked: consumer key");
    // the name of a server may be changed at Apple
    const other = await tokens(BRANCH_TOKEN);
    expect([other.code, other.results["server"]]).toEqual([0, "warning"]);
    expect((await tokens(BRANCH_TOKEN, "--strict")).code).toBe(3);
  });

  test.each([
    ["a file that is not there", pushes("missing.pem")],
    ["a request for a certificate", pushes("another.csr")],
    ["a certificate for a request", pushes("new.pem", "--csr", "new.pem")],
    ["a certificate for a key", pushes("new.pem", "--key", "new.pem")],
    ["a folder", pushes(".")],
  ])("3 for %s", async (_, words) => {
    const { code, stdout, stderr } = await verify(words);
    expect([code, stdout.toString()]).toEqual([3, ""]);
    expect(stderr).toMatch(/^error: /);
  });

  test("people read words, programs read the same ones in every language", async () => {
    const options = { home: await freshHome(), cwd: folder, env: { CLOMOCTL_LANG: "ja" } };
    const shown = await run(["renewals", "verify", ...pushes("new.pem"), "--format", "table"], options);
    expect(shown.text).toMatch(/確認項目.*結果.*理由/);
    expect(shown.text).toMatch(/トピック +問題なし +同じ: com\.apple\.mgmt\.External\.0001/);
    expect((await verify(pushes("new.pem"), "ja")).results).toEqual((await verify(pushes("new.pem"))).results);
  });
});
