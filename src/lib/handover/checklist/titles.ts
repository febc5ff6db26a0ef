import { text, type Text } from "../../text/index.ts";

/** The titles of the checklist items, the six in CLOMO's manual.  @see facts 7.1; seed 002 */
export const ITEM_TITLES = {
  contact: text("CLOMO PANEL contact person", "CLOMO PANEL 担当者情報"),
  administrators: text("CLOMO PANEL system administrators' accounts", "CLOMO PANEL システム管理者アカウント情報"),
  "push-certificate": text(
    "Apple Account of the MDM push certificate",
    "MDM プッシュ通知証明書取得時の Apple Account(Apple ID)情報",
  ),
  "apple-business": text(
    "Apple Account that administers Apple Business Manager / Apple School Manager",
    "Apple Business Manager / Apple School Manager の管理用 Apple Account(Apple ID)情報",
  ),
  android: text("Android Enterprise administrator's Gmail account", "Android Enterprise 管理者用 Gmail アカウント"),
  rules: text(
    "in-house rules: lost, broken and replaced devices",
    "社内ルール(デバイス紛失時の対応方針、デバイス故障/交換時の対応手順)",
  ),
} as const satisfies Readonly<Record<string, Text>>;

export type ItemId = keyof typeof ITEM_TITLES;
