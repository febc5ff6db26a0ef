import { afterEach, beforeEach, expect, test } from "vitest";
import { buildReminderMessage, type Message } from "../message.ts";
import { WEBHOOK_SERVICES } from "../settings.ts";
import { openChatServer, type ChatServer } from "#support/renewals/post-office.ts";
import { createDigest, createDueReminder } from "#support/renewals/digest.ts";
import { buildWebhookPayload } from "./webhook-payload.ts";
import { postReminder } from "./webhook.ts";

let chat: ChatServer;
let message: Message;
beforeEach(async () => {
  chat = await openChatServer();
  message = await buildReminderMessage(
    createDigest({ due: [createDueReminder({ item: { name: 'A & B <"x"> [info]' } })] }),
  );
});
afterEach(() => chat.close());

const bodyOf = (): unknown => JSON.parse(chat.posted[0]?.body ?? "");

test("each chat service gets its own format", async () => {
  const { subject, text } = message;
  expect(JSON.parse(buildWebhookPayload("slack", message).body)).toEqual({
    text: expect.stringContaining('A &amp; B &lt;"x"&gt; [info]'),
  });
  expect(JSON.parse(buildWebhookPayload("google-chat", message).body)).toEqual({
    text: `${subject}\n\n${text.trimEnd()}`.replaceAll("<", "＜").replaceAll(">", "＞"),
  });
  expect(JSON.parse(buildWebhookPayload("line-works", message).body)).toEqual({
    title: subject,
    body: { text: text.trimEnd() },
  });
  expect(JSON.parse(buildWebhookPayload("teams", message).body)).toMatchObject({
    type: "message",
    attachments: [
      {
        contentType: "application/vnd.microsoft.card.adaptive",
        content: {
          type: "AdaptiveCard",
          body: [
            { type: "TextBlock", text: subject },
            { type: "TextBlock", wrap: true },
          ],
        },
      },
    ],
  });
  const form = new URLSearchParams(buildWebhookPayload("chatwork", message).body);
  expect(form.get("body")).toMatch(/^\[info\]\[title\][^[\]]+\[\/title\][^[\]]+\[\/info\]$/);
  expect(form.get("self_unread")).toBe("1");
  expect(
    JSON.parse(buildWebhookPayload("template", message, '{"m": "{{subject}}|{{text}}|{{messageId}}|{{x}}"}').body),
  ).toEqual({
    m: `${subject}|${text}|${message.messageId}|{{x}}`,
  });
});

test("shortens a very long reminder for every chat service", () => {
  const long = { ...message, text: "😀".repeat(9000) };
  for (const service of WEBHOOK_SERVICES.filter((service) => service !== "template")) {
    const { body, contentType } = buildWebhookPayload(service, long);
    const text = contentType.includes("json") ? body : decodeURIComponent(body);
    expect([...text].length).toBeLessThan(4400);
    expect(text).toContain("…");
  }
});

test("posts once, with a key that identifies repetitions and Chatwork's token in the header", async () => {
  expect(await postReminder({ service: "chatwork", url: chat.url, token: "TOKEN" }, message)).toEqual({ sent: true });
  expect(chat.posted).toMatchObject([
    {
      path: "/services/SECRET",
      headers: {
        "x-chatworktoken": "TOKEN",
        "idempotency-key": message.messageId,
        "content-type": "application/x-www-form-urlencoded",
      },
    },
  ]);
});

test("a name does not become a mention or a link in a chat", async () => {
  const hostile = await buildReminderMessage(
    createDigest({ due: [createDueReminder({ item: { name: "<users/all> [x](http://a.jp)" } })] }),
  );
  expect(buildWebhookPayload("google-chat", hostile).body).not.toContain("<users/all>");
  expect(buildWebhookPayload("teams", hostile).body).not.toContain("](");
});

test("sends UTF-8 JSON over the socket", async () => {
  await postReminder({ service: "line-works", url: chat.url }, message);
  expect(bodyOf()).toMatchObject({ title: message.subject });
});

test.each([300, 302, 404, 500])("HTTP %i is a failure that does not reveal the address", async (status) => {
  chat.status = status;
  const delivery = await postReminder({ service: "slack", url: chat.url }, message);
  const said = `${new URL(chat.url).host}: HTTP ${status}`;
  expect(delivery).toEqual({ sent: false, bounced: false, reason: { en: said, ja: said } });
});

test.each([
  "http://hooks.example.jp/SECRET",
  "http://127.0.0.1.example.jp/SECRET",
  "https://user:SECRET@hooks.example.jp/",
  "file:///etc/passwd",
  "SECRET",
])("does not send to %s", async (url) => {
  const delivery = await postReminder({ service: "slack", url }, message);
  expect(delivery).toMatchObject({ sent: false, reason: { en: "the URL must begin with https://" } });
});

test("a missing or silent server is a failure in limited time", async () => {
  chat.status = 0;
  const silent = await postReminder({ service: "slack", url: chat.url, timeoutMs: 50 }, message);
  const { url } = chat;
  await chat.close();
  const absent = await postReminder({ service: "slack", url }, message);
  expect(silent).toMatchObject({ reason: { en: expect.stringContaining("timed out (TimeoutError)") } });
  expect([silent.sent, absent]).toEqual([
    false,
    {
      sent: false,
      bounced: false,
      reason: {
        en: expect.stringMatching(/^127\.0\.0\.1:\d+: connection refused \(ECONNREFUSED\)$/),
        ja: expect.stringMatching(/^127\.0\.0\.1:\d+: 接続を拒否されました\(ECONNREFUSED\)$/),
      },
    },
  ]);
  expect(JSON.stringify([silent, absent])).not.toContain("SECRET");
  chat = await openChatServer();
});
