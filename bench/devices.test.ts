import { expect, test } from "vitest";
import { DEVICE_HEADER, formatDeviceRecord } from "./devices.ts";

const records = Array.from({ length: 20_000 }, (_, index) => formatDeviceRecord(index).slice(0, -2).split(","));

test("every record has the header's columns", () => {
  expect(records.filter((cells) => cells.length !== DEVICE_HEADER.length)).toEqual([]);
  expect(formatDeviceRecord(7)).toMatch(/^F\d{10},[^]*\r\n$/);
});

test.each(["シリアルナンバー", "IMEI番号", "電話番号", "Wi-Fi MACアドレス"] as const)("%s is unique", (header) => {
  const at = DEVICE_HEADER.indexOf(header);
  expect(new Set(records.map((cells) => cells[at])).size).toBe(records.length);
});

test("serial numbers are in no order", () => {
  const serials = records.slice(0, 10).map(([serial = ""]) => serial);
  expect(serials.every((serial, at) => at === 0 || serial > (serials[at - 1] ?? ""))).toBe(false);
});
