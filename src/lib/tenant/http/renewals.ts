/** Handlers of one noun: each has its own file, however short. */

import { listItems, listNotices } from "../renewals/renewal-rows.ts";
import {
  addRenewal,
  claimNotice,
  confirmRenewal,
  editRenewal,
  removeRenewal,
  settleNotice,
} from "../renewals/renewals.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** Renewal items and their notices. */
export default ({ session, processes }: TenantParts): Handlers<"renewals"> => ({
  list: () => session.read(listItems),
  add: ({ body, repeatable }) => addRenewal(session, body, repeatable),
  edit: ({ params, body }) => editRenewal(session, params.id, body),
  confirm: ({ params, body }) => confirmRenewal(session, params.id, body),
  remove: ({ params, query }) => removeRenewal(session, params.id, query),
  notices: () => session.read(listNotices),
  claimNotice: ({ body }) => claimNotice(session, processes, body),
  settleNotice: ({ params, body }) => settleNotice(session, params.id, body),
});
