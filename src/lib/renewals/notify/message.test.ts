import { expect, test } from "vitest";
import { text } from "../../text/index.ts";
import { buildReminderMessage } from "./message.ts";
import { createDueReminder, createReminders } from "#support/renewals/digest.ts";

test.each([
  [30, "critical", false, "30 days left"],
  [1, "critical", false, "1 day left"],
  [0, "critical", true, "expires today"],
  [0, "critical", false, "expires before the next daily run"],
  [0, "expired", true, "expired today"],
  [-1, "expired", false, "expired 1 day ago"],
  [-12, "expired", false, "expired 12 days ago"],
  [0, "critical", true, "rejected by Apple today"],
  [-12, "expired", false, "rejected by Apple 12 days ago"],
] as const)(
  "%i days left, %s, today %s: the subject names the tenant and says: %s",
  async (daysLeft, level, isToday, left) => {
    const rejection = left.startsWith("rejected") ? { what: text("rejected", "拒否"), at: "" } : undefined;
    const due = [createDueReminder({ item: { daysLeft, level, isToday, rejection } })];
    const { subject } = await buildReminderMessage(createReminders({ due, language: "en" }));
    expect(subject).toBe(`[Renewal] local: ${left}: MDM push certificate "本社"`);
  },
);

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
  expect(subject).toBe("【年次更新・期限】本社のテナント: あと 7 日: MDM プッシュ通知証明書「本社」 ほか 1 件");
  const [lines = "", next] = body.split("\n\n");
  expect(lines.split("\n")).toEqual([
    "- 本社のテナント: MDM プッシュ通知証明書「本社」 2027-03-01 あと 7 日",
    "- kanto: VPP サービストークン「大阪」 2027-04-01(推定) あと 30 日。別の期限",
  ]);
  expect(next).toBe("更新の手順を見るには: `clomoctl renewals guide 本社 --context local`");
  expect(body).not.toMatch(/03-0000-0000|金庫/);
});

test("recorded text stays on its line and is never markup", async () => {
  const due = [createDueReminder({ item: { name: "<b>x</b>\r\nBcc: a@example.jp\u202e" } })];
  const { subject, text: body } = await buildReminderMessage(createReminders({ due }));
  expect(subject).toBe("【年次更新・期限】local: あと 30 日: MDM プッシュ通知証明書「<b>x</b> Bcc: a@example.jp」");
  expect(body.split("\n")[0]).toContain("「<b>x</b> Bcc: a@example.jp」 2027-03-01");
});
