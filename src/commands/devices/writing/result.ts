import type { Device } from "../../../lib/client/index.ts";
import { DEVICE, getWipeRequirement } from "../../../lib/model/device.ts";
import { describeProblem } from "../../../lib/model/problem.ts";
import { text } from "../../../lib/text/index.ts";
import type { Field } from "../../field.ts";
import type { ResultLayout } from "../../records/change-result.ts";
import type { Tools } from "../../tools.ts";
import { DEVICE_COLUMNS } from "../columns.ts";

export const DEVICE_RESULT_LAYOUT: ResultLayout<Device> = {
  columns: DEVICE_COLUMNS,
  fields: DEVICE.fields,
  called: ({ serialNumber }) => serialNumber,
};

/** The expected number of wipes, for a command that sets owners by hand. */
export const CONFIRM_WIPES = {
  kind: "number",
  about: text("number of devices that you expect to be wiped", "初期化が必要になるデバイスの台数の確認"),
} as const satisfies Field;

/** Notes the devices that have to be wiped before they get another owner. */
export async function noteWipes({ terminal }: Pick<Tools, "terminal">, devices: readonly Device[]): Promise<void> {
  for (const device of devices) {
    const { en, ja } = describeProblem({
      code: "owner-wipe",
      params: { certain: getWipeRequirement(device) === "has" ? 1 : 0 },
    });
    await terminal.note(text(`${device.serialNumber}: ${en}`, `${device.serialNumber}: ${ja}`));
  }
}
