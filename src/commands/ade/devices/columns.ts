import { commandName, line } from "../../../lib/advice/index.ts";
import type { AdeDeviceRecord } from "../../../lib/client/index.ts";
import { ADE_DEVICE, READY } from "../../../lib/model/ade-device.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import { columnsOfFields } from "../../listing/columns.ts";
import type { NamedKind } from "../../listing/named.ts";

const PROFILE_NAME: Column<DeviceWithProfile> = {
  key: "profileName",
  header: text("ADE profile", "ADE プロファイル"),
  value: ({ profileName }) => profileName,
};

/** Never cut where a table is narrow: a device is typed by its serial number, and judged by the state of its profile. */
const WHOLE: readonly string[] = ["serialNumber", "profileStatus"];

export const ADE_DEVICE_COLUMNS = columnsOfFields<AdeDeviceRecord>(ADE_DEVICE.fields).map((column) => ({
  ...column,
  whole: WHOLE.includes(column.key),
}));

/** A device with the name of its profile; null where it has none, or one that was not made here. */
export type DeviceWithProfile = AdeDeviceRecord & { readonly profileName: string | null };

/** The columns of one device: those of a list, and the name of its profile. */
export const ONE_DEVICE_COLUMNS: readonly Column<DeviceWithProfile>[] = ADE_DEVICE_COLUMNS.flatMap((column) =>
  column.key === "profileUuid" ? [PROFILE_NAME, column] : [column],
);

export const ADE_DEVICE_NAMES: NamedKind<AdeDeviceRecord> = {
  noun: text("ADE device", "ADE デバイス"),
  list: line("ade devices list", []),
  search: `${commandName("ade devices list")} --search`,
  by: text("serial number", "シリアルナンバー"),
  describe: ({ serialNumber }) => serialNumber,
};

/**
 * Whether a device may be switched on, and else what to do before.
 *
 * @param how it gets a profile
 * @see facts 4.4
 */
export const readiness = (
  { state, profileStatus }: AdeDeviceRecord,
  how: Text,
): { readonly ready: boolean; readonly tell: Text } => {
  if (state === "released") {
    return {
      ready: false,
      tell: text(
        "Apple no longer has it for this server: look where it is assigned in Apple Business Manager",
        "この MDM サーバから解除されています。Apple Business Manager で割り当て先を確認してください",
      ),
    };
  }
  if (state === "missing") {
    return {
      ready: false,
      tell: text(
        `the last full sync did not find it; Apple leaves devices out for about a day at times: ${line("ade sync", [], { full: true })}`,
        `前回の全件取得で見つかりませんでした。1 日ほど見えなくなることがあります: ${line("ade sync", [], { full: true })}`,
      ),
    };
  }
  if (profileStatus !== null && READY.includes(profileStatus)) {
    return { ready: true, tell: text("ready to be switched on", "電源を入れて設定を始められます") };
  }
  return {
    ready: false,
    tell: text(
      `do not switch it on yet: it has no ADE profile: ${how.en}`,
      `まだ電源を入れないでください。ADE プロファイルが割り当てられていません: ${how.ja}`,
    ),
  };
};
