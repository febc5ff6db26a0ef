import { z } from "zod";
import { ANSWER } from "../model/answer.ts";
import { buildExampleRecord } from "../model/thing.ts";
import { get, itemsResponse, jsonResponse, put } from "./route.ts";
import { DryRun, Instant, nameSchema } from "./shapes.ts";
import { newValueSchema, recordSchema, withExample } from "./thing-schema.ts";

const { fields: FIELDS } = ANSWER;

/** A person's answer to a question that only people can answer. */
const Answer = nameSchema("Answer", recordSchema(ANSWER.fields));

/** An answer to record; null removes the recorded answer. */
const NewAnswer = z.strictObject({
  question: newValueSchema(FIELDS.question).meta({ description: "name of the question, such as `rules.lost.owner`" }),
  subject: newValueSchema(FIELDS.subject).default("").meta({
    description: "what the answer is about: the ID of an account or a renewal item, or a context; default: the tenant",
  }),
  value: newValueSchema(FIELDS.value).nullable().meta({
    description: "the answer; never a password, only the place where a password is kept; null removes the answer",
  }),
  by: newValueSchema(FIELDS.by)
    .optional()
    .meta({ description: "person who gave the answer; default: the acting account" }),
  at: Instant.optional().meta({ description: "time when the answer was given; default: now" }),
});

const { question, subject, value, by, at } = buildExampleRecord(ANSWER.fields);

export default {
  description: "Answers, with author and date, to questions about a tenant that only people can answer",
  routes: {
    list: get("/v1/answers", {
      id: "answers",
      summary: "List the answers",
      answer: itemsResponse(Answer, "Answers, sorted by question and subject"),
    }),
    set: put("/v1/answers", {
      id: "setAnswers",
      summary: "Record or remove answers, all of them or none",
      body: withExample(z.strictObject({ answers: z.array(NewAnswer).min(1).max(1000), dryRun: DryRun }), () => ({
        answers: [{ question, subject, value, by, at }],
      })),
      example: { changed: [{ before: null, after: buildExampleRecord(ANSWER.fields) }], dryRun: false },
      answer: jsonResponse(
        z.object({
          changed: z.array(z.object({ before: Answer.nullable(), after: Answer.nullable() })),
          dryRun: z.boolean(),
        }),
        "The answers before and after, without answers that did not change",
      ),
      fails: ["input-rejected"],
    }),
  },
};

export type { Answer } from "../model/answer.ts";
export type NewAnswer = z.input<typeof NewAnswer>;
