import { expect, test } from "vitest";
import { same, text } from "../../lib/text/index.ts";
import type { Terminal } from "../../lib/terminal/index.ts";
import { askToApply, describeEffects, type AskedPlan } from "./apply-question.ts";

const asked = async (plan: Partial<AskedPlan>) => {
  const questions: unknown[] = [];
  const prompts = {
    confirm: async (question: unknown) => questions.push(question) > 0,
    typedNumber: async (question: unknown) => void questions.push(question),
  };
  const effects = { create: 9, update: 30, delete: 12 };
  const terminal = { prompts } as unknown as Pick<Terminal, "prompts">;
  expect(await askToApply(terminal, { tenant: same("customer-a"), effects, ...plan })).toBe(true);
  return questions[0];
};

test("the question repeats the tenant and the counts", async () => {
  expect(await asked({ effects: { create: 9, update: 30, delete: 0 } })).toEqual({
    message: text("Apply to customer-a: create 9, update 30?", "customer-a に 追加 9・更新 30 を適用しますか?"),
    flag: "--yes",
  });
  expect(await asked({})).toEqual({
    message: text(
      "Apply to customer-a: create 9, update 30, delete 12. Type 12, the number of deletions:",
      "customer-a に 追加 9・更新 30・削除 12 を適用します。続けるには、削除の件数を入力してください:",
    ),
    flag: "--confirm-deletions 12",
    expected: 12,
  });
});

test("a plan without changes stands without blanks in Japanese", async () => {
  expect(await asked({ effects: { create: 0, update: 0, delete: 0 } })).toMatchObject({
    message: { ja: "customer-a に変更のない計画を適用しますか?" },
  });
});

test("so does that about a file for the console", async () => {
  expect(await asked({ emits: true })).toMatchObject({
    message: {
      ja: expect.stringMatching(
        /^customer-a に 追加 9・更新 30・削除 12 を適用し、アップロード用ファイルを書き出します。/,
      ),
    },
  });
  expect(await asked({ emits: true, effects: { create: 1, update: 0, delete: 0 } })).toMatchObject({
    message: { ja: expect.stringMatching(/^customer-a に 追加 1 を適用し、アップロード用ファイルを書き出しますか\?/) },
  });
});

test.each([
  [
    { create: 0, update: 3, delete: 0, further: [[2, text("create organisations", "組織の作成")]] },
    "update 3, create organisations 2",
    "更新 3・組織の作成 2",
  ],
  [{ create: 0, update: 0, delete: 0 }, "a plan without changes", "変更のない計画"],
] as const)("says what a plan does: %o", (effects, en, ja) => {
  expect(describeEffects(effects)).toEqual(text(en, ja));
});
