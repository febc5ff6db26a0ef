import { rm, writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { buildReminderMessage, type DeliveryFault } from "./message.ts";
import { createDeliverer, createMailOpener } from "./deliver.ts";
import type { NotifySettings, Recipient, WebhookRecipient } from "./settings-schema.ts";
import { createReminders } from "#support/renewals/digest.ts";
import { openChatServer, openPostOffice, type PostOffice } from "#support/renewals/post-office.ts";
import { writeFileSync } from "node:fs";
import { failureOf } from "#support/tenant/tenant.ts";
import { freshFolder } from "#support/folder.ts";

let folder = "";
beforeEach(() => {
  folder = freshFolder();
});

const IT: Recipient = { name: "it", way: "mail", address: "it@example.jp", language: "ja" };
const CHAT: WebhookRecipient = { name: "chat", way: "webhook", "url-file": "url", language: "ja" };
const digest = createReminders();

const deliveries = (settings: Partial<NotifySettings>) => {
  const whole: NotifySettings = { language: "ja", recipients: [], ...settings };
  const deliver = createDeliverer(whole, { folder, userId: 1000 });
  return async (recipient: Recipient): Promise<DeliveryFault> => deliver(recipient, await buildReminderMessage(digest));
};

const failure = (reason: RegExp) => ({ en: expect.stringMatching(reason), ja: expect.stringMatching(reason) });

test("mail goes to the server, with the password from a file", async () => {
  const passwords: unknown[] = [];
  const office = await openPostOffice({
    authOptional: false,
    onAuth: ({ username, password }, _, done) => {
      passwords.push(password);
      done(null, { user: username });
    },
  });
  onTestFinished(office.close);
  await writeFile(join(folder, "password"), "from-file\n", { mode: 0o600 });
  const smtp = { host: "127.0.0.1", port: office.port, security: "none", from: "a@example.jp", user: "u" } as const;
  expect(await deliveries({ smtp: { ...smtp, "password-file": "password" } })(IT)).toBeUndefined();
  expect(passwords).toEqual(["from-file"]);
  expect(office.delivered.map(({ to }) => to)).toEqual(["it@example.jp"]);
});

test("mail fails if the password's file is not there", async () => {
  const server = { host: "x.invalid", port: 25, security: "none", from: "a@x", user: "u" } as const;
  expect(await deliveries({ smtp: { ...server, "password-file": "none" } })(IT)).toEqual(failure(/\(.*none\)/));
});

test("posts to a webhook with its secret address, its headers and its template", async () => {
  const chat = await openChatServer();
  onTestFinished(chat.close);
  await writeFile(join(folder, "headers"), "X-ChatWorkToken: geheim\n", { mode: 0o600 });
  await writeFile(join(folder, "body.json"), '{"a":"{{subject}}"}\n');
  await writeFile(join(folder, "url"), chat.url, { mode: 0o600 });
  const recipient: Recipient = { ...CHAT, "headers-file": "headers", "template-file": "body.json" };
  expect(await deliveries({ recipients: [recipient] })(recipient)).toBeUndefined();
  expect(chat.posted).toMatchObject([{ path: "/services/SECRET", headers: { "x-chatworktoken": "geheim" } }]);
  expect(JSON.parse(chat.posted[0]?.body ?? "")).toEqual({ a: expect.stringContaining("本社") });
});

test.each<[string, Recipient, RegExp]>([
  ["its address", CHAT, /url\)/],
  ["its headers", { ...CHAT, "url-file": "other", "headers-file": "none" }, /none\)/],
  ["its template", { ...CHAT, "url-file": "other", "template-file": "none" }, /none\)/],
])("a webhook fails if %s is not known", async (_, recipient, reason) => {
  await writeFile(join(folder, "other"), "http://127.0.0.1:1/", { mode: 0o600 });
  expect(await deliveries({})(recipient)).toEqual(failure(reason));
});

test("opens the mail server once, for the first mail", async () => {
  const office = await openPostOffice({ authOptional: false, onAuth: (_, __, done) => done(null, { user: "u" }) });
  onTestFinished(office.close);
  const smtp = { host: "127.0.0.1", port: office.port, security: "none", from: "a@example.jp", user: "u" } as const;
  const deliver = deliveries({ smtp: { ...smtp, "password-file": "password" } });
  await writeFile(join(folder, "password"), "x", { mode: 0o600 });
  expect(await deliver(IT)).toBeUndefined();
  await rm(join(folder, "password"));
  expect(await deliver(IT)).toBeUndefined();
});

let office: PostOffice | undefined;
afterEach(async () => {
  await office?.close();
  office = undefined;
});

const write = (...lines: readonly string[]): void =>
  writeFileSync(join(folder, "notify.yaml"), `${lines.join("\n")}\n`, { mode: 0o600 });

const open = () => createMailOpener({ folder, userId: userInfo().uid })();

const MAIL = { to: "hana@example.jp", subject: "件名", text: "本文\n", language: "ja" } as const;

test("sends nothing without a mail server, and explains how to set one", async () => {
  expect(await failureOf(open())).toMatchObject({
    code: "input-rejected",
    where: join(folder, "notify.yaml"),
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
  expect(await failureOf(open())).toMatchObject({ code: "not-found", where: join(folder, "mail") });
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
  writeFileSync(join(folder, "mail"), "geheim1\n", { mode: 0o600 });
  const send = await open();
  expect(await send(MAIL)).toBeUndefined();
  const [got] = office.delivered;
  expect(got).toMatchObject({ to: "hana@example.jp", user: "it", mail: { subject: "件名", text: "本文\n" } });
  expect(got?.mail.headers.get("auto-submitted")).toBe("auto-generated");
  expect(got?.mail.headers.has("list-id")).toBe(false);
  expect(await send({ ...MAIL, to: "gone@example.jp" })).toMatchObject({ en: "550 5.1.1 no such user" });
});
