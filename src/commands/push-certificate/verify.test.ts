import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readRenewables } from "../../lib/apple/index.ts";
import { describeWithOpenssl, OpensslWorkspace, type IssuedCertificate } from "#support/apple/openssl.ts";
import type { PushCertificate, RenewalItem } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { text } from "../../lib/text/index.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const TOPIC = "com.apple.mgmt.External.0001";
const NONE = { topic: null, name: null, expiresAt: null, validFrom: null, fingerprint: null, publicKey: null };

describeWithOpenssl("certificates made by openssl", () => {
  let workshop: OpensslWorkspace;
  let [old, next, other, simulated]: (IssuedCertificate | undefined)[] = [];
  const DATES = { from: "20261101000000Z", to: "20271101000000Z" };
  beforeAll(() => {
    workshop = new OpensslWorkspace();
    const subject = `/UID=${TOPIC}/CN=APSP:0001/C=JP`;
    const issuer = workshop.certificate({
      subject: "/CN=Own CA",
      extensions: "basicConstraints = critical, CA:TRUE\nsubjectKeyIdentifier = hash",
    });
    const issued = { issuer, extensions: "authorityKeyIdentifier = keyid" };
    old = workshop.certificate({ subject, from: "20251101000000Z", to: "20261215000000Z", ...issued });
    next = workshop.certificate({ subject, ...DATES, ...issued });
    other = workshop.certificate({ subject: `/UID=${TOPIC}2/CN=APSP:0002/C=JP`, ...DATES });
    simulated = workshop.certificate({ subject: `${subject}/O=SIMULATOR`, ...DATES });
  });
  afterAll(() => workshop.close());

  const bytesOf = (made: IssuedCertificate | undefined) => Buffer.from(made?.certificate ?? "");
  const folderWith = (made: IssuedCertificate | undefined, current?: IssuedCertificate): string => {
    const folder = freshFolder();
    writeFileSync(join(folder, "new.pem"), bytesOf(made));
    writeFileSync(join(folder, "old.pem"), bytesOf(current));
    return folder;
  };
  const keyOf = (made: IssuedCertificate | undefined): string => {
    const [found] = readRenewables({ name: "a", bytes: bytesOf(made) });
    return found?.evidence.of === "certificate" ? (found.evidence.publicKey ?? "") : "";
  };
  /** The tenant, with the old certificate. */
  const push = (change: Partial<PushCertificate> = {}): PushCertificate => {
    const [found] = readRenewables({ name: "a", bytes: bytesOf(old) });
    const { topic = null, name = null, expiresAt = null, validFrom = null, fingerprint = null } = found?.expiring ?? {};
    const { name: issuer = null, keyId: issuerKeyId = null } =
      found?.evidence.of === "certificate" ? found.evidence.issuer : {};
    const told = { issuer, issuerKeyId, issuedByApple: false };
    const own = { topic, name, expiresAt, validFrom, fingerprint, publicKey: keyOf(old), ...told };
    return example<PushCertificate>("pushCertificate", { ...own, ...change });
  };
  const staged = (made: IssuedCertificate | undefined) => ({
    email: "mdm@example.co.jp",
    name: "Hanako Yamada",
    country: "JP",
    createdAt: "2026-11-10T00:00:00.000Z",
    publicKey: keyOf(made),
  });
  const verify = (
    made: IssuedCertificate | undefined,
    pushCertificate: PushCertificate,
    items: readonly RenewalItem[] = [],
  ) =>
    runInBoth("push-cert verify new.pem", {
      folder: folderWith(made),
      tenant: { pushCertificate, listRenewals: { items } },
    });

  test("accepts the right file by the tenant's own certificate and the staged request", async () => {
    const { en, ja } = await verify(next, push({ request: staged(next) }));
    expect(en).toMatchObject({ exit: 0, stderr: "new.pem can replace the file in use\n" });
    expect(en.stdout).toMatch(/topic\tgood\tunchanged: com\.apple\.mgmt/);
    expect(en.stdout).toContain("request-key\tgood");
    expect(ja.stderr).toBe("new.pem で更新できます\n");
  });

  test("exits with 3 for another topic, another request or a file of a simulator", async () => {
    const topic = await verify(other, push());
    expect(topic.en).toMatchObject({ exit: 3 });
    expect(topic.en.stdout).toContain("every enrolled device would stop responding");
    expect(topic.ja.stderr).toContain("アップロードしないでください");
    const request = await verify(next, push({ request: staged(other) }));
    expect(request.en.exit).toBe(3);
    expect(request.en.stdout).toContain("made from a different CSR");
    expect((await verify(simulated, push())).en).toMatchObject({ exit: 3 });
    expect((await verify(simulated, push({ simulator: true }))).en).toMatchObject({ exit: 0 });
  });

  test("on a terminal, the reason is in full below the table, with what to do next", async () => {
    const circumstances = {
      folder: folderWith(other),
      tenant: { pushCertificate: push(), listRenewals: { items: [] } },
    };
    const { en, ja } = await runInBoth("push-cert verify new.pem", { ...circumstances, terminal: { columns: 80 } });
    expect(en.exit).toBe(3);
    const unfolded = en.stderr.replaceAll(/\s+/g, " ");
    expect(unfolded).toContain(`topic: the topic would change from ${TOPIC} to ${TOPIC}2: every enrolled device`);
    expect(unfolded).toContain("never use Create a Certificate");
    expect(unfolded).toMatch(
      /new\.pem: do not upload it to get the right file, step by step: clomoctl renewals guide push-certificate $/,
    );
    expect(ja.stderr).toContain("clomoctl renewals guide push-certificate");
    const json = await run("push-cert verify new.pem --format json", { ...circumstances, terminal: { columns: 80 } });
    expect(json.stderr).not.toContain("would change");
  });

  test("without a certificate of its own, compares with a file or a single recorded item", async () => {
    const item = { ...example<{ items: readonly [RenewalItem] }>("listRenewals").items[0], topic: TOPIC };
    const kind = "push-certificate" as const;
    const recorded = { ...item, kind, expiresAt: "2026-12-15T00:00:00.000Z" };
    expect((await verify(next, push(NONE), [recorded])).en).toMatchObject({ exit: 0 });
    expect((await verify(other, push(NONE), [recorded])).en).toMatchObject({ exit: 3 });
    const several = await verify(other, push(NONE), [recorded, recorded]);
    expect(several.en.stdout).toContain("not compared, because the current item is not recorded");
    const folder = folderWith(other, old);
    const tenant = { pushCertificate: push(NONE) };
    const byFile = await run("push-cert verify new.pem --current old.pem", { folder, tenant });
    expect(byFile).toMatchObject({ exit: 3 });
  });

  describe("a file that proves nothing", () => {
    test("is refused", async () => {
      const { exit, requests } = await run("push-cert verify new.pem", { tenant: {} });
      expect({ exit, requests }).toEqual({ exit: 3, requests: [] });
    });

    test("reports a refusal of the tenant, in both languages", async () => {
      const refused = new Failure("not-permitted", { what: text("no", "不可") });
      const tenant = { pushCertificate: refused };
      const { en, ja } = await runInBoth("push-cert verify new.pem", { folder: folderWith(next), tenant });
      expect(en).toMatchObject({ exit: 4, stdout: "", stderr: "error: no\n" });
      expect(ja.stderr).toBe("エラー: 不可\n");
    });
  });
});
