import { ANSWER } from "../../model/answer.ts";
import { operation } from "../operation.ts";
import { listAnswers } from "./answer-rows.ts";

const { question, subject, value, by } = ANSWER.fields;

/** Answers, with author and date, to questions about a tenant that only people can answer. */
export const answers = {
  list: operation({
    route: "GET /v1/answers",
    about: "List the answers, by question and subject",
    // answers contain telephone numbers, and where passwords are kept
    needs: ["handover.read"],
    run: ({ session }) => session.read(listAnswers),
  }),
  set: operation({
    route: "PUT /v1/answers",
    about: "Record answers, or remove those whose value is null: all of them or none",
    input: ({ z, DryRun, Instant, newValueSchema }) =>
      z.strictObject({
        answers: z
          .array(
            z.strictObject({
              question: newValueSchema(question),
              subject: newValueSchema(subject).optional().meta({ description: "missing: the whole tenant" }),
              value: newValueSchema(value).nullable(),
              by: newValueSchema(by).optional(),
              at: Instant.optional(),
            }),
          )
          .min(1)
          .max(1000),
        dryRun: DryRun,
      }),
    needs: ["tenant.write"],
    run: async ({ session }, given) => (await import("./answers.ts")).setAnswers(session, given),
  }),
};

export type { Answer } from "../../model/answer.ts";
export type { NewAnswer } from "./answers.ts";
