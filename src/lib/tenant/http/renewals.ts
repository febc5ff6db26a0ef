/** Handlers of one noun: each has its own file, however short. */

import { TenantRenewals } from "../renewals.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** Renewal items and their notices. */
export default ({ database, surroundings, actor }: TenantParts): Handlers<"renewals"> => {
  const renewals = new TenantRenewals(database, surroundings, actor);
  return {
    list: () => renewals.list(),
    add: ({ body, once }) =>
      once(
        () => renewals.add(body),
        (id) => renewals.list().find((known) => known.id === id),
      ),
    edit: ({ params, body }) => renewals.edit(params.id, body),
    confirm: ({ params, body }) => renewals.confirm(params.id, body),
    remove: ({ params }) => renewals.remove(params.id),
    notices: () => renewals.notices(),
    claimNotice: ({ body }) => renewals.claim(body),
    settleNotice: ({ params, body }) => renewals.settle(params.id, body),
  };
};
