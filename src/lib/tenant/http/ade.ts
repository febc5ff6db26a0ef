/** Handlers of one noun of the tenant API. Each noun has its own file, even if the file is short. */

import { ADE_DEVICE_LIST, UNREADY_ADE_DEVICE_LIST } from "../ade/device-rows.ts";
import { createKey, readAde, setEndpoint } from "../ade/server.ts";
import { syncDevices } from "../ade/sync.ts";
import { setToken } from "../ade/token.ts";
import { findRecords, readListPage, streamNdjson } from "../store/lists.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** Handlers of Automated Device Enrolment (ADE). */
export default ({ session, store, apple }: TenantParts): Handlers<"ade"> => {
  const listOf = (notReady: boolean | undefined) => (notReady === true ? UNREADY_ADE_DEVICE_LIST : ADE_DEVICE_LIST);
  return {
    show: () => session.read(readAde),
    setEndpoint: ({ body }) => setEndpoint(session, body.url),
    createKeyPair: ({ body }) => createKey(session, apple, body),
    setToken: ({ body }) => setToken(session, apple, body),
    sync: ({ body, signal }) => syncDevices({ session, store, apple }, body, signal),
    devices: ({ query: { notReady, ...query } }) => ({
      page: () => session.read((reader) => readListPage(reader, listOf(notReady), query)),
      lines: () => streamNdjson(store, listOf(notReady), query),
    }),
    findDevices: ({ query }) => session.read((reader) => findRecords(reader, ADE_DEVICE_LIST, query.name)),
  };
};
