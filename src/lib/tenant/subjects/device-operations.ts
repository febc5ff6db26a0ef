import { DEVICE, DEVICE_ACTION, DEVICE_STATUSES, NOTE_FIELDS, PLATFORMS } from "../../nouns/device.ts";
import { operation } from "./operation.ts";
import { buildReadingInput } from "../ledger/import-request.ts";
import { DEVICE_ACTION_LIST, DEVICE_LIST, LOST_DEVICE_LIST } from "../ledger/device-rows.ts";
import { needsPartOf, readOperations, recordOperations } from "./record-operations.ts";
import { streamList } from "../ledger/lists.ts";

const DEVICES_OF_ORG = "the devices owned by this organisation, or by a user in it";

export const devices = {
  ...recordOperations({
    noun: "devices",
    list: DEVICE_LIST,
    filters: ({ buildOrgFilters }) => buildOrgFilters(DEVICES_OF_ORG),
    editable: async () => (await import("./devices.ts")).EDITABLE_DEVICES,
    // operators may change only the memo and tags
    edits: needsPartOf("devices.write", "devices.note", NOTE_FIELDS),
    without: ["owner", "ownerOrg", "tags"],
  }),
  list: operation({
    route: "GET /v1/devices",
    about: "List devices, in the order in which they were created",
    input: ({ z, Id, listQuery, buildSearchFilters, queryFlag }) =>
      z.strictObject({
        ...listQuery,
        ...buildSearchFilters(DEVICES_OF_ORG),
        status: z.enum(DEVICE_STATUSES).optional(),
        platform: z.enum(PLATFORMS).optional(),
        tag: z.string().min(1).optional(),
        owner: Id.optional().meta({ description: "ID of a user" }),
        lost: queryFlag.meta({ description: "true: only devices in lost mode" }),
      }),
    needs: ["devices.read"],
    result: "list",
    run: ({ store }, { lost, ...query }) => streamList(store, lost ? LOST_DEVICE_LIST : DEVICE_LIST, query),
  }),
  setOwner: operation({
    route: "POST /v1/devices/set-owner",
    about: "Set the owner of devices, for all of them or none; `wipes` is the number of devices that have to be wiped",
    input: (kit) => {
      const { z, Id, recordIdList, writeOptions } = kit;
      return z.strictObject({
        ...recordIdList,
        owner: Id.nullable(),
        ownerOrg: Id.nullable(),
        wipes: z.int().min(0).optional(),
        ...writeOptions,
        learns: buildReadingInput(kit).optional(),
      });
    },
    needs: ["devices.write"],
    once: true,
    run: async ({ session }, given) => (await import("./devices.ts")).changeDeviceOwners(session, given),
  }),
  tag: operation({
    route: "POST /v1/devices/tag",
    about: "Add and remove tags of devices, for all of them or none",
    input: (kit) => {
      const { z, newValueSchema, recordIdList, writeOptions } = kit;
      const tags = z.array(newValueSchema(DEVICE.fields.tags).min(1)).max(100).optional();
      const learns = buildReadingInput(kit).optional();
      return z.strictObject({ ...recordIdList, add: tags, remove: tags, ...writeOptions, learns });
    },
    needs: ["devices.note"],
    once: true,
    run: async ({ session }, given) => (await import("./devices.ts")).tagDevices(session, given),
  }),
};

export const deviceActions = {
  ...readOperations({ noun: "device-actions", list: DEVICE_ACTION_LIST, needs: "devices.read" }),
  list: operation({
    route: "GET /v1/device-actions",
    about: "List actions on devices, oldest first",
    input: ({ z, listFormQuery, descendingOrder }) =>
      z.strictObject({ ...listFormQuery, ...descendingOrder, serialNumber: z.string().optional() }),
    needs: ["devices.read"],
    result: "list",
    run: ({ store }, query) => streamList(store, DEVICE_ACTION_LIST, query),
  }),
  create: operation({
    route: "POST /v1/device-actions",
    about: "Record an action on devices, on all of them or none; nothing is sent to the devices",
    input: ({ newRecordSchema, recordIdList: more }) =>
      newRecordSchema(DEVICE_ACTION.fields, { without: ["serialNumber", "by"], more }),
    needs: ["devices.write"],
    once: true,
    run: async ({ session }, given) => (await import("./devices.ts")).recordDeviceAction(session, given),
  }),
};

export type { WrittenDevice } from "./devices.ts";
