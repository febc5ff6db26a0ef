/** A noun of the API. Each noun has its own file, however short the file is. */

import { z } from "zod";
import { DEVICE, DEVICE_STATUSES, PLATFORMS } from "../model/device.ts";
import { RecordHistory } from "./history.ts";
import { csvExport, get, itemsResponse, jsonResponse, listResponse, patch, post } from "./route.ts";
import { byName, exportQuery, filters, paging, buildOrgFilters, buildSearchFilters } from "./queries.ts";
import { byId, Id, nameSchema, seenRevision } from "./shapes.ts";
import { lineSchema, newValueSchema, recordSchema } from "./thing-schema.ts";
import {
  newRecordSchema,
  recordChangeSchema,
  recordIdList,
  writeResultSchema,
  writeOptions,
} from "./write-requests.ts";

/** A device; its owner is a PANEL user or an organisation. */
const Device = nameSchema("Device", recordSchema(DEVICE.fields));

/** A device before and after a change. */
const WrittenDevice = nameSchema("WrittenDevice", writeResultSchema(Device));

const tagNames = z.array(newValueSchema(DEVICE.fields.tags).min(1)).max(100).default([]);

const DEVICES_OF_ORG = "the devices owned by this organisation, or by a user in it";

const deviceFilters = {
  ...buildSearchFilters({
    org: DEVICES_OF_ORG,
    text: "text to find in any value of a device; full-width and half-width forms, and variants of the characters in names, are treated as equal",
  }),
  status: z.enum(DEVICE_STATUSES).optional().meta({ description: "status of the devices" }),
  platform: z.enum(PLATFORMS).optional().meta({ description: "platform of the devices" }),
  tag: z.string().min(1).optional().meta({ description: "tag of the devices" }),
  owner: Id.optional().meta({ description: "ID of a user: the devices that this user owns" }),
};

const wipeCount = {
  wipes: z.int().min(0).optional().meta({
    description:
      "number of devices that have to be wiped for a different owner; any other number is rejected; default: 0",
  }),
};

export default {
  description: "Devices (デバイス)",
  routes: {
    list: get("/v1/devices", {
      id: "devices",
      summary: "List devices, page by page",
      query: { ...paging, ...filters, ...deviceFilters },
      answer: listResponse(Device, lineSchema(DEVICE.fields), "Devices in the order of their creation"),
    }),
    find: get("/v1/devices/find", {
      id: "findDevices",
      summary: "Find devices by ID, serial number or IMEI",
      query: byName,
      answer: itemsResponse(Device, "Devices whose ID, serial number or IMEI matches"),
    }),
    history: get("/v1/devices/history", {
      id: "deviceHistory",
      summary: "Get all versions of devices, including deleted devices",
      query: byName,
      answer: itemsResponse(
        RecordHistory,
        "Devices whose ID, serial number or IMEI matches, or matched in an earlier version",
      ),
    }),
    create: post("/v1/devices", {
      id: "createDevice",
      isRepeatable: true,
      summary: "Create a device",
      body: nameSchema("NewDevice", newRecordSchema(DEVICE.fields)),
      answer: jsonResponse(WrittenDevice, "The device"),
      status: 201,
      fails: ["input-rejected", "not-found"],
    }),
    edit: patch("/v1/devices/{id}", {
      id: "editDevice",
      summary: "Change a device",
      params: byId,
      body: nameSchema("DeviceChange", recordChangeSchema(DEVICE.fields, { without: ["owner", "ownerOrg", "tags"] })),
      answer: jsonResponse(WrittenDevice, "The device"),
      fails: ["input-rejected"],
    }),
    setOwner: post("/v1/devices/set-owner", {
      id: "setDeviceOwner",
      isRepeatable: true,
      summary: "Set the owner of devices: for all of the given devices or none",
      body: z.strictObject({
        ...recordIdList,
        owner: Id.nullable().meta({ description: "ID of the user who becomes the owner" }),
        ownerOrg: Id.nullable().meta({
          description: "ID of the organisation that becomes the owner; a device has only one owner",
        }),
        ...wipeCount,
        ...seenRevision,
        ...writeOptions,
      }),
      answer: itemsResponse(WrittenDevice, "The devices, in the order of the request"),
      fails: ["input-rejected", "not-found", "conflict"],
    }),
    tag: post("/v1/devices/tag", {
      id: "tagDevices",
      isRepeatable: true,
      summary: "Add and remove tags of devices: for all of the given devices or none",
      body: z.strictObject({ ...recordIdList, add: tagNames, remove: tagNames, ...writeOptions }),
      answer: itemsResponse(WrittenDevice, "The devices, in the order of the request"),
      fails: ["input-rejected", "not-found"],
    }),
    export: get("/v1/devices/export", {
      id: "exportDevices",
      summary: "Export devices as CSV",
      query: { ...exportQuery, ...buildOrgFilters(DEVICES_OF_ORG) },
      answer: csvExport("Devices in the order of their creation"),
      example: "シリアルナンバー,プラットフォーム,ステータス\r\nSERIAL000001,iOS,管理中\r\n",
    }),
  },
};

export type WrittenDevice = z.infer<typeof WrittenDevice>;
export type { Device } from "../model/device.ts";
