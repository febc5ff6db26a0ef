import { expect, test } from "vitest";
import { text } from "../../text/index.ts";
import { buildReminderMessage, buildReminderDocument } from "./message.ts";
import { createDigest, createDueReminder } from "#support/renewals/digest.ts";
import type { Digest } from "./digest.ts";

const subjectOf = (digest: Digest): string => buildReminderDocument(digest).title[digest.language];

test.each([
  [30, false, '[Renewal] 30 days left: MDM push certificate "本社"'],
  [1, false, '[Renewal] 1 day left: MDM push certificate "本社"'],
  [0, false, '[Renewal] expires today: MDM push certificate "本社"'],
  [0, true, '[Renewal] expired today: MDM push certificate "本社"'],
  [-1, true, '[Renewal] expired 1 day ago: MDM push certificate "本社"'],
  [-12, true, '[Renewal] expired 12 days ago: MDM push certificate "本社"'],
])("%i days left, expired %s", (days, expired, subject) => {
  expect(subjectOf(createDigest({ due: [createDueReminder({ days, expired })], language: "en" }))).toBe(subject);
});

test("the last line explains how to stop the reminders", async () => {
  const { text: words } = await buildReminderMessage(createDigest({ language: "en" }));
  expect(words).toContain(
    ". Each reminder is sent only once. To stop the reminders until the next expiry date, record the renewal (clomoctl renewals renew).",
  );
});

test("several items are one digest, which names only what is necessary", async () => {
  const due = [
    createDueReminder({ item: { name: "本社", owner: "it@example.jp", account: "push@example.jp" }, days: 7 }),
    createDueReminder({
      context: "kanto",
      item: { kind: "vpp-token", name: "大阪", certainty: "estimated", phone: null, phoneHolder: null },
      day: "2027-04-01",
    }),
  ];
  const warnings = [text("mail to x@example.jp comes back", "x@example.jp に届きません")];
  const { subject, text: body } = await buildReminderMessage(createDigest({ due, warnings, severalContexts: true }));
  expect(subject).toBe("【年次更新・期限】あと 7 日: MDM プッシュ通知証明書「本社」 ほか 1 件");
  expect(body).toBe(`■ MDM プッシュ通知証明書「本社」
  期限: 2027-03-01 あと 7 日
  期限が切れると: すべての iPhone・iPad に命令が届かなくなり、新しいデバイスも登録できません
  テナント: local
  アカウント: push@example.jp
  認証コードを受け取る電話: 登録済み(下のコマンドで確認できます)
  更新担当: it@example.jp
  手順: \`clomoctl renewals guide 本社 --context local\`

■ VPP サービストークン「大阪」
  期限: 2027-04-01 (推定) あと 30 日
  期限が切れると: アプリのライセンスの同期と割り当てができなくなります
  テナント: kanto
  アカウント: 登録されていません
  認証コードを受け取る電話: 登録されていません
  手順: \`clomoctl renewals guide 大阪 --context kanto\`

■ ご注意
x@example.jp に届きません

-- 
clomoctl renewals notify からの通知です。各段階の通知は 1 回だけです。更新を記録すると(clomoctl renewals renew)、次の期限まで通知は止まります。
`);
});

test("identifies an item by id if its name is as long", async () => {
  const names = [35, 36].map((length) => "x".repeat(length));
  const { text: body } = await buildReminderMessage(
    createDigest({ due: names.map((name) => createDueReminder({ item: { name } })) }),
  );
  const named = [...body.matchAll(/renewals guide (\S+)/g)].map(([, word]) => word);
  expect(named).toEqual([names[0], createDueReminder().item.id]);
});

test("recorded text stays on its line and is never markup", async () => {
  const due = [createDueReminder({ item: { name: "<b>x</b>\r\nBcc: a@example.jp\u202e" } })];
  const { subject, text: body } = await buildReminderMessage(createDigest({ due }));
  expect(subject).toBe("【年次更新・期限】あと 30 日: MDM プッシュ通知証明書「<b>x</b> Bcc: a@example.jp」");
  expect(body.split("\n")[0]).toBe("■ MDM プッシュ通知証明書「<b>x</b> Bcc: a@example.jp」");
});

test("describes an expired item as expired, and identifies a name that needs quotes by id", async () => {
  const expired = createDueReminder({ item: { name: "本社 2" }, days: -3, day: "2026-11-17", expired: true });
  const en = await buildReminderMessage(createDigest({ due: [expired], language: "en" }));
  expect(en.text).toMatch(/^ {2}Effects of the expiry: commands no longer reach any iPhone/m);
  expect(en.text).toContain(`guide ${expired.item.id} --context local`);
});
