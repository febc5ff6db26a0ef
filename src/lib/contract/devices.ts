/** A noun of the API: each has a file of its own, however short. */

import { DEVICE } from "../model/device.ts";
import { csv, get, items, list } from "./route.ts";
import { byName, exporting, filters, named, paging } from "./shapes.ts";
import { lineSchema, recordSchema } from "./thing-schema.ts";

/** A device; its owner is a PANEL user. */
const Device = named("Device", recordSchema(DEVICE.fields));

export default {
  description: "Devices (デバイス)",
  routes: {
    list: get("/v1/devices", {
      id: "devices",
      summary: "Devices, page by page",
      query: { ...paging, ...filters },
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
