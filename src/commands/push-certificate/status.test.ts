import { expect, test } from "vitest";
import type { PushCertificate } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { text } from "../../lib/text/index.ts";
import { inBoth } from "../testing/program.ts";
import { example } from "../testing/tenant.ts";

// the clock of these tests stands at 2026-11-20T01:00:00Z
const push = (change: Partial<PushCertificate> = {}) => example<PushCertificate>("pushCertificate", change);
const request = {
  email: "mdm@example.co.jp",
  name: "Hanako Yamada",
  country: "JP",
  createdAt: "2026-11-19T00:00:00.000Z",
  publicKey: "a".repeat(64),
};
const NONE = { topic: null, expiresAt: null, appleAccount: null };

const at = (certificate: PushCertificate, mirroredAt: string | null = null) =>
  inBoth("push-cert status", {
    tenant: { pushCertificate: certificate, tenant: { ...example("tenant"), mirroredAt } },
  });

test("shows topic, expiry, account and request, and no secret", async () => {
  const { en } = await at(push({ request }));
  expect(en).toMatchObject({ exit: 0, requests: [{ operation: "pushCertificate" }, { operation: "tenant" }] });
  for (const part of [push().topic ?? "", "2027-03-01T05:00:00.000Z", "mdm@example.co.jp", request.createdAt]) {
    expect(en.stdout).toContain(part);
  }
});

test.each([
  ["with time left", push(), "nothing to do: 101 days left", "次の操作はありません。残り 101 日です"],
  [
    "soon",
    push({ expiresAt: "2027-01-01T00:00:00.000Z" }),
    "41 days left; to renew it: clomoctl push-cert csr --email mdm@example.co.jp --name NAME -o CertificateSigningRequest.csr",
    "残り 41 日です。更新するには: clomoctl push-cert csr --email mdm@example.co.jp",
  ],
  [
    "expired",
    push({ expiresAt: "2026-11-19T00:00:00.000Z" }),
    "expired: no command reaches the devices",
    "期限切れです",
  ],
  ["none", push(NONE), "no push certificate yet; begin with a signing request", "まだありません"],
  [
    "asked for",
    push({ request }),
    "a signing request waits for its certificate: in Apple's portal (https://identity.apple.com/pushcert) sign in as mdm@example.co.jp, and use Renew",
    "CSR に対応する証明書を待っています",
  ],
] as const)("what to type next: %s", async (_, certificate, en, ja) => {
  const told = await at(certificate);
  expect(told.en.stderr).toContain(en);
  expect(told.ja.stderr).toContain(ja);
});

test("in a mirror the steps are the console's, unless the endpoint is a simulator", async () => {
  const mirror = await at(push(NONE), "2026-11-01T00:00:00.000Z");
  expect(mirror.en.stderr).toBe(
    "this tenant mirrors a console, which keeps the push certificate: clomoctl renewals guide push-certificate has the steps there\n",
  );
  expect(mirror.ja.stderr).toContain("管理画面のミラー");
  const rehearsing = await at(push({ ...NONE, simulator: true }), "2026-11-01T00:00:00.000Z");
  expect(rehearsing.en.stderr).toContain("clomoctl push-cert csr");
});

test("where the endpoint is a simulator, its command stands in the portal's place", async () => {
  const { en, ja } = await at(push({ request, simulator: true }));
  const line = `clomoctl ade simulator push-certificate --csr CertificateSigningRequest.csr --renew ${push().topic} --url URL`;
  expect(en.stderr).toContain(
    `waits for its certificate: get the certificate: ${line}; then: clomoctl push-cert upload`,
  );
  expect(ja.stderr).toContain(`証明書を取得します: ${line}。その後`);
  const first = await at(push({ ...NONE, request, simulator: true }));
  expect(first.en.stderr).toContain("CertificateSigningRequest.csr --url URL;");
});

test("what the tenant refuses is told, in both languages", async () => {
  const refused = new Failure("not-permitted", { what: text("no", "不可") });
  const { en, ja } = await inBoth("push-cert status", { tenant: { pushCertificate: refused } });
  expect(en).toMatchObject({ exit: 4, stdout: "", stderr: "error: no\n" });
  expect(ja.stderr).toBe("エラー: 不可\n");
});
