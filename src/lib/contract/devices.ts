/** A noun of the API: each has a file of its own, however short. */

import { z } from "zod";
import { DEVICE, DEVICE_STATUSES, PLATFORMS } from "../model/device.ts";
import { csv, get, items, list } from "./route.ts";
import { byName, exporting, filters, named, paging, searching } from "./shapes.ts";
import { lineSchema, recordSchema } from "./thing-schema.ts";

/** A device; its owner is a PANEL user or an organisation. */
const Device = named("Device", recordSchema(DEVICE.fields));

const choosing = {
  ...searching({
    org: "the devices that it owns, or a user directly in it",
    text: "part of any text of a device, in either width and any variant of its names",
  }),
  status: z.enum(DEVICE_STATUSES).optional().meta({ description: "a status" }),
  platform: z.enum(PLATFORMS).optional().meta({ description: "a platform" }),
  tag: z.string().min(1).optional().meta({ description: "a tag" }),
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
    export: get("/v1/devices/export", {
      id: "exportDevices",
      summary: "Devices as CSV",
      query: exporting,
      answer: csv("Devices in the order of their creation"),
      example: "シリアルナンバー,プラットフォーム,ステータス\r\nSERIAL000001,iOS,管理中\r\n",
    }),
  },
};

export type { Device } from "../model/device.ts";
