import { expect, test } from "vitest";
import { same, text } from "../text/index.ts";
import type { Terminal } from "../terminal/index.ts";
import { confirmPlan } from "./confirm.ts";
import { describeEffects, type PlanEffect } from "./plan.ts";

const planOf = (
  counts: Partial<Record<"create" | "update" | "delete", number>>,
  effects: readonly PlanEffect[] = [],
) => ({
  target: same("customer-a"),
  changes: [{ noun: same("user"), create: 0, update: 0, delete: 0, recordsBefore: 100, ...counts }],
  effects,
  wipes: 0,
});

const asked = async (plan: ReturnType<typeof planOf>) => {
  const questions: unknown[] = [];
  const prompts = {
    confirm: async (question: unknown) => questions.push(question) > 0,
    typedNumber: async (question: unknown) => void questions.push(question),
  };
  const terminal = { prompts } as unknown as Pick<Terminal, "prompts">;
  expect(await confirmPlan(terminal, plan, {})).toBe(true);
  return questions[0];
};

test("the question repeats the tenant and the counts", async () => {
  expect(await asked(planOf({ create: 9, update: 30 }))).toEqual({
    message: text("Apply to customer-a: create 9, update 30?", "customer-a に 追加 9・更新 30 を適用しますか?"),
    flag: "--yes",
  });
  expect(await asked(planOf({ create: 9, update: 30, delete: 12 }))).toEqual({
    message: text(
      "Apply to customer-a: create 9, update 30, delete 12. To continue, type the number of deletions (12):",
      "customer-a に 追加 9・更新 30・削除 12 を適用します。続けるには、削除する件数(12)を入力してください:",
    ),
    flag: "--confirm-deletions 12",
    expected: 12,
  });
});

test.each([
  [
    planOf({ update: 3 }, [{ count: 2, what: text("new organisations", "新しい組織") }]),
    "update 3, new organisations 2",
    "更新 3・新しい組織 2",
  ],
  [planOf({}), "a plan without changes", "変更のない計画"],
])("describes what a plan does: %o", (plan, en, ja) => {
  expect(describeEffects(plan)).toEqual(text(en, ja));
});
