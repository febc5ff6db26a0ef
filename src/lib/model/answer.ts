import { text } from "../text/index.ts";
import { EXAMPLE_INSTANT, defineIdField, type RecordOf, type Thing } from "./thing.ts";

const MAX_ANSWER_LENGTH = 2000;

export const ANSWER = {
  name: "answer",
  fields: {
    id: defineIdField(13),
    question: {
      type: "text",
      longest: 100,
      blank: false,
      label: text("question", "質問"),
      example: "push-certificate.holder",
    },
    value: {
      type: "text",
      longest: MAX_ANSWER_LENGTH,
      blank: false,
      label: text("answer", "回答"),
      example: "佐藤 一郎",
    },
    by: { type: "text", longest: 255, blank: false, label: text("answered by", "回答者"), example: "山田 花子" },
    at: { type: "instant", label: text("answered at", "回答日時"), example: EXAMPLE_INSTANT },
  },
  formats: {},
  keys: [],
  usual: [],
  namedBy: "question",
} as const satisfies Thing;

export type Answer = RecordOf<typeof ANSWER.fields>;

/**
 * Copies of the tenant omit these answers. An outdated answer could lead to a new first certificate, which would
 * disconnect all devices.
 */
export const CONSOLE_STATE_QUESTION_PREFIX = "onboarding.home.";
