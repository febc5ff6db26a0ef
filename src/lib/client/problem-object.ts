import { z } from "zod";

const BilingualText = z.object({ en: z.string(), ja: z.string() });

/** The RFC 9457 problem object of every failure. `type` is a code of the error table. */
export const ProblemObject = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: BilingualText,
  where: z.string().optional(),
  hint: BilingualText.optional(),
});

export type ProblemObject = z.output<typeof ProblemObject>;
