/** Handlers of one noun: each has its own file, however short. */

import { listAnswers } from "../handover/answer-rows.ts";
import { setAnswers } from "../handover/answers.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** What only people know. */
export default ({ session }: TenantParts): Handlers<"answers"> => ({
  list: () => session.read(listAnswers),
  set: ({ body }) => setAnswers(session, body),
});
