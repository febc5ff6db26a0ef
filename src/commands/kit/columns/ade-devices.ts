import { line } from "../../../lib/advice/index.ts";
import type { AdeDeviceRecord } from "../../../lib/client/index.ts";
import { ADE_DEVICE } from "../../../lib/nouns/ade-device.ts";
import { text } from "../../../lib/text/index.ts";
import { buildFieldColumns } from "../list/list.ts";
import type { NamedKind } from "../list/single-match.ts";

/** Columns that are never truncated, because they identify a device and show whether it is ready. */
const UNTRUNCATED_COLUMNS: readonly string[] = ["serialNumber", "profileStatus"];

export const ADE_DEVICE_COLUMNS = buildFieldColumns<AdeDeviceRecord>(ADE_DEVICE.fields).map((column) => ({
  ...column,
  whole: UNTRUNCATED_COLUMNS.includes(column.key),
}));

export const ADE_DEVICE_KIND: NamedKind<AdeDeviceRecord> = {
  noun: text("ADE device", "ADE デバイス"),
  list: line("ade devices list", []),
  search: (search) => line("ade devices list", [], { search }),
  describe: ({ serialNumber }) => serialNumber,
};
