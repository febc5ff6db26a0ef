/** A noun of the API: each has a file of its own, however short. */

import { z } from "zod";
import { DEVICE, DEVICE_STATUSES, NOT_READY, PLATFORMS } from "../model/device.ts";
import { RecordHistory } from "./history.ts";
import { csv, get, items, json, list, patch, post } from "./route.ts";
import { byName, exporting, filters, paging, searching } from "./queries.ts";
import { byId, Id, named, seeing } from "./shapes.ts";
import { lineSchema, newValue, recordSchema } from "./thing-schema.ts";
import { newRecord, recordChange, several, written, writing } from "./written.ts";

/** A device; its owner is a PANEL user or an organisation. */
const Device = named("Device", recordSchema(DEVICE.fields));

const NotReadyDevice = named("NotReadyDevice", recordSchema(NOT_READY));

/** A device as it was, and as it is by now. */
const WrittenDevice = named("WrittenDevice", written(Device));

const tags = z.array(newValue(DEVICE.fields.tags).min(1)).max(100).default([]);

const choosing = {
  ...searching({
    org: "the devices that it owns, or a user directly in it",
    text: "part of any text of a device, in either width and any variant of its names",
  }),
  status: z.enum(DEVICE_STATUSES).optional().meta({ description: "a status" }),
  platform: z.enum(PLATFORMS).optional().meta({ description: "a platform" }),
  tag: z.string().min(1).optional().meta({ description: "a tag" }),
  owner: Id.optional().meta({ description: "the id of a user: the devices of that owner" }),
};

export default {
  description: "Devices (デバイス)",
  routes: {
    list: get("/v1/devices", {
      id: "devices",
      summary: "Devices, page by page",
      query: { ...paging, ...filters, ...choosing },
      answer: list(Device, lineSchema(DEVICE.fields), "Devices in the order of their creation"),
    }),
    find: get("/v1/devices/find", {
      id: "findDevices",
      summary: "Devices by id, serial number or IMEI",
      query: byName,
      answer: items(Device, "Devices whose id, serial number or IMEI matches"),
    }),
    history: get("/v1/devices/history", {
      id: "deviceHistory",
      summary: "Every version of devices, also of deleted ones",
      query: byName,
      answer: items(RecordHistory, "Devices whose id, serial number or IMEI matches, and those that had it before"),
    }),
    notReady: get("/v1/devices/not-ready", {
      id: "devicesNotReady",
      summary: "Devices in 事前登録 whose set-up would fail for want of an account, by what the tenant says of them",
      query: { ...paging, ...filters, ...choosing },
      answer: list(
        NotReadyDevice,
        lineSchema(NOT_READY),
        "Devices in the order of their creation, with what each lacks",
      ),
    }),
    create: post("/v1/devices", {
      id: "createDevice",
      summary: "Create a device",
      body: named("NewDevice", newRecord(DEVICE.fields)),
      answer: json(WrittenDevice, "The device"),
      status: 201,
      fails: ["input-rejected", "not-found"],
    }),
    edit: patch("/v1/devices/{id}", {
      id: "editDevice",
      summary: "Change a device",
      params: byId,
      body: named("DeviceChange", recordChange(DEVICE.fields, { without: ["owner", "ownerOrg", "tags"] })),
      answer: json(WrittenDevice, "The device"),
      fails: ["input-rejected"],
    }),
    setOwner: post("/v1/devices/set-owner", {
      id: "setDeviceOwner",
      summary: "Give devices an owner, all of them or none",
      body: z.strictObject({
        ...several,
        owner: Id.nullable().meta({ description: "a user" }),
        ownerOrg: Id.nullable().meta({ description: "an organisation; a device has one owner" }),
        wipes: z.int().min(0).optional().meta({
          description: "the number of those that have to be wiped for another owner: any other is refused; default: 0",
        }),
        ...seeing,
        ...writing,
      }),
      answer: items(WrittenDevice, "The devices, in the order of the request"),
      fails: ["input-rejected", "not-found", "conflict"],
    }),
    tag: post("/v1/devices/tag", {
      id: "tagDevices",
      summary: "Add tags to devices and remove others, of all of them or of none",
      body: z.strictObject({ ...several, add: tags, remove: tags, ...writing }),
      answer: items(WrittenDevice, "The devices, in the order of the request"),
      fails: ["input-rejected", "not-found"],
    }),
    export: get("/v1/devices/export", {
      id: "exportDevices",
      summary: "Devices as CSV",
      query: exporting,
      answer: csv("Devices in the order of their creation"),
      example: "シリアルナンバー,プラットフォーム,ステータス\r\nSERIAL000001,iOS,管理中\r\n",
    }),
  },
};

export type WrittenDevice = z.infer<typeof WrittenDevice>;
export type { Device, NotReadyDevice } from "../model/device.ts";
