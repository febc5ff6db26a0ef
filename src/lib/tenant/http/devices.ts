/** Handlers of one noun: each has its own file, however short. */

import { DEVICES } from "../store/devices.ts";
import { exportOf, findRecords, linesOf, pageOf } from "../store/lists.ts";
import { exported } from "../use/exports.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** Devices. */
export default ({ session, store }: TenantParts): Handlers<"devices"> => ({
  list: ({ query }) => ({
    page: () => session.read((reader) => pageOf(reader, DEVICES, query)),
    lines: () => linesOf(store, DEVICES, query),
  }),
  find: ({ query }) => session.read((reader) => findRecords(reader, DEVICES, query.name)),
  export: ({ query }) =>
    exported(session, { action: "devices.export", filters: query }, exportOf(store, DEVICES, query)),
});
