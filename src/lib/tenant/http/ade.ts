/** Handlers of one noun of the tenant API. Each noun has its own file, even if the file is short. */

import { buildAdeDeviceList, ALL_ADE_DEVICES } from "../ade/device-rows.ts";
import { findRecords, streamNdjson, readListPage } from "../store/lists.ts";
import { contactApple } from "../ade/contact.ts";
import { createKey, readAde, setEndpoint } from "../ade/server.ts";
import {
  beginSync,
  confirmRelease,
  readCurrentAde,
  readSyncSerials,
  readSync,
  readUnreadableRecords,
} from "../ade/sync.ts";
import { inspectToken, setToken } from "../ade/token.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** Handlers of Automated Device Enrolment (ADE). */
export default ({ session, store, apple, jobs, processes, explain }: TenantParts): Handlers<"ade"> => ({
  show: async () => {
    const parts = { session, apple, jobs: await jobs(), processes, explain };
    return session.read((reader) => readCurrentAde(reader, parts));
  },
  setEndpoint: ({ body }) => setEndpoint(session, apple, body),
  createKeyPair: ({ body }) => createKey(session, apple, body),
  setToken: ({ body }) => setToken(session, apple, body),
  inspectToken: ({ body }) => inspectToken(session, apple, body),
  contact: async ({ signal }) => {
    const { account } = await contactApple(session, apple, signal);
    const { facilitatorId: _facilitator, orgIdHash: _hash, limits: _limits, ...shown } = account;
    return { ade: await session.read(readAde), account: shown };
  },
  sync: async ({ body }) => beginSync({ session, apple, jobs: await jobs(), processes, explain }, body),
  findSync: async ({ params }) => {
    const parts = { session, apple, jobs: await jobs(), processes, explain };
    return session.read((reader) => readSync(reader, params.id, parts));
  },
  syncChanges: ({ params, query }) => session.read((reader) => readSyncSerials(reader, params.id, query.which)),
  unreadable: ({ params }) => session.read((reader) => readUnreadableRecords(reader, params.id)),
  release: ({ params, body }) => confirmRelease(session, params.id, body.count),
  devices: ({ query: { state, notReady, ...query } }) => ({
    page: () => session.read((reader) => readListPage(reader, buildAdeDeviceList({ state, notReady }), query)),
    lines: () => streamNdjson(store, buildAdeDeviceList({ state, notReady }), query),
  }),
  findDevices: ({ query }) => session.read((reader) => findRecords(reader, ALL_ADE_DEVICES, query.name)),
});
