import type { Client, Device } from "../../lib/client/index.ts";
import { DEVICE } from "../../lib/model/device.ts";
import { text, type Text } from "../../lib/text/index.ts";
import { firstOf } from "../listing/list.ts";
import type { NamedKind } from "../listing/named.ts";
import { columnsOfFields } from "../listing/columns.ts";

/** All columns of a device. */
export const DEVICE_COLUMNS = columnsOfFields<Device>(DEVICE.fields);

/** How a device is named, and told apart from others of the same name. */
export const DEVICE_NAMES: NamedKind<Device> = {
  noun: text("device", "デバイス"),
  list: "clomoctl devices list",
  describe: ({ id, serialNumber, identificationName: name }) =>
    [serialNumber, ...(name === null ? [] : [name]), id].join(" "),
};

/** Maximum number of devices that are proposed. */
const MOST_PROPOSED = 3;

/** The first devices whose serial number contains what was typed, as they are told apart. */
export async function nearDevices(client: Client<"devices">, typed: string): Promise<readonly (string | Text)[]> {
  const near = await Array.fromAsync(firstOf(client.devices.list({ filterId: typed }), MOST_PROPOSED));
  return near.map(DEVICE_NAMES.describe);
}

/** Help on the filters of devices. */
export const FILTER_DETAILS = [
  text(
    "--filter-name looks in the identification name (端末識別名), --filter-id in the serial number.",
    "--filter-name は端末識別名、--filter-id はシリアルナンバーを検索します。",
  ),
];
