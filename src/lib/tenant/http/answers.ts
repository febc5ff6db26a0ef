/** Handlers of one noun: each has its own file, however short. */

import { listAnswers } from "../store/answers.ts";
import { setAnswers } from "../use/answers.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** What only people know. */
export default ({ session }: TenantParts): Handlers<"answers"> => ({
  list: () => session.read(listAnswers),
  set: ({ body }) => setAnswers(session, body),
});
