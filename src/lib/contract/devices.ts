/** A noun of the API. Each noun has its own file, however short the file is. */

import { z } from "zod";
import { DEVICE, DEVICE_STATUSES, NOT_READY_DEVICE_FIELDS, PLATFORMS } from "../model/device.ts";
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

const NotReadyDevice = nameSchema("NotReadyDevice", recordSchema(NOT_READY_DEVICE_FIELDS));

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
    notReady: get("/v1/devices/not-ready", {
      id: "devicesNotReady",
      summary:
        "List devices in 事前登録 whose setup would fail because an account is missing, according to the tenant's data",
      query: { ...paging, ...filters, ...deviceFilters },
      answer: listResponse(
        NotReadyDevice,
        lineSchema(NOT_READY_DEVICE_FIELDS),
        "Devices in the order of their creation, with what is missing for each device",
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
    replace: post("/v1/devices/replace", {
      id: "replaceDevice",
      isRepeatable: true,
      summary:
        "Replace a device: move its owner, telephone number, tags and memo to another device, and tag it as 返却済み",
      body: z.strictObject({
        id: Id,
        serialNumber: newValueSchema(DEVICE.fields.serialNumber).min(1).meta({
          description: "serial number of the new device, which must not have an owner; if there is none, it is created",
        }),
        ...wipeCount,
        ...seenRevision,
        ...writeOptions,
      }),
      answer: itemsResponse(WrittenDevice, "The new device, then the old one"),
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
export type { Device, NotReadyDevice } from "../model/device.ts";
