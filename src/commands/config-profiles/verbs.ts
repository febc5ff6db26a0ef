import { CONFIG_PROFILE, PROFILE_PURPOSES, type ProfileKind } from "../../lib/model/config-profile.ts";
import { text } from "../../lib/text/index.ts";
import { defineAssignedVerbs } from "./assigned.ts";

export default defineAssignedVerbs("config-profiles", CONFIG_PROFILE, {
  single: text("configuration profile", "構成プロファイル"),
  more: async (_, { kind }) => {
    const { [kind as ProfileKind]: purpose } = PROFILE_PURPOSES;
    return [{ key: "purpose", header: text("purpose", "利用目的"), value: () => purpose.en, name: () => purpose }];
  },
  examples: {
    create: [
      "パスコード --kind passcode --org 全社 --since 2026-04-01",
      "VPN --kind vpn --device SERIAL000001 --dry-run",
    ],
    delete: ["パスコード設定 --confirm-deletions 1", "パスコード設定 --dry-run"],
    edit: ["パスコード設定 --org 全社 --memo '2026 年度から'", "パスコード設定 --org '' --dry-run"],
    export: ["-o config-profiles-now.csv"],
    file: ["パスコード設定 -o passcode.mobileconfig"],
    history: ["パスコード設定"],
    import: ["config-profiles/config-profiles.utf-8.crlf.csv --yes"],
    list: ["", "--org 本社/営業部", "--device SERIAL000001"],
    show: ["パスコード設定", "パスコード設定 --format json"],
    template: ["-o config-profiles-new.csv"],
  },
});
