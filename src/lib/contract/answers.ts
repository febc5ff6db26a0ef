import { z } from "zod";
import { ANSWER } from "../model/answer.ts";
import { exampleOf } from "../model/thing.ts";
import { get, items, json, put } from "./route.ts";
import { DryRun, Instant, named } from "./shapes.ts";
import { newValue, recordSchema, withExample } from "./thing-schema.ts";

const { fields: FIELDS } = ANSWER;

/** What somebody has answered of what only people know. */
const Answer = named("Answer", recordSchema(ANSWER.fields));

/** An answer to keep; null takes it back. */
const NewAnswer = z.strictObject({
  question: newValue(FIELDS.question).meta({ description: "the name of a question: `rules.lost.owner`" }),
  subject: newValue(FIELDS.subject)
    .default("")
    .meta({ description: "what it is about: the id of an account or of a renewal, a context; default: the tenant" }),
  value: newValue(FIELDS.value)
    .nullable()
    .meta({ description: "never a password: only where one is kept; null takes it back" }),
  by: newValue(FIELDS.by).optional().meta({ description: "the person who says so; default: who asks" }),
  at: Instant.optional().meta({ description: "when it was said; default: now" }),
});

const { question, subject, value, by, at } = exampleOf(ANSWER.fields);

export default {
  description: "What only people know of a tenant: their answers, with author and date",
  routes: {
    list: get("/v1/answers", {
      id: "answers",
      summary: "The answers",
      answer: items(Answer, "By question and what it is about"),
    }),
    set: put("/v1/answers", {
      id: "setAnswers",
      summary: "Keep answers, or take some back: all of them or none",
      body: withExample(z.strictObject({ answers: z.array(NewAnswer).min(1).max(1000), dryRun: DryRun }), () => ({
        answers: [{ question, subject, value, by, at }],
      })),
      example: { changed: [{ before: null, after: exampleOf(ANSWER.fields) }], dryRun: false },
      answer: json(
        z.object({
          changed: z.array(z.object({ before: Answer.nullable(), after: Answer.nullable() })),
          dryRun: z.boolean(),
        }),
        "What was answered before, and is now; without those that were so already",
      ),
      fails: ["input-rejected"],
    }),
  },
};

export type { Answer } from "../model/answer.ts";
export type NewAnswer = z.input<typeof NewAnswer>;
