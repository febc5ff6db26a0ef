/** The handlers of one noun. Every noun has its own file, even if the file is short. */

import { listRenewalItems, listReminders } from "../renewals/renewal-rows.ts";
import {
  addRenewal,
  claimReminder,
  confirmRenewal,
  editRenewal,
  removeRenewal,
  recordReminderOutcome,
} from "../renewals/renewals.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** Returns the handlers for renewal items and their reminders. */
export default ({ session, processes }: TenantParts): Handlers<"renewals"> => ({
  list: () => session.read(listRenewalItems),
  add: ({ body, repeatable }) => addRenewal(session, body, repeatable),
  edit: ({ params, body }) => editRenewal(session, params.id, body),
  confirm: ({ params, body }) => confirmRenewal(session, params.id, body),
  remove: ({ params, query }) => removeRenewal(session, params.id, query),
  notices: () => session.read(listReminders),
  claimNotice: ({ body }) => claimReminder(session, processes, body),
  settleNotice: ({ params, body }) => recordReminderOutcome(session, params.id, body),
});
