import { APP, CONFIG_PROFILE } from "../model/config-profile.ts";
import { DEVICE } from "../model/device.ts";
import type { PanelKind } from "../model/console-files.ts";
import { SECURED_USER } from "../model/secured-user.ts";
import { text, type Text } from "../text/index.ts";

export const RESOURCE_TITLES = {
  tenant: text("tenant", "テナント"),
  "account-settings": text("CLOMO account settings", "CLOMO アカウント設定"),
  "custom-fields": text("custom fields of users", "カスタムユーザー情報の項目"),
  orgs: text("organisations", "組織"),
  schemes: text("permission schemes", "カスタム管理権限スキーム"),
  users: text("users", "ユーザー"),
  administrators: text("administrators", "管理者"),
  "secured-groups": text("SECURED APPs groups", "SECURED APPs のグループ"),
  "secured-users": SECURED_USER.title,
  devices: DEVICE.title,
  "device-actions": text("actions on devices", "デバイスの操作"),
  "config-profiles": CONFIG_PROFILE.title,
  apps: APP.title,
  "ade-devices": text("ADE devices", "ADE デバイス"),
  renewals: text("renewal items", "年次更新・期限"),
  answers: text("answers to the checklist", "引き継ぎ確認リストの回答"),
  "console-tasks": text("tasks in the console", "管理画面での作業"),
} as const satisfies Readonly<Record<PanelKind, Text> & Record<string, Text>>;

export type ResourceName = keyof typeof RESOURCE_TITLES;

export const RESOURCE_NAMES = Object.keys(RESOURCE_TITLES) as readonly ResourceName[];

export const pathOfResource = (name: ResourceName): string => `resources/${name}.ndjson`;
