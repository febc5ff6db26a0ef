import { SYNC_KINDS, type SyncKind } from "../../nouns/ade-device.ts";
import { operation } from "./operation.ts";
import { findRecords, streamList } from "../ledger/lists.ts";
import type { Reader } from "../store/types.ts";
import { ADE_DEVICE_LIST, ORGANISATION_LISTS, UNREADY_ADE_DEVICE_LIST } from "./ade-rows.ts";

export const ade = {
  show: operation({
    route: "GET /v1/ade",
    about: "Get the endpoint, server, key, token and last sync",
    needs: ["apple.read"],
    run: async ({ session }) => session.read((await import("./ade-server.ts")).readAde),
  }),
  setEndpoint: operation({
    route: "PUT /v1/ade/endpoint",
    about: "Set the endpoint of Apple's services; the key, token and devices of another endpoint are deleted",
    input: ({ z }) => z.strictObject({ url: z.url().max(2000).optional().meta({ description: "default: Apple" }) }),
    needs: ["apple.write"],
    run: async ({ session }, { url }) => (await import("./ade-server.ts")).setEndpoint(session, url),
  }),
  createKeyPair: operation({
    route: "POST /v1/ade/keypair",
    about: "Get the public key for server tokens (PEM); it is created if there is none",
    input: ({ z }) =>
      z.strictObject({ replace: z.boolean().optional().meta({ description: "true: discard the existing key" }) }),
    needs: ["apple.write"],
    run: async ({ session, apple }, given) => (await import("./ade-server.ts")).createKey(session, apple, given),
  }),
  setToken: operation({
    route: "PUT /v1/ade/token",
    about: "Set a server token; returns whether it was already set",
    input: ({ z, namedFile }) => z.strictObject(namedFile),
    needs: ["apple.write"],
    isLong: true,
    run: async ({ session, apple }, given) => (await import("./ade-token.ts")).setToken(session, apple, given),
  }),
  setBusinessKey: operation({
    route: "PUT /v1/ade/business-key",
    about: "Set the key of the Apple Business API, the MDM server that CLOMO uses, or both",
    input: ({ z, namedFile }) =>
      z.strictObject({
        key: z
          .strictObject({
            ...namedFile,
            clientId: z.string(),
            keyId: z.string(),
            url: z.url().max(2000).optional().meta({ description: "default: Apple" }),
          })
          .optional(),
        server: z.string().optional().meta({ description: "name of the MDM server that CLOMO uses" }),
      }),
    needs: ["apple.write"],
    run: async ({ session, apple }, given) => (await import("./ade-business.ts")).setBusinessKey(session, apple, given),
  }),
  sync: operation({
    route: "POST /v1/ade/sync",
    about: "Fetch the devices of the tenant's MDM server or of the organisation, and apply them in one change",
    input: ({ z }) => {
      const count = z.int().min(0).optional();
      return z.strictObject({
        kind: z
          .enum(Object.keys(SYNC_KINDS) as [SyncKind, ...SyncKind[]])
          .optional()
          .meta({ description: "default: the kind that is due" }),
        confirmDeletions: count.meta({ description: "exact number of devices that a full sync removes" }),
        maxDeletions: z
          .strictObject({ count, percent: z.number().min(0).max(100).optional() })
          .optional()
          .meta({ description: "default: 5, or 5 % if that is more" }),
      });
    },
    needs: ["apple.write"],
    isLong: true,
    run: async (parts, given, { signal }) => (await import("./ade-sync.ts")).syncDevices(parts, given, signal),
  }),
  devices: operation({
    route: "GET /v1/ade/devices",
    about: "List the devices of the last sync, in the order in which they were first seen",
    input: ({ z, listFormQuery, queryFlag }) =>
      z.strictObject({
        ...listFormQuery,
        search: z.string().optional().meta({ description: "text to find in any value of a device" }),
        notReady: queryFlag.meta({ description: "true: only devices whose profile state is not assigned or pushed" }),
        organisation: z
          .enum(Object.keys(ORGANISATION_LISTS) as (keyof typeof ORGANISATION_LISTS)[])
          .optional()
          .meta({ description: "devices of the organisation; `released` also if not in CLOMO" }),
      }),
    needs: ["apple.read"],
    result: "list",
    run: async ({ session, store }, { notReady, organisation, ...query }) => {
      if (organisation !== undefined) await session.read((await import("./ade-business.ts")).requireFetchedDevices);
      const list =
        (organisation && ORGANISATION_LISTS[organisation]) ??
        (notReady === true ? UNREADY_ADE_DEVICE_LIST : await session.read(chooseDeviceList));
      return streamList(store, list, query);
    },
  }),
  findDevices: operation({
    route: "GET /v1/ade/devices/find",
    about: "Find devices by serial number in the list from Apple",
    input: ({ z, byName }) => z.strictObject(byName),
    needs: ["apple.read"],
    run: ({ session }, { name }) =>
      session.read(async (reader) => {
        const own = await findRecords(reader, ADE_DEVICE_LIST, name);
        return own.length > 0 ? own : findRecords(reader, ORGANISATION_LISTS.all, name);
      }),
  }),
};

const chooseDeviceList = async (reader: Reader): Promise<typeof ADE_DEVICE_LIST> =>
  (await reader.count("select exists (select 1 from ade_device)")) > 0 ? ADE_DEVICE_LIST : ORGANISATION_LISTS.all;

export type { Ade } from "./ade-server.ts";
export type { AdeSync } from "./ade-sync.ts";
