import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Ade, PushCertificate } from "../../lib/client/index.ts";
import { text } from "../../lib/text/index.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const AT_ADE = { ade: example<Ade>("ade") };
const ASKED = [{ operation: "ade" }];

const push = (change: Partial<PushCertificate> = {}) => example<PushCertificate>("pushCertificate", change);
const uploaded = (change: object = {}) => ({
  unchanged: false,
  before: push(),
  after: push({ expiresAt: "2028-02-14T05:00:00.000Z" }),
  warnings: [],
  losing: null,
  dryRun: false,
  ...change,
});

const folderWith = (content: string | Uint8Array): string => {
  const folder = freshFolder();
  writeFileSync(join(folder, "new.pem"), content);
  return folder;
};

test("sends the file and the Apple Account, and shows the new state of the tenant", async () => {
  const folder = folderWith("PEM");
  const tenant = { ...AT_ADE, uploadPushCertificate: uploaded() };
  const { en, ja } = await runInBoth("push-cert upload new.pem --apple-account mdm@example.co.jp", { folder, tenant });
  expect(en.requests).toEqual([
    ...ASKED,
    {
      operation: "uploadPushCertificate",
      json: { name: "new.pem", content: "UEVN", appleAccount: "mdm@example.co.jp", dryRun: false },
    },
  ]);
  expect(en.exit).toBe(0);
  expect(en.stdout).toContain("2028-02-14T05:00:00.000Z");
  expect(en.stderr).toBe(
    "the expiry date is now also recorded as a renewal item; to list the renewal items: clomoctl renewals list\n",
  );
  expect(ja.stderr).toBe("年次更新・期限にも登録しました。一覧を見るには: clomoctl renewals list\n");
});

test("counts devices that are given up, shows warnings and says if it is a dry run", async () => {
  const warnings = [text("not issued by Apple", "Apple が発行したものではありません")];
  const tenant = { ...AT_ADE, uploadPushCertificate: uploaded({ warnings, losing: 1, dryRun: true }) };
  const line = "push-cert upload new.pem --apple-account a@example.jp --accept-losing-devices 1 --dry-run";
  const { en, ja } = await runInBoth(line, { folder: folderWith("PEM"), tenant });
  expect(en.requests.at(-1)).toMatchObject({ json: { acceptLosingDevices: 1, dryRun: true } });
  expect(en.stderr).toBe(
    "warning: not issued by Apple\nwarning: the topic has changed: 1 device has to be enrolled again\ndry run: nothing was changed\n",
  );
  expect(ja.stderr).toContain("管理中のデバイス 1 台は再登録が必要です\n");
});

test("the same file again exits with 0 and is reported", async () => {
  const tenant = { ...AT_ADE, uploadPushCertificate: uploaded({ unchanged: true }) };
  const { en, ja } = await runInBoth("push-cert upload new.pem --apple-account a@example.jp", {
    folder: folderWith("PEM"),
    tenant,
  });
  expect(en).toMatchObject({
    exit: 0,
    stderr: "this certificate is already in use, so nothing was changed\n",
  });
  expect(ja.stderr).toBe("この証明書は登録済みです。何も変更していません\n");
});

test("asks for the Apple Account on a terminal, and names the option without a terminal", async () => {
  const tenant = { ...AT_ADE, pushCertificate: push(), uploadPushCertificate: uploaded() };
  const folder = folderWith("PEM");
  const typing = [
    ["Apple Account that you used to sign in to Apple's portal", "x\r"],
    ["not an email address", "\u0015new@example.jp\r"],
  ] as const;
  const asked = await run("push-cert upload new.pem", { folder, tenant, terminal: { typing } });
  expect(asked.exit).toBe(0);
  expect(asked.stderr.replaceAll(/\s+/g, "")).toContain("(recorded:mdm@example.co.jp):");
  expect(asked.requests.at(-1)).toMatchObject({ json: { appleAccount: "new@example.jp" } });
  const { en, ja } = await runInBoth("push-cert upload new.pem", {
    folder,
    tenant: { ...AT_ADE, pushCertificate: push() },
  });
  expect(en).toMatchObject({ exit: 2, stdout: "" });
  expect(en.stderr).toContain("--apple-account MAIL");
  expect(ja.stderr).toContain("--apple-account MAIL");
});
