/** Handlers of one noun: each has its own file, however short. */

import { DEVICES } from "../directory/devices.ts";
import { exportOf, findRecords, linesOf, pageOf } from "../lists.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** Devices. */
export default ({ database }: TenantParts): Handlers<"devices"> => ({
  list: ({ query }) => ({
    page: () => pageOf(database, DEVICES, query),
    lines: () => linesOf(database, DEVICES, query),
  }),
  find: ({ query }) => findRecords(database, DEVICES, query.name),
  export: ({ query }) => exportOf(database, DEVICES, query),
});
