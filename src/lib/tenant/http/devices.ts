/** The handlers of one noun. Every noun has its own file, even if the file is short. */

import { DEVICE_LIST } from "../records/device-rows.ts";
import { findRecords, streamNdjson, readListPage } from "../store/lists.ts";
import type { Handlers, TenantParts } from "./handler.ts";

// modules are loaded only by requests that need them, so that lists start faster
const loadDevicesModule = () => import("../records/devices.ts");
const loadExportsModule = () => import("../records/exports.ts");
const loadHistoryModule = () => import("../versions/history.ts");

/** Returns the handlers for devices. */
export default ({ session, store }: TenantParts): Handlers<"devices"> => ({
  list: ({ query }) => ({
    page: () => session.read((reader) => readListPage(reader, DEVICE_LIST, query)),
    lines: () => streamNdjson(store, DEVICE_LIST, query),
  }),
  find: ({ query }) => session.read((reader) => findRecords(reader, DEVICE_LIST, query.name)),
  history: async ({ query }) => (await loadHistoryModule()).readHistory(session, "devices", query.name),
  create: async ({ body, repeatable }) => (await loadDevicesModule()).createDevice(session, body, repeatable),
  edit: async ({ params: { id }, body }) => (await loadDevicesModule()).editDevice(session, id, body),
  setOwner: async ({ body, repeatable }) => (await loadDevicesModule()).changeDeviceOwners(session, body, repeatable),
  tag: async ({ body, repeatable }) => (await loadDevicesModule()).tagDevices(session, body, repeatable),
  export: async ({ query }) =>
    (await loadExportsModule()).exportList(session, DEVICE_LIST, query, { action: "devices.export" }),
});
