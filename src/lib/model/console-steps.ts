import { line } from "../advice/index.ts";
import { text, type Text } from "../text/index.ts";

/** The reason why a tenant that mirrors the console cannot connect to Apple. */
export const SIMULATOR_ONLY_IN_MIRROR = text(
  `this tenant mirrors the console and CLOMO has its keys, so the tenant can connect only to a simulator (to rehearse: ${line("ade status", [])})`,
  `このテナントは管理画面のミラーで、鍵は CLOMO が持っています。このテナントから接続できるのはシミュレーターだけです(練習の手順: ${line("ade status", [])})`,
);

/** The steps to do in the console instead, with the console's own labels. @see facts 3.3, 3.5, 4.1 */
export const CONSOLE_STEPS = {
  key: text(
    `in the console: Settings › Mobile Device Management › iOS/macOS › 基本設定 › Automated Device Enrollment › ADE サーバートークン用公開鍵 › 作成とダウンロード. Do this only for the first setup; to renew the token, do not create a new key (${line("renewals guide", ["ade-token"])})`,
    `管理画面の Settings › Mobile Device Management › iOS/macOS › 基本設定 › Automated Device Enrollment で、「ADE サーバートークン用公開鍵」の「作成とダウンロード」から行ってください(初回の設定時だけです。更新では作り直さないでください: ${line("renewals guide", ["ade-token"])})`,
  ),
  token: text(
    `in the console: Settings › Mobile Device Management › iOS/macOS › 基本設定 › Automated Device Enrollment: upload the server token, then click 保存; see ${line("renewals guide", ["ade-token"])}`,
    `管理画面の Settings › Mobile Device Management › iOS/macOS › 基本設定 › Automated Device Enrollment でサーバートークンをアップロードし、「保存」してください。手順: ${line("renewals guide", ["ade-token"])}`,
  ),
  sync: text(
    `in the console: Settings › Mobile Device Management › iOS/macOS › 基本設定 › Automated Device Enrollment › ADE デバイス情報 › 全件を取得する › ADE デバイスの一覧を更新する; see ${line("ade guide", ["purchased"])}`,
    `管理画面の Settings › Mobile Device Management › iOS/macOS › 基本設定 › Automated Device Enrollment › ADE デバイス情報 で「全件を取得する」を選び、「ADE デバイスの一覧を更新する」をクリックしてください。手順: ${line("ade guide", ["purchased"])}`,
  ),
  profile: text(
    `in the console: Settings › Mobile Device Management › iOS/macOS › ADE プロファイル, and 基本設定 › 自動適用プロファイル › ADE プロファイル; see ${line("ade guide", ["purchased"])}`,
    `管理画面の Settings › Mobile Device Management › iOS/macOS › ADE プロファイル と、基本設定 › 自動適用プロファイル › ADE プロファイル で設定してください。手順: ${line("ade guide", ["purchased"])}`,
  ),
  push: text(
    `in the console: Settings › Mobile Device Management › iOS/macOS › 基本設定 › MDM 構成プロファイルの作成ウィザード; see ${line("renewals guide", ["push-certificate"])}`,
    `管理画面の Settings › Mobile Device Management › iOS/macOS › 基本設定 で「MDM 構成プロファイルの作成ウィザード」を使ってください。手順: ${line("renewals guide", ["push-certificate"])}`,
  ),
  vpp: text(
    `in the console: Settings › CLOMO MOBILE APP PORTAL › サービス設定 › VPP 管理配布 › 設定する, then click 保存; see ${line("renewals guide", ["vpp-token"])}`,
    `管理画面の Settings › CLOMO MOBILE APP PORTAL › サービス設定 › 「VPP 管理配布」の「設定する」から登録し、「保存」してください。手順: ${line("renewals guide", ["vpp-token"])}`,
  ),
} as const satisfies Record<string, Text>;
