import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openPostOffice, type PostOffice } from "#support/renewals/post-office.ts";
import { failureOf } from "#support/tenant/tenant.ts";
import { createMailOpener } from "./tenant-mail.ts";

let [settings, office]: [string, PostOffice | undefined] = ["", undefined];
beforeEach(() => {
  settings = mkdtempSync(join(tmpdir(), "clomoctl-mail-"));
});
afterEach(async () => {
  await office?.close();
  office = undefined;
  rmSync(settings, { recursive: true });
});

const write = (...lines: readonly string[]): void =>
  writeFileSync(join(settings, "notify.yaml"), `${lines.join("\n")}\n`, { mode: 0o600 });

const open = () => createMailOpener({ folder: settings, userId: userInfo().uid })();

const MAIL = { to: "hana@example.jp", subject: "件名", text: "本文\n", language: "ja" } as const;

test("sends nothing without a mail server, and explains how to set one", async () => {
  expect(await failureOf(open())).toMatchObject({
    code: "input-rejected",
    where: join(settings, "notify.yaml"),
    hint: { en: expect.stringContaining("clomoctl renewals notify init --help-all") },
  });
  write("recipients: []");
  expect(await failureOf(open())).toMatchObject({
    code: "input-rejected",
    hint: { en: expect.stringContaining("add smtp to this file") },
  });
});

test("refuses invalid settings and secrets before sending anything", async () => {
  write("smtp: {host: 127.0.0.1}");
  expect(await failureOf(open())).toMatchObject({ code: "input-rejected", where: expect.stringMatching(/:1$/) });
  write("smtp: {host: 127.0.0.1, security: none, from: a@example.jp, user: a, password-file: mail}");
  expect(await failureOf(open())).toMatchObject({ code: "not-found", where: join(settings, "mail") });
});

test("sends plain text through the mail server of renewals notify, and reports a refusal", async () => {
  office = await openPostOffice({
    authOptional: false,
    onAuth: ({ password }, _, done) => (password === "geheim1" ? done(null, { user: "it" }) : done(new Error("no"))),
  });
  office.refused.set("gone@example.jp", "550 5.1.1 no such user");
  write(
    `smtp: {host: 127.0.0.1, port: ${office.port}, security: none, from: a@example.jp, user: it, password-file: mail}`,
  );
  writeFileSync(join(settings, "mail"), "geheim1\n", { mode: 0o600 });
  const send = await open();
  expect(await send(MAIL)).toBeUndefined();
  const [got] = office.delivered;
  expect(got).toMatchObject({ to: "hana@example.jp", user: "it", mail: { subject: "件名", text: "本文\n" } });
  expect(got?.mail.headers.get("auto-submitted")).toBe("auto-generated");
  expect(got?.mail.headers.has("list-id")).toBe(false);
  expect(await send({ ...MAIL, to: "gone@example.jp" })).toMatchObject({
    en: "550 5.1.1 no such user",
  });
});
