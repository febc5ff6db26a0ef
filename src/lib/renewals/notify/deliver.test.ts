import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { buildReminderMessage } from "./message.ts";
import { createDeliverer } from "./deliver.ts";
import type { Delivery } from "./outcome.ts";
import type { NotifySettings, Recipient, WebhookRecipient } from "./settings.ts";
import { createDigest } from "#support/renewals/digest.ts";
import { openChatServer, openPostOffice } from "#support/renewals/post-office.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "deliver-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const IT: Recipient = { name: "it", way: "mail", address: "it@example.jp", language: "ja" };
const CHAT: WebhookRecipient = { name: "chat", way: "webhook", url: { env: "URL" }, language: "ja" };
const digest = createDigest();

const deliveries = (settings: Partial<NotifySettings>, environment: Record<string, string | undefined> = {}) => {
  const whole: NotifySettings = { language: "ja", stages: [], recipients: [], ...settings };
  const deliver = createDeliverer(whole, { environment, folder, modes: true });
  return async (recipient: Recipient): Promise<Delivery> =>
    deliver(recipient, await buildReminderMessage(digest), digest);
};

const failure = (reason: RegExp) => ({
  sent: false,
  reason: { en: expect.stringMatching(reason), ja: expect.stringMatching(reason) },
});

test("mail goes to the server, with the password from the environment or a file", async () => {
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
  for (const password of [{ env: "PASSWORD" }, { file: "password" }]) {
    const smtp = {
      host: "127.0.0.1",
      port: office.port,
      security: "none",
      from: "a@example.jp",
      user: "u",
      password,
    } as const;
    expect(await deliveries({ smtp }, { PASSWORD: "from-env" })(IT)).toEqual({ sent: true });
  }
  expect(passwords).toEqual(["from-env", "from-file"]);
  expect(office.delivered.map(({ to }) => to)).toEqual(["it@example.jp", "it@example.jp"]);
});

test.each<[string, Partial<NotifySettings>, RegExp]>([
  ["no mail server is configured (smtp)", {}, /smtp|mail server/],
  [
    "the password's variable is not set",
    { smtp: { host: "x.invalid", port: 25, security: "none", from: "a@x", user: "u", password: { env: "NONE" } } },
    /\(NONE\)/,
  ],
  [
    "the password's file is not there",
    { smtp: { host: "x.invalid", port: 25, security: "none", from: "a@x", user: "u", password: { file: "none" } } },
    /\(.*none\)/,
  ],
  [
    "the authority's file is not there",
    { smtp: { host: "x.invalid", port: 25, security: "tls", from: "a@x", caFile: "none.pem" } },
    /\(.*none\.pem\)/,
  ],
])("mail fails if %s", async (_, settings, reason) => {
  expect(await deliveries(settings)(IT)).toEqual(failure(reason));
});

test("looks for an authority's file next to the settings", async () => {
  await writeFile(join(folder, "ca.pem"), "no certificate");
  const smtp = { host: "127.0.0.1", port: 1, security: "tls", from: "a@example.jp", caFile: "ca.pem" } as const;
  expect(await deliveries({ smtp })(IT)).toMatchObject({
    sent: false,
    reason: { en: expect.not.stringContaining("no such file") },
  });
});

test("posts to a webhook with its secret address, its headers and its template", async () => {
  const chat = await openChatServer();
  onTestFinished(chat.close);
  await writeFile(join(folder, "headers"), "X-ChatWorkToken: geheim\n", { mode: 0o600 });
  await writeFile(join(folder, "body.json"), '{"a":"{{subject}}"}\n');
  const recipient: Recipient = { ...CHAT, headersFile: "headers", templateFile: "body.json" };
  expect(await deliveries({ recipients: [recipient] }, { URL: chat.url })(recipient)).toEqual({ sent: true });
  expect(chat.posted).toMatchObject([{ path: "/services/SECRET", headers: { "x-chatworktoken": "geheim" } }]);
  expect(JSON.parse(chat.posted[0]?.body ?? "")).toEqual({ a: expect.stringContaining("本社") });
});

test.each<[string, Recipient, RegExp]>([
  ["its address", CHAT, /\(URL\)/],
  ["its headers", { ...CHAT, url: { env: "OTHER" }, headersFile: "none" }, /none\)/],
  ["its template", { ...CHAT, url: { env: "OTHER" }, templateFile: "none" }, /none\)/],
])("a webhook fails if %s is not known", async (_, recipient, reason) => {
  expect(await deliveries({}, { OTHER: "http://127.0.0.1:1/" })(recipient)).toEqual(failure(reason));
});

test("a command receives the environment without any secrets", async () => {
  await writeFile(
    join(folder, "show.mjs"),
    `import { writeFileSync } from "node:fs"; writeFileSync("seen", Object.keys(process.env).join());`,
  );
  const ticket: Recipient = {
    name: "ticket",
    way: "command",
    command: [process.execPath, "show.mjs"],
    timeoutMs: 120_000,
    language: "ja",
  };
  const recipients: Recipient[] = [
    ticket,
    { ...CHAT, url: { env: "CHAT_URL" } },
    { ...CHAT, name: "other", url: { file: "KEPT_FILE" } },
    IT,
  ];
  const smtp = {
    host: "x.invalid",
    port: 25,
    security: "none",
    from: "a@x",
    user: "u",
    password: { env: "SMTP_PASSWORD" },
  } as const;
  const secret = { CHAT_URL: "1", SMTP_PASSWORD: "3" };
  const environment = { ...secret, KEPT: "4", KEPT_FILE: "5", PATH: process.env["PATH"] };
  expect(await deliveries({ smtp, recipients }, environment)(ticket)).toEqual({ sent: true });
  const seen = (await readFile(join(folder, "seen"), "utf8")).split(",");
  expect(seen).toEqual(expect.arrayContaining(["KEPT", "KEPT_FILE", "PATH"]));
  expect(seen.filter((name) => name in secret)).toEqual([]);
});

test("opens the mail server once, for the first mail", async () => {
  const office = await openPostOffice();
  onTestFinished(office.close);
  const smtp = { host: "127.0.0.1", port: office.port, security: "none", from: "a@example.jp" } as const;
  const deliver = deliveries({ smtp: { ...smtp, caFile: "ca.pem" } });
  await writeFile(join(folder, "ca.pem"), "");
  expect(await deliver(IT)).toEqual({ sent: true });
  await rm(join(folder, "ca.pem"));
  expect(await deliver(IT)).toEqual({ sent: true });
});
