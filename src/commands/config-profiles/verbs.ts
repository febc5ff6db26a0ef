import { CONFIG_PROFILE } from "../../lib/model/config-profile.ts";
import { defineRecordVerbs } from "../records/verbs.ts";
import {
  CONFIG_PROFILE_ARGUMENT,
  CONFIG_PROFILE_COLUMNS,
  CONFIG_PROFILE_DETAILS,
  CONFIG_PROFILE_NAMES,
} from "./columns.ts";

export default defineRecordVerbs({
  noun: "config-profiles",
  thing: CONFIG_PROFILE,
  layout: { columns: CONFIG_PROFILE_COLUMNS, fields: CONFIG_PROFILE.fields, called: ({ name }) => name },
  columns: CONFIG_PROFILE_DETAILS,
  argument: CONFIG_PROFILE_ARGUMENT,
  lookup: CONFIG_PROFILE_NAMES,
  createdBy: "name",
  changedElsewhere: [],
  imports: {},
  examples: {
    create: [
      "パスコード --kind passcode --org 全社 --since 2026-04-01",
      "VPN --kind vpn --device SERIAL000001 --dry-run",
    ],
    delete: ["パスコード設定 --confirm-deletions 1", "パスコード設定 --dry-run"],
    edit: ["パスコード設定 --org 全社 --memo '2026 年度から'", "パスコード設定 --org '' --dry-run"],
    export: ["-o config-profiles-now.csv"],
    history: ["パスコード設定"],
    import: ["config-profiles/config-profiles.utf-8.crlf.csv --yes"],
    show: ["パスコード設定", "パスコード設定 --format json"],
    template: ["-o config-profiles-new.csv"],
  },
});
