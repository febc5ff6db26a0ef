import type { Device } from "../../lib/client/index.ts";
import { DEVICE } from "../../lib/model/device.ts";
import { text } from "../../lib/text/index.ts";
import { columnsOfFields } from "../listing/columns.ts";

/** All columns of a device. */
export const DEVICE_COLUMNS = columnsOfFields<Device>(DEVICE.fields);

/** Help on the filters of devices. */
export const FILTER_DETAILS = [
  text(
    "--filter-name looks in the identification name (端末識別名), --filter-id in the serial number.",
    "--filter-name は端末識別名、--filter-id はシリアルナンバーを検索します。",
  ),
];
