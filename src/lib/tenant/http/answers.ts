/** Handlers of one noun of the tenant API. Each noun has its own file, even if the file is short. */

import { listAnswers } from "../handover/answer-rows.ts";
import { setAnswers } from "../handover/answers.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** Handlers of the answers to the checklist. */
export default ({ session }: TenantParts): Handlers<"answers"> => ({
  list: () => session.read(listAnswers),
  set: ({ body }) => setAnswers(session, body),
});
