import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Ade, PushCertificate } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { text } from "../../lib/text/index.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const AT_ADE = { ade: example<Ade>("ade") };
const ASKED = [{ operation: "ade" }];

const REQUEST = "-----BEGIN CERTIFICATE REQUEST-----\nMIIC\n-----END CERTIFICATE REQUEST-----\n";
const staged = {
  email: "mdm@example.co.jp",
  name: "Hanako Yamada",
  country: "JP",
  createdAt: "2026-11-19T00:00:00.000Z",
};
const push = (change: Partial<PushCertificate> = {}) => example<PushCertificate>("pushCertificate", change);
const request = { ...staged, publicKey: "a".repeat(64) };
const none = { topic: null, name: null, expiresAt: null, appleAccount: null };
const made = (created: boolean, change: Partial<PushCertificate> = {}) => ({
  request: REQUEST,
  created,
  certificate: push({ request, ...change }),
});

test("requests a CSR, writes it and says what to do in Apple's portal", async () => {
  const folder = freshFolder();
  const line = [
    "push-cert",
    "csr",
    "--email",
    "mdm@example.co.jp",
    "--name",
    "Hanako Yamada",
    "-o",
    "a.csr",
    "--overwrite",
  ];
  const tenant = { ...AT_ADE, pushCertificate: push(), requestPushCertificate: made(true) };
  const { en, ja } = await runInBoth(line, { folder, tenant });
  expect(en.requests).toEqual([
    ...ASKED,
    { operation: "pushCertificate" },
    {
      operation: "requestPushCertificate",
      json: { email: "mdm@example.co.jp", name: "Hanako Yamada", startOver: false },
    },
  ]);
  expect(en).toMatchObject({ exit: 0, stdout: "" });
  expect(readFileSync(join(folder, "a.csr"), "utf8")).toBe(REQUEST);
  expect(en.stderr).toBe(
    [
      "Not for a CLOMO tenant, whose request comes from the console: clomoctl renewals guide push-certificate",
      "request created for mdm@example.co.jp; its key is kept in the tenant",
      `sign in to Apple's portal (https://identity.apple.com/pushcert) as mdm@example.co.jp, and choose Renew for the certificate in use (never Create a Certificate) with the request once an MDM vendor has signed it: the portal accepts only signed requests, and clomoctl does not sign requests. The topic must still be ${push().topic}`,
      "then: clomoctl push-certificate upload FILE --apple-account mdm@example.co.jp",
      "",
    ].join("\n"),
  );
  expect(ja.stderr).toContain("mdm@example.co.jp の CSR を作成しました。鍵はテナント内に保持しています\n");
  expect(ja.stderr).toContain("「Create a Certificate」は使わない");
});

test("with a simulator, the proposed command has the written file and the simulator's address", async () => {
  const tenant = {
    pushCertificate: push({ ...none, request, simulator: true }),
    requestPushCertificate: made(false, { ...none, simulator: true }),
    ade: example<Ade>("ade"),
  };
  const ran = runInBoth("push-cert csr -o CSR2.csr --overwrite", {
    folder: freshFolder(),
    tenant,
    terminal: { columns: 400 },
  });
  for (const { stderr } of Object.values(await ran)) {
    expect(stderr).toContain(
      ": clomoctl ade simulator do push-certificate --csr CSR2.csr --url http://127.0.0.1:8080\n",
    );
    expect(stderr).toContain(": clomoctl push-certificate upload FILE --apple-account mdm@example.co.jp\n");
  }
});

test("writes the staged request again, even to stdout, and creates a first certificate", async () => {
  const tenant = { ...AT_ADE, pushCertificate: push({ ...none, request }), requestPushCertificate: made(false, none) };
  const { en, ja } = await runInBoth("push-certificate csr -o -", { tenant });
  expect(en.requests.at(-1)).toEqual({ operation: "requestPushCertificate", json: { startOver: false } });
  expect(en.stdout).toBe(REQUEST);
  expect(en.stderr).toContain("the existing request was written again; to create a new request, add --start-over\n");
  expect(en.stderr).toContain(
    ". Use the account that will renew the certificate every year, and choose Create a Certificate with the request once an MDM vendor has signed it: the portal accepts only signed requests, and clomoctl does not sign requests",
  );
  expect(ja.stderr).toContain("作成済みの CSR を書き出しました");
});

test("passes --start-over and the country on, and warns if the address is not the Apple Account's", async () => {
  const tenant = { ...AT_ADE, pushCertificate: push({ request }), requestPushCertificate: made(true) };
  const line = "push-cert csr --email other@example.jp --name Taro1 --country us --start-over -o -";
  const { en, ja } = await runInBoth(line, { tenant });
  expect(en.requests.at(-1)).toMatchObject({ json: { email: "other@example.jp", country: "us", startOver: true } });
  expect(en.stderr).toContain(
    "warning: other@example.jp is not the recorded Apple Account (mdm@example.co.jp). Renew with the recorded one: with another account, the topic changes and every enrolled device stops responding\n",
  );
  expect(ja.stderr).toContain("登録されている Apple Account(mdm@example.co.jp)と異なります");
  const same = await run("push-cert csr --email MDM@example.co.jp --name Taro1 -o -", { tenant });
  expect(same.stderr).not.toContain("warning");
});

test("on a terminal, asks for missing values until they can be right", async () => {
  const tenant = { ...AT_ADE, pushCertificate: push(none), requestPushCertificate: made(true, none) };
  const typing = [
    ["Email address of the Apple Account:", "山田\r"],
    ["half-width characters", "\u0015mdm@example.co.jp\r"],
    ["Name (half-width", "Hanako\r"],
    ["the name must consist of half-width letters and digits", "\u0015Hanako Yamada\r"],
  ] as const;
  const { exit, requests } = await run("push-cert csr -o a.csr", { tenant, terminal: { typing } });
  expect(exit).toBe(0);
  expect(requests.at(-1)).toMatchObject({ json: { email: "mdm@example.co.jp", name: "Hanako Yamada" } });
});

test("reports a refusal of the tenant in both languages and writes no file", async () => {
  const folder = freshFolder();
  writeFileSync(join(folder, "a.csr"), "old");
  const refused = new Failure("input-rejected", { what: text("no", "不可") });
  const tenant = { ...AT_ADE, pushCertificate: push(), requestPushCertificate: refused };
  const { en, ja } = await runInBoth("push-cert csr -o a.csr --overwrite", { folder, tenant });
  expect(en).toMatchObject({ exit: 3, stdout: "", stderr: "error: no\n" });
  expect(ja.stderr).toBe("エラー: 不可\n");
  expect(readFileSync(join(folder, "a.csr"), "utf8")).toBe("old");
});
