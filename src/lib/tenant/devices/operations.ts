import { DEVICE, DEVICE_STATUSES, NOTE_FIELDS, PLATFORMS } from "../../model/device.ts";
import { operation } from "../operation.ts";
import { DEVICE_LIST } from "../records/device-rows.ts";
import { recordOperations } from "../records/operations.ts";
import { streamList } from "../store/lists.ts";

const loadDevices = () => import("../records/devices.ts");

const DEVICES_OF_ORG = "the devices owned by this organisation, or by a user in it";

export const devices = {
  ...recordOperations({
    noun: "devices",
    list: DEVICE_LIST,
    needs: "devices.read",
    filters: ({ buildOrgFilters }) => buildOrgFilters(DEVICES_OF_ORG),
    editable: async () => (await loadDevices()).EDITABLE_DEVICES,
    creates: () => ["devices.write"],
    // operators may change only the memo and tags
    edits: (given) => [
      Object.keys(given).every((field) => NOTE_FIELDS.includes(field) || field === "dryRun")
        ? "devices.note"
        : "devices.write",
    ],
    without: ["owner", "ownerOrg", "tags"],
  }),
  list: operation({
    route: "GET /v1/devices",
    about: "List devices, in the order in which they were created",
    input: ({ z, Id, listQuery, buildSearchFilters }) =>
      z.strictObject({
        ...listQuery,
        ...buildSearchFilters(DEVICES_OF_ORG),
        status: z.enum(DEVICE_STATUSES).optional(),
        platform: z.enum(PLATFORMS).optional(),
        tag: z.string().min(1).optional(),
        owner: Id.optional().meta({ description: "ID of a user" }),
      }),
    needs: ["devices.read"],
    result: "list",
    run: ({ store }, query) => streamList(store, DEVICE_LIST, query),
  }),
  setOwner: operation({
    route: "POST /v1/devices/set-owner",
    about: "Set the owner of devices, for all of them or none; `wipes` is the number of devices that have to be wiped",
    input: ({ z, Id, recordIdList, writeOptions }) =>
      z.strictObject({
        ...recordIdList,
        owner: Id.nullable(),
        ownerOrg: Id.nullable(),
        wipes: z.int().min(0).optional(),
        ...writeOptions,
      }),
    needs: ["devices.write"],
    once: true,
    run: async ({ session }, given) => (await loadDevices()).changeDeviceOwners(session, given),
  }),
  tag: operation({
    route: "POST /v1/devices/tag",
    about: "Add and remove tags of devices, for all of them or none",
    input: ({ z, newValueSchema, recordIdList, writeOptions }) => {
      const tags = z.array(newValueSchema(DEVICE.fields.tags).min(1)).max(100).optional();
      return z.strictObject({ ...recordIdList, add: tags, remove: tags, ...writeOptions });
    },
    needs: ["devices.note"],
    once: true,
    run: async ({ session }, given) => (await loadDevices()).tagDevices(session, given),
  }),
};

export type { Device } from "../../model/device.ts";
export type { WrittenDevice } from "../records/devices.ts";
