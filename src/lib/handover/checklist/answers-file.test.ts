import fc from "fast-check";
import { expect, test } from "vitest";
import { Failure } from "../../errors/index.ts";
import { administrator, COMPLETE, TODAY, UNANSWERED } from "#support/handover/facts.ts";
import { answersTemplate, readAnswers } from "./answers-file.ts";
import { evaluate, questionsOf } from "./index.ts";

const ITEMS = evaluate(UNANSWERED, TODAY);

const READING = { now: `${TODAY.asOf}T12:00:00.000Z`, template: "clomoctl handover answer --template" };

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

test("answers are read by question and account, in the form in which they are kept", () => {
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
    { question: "administrators.mfa", subject: administrator(2).id, value: "no", by: "後任" },
    { question: "rules.lost.document", subject: "", value: null, by: "前任" },
  ]);
});

test("a question that is asked of one alone needs no about; one that is asked of several does", () => {
  const answers = (question: string) => `answers:\n  - question: ${question}\n    value: はい\n`;
  expect(read("answers:\n  - {question: contact.since, value: 2026-04-01}\n")).toMatchObject([
    { subject: "契約 花子" },
  ]);
  expect(read(answers("clomoctl.owner"))).toMatchObject([{ subject: "mdm-pc:/home/mdm/.clomoctl" }]);
  expect(refusal(answers("administrators.mfa"))).toMatchObject({ where: "answers.yaml:2" });
  const other = "answers:\n  - {question: clomoctl.owner, about: old-pc:/home, value: ''}\n";
  expect(read(other)).toEqual([]);
  expect(refusal(other.replace("''", "花子"))).toMatchObject({ where: "answers.yaml:2" });
});

test.each([
  ["answers:\n  - question: rules.lost.reviewed\n    value: soon\n", "answers.yaml:3"],
  ["answers:\n  - question: rules.lost.reviewed\n    value: 2026-11-25\n", "answers.yaml:3"],
  ["answers:\n  - question: rules.bogus\n    value: x\n", "answers.yaml:2"],
  ["answers:\n  - question: administrators.mfa\n    about: nobody\n    value: yes\n", "answers.yaml:3"],
  ["answers:\n  - question: rules.lost.owner\n    password: x\n", "answers.yaml:3"],
  ["by: [x]\nanswers: []\n", "answers.yaml:1"],
  ["answers: &a\n", "answers.yaml:1"],
])("%j is refused with its line", (content, where) => {
  const failure = refusal(content);
  expect(failure).toMatchObject({ code: "input-rejected", where });
  expect(failure.hint?.en).toContain("clomoctl handover answer --template");
});

test("a question that is answered twice is refused with both lines; a blank is no answer", () => {
  const one = "  - question: rules.lost.owner\n    value: 花子\n";
  const failure = refusal(`answers:\n${one}  - question: rules.lost.document\n${one}`);
  expect(failure).toMatchObject({ code: "input-rejected", where: "answers.yaml:5" });
  expect(failure.what).toEqual({
    en: "rules.lost.owner is answered twice, first at answers.yaml:2; keep one of them",
    ja: "rules.lost.owner の回答が 2 つあります(1 つ目: answers.yaml:2)。どちらかを消してください",
  });
  const removed =
    "answers:\n  - {question: rules.lost.owner, value: 花子}\n  - {question: rules.lost.owner, remove: yes}\n";
  expect(refusal(removed).where).toBe("answers.yaml:3");
  expect(read(`answers:\n  - {question: rules.lost.owner, value: ''}\n${one}`)).toHaveLength(1);
  const by = (number: number) => `  - {question: administrators.mfa, about: admin${number}, value: yes}\n`;
  expect(read(`answers:\n${by(1)}${by(2)}`)).toHaveLength(2);
});

test("an answer is taken back by yes or true; other words are refused by a list of those that can be", () => {
  const remove = (word: string) => `answers:\n  - {question: rules.lost.owner, remove: ${word}}\n`;
  expect(read(remove("true"))).toMatchObject([{ value: null }]);
  expect(read(remove("false"))).toEqual([]);
  expect(refusal(remove("maybe")).what.en).toBe('"maybe" is not one of yes, no, true, false');
});

test("of an item that may not apply it is said what is missing, and what to type", () => {
  const tenant = { ...UNANSWERED.tenant, android: true, androidAccounts: null };
  const groups = evaluate({ ...UNANSWERED, tenant, renewals: [] }, TODAY);
  const content = "answers:\n  - {question: android.second-owner, value: 花子}\n";
  expect(() => readAnswers(content, "answers.yaml", { groups, ...READING })).toThrow(
    expect.objectContaining({
      where: "answers.yaml:2",
      what: expect.objectContaining({
        en: expect.stringContaining("not known whether it applies") as string,
      }) as unknown,
      hint: {
        en: expect.stringContaining("clomoctl tenant set --android-accounts") as string,
        ja: expect.stringContaining("登録: clomoctl tenant set --android-accounts") as string,
      },
    }),
  );
});

test.each(["ja", "en"] as const)("the file to fill in asks everything, and is read as it stands: %s", (language) => {
  const template = answersTemplate(ITEMS, language, "Asia/Tokyo");
  const asked = questionsOf(ITEMS);
  expect(template.match(/ {2}- question: /g)).toHaveLength(asked.length);
  for (const { wording } of asked) expect(template).toContain(wording[language]);
  expect(template).toContain("push@example.jp");
  expect(read(template)).toEqual([]);
});

test("what was answered is told, and not confirmed by the file; nothing that a name holds breaks it", () => {
  const items = evaluate(COMPLETE, TODAY);
  const template = answersTemplate(items, "ja", "Asia/Tokyo");
  expect(template).toContain("  # これまで: 金庫 (後任, 2026-11-20)");
  expect(readAnswers(template, "x", { groups: items, ...READING })).toEqual([]);
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 40 }), (user) => {
      const facts = { ...UNANSWERED, administrators: [administrator(1, { user, name: user || "x", emails: [user] })] };
      const odd = evaluate(facts, TODAY);
      const asked = { groups: odd, ...READING };
      expect(() => readAnswers(answersTemplate(odd, "en", "Asia/Tokyo"), "x", asked)).not.toThrow();
    }),
  );
});
