import { line } from "../../../lib/advice/index.ts";
import type { AdeDeviceRecord } from "../../../lib/client/index.ts";
import { ADE_DEVICE, READY_PROFILE_STATES } from "../../../lib/model/ade-device.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import { buildFieldColumns } from "../../listing/columns.ts";
import type { NamedKind } from "../../listing/single-match.ts";

const PROFILE_NAME_COLUMN: Column<DeviceWithProfile> = {
  key: "profileName",
  header: text("ADE profile", "ADE プロファイル"),
  value: ({ profileName }) => profileName,
};

/** Columns that are never truncated, because they identify a device and show whether it is ready. */
const UNCUT_COLUMNS: readonly string[] = ["serialNumber", "profileStatus"];

export const ADE_DEVICE_COLUMNS = buildFieldColumns<AdeDeviceRecord>(ADE_DEVICE.fields).map((column) => ({
  ...column,
  whole: UNCUT_COLUMNS.includes(column.key),
}));

/** A device with its profile's name; null without a profile, or with a profile that clomoctl did not create. */
export type DeviceWithProfile = AdeDeviceRecord & { readonly profileName: string | null };

/** The columns of a single device: the columns of the list and the name of the profile. */
export const DEVICE_DETAIL_COLUMNS: readonly Column<DeviceWithProfile>[] = ADE_DEVICE_COLUMNS.flatMap((column) =>
  column.key === "profileUuid" ? [PROFILE_NAME_COLUMN, column] : [column],
);

export const ADE_DEVICE_KIND: NamedKind<AdeDeviceRecord> = {
  noun: text("ADE device", "ADE デバイス"),
  list: line("ade devices list", []),
  search: (search) => line("ade devices list", [], { search }),
  by: text("serial number", "シリアルナンバー"),
  describe: ({ serialNumber }) => serialNumber,
};

/**
 * Returns whether a device may be switched on and, if not, what to do first.
 *
 * @param how instructions for assigning a profile to the device
 * @see facts 4.4
 */
export const checkReadiness = (
  { state, profileStatus }: AdeDeviceRecord,
  how: Text,
): { readonly ready: boolean; readonly tell: Text } => {
  if (state === "released") {
    return {
      ready: false,
      tell: text(
        "Apple no longer lists this device for this MDM server; check its assignment in Apple Business Manager",
        "この MDM サーバから解除されています。Apple Business Manager で割り当て先を確認してください",
      ),
    };
  }
  if (state === "missing") {
    return {
      ready: false,
      tell: text(
        `the last full sync did not find this device; Apple sometimes leaves devices out for about a day. To check again: ${line("ade sync", [], { full: true })}`,
        `前回の全件取得で見つかりませんでした。1 日ほど見えなくなることがあります。もう一度確認するには: ${line("ade sync", [], { full: true })}`,
      ),
    };
  }
  if (profileStatus !== null && READY_PROFILE_STATES.includes(profileStatus)) {
    return { ready: true, tell: text("this device is ready to be switched on", "電源を入れて設定を始められます") };
  }
  return {
    ready: false,
    tell: text(
      `do not switch this device on yet, because it does not have an ADE profile: ${how.en}`,
      `まだ電源を入れないでください。ADE プロファイルが割り当てられていません: ${how.ja}`,
    ),
  };
};
