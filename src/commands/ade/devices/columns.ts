import type { AdeDeviceRecord } from "../../../lib/client/index.ts";
import { ADE_DEVICE, READY } from "../../../lib/model/ade-device.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import { columnsOfFields } from "../../listing/columns.ts";
import type { NamedKind } from "../../listing/named.ts";

export const ADE_DEVICE_COLUMNS = columnsOfFields<AdeDeviceRecord>(ADE_DEVICE.fields);

export const ADE_DEVICE_NAMES: NamedKind<AdeDeviceRecord> = {
  noun: text("ADE device", "ADE デバイス"),
  list: "clomoctl ade devices list",
  search: "clomoctl ade devices list --search",
  by: text("serial number", "シリアルナンバー"),
  describe: ({ serialNumber }) => serialNumber,
};

/** Whether a device may be switched on, and else what to do before. @see facts 4.4 */
export const readiness = ({ serialNumber, state, profileStatus }: AdeDeviceRecord): { ready: boolean; tell: Text } => {
  if (state === "released") {
    return {
      ready: false,
      tell: text(
        "Apple no longer has it for this server: look where it is assigned in Apple Business Manager",
        "このMDM サーバーから解除されています。Apple Business Manager で割り当て先を確認してください",
      ),
    };
  }
  if (state === "missing") {
    return {
      ready: false,
      tell: text(
        "the last full sync did not find it; Apple leaves devices out for about a day at times: clomoctl ade sync --full",
        "前回の全件取得で見つかりませんでした。1 日ほど見えなくなることがあります: clomoctl ade sync --full",
      ),
    };
  }
  if (profileStatus !== null && READY.includes(profileStatus)) {
    return { ready: true, tell: text("ready to be switched on", "電源を入れて設定を始められます") };
  }
  return {
    ready: false,
    tell: text(
      `do not switch it on yet: assign an ADE profile first (clomoctl ade profiles list): clomoctl ade profiles assign NAME ${serialNumber}`,
      `まだ電源を入れないでください。先に ADE プロファイル(clomoctl ade profiles list)を割り当てます: clomoctl ade profiles assign NAME ${serialNumber}`,
    ),
  };
};
