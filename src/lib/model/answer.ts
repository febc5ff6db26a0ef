import { text } from "../text/index.ts";
import { EXAMPLE_AT, idField, type RecordOf, type Thing } from "./thing.ts";

/** How long an answer may be, in characters. */
const LONGEST = 2000;

/** What only a person knows of a tenant, as somebody has answered it: never a password, only the place where one is kept. */
export const ANSWER = {
  name: "answer",
  fields: {
    id: idField(13),
    /** the name of a question: `rules.lost.owner` */
    question: {
      type: "text",
      longest: 100,
      blank: false,
      label: text("question", "質問"),
      example: "rules.lost.owner",
    },
    /** what it is about: the id of an account, the name of the contact person, a home with its machine; "" of the tenant as a whole */
    subject: { type: "text", longest: 255, label: text("about", "対象"), example: "" },
    value: { type: "text", longest: LONGEST, blank: false, label: text("answer", "回答"), example: "佐藤 一郎" },
    /** the person who answered */
    by: { type: "text", longest: 255, blank: false, label: text("answered by", "回答者"), example: "山田 花子" },
    at: { type: "instant", label: text("answered at", "回答日時"), example: EXAMPLE_AT },
  },
  formats: {},
  keys: [],
  usual: [],
} as const satisfies Thing;

export type Answer = RecordOf<typeof ANSWER.fields>;

/**
 * How questions begin whose answers say how the console is at that moment: they are neither exported nor applied, as a
 * first-issue step that an old one showed would cut devices off.
 */
export const OF_THE_MOMENT = "onboarding.home.";
