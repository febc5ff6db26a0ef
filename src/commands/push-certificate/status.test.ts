import { expect, test } from "vitest";
import type { Ade, PushCertificate } from "../../lib/client/index.ts";
import { runInBoth } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

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
  runInBoth("push-cert status", {
    tenant: {
      pushCertificate: certificate,
      tenant: { ...example("tenant"), mirroredAt },
      ...(certificate.simulator && certificate.request !== null && { ade: example<Ade>("ade") }),
    },
  });

test("shows topic, expiry, account and request, but no secret", async () => {
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
    "42 days left; to renew it: clomoctl push-certificate csr --email mdm@example.co.jp --name NAME -o CertificateSigningRequest.csr",
    "残り 42 日です。更新するには: clomoctl push-certificate csr --email mdm@example.co.jp",
  ],
  [
    "expired",
    push({ expiresAt: "2026-11-19T00:00:00.000Z" }),
    "expired: commands no longer reach the devices. Renew the certificate now:",
    "期限切れです",
  ],
  ["none", push(NONE), "no push certificate yet; start with a signing request:", "まだありません"],
  [
    "asked for",
    push({ request }),
    "a signing request is waiting for its certificate; to write the request again: clomoctl push-certificate csr -o CertificateSigningRequest.csr\nsign in to Apple's portal (https://identity.apple.com/pushcert) as mdm@example.co.jp, and choose Renew for the certificate in use (never Create a Certificate)",
    "CSR に対応する証明書を待っています。CSR をもう一度書き出すには: clomoctl push-certificate csr -o CertificateSigningRequest.csr\n",
  ],
] as const)("says what to type next: %s", async (_, certificate, en, ja) => {
  const told = await at(certificate);
  expect(told.en.stderr).toContain(en);
  expect(told.ja.stderr).toContain(ja);
});

test("in a mirror, the steps are the console's unless the endpoint is a simulator", async () => {
  const mirror = await at(push(NONE), "2026-11-01T00:00:00.000Z");
  expect(mirror.en.stderr).toBe(
    "this tenant is a mirror, and its push certificate is in the console; for the steps: clomoctl renewals guide push-certificate\n",
  );
  expect(mirror.ja.stderr).toContain("管理画面のミラー");
  const rehearsing = await at(push({ ...NONE, simulator: true }), "2026-11-01T00:00:00.000Z");
  expect(rehearsing.en.stderr).toContain("clomoctl push-certificate csr");
});

test("if the endpoint is a simulator, its command replaces the portal", async () => {
  const { en, ja } = await at(push({ request, simulator: true }));
  const [write, get] = [
    "clomoctl push-certificate csr -o CertificateSigningRequest.csr",
    "clomoctl ade simulator do push-certificate --csr CertificateSigningRequest.csr",
  ];
  const upload = "clomoctl push-certificate upload FILE --apple-account mdm@example.co.jp\n";
  expect(en.stderr).toContain(
    `to write the request again: ${write}\nget the certificate: ${get} --renew ${push().topic} --url http://127.0.0.1:8080\nthen: ${upload}`,
  );
  expect(ja.stderr).toContain(`--url http://127.0.0.1:8080\nその後: ${upload}`);
  const first = await at(push({ ...NONE, request, simulator: true }));
  expect(first.en.stderr).toContain(`${get} --url http://127.0.0.1:8080\nthen: ${upload}`);
});
