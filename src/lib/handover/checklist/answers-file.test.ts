import fc from "fast-check";
import { expect, test } from "vitest";
import { line } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { createAdministrator, COMPLETE_FACTS, TODAY, UNANSWERED_FACTS } from "#support/handover/facts.ts";
import { renderAnswersTemplate, readAnswers } from "./answers-file.ts";
import { buildChecklist, collectQuestions } from "./index.ts";

const ITEMS = buildChecklist(UNANSWERED_FACTS, TODAY);

const READING = { now: `${TODAY.asOf}T12:00:00.000Z`, template: line("handover answer", [], { template: true }) };

const read = (content: string) => readAnswers(content, "answers.yaml", { groups: ITEMS, ...READING });

const refusal = (content: string): Failure => {
  try {
    read(content);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new TypeError("it was read");
};

test("reads answers by question and account, in the stored form", () => {
  const content = [
    "by: 前任",
    "answers:",
    "  - question: rules.lost.reviewed",
    "    value: 2026/4/1",
    "  - question: administrators.mfa",
    "    about: admin2",
    "    value: いいえ",
    "    by: 後任",
    "  - question: rules.lost.owner",
    "    value: ''",
    "  - question: rules.lost.document",
    "    remove: yes",
  ].join("\n");
  expect(read(content)).toEqual([
    { question: "rules.lost.reviewed", subject: "", value: "2026-04-01", by: "前任" },
    { question: "administrators.mfa", subject: createAdministrator(2).id, value: "no", by: "後任" },
    { question: "rules.lost.document", subject: "", value: null, by: "前任" },
  ]);
});

test.each([
  ["answers:\n  - question: rules.lost.reviewed\n    value: soon\n", "answers.yaml:3"],
  ["answers:\n  - question: rules.lost.reviewed\n    value: 2026-11-25\n", "answers.yaml:3"],
  ["answers:\n  - question: rules.bogus\n    value: x\n", "answers.yaml:2"],
  ["answers:\n  - question: administrators.mfa\n    about: nobody\n    value: yes\n", "answers.yaml:3"],
  ["answers:\n  - question: rules.lost.owner\n    password: x\n", "answers.yaml:3"],
  ["by: [x]\nanswers: []\n", "answers.yaml:1"],
  ["answers: &a\n", "answers.yaml:1"],
])("refuses %j with its line", (content, where) => {
  const failure = refusal(content);
  expect(failure).toMatchObject({ code: "input-rejected", where });
  expect(failure.hint?.en).toContain("clomoctl handover answer --template");
});

test("refuses a question answered twice with both lines, and a blank is not an answer", () => {
  const one = "  - question: rules.lost.owner\n    value: 花子\n";
  const failure = refusal(`answers:\n${one}  - question: rules.lost.document\n${one}`);
  expect(failure).toMatchObject({ code: "input-rejected", where: "answers.yaml:5" });
  expect(failure.what).toEqual({
    en: "rules.lost.owner is answered twice (first answer: answers.yaml:2); keep only one of the answers",
    ja: "rules.lost.owner の回答が 2 つあります(1 つ目: answers.yaml:2)。どちらかを消してください",
  });
  const removed =
    "answers:\n  - {question: rules.lost.owner, value: 花子}\n  - {question: rules.lost.owner, remove: yes}\n";
  expect(refusal(removed).where).toBe("answers.yaml:3");
  expect(read(`answers:\n  - {question: rules.lost.owner, value: ''}\n${one}`)).toHaveLength(1);
  const by = (number: number) => `  - {question: administrators.mfa, about: admin${number}, value: yes}\n`;
  expect(read(`answers:\n${by(1)}${by(2)}`)).toHaveLength(2);
});

test("yes or true removes an answer, and other words are refused with the accepted ones", () => {
  const remove = (word: string) => `answers:\n  - {question: rules.lost.owner, remove: ${word}}\n`;
  expect(read(remove("true"))).toMatchObject([{ value: null }]);
  expect(read(remove("false"))).toEqual([]);
  expect(refusal(remove("maybe")).what.en).toBe('"maybe" is not one of these values: yes, no, true, false');
});

test("explains what is missing and what to type if an item may not apply", () => {
  const tenant = { ...UNANSWERED_FACTS.tenant, android: true, androidAccounts: null };
  const groups = buildChecklist({ ...UNANSWERED_FACTS, tenant, renewals: [] }, TODAY);
  const content = "answers:\n  - {question: android.second-owner, value: 花子}\n";
  expect(() => readAnswers(content, "answers.yaml", { groups, ...READING })).toThrow(
    expect.objectContaining({
      where: "answers.yaml:2",
      what: expect.objectContaining({
        en: expect.stringContaining("not known whether this item applies") as string,
      }) as unknown,
      hint: {
        en: expect.stringContaining("clomoctl tenant set --android-accounts") as string,
        ja: expect.stringContaining("登録: `clomoctl tenant set --android-accounts") as string,
      },
    }),
  );
});

test.each(["ja", "en"] as const)(
  "the file to fill in has every question and can be read without changes: %s",
  (language) => {
    const template = renderAnswersTemplate(ITEMS, language, "Asia/Tokyo");
    const asked = collectQuestions(ITEMS);
    expect(template.match(/ {2}- question: /g)).toHaveLength(asked.length);
    for (const { wording } of asked) expect(template).toContain(wording[language]);
    expect(template).toContain("push@example.jp");
    expect(read(template)).toEqual([]);
  },
);

test("the file shows earlier answers without confirming them, and no name breaks it", () => {
  const items = buildChecklist(COMPLETE_FACTS, TODAY);
  const template = renderAnswersTemplate(items, "ja", "Asia/Tokyo");
  expect(template).toContain("  # これまでの内容: 金庫 (後任, 2026-11-20)");
  expect(readAnswers(template, "x", { groups: items, ...READING })).toEqual([]);
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 40 }), (user) => {
      const facts = {
        ...UNANSWERED_FACTS,
        administrators: [createAdministrator(1, { user, name: user || "x", emails: [user] })],
      };
      const odd = buildChecklist(facts, TODAY);
      const asked = { groups: odd, ...READING };
      expect(() => readAnswers(renderAnswersTemplate(odd, "en", "Asia/Tokyo"), "x", asked)).not.toThrow();
    }),
  );
});
