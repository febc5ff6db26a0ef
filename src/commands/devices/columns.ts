import type { Device } from "../../lib/client/index.ts";
import { DEVICE } from "../../lib/model/device.ts";
import { columnsOfFields } from "../listing/columns.ts";

/** All columns of a device. */
export const DEVICE_COLUMNS = columnsOfFields<Device>(DEVICE.fields);
