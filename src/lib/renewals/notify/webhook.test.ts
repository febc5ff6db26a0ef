import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { buildReminderMessage, type Message } from "./message.ts";
import { openChatServer, type ChatServer } from "#support/renewals/post-office.ts";
import { createReminders, createDueReminder } from "#support/renewals/digest.ts";
import { fillTemplate, postReminder } from "./webhook.ts";

let chat: ChatServer;
let message: Message;
beforeEach(async () => {
  chat = await openChatServer();
  message = await buildReminderMessage(
    createReminders({ due: [createDueReminder({ item: { name: 'A & B <"x"> [info]' } })] }),
  );
});
afterEach(() => chat.close());

const bodyOf = (): unknown => JSON.parse(chat.posted[0]?.body ?? "");

const readExamples = (language: string): ReadonlyMap<string, string> => {
  const guide = readFileSync(join(import.meta.dirname, `../../../../docs/guides/${language}/notify.md`), "utf8");
  return new Map([...guide.matchAll(/```[a-z]+ (\S+)\n(.*?)\n```/gs)].map(([, name = "", body = ""]) => [name, body]));
};

test.each(["en", "ja"])("the templates of the guide in %s fit their services", (language) => {
  const { subject, text } = message;
  const hidden = (words: string): string =>
    words.replaceAll(/[<>[\]]/g, (sign) => ({ "<": "＜", ">": "＞", "[": "［" })[sign] ?? "］");
  const said = hidden(text.trimEnd());
  const examples = readExamples(language);
  const filled = (name: string): unknown => JSON.parse(fillTemplate(message, "application/json", examples.get(name)));
  expect(JSON.parse(fillTemplate(message, "application/json"))).toEqual({ text: `${hidden(subject)}\n\n${said}` });
  expect(filled("slack.json")).toEqual({ text: `*${hidden(subject)}*\n${said}` });
  expect(filled("google-chat.json")).toEqual({ text: `*${hidden(subject)}*\n${said}` });
  expect(filled("line-works.json")).toEqual({ title: hidden(subject), body: { text: said } });
  expect(filled("teams.json")).toMatchObject({
    type: "message",
    attachments: [{ contentType: "application/vnd.microsoft.card.adaptive", content: { type: "AdaptiveCard" } }],
  });
  const form = new URLSearchParams(
    fillTemplate(message, "application/x-www-form-urlencoded", examples.get("chatwork.form")),
  );
  expect(form.get("body")).toBe(`[info][title]${hidden(subject)}[/title]${said}[/info]`);
});

test("shortens a very long reminder, and refuses a template that is not JSON", () => {
  const body = fillTemplate({ ...message, text: "😀".repeat(9000) }, "application/json");
  expect([...body].length).toBeLessThan(4400);
  expect(() => fillTemplate(message, "application/json", "{{text}}")).toThrow("the template is not JSON");
});

test("posts once, with a key that identifies repetitions and its own headers", async () => {
  const headers = { "x-chatworktoken": "TOKEN", "content-type": "application/x-www-form-urlencoded" };
  expect(await postReminder({ url: chat.url, headers, template: "body={{subject}}" }, message)).toBeUndefined();
  expect(chat.posted).toMatchObject([
    { path: "/services/SECRET", headers: { ...headers, "idempotency-key": message.messageId } },
  ]);
  expect(new URLSearchParams(chat.posted[0]?.body).get("body")).toContain(message.subject.slice(0, 5));
});

test("sends UTF-8 JSON over the socket", async () => {
  await postReminder({ url: chat.url, headers: {} }, message);
  expect(bodyOf()).toMatchObject({ text: expect.stringContaining("年次更新") });
});

test.each([300, 302, 404, 500])("HTTP %i is a failure that does not reveal the address", async (status) => {
  chat.status = status;
  const delivery = await postReminder({ headers: {}, url: chat.url }, message);
  const said = `${new URL(chat.url).host}: HTTP ${status}`;
  expect(delivery).toEqual({ en: said, ja: said });
});

test.each([
  "http://hooks.example.jp/SECRET",
  "http://127.0.0.1.example.jp/SECRET",
  "https://user:SECRET@hooks.example.jp/",
  "file:///etc/passwd",
  "SECRET",
])("does not send to %s", async (url) => {
  const delivery = await postReminder({ headers: {}, url }, message);
  expect(delivery).toMatchObject({ en: "the URL must begin with https://" });
});

test("a missing or silent server is a failure in limited time", async () => {
  chat.status = 0;
  const silent = await postReminder({ headers: {}, url: chat.url, timeoutMs: 50 }, message);
  const { url } = chat;
  await chat.close();
  const absent = await postReminder({ headers: {}, url }, message);
  expect(silent).toMatchObject({ en: expect.stringContaining("timed out (TimeoutError)") });
  expect(absent).toEqual({
    en: expect.stringMatching(/^127\.0\.0\.1:\d+: connection refused \(ECONNREFUSED\)$/),
    ja: expect.stringMatching(/^127\.0\.0\.1:\d+: 接続を拒否されました\(ECONNREFUSED\)$/),
  });
  expect(JSON.stringify([silent, absent])).not.toContain("SECRET");
  chat = await openChatServer();
});
