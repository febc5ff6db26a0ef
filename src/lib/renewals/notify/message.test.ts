import { expect, test } from "vitest";
import { text } from "../../text/index.ts";
import { buildReminderMessage } from "./message.ts";
import { createDueReminder, createReminders } from "#support/renewals/digest.ts";

test.each([
  [30, "critical", false, "expires on 2027-03-01, 30 days left"],
  [0, "critical", true, "expires today, 2027-03-01"],
  [0, "critical", false, "expires on 2027-03-01, before the next daily run"],
  [0, "expired", true, "expired today, 2027-03-01"],
  [-12, "expired", false, "expired on 2027-03-01, 12 days ago"],
] as const)(
  "%i days left, %s, today %s: the subject names the tenant and says: %s",
  async (daysLeft, level, isToday, left) => {
    const due = [createDueReminder({ item: { daysLeft, level, isToday } })];
    const { subject } = await buildReminderMessage(createReminders({ due, language: "en" }));
    expect(subject).toBe(`[Renewal] local: MDM push certificate 本社 ${left}`);
  },
);

test("an item that was rejected has no date", async () => {
  const rejection = { what: text("rejected by Apple", "Apple が拒否"), at: "" };
  const due = [createDueReminder({ item: { daysLeft: -12, level: "expired", rejection } })];
  const { subject } = await buildReminderMessage(createReminders({ due, language: "en" }));
  expect(subject).toBe("[Renewal] local: MDM push certificate 本社: rejected by Apple");
});

test("several items are one line each, with the command for the guide of the first, and without the number of a phone", async () => {
  const due = [
    createDueReminder({
      item: { account: "push@example.jp", phone: "03-0000-0000", phoneHolder: "金庫", daysLeft: 7 },
      tenant: "本社のテナント",
    }),
    createDueReminder({
      item: {
        context: "kanto",
        kind: "vpp-token",
        name: "大阪",
        expiry: "~2027-04-01",
        certainty: "estimated",
        remark: text("other", "別の期限"),
      },
    }),
  ];
  const { subject, text: body } = await buildReminderMessage(createReminders({ due }));
  expect(subject).toBe(
    "【年次更新・期限】本社のテナント: MDM プッシュ通知証明書「本社」の期限は 2027-03-01(あと 7 日) ほか 1 件",
  );
  const [lines = "", next] = body.split("\n\n");
  expect(lines.split("\n")).toEqual([
    "- 本社のテナント: MDM プッシュ通知証明書「本社」の期限は 2027-03-01(あと 7 日)",
    "- kanto: VPP サービストークン「大阪」の期限は ~2027-04-01(あと 30 日)。別の期限",
  ]);
  expect(next).toBe("更新の手順を見るには: `clomoctl renewals guide 本社 --context local`");
  expect(body).not.toMatch(/03-0000-0000|金庫/);
});

test("recorded text stays on its line and is never markup", async () => {
  const due = [createDueReminder({ item: { name: "<b>x</b>\r\nBcc: a@example.jp\u202e" } })];
  const { subject, text: body } = await buildReminderMessage(createReminders({ due }));
  expect(subject).toContain("MDM プッシュ通知証明書「<b>x</b> Bcc: a@example.jp 」の期限");
  expect(body.split("\n")[0]).toContain("「<b>x</b> Bcc: a@example.jp 」");
});
