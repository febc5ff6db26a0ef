/** Handlers of one noun: each has its own file, however short. */

import { DEVICES, notReady } from "../records/device-rows.ts";
import { findRecords, linesOf, pageOf } from "../store/lists.ts";
import type { Reader } from "../store/store.ts";
import { readProfile } from "../records/tenant-rows.ts";
import type { Handlers, TenantParts } from "./handler.ts";

// loaded by the requests that need them: lists start sooner without
const byHand = () => import("../records/devices.ts");
const exports = () => import("../records/exports.ts");
const versions = () => import("../versions/history.ts");

/** The devices that are not ready, by what is recorded of the tenant. */
const notReadyIn = async (reader: Reader) => notReady((await readProfile(reader)).androidAccounts);

/** Devices. */
export default ({ session, store }: TenantParts): Handlers<"devices"> => ({
  list: ({ query }) => ({
    page: () => session.read((reader) => pageOf(reader, DEVICES, query)),
    lines: () => linesOf(store, DEVICES, query),
  }),
  find: ({ query }) => session.read((reader) => findRecords(reader, DEVICES, query.name)),
  notReady: ({ query }) => ({
    page: () => session.read(async (reader) => pageOf(reader, await notReadyIn(reader), query)),
    lines: async () => linesOf(store, await session.read(notReadyIn), query),
  }),
  history: async ({ query }) => (await versions()).history(session, "devices", query.name),
  create: async ({ body, repeatable }) => (await byHand()).createDevice(session, body, repeatable),
  edit: async ({ params: { id }, body }) => (await byHand()).editDevice(session, id, body),
  setOwner: async ({ body, repeatable }) => (await byHand()).setOwner(session, body, repeatable),
  tag: async ({ body, repeatable }) => (await byHand()).tagDevices(session, body, repeatable),
  export: async ({ query }) => (await exports()).exportList(session, DEVICES, query, { action: "devices.export" }),
});
