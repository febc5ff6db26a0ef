import { text } from "../text/index.ts";
import { ID_FIELD, type RecordOf, type RecordType } from "../model/thing.ts";

const MAX_ANSWER_LENGTH = 2000;

export const ANSWER = {
  name: "answer",
  collection: "answers",
  single: text("answer", "回答"),
  title: text("answers to the checklist", "引き継ぎ確認リストの回答"),
  changedBy: ["tenant.write"],
  audited: { single: text("answers", "回答") },
  withoutTasks: true,
  fields: {
    id: ID_FIELD,
    question: { type: "text", longest: 100, blank: false, label: text("question", "質問") },
    value: { type: "text", longest: MAX_ANSWER_LENGTH, blank: false, label: text("answer", "回答") },
    by: { type: "text", longest: 255, blank: false, label: text("answered by", "回答者") },
    at: { type: "instant", label: text("answered at", "回答日時") },
  },
  namedBy: "question",
} as const satisfies RecordType;

export type Answer = RecordOf<typeof ANSWER.fields>;

/**
 * Copies of the tenant omit these answers. An outdated answer could lead to a new first certificate, which would
 * disconnect all devices.
 */
export const CONSOLE_STATE_QUESTION_PREFIX = "onboarding.home.";
