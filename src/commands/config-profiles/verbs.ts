import {
  CONFIG_PROFILE,
  PROFILE_PURPOSES,
  SUPERVISED_KINDS,
  type ProfileKind,
} from "../../lib/nouns/config-profile.ts";
import { text } from "../../lib/text/index.ts";
import { defineAssignableVerbs } from "../kit/change/assignable-verbs.ts";

export default defineAssignableVerbs({
  thing: CONFIG_PROFILE,
  more: async (_, { kind }) => {
    const { [kind as ProfileKind]: purpose } = PROFILE_PURPOSES;
    const only = SUPERVISED_KINDS.some((one) => one === kind);
    return [
      { key: "purpose", header: text("purpose", "利用目的"), value: () => purpose.en, name: () => purpose },
      { key: "supervisedOnly", header: text("supervised devices only", "監視対象モードのみ"), value: () => only },
    ];
  },
  example: "パスコード設定",
  file: "passcode.mobileconfig",
  create: [
    "パスコード --kind passcode --org 全社 --since 2026-04-01",
    "VPN --kind vpn --device SERIAL000001 --dry-run",
    "ADE標準 --kind ade --ade-setting 監視対象モード:設定する --ade-setting 'MDM 構成プロファイル削除:許可しない' --ade-setting 'ホスト PC との接続:許可する'",
  ],
});
