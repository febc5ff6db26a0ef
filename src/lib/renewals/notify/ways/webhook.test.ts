import { afterEach, beforeEach, expect, test } from "vitest";
import { messageOf, type Message } from "../message.ts";
import { SERVICES } from "../settings.ts";
import { openChat, type Chat } from "#support/renewals/post-office.ts";
import { digestOf, dueNotice } from "#support/renewals/digest.ts";
import { payloadOf } from "./webhook-payload.ts";
import { postNotice } from "./webhook.ts";

let chat: Chat;
let message: Message;
beforeEach(async () => {
  chat = await openChat();
  message = await messageOf(digestOf({ due: [dueNotice({ item: { name: 'A & B <"x"> [info]' } })] }));
});
afterEach(() => chat.close());

const bodyOf = (): unknown => JSON.parse(chat.posted[0]?.body ?? "");

test("each chat gets its own form", async () => {
  const { subject, text } = message;
  expect(JSON.parse(payloadOf("slack", message).body)).toEqual({
    text: expect.stringContaining('A &amp; B &lt;"x"&gt; [info]'),
  });
  expect(JSON.parse(payloadOf("google-chat", message).body)).toEqual({
    text: `${subject}\n\n${text.trimEnd()}`.replaceAll("<", "＜").replaceAll(">", "＞"),
  });
  expect(JSON.parse(payloadOf("line-works", message).body)).toEqual({ title: subject, body: { text: text.trimEnd() } });
  expect(JSON.parse(payloadOf("teams", message).body)).toMatchObject({
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
  const form = new URLSearchParams(payloadOf("chatwork", message).body);
  expect(form.get("body")).toMatch(/^\[info\]\[title\][^[\]]+\[\/title\][^[\]]+\[\/info\]$/);
  expect(form.get("self_unread")).toBe("1");
  expect(JSON.parse(payloadOf("template", message, '{"m": "{{subject}}|{{text}}|{{messageId}}|{{x}}"}').body)).toEqual({
    m: `${subject}|${text}|${message.messageId}|{{x}}`,
  });
});

test("a very long notice is cut, whatever the chat", () => {
  const long = { ...message, text: "😀".repeat(9000) };
  for (const service of SERVICES.filter((service) => service !== "template")) {
    const { body, contentType } = payloadOf(service, long);
    const text = contentType.includes("json") ? body : decodeURIComponent(body);
    expect([...text].length).toBeLessThan(4400);
    expect(text).toContain("…");
  }
});

test("it is posted once, with what makes a repetition known and Chatwork's token in its header", async () => {
  expect(await postNotice({ service: "chatwork", url: chat.url, token: "TOKEN" }, message)).toEqual({ sent: true });
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

test("no name makes a mention or a link in a chat", async () => {
  const hostile = await messageOf(digestOf({ due: [dueNotice({ item: { name: "<users/all> [x](http://a.jp)" } })] }));
  expect(payloadOf("google-chat", hostile).body).not.toContain("<users/all>");
  expect(payloadOf("teams", hostile).body).not.toContain("](");
});

test("it goes over the socket as UTF-8 JSON", async () => {
  await postNotice({ service: "line-works", url: chat.url }, message);
  expect(bodyOf()).toMatchObject({ title: message.subject });
});

test.each([300, 302, 404, 500])("HTTP %i is a failure that does not tell the address", async (status) => {
  chat.status = status;
  const delivery = await postNotice({ service: "slack", url: chat.url }, message);
  const said = `${new URL(chat.url).host}: HTTP ${status}`;
  expect(delivery).toEqual({ sent: false, bounced: false, reason: { en: said, ja: said } });
});

test.each([
  "http://hooks.example.jp/SECRET",
  "http://127.0.0.1.example.jp/SECRET",
  "https://user:SECRET@hooks.example.jp/",
  "file:///etc/passwd",
  "SECRET",
])("%s is not written to", async (url) => {
  const delivery = await postNotice({ service: "slack", url }, message);
  expect(delivery).toMatchObject({ sent: false, reason: { en: "the URL must be https" } });
});

test("a server that is not there or says nothing is a failure in bounded time", async () => {
  chat.status = 0;
  const silent = await postNotice({ service: "slack", url: chat.url, timeoutMs: 50 }, message);
  const { url } = chat;
  await chat.close();
  const absent = await postNotice({ service: "slack", url }, message);
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
  chat = await openChat();
});
