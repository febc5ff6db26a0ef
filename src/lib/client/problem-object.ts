import { z } from "zod";

const BilingualText = z.object({ en: z.string(), ja: z.string() });

/** The `type` of this RFC 9457 object is an error code of clomoctl. */
export const ProblemObject = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: BilingualText,
  where: z.string().optional(),
  hint: BilingualText.optional(),
});

export type ProblemObject = z.output<typeof ProblemObject>;
