import { line, step, type Step } from "../../lib/advice/index.ts";
import type { Ade } from "../../lib/client/index.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { text } from "../../lib/text/index.ts";

const FACT_HEADERS = [
  ["endpoint", "endpoint", "接続先"],
  ["server", "MDM server", "MDM サーバ"],
  ["organisation", "organisation", "組織"],
  ["admin", "token downloaded by", "トークンをダウンロードした人"],
  ["tokenExpiresAt", "token expires", "トークンの期限"],
  ["tokenSetAt", "token set at", "トークンの設定日時"],
  ["tokenSetBy", "token set by", "トークンを設定した人"],
  ["devices", "ADE devices", "ADE デバイス"],
  ["notReady", "not ready", "準備未完了"],
  ["lastSyncAt", "last sync", "前回の同期"],
  ["lastFullAt", "last full sync", "前回の全件取得"],
] as const;

type AdeFacts = Readonly<Record<(typeof FACT_HEADERS)[number][0], string | number | null>>;

export const FACT_COLUMNS: readonly Column<AdeFacts>[] = FACT_HEADERS.map(([key, en, ja]) => ({
  key,
  header: text(en, ja),
  value: (facts) => facts[key],
  ...(key.endsWith("At") && { instant: true }),
}));

export const toAdeFacts = ({ endpoint, server, token, devices, notReady, lastSyncAt, lastFullAt }: Ade): AdeFacts => ({
  endpoint,
  server: server?.name ?? null,
  organisation: server?.organisation ?? null,
  admin: server?.admin ?? null,
  tokenExpiresAt: token?.expiresAt ?? null,
  tokenSetAt: token?.setAt ?? null,
  tokenSetBy: token?.setBy ?? null,
  devices,
  notReady,
  lastSyncAt,
  lastFullAt,
});

/** Returns what to do next until the first sync is done; undefined if nothing is left to do. */
export function findNextStep({ mirror, endpoint, key, token, lastSyncAt }: Ade): Step | undefined {
  if (mirror) {
    return step(
      "this tenant mirrors the console, which syncs the ADE devices; to renew its token",
      "このテナントは管理画面のミラーで、ADE デバイスは管理画面で同期します。トークンの更新",
      line("renewals guide", ["ade-token"]),
    );
  }
  if (endpoint === null) {
    return step(
      "to use this tenant's own MDM server at Apple (never the one that CLOMO uses)",
      "このテナント専用の MDM サーバを使うには(CLOMO が使うものではありません)",
      line("ade endpoint set", [], { apple: true }),
    );
  }
  if (token === null && key === null) {
    return step(
      "create the public key",
      "公開鍵を作成してください",
      line("ade keypair create", [], { output: "CLOMO_ADE_PublicKey.pem" }),
    );
  }
  if (token === null) {
    return step(
      "upload the public key to this tenant's own MDM server in Apple Business Manager, download its token, and set it",
      "公開鍵を Apple Business Manager のこのテナント専用の MDM サーバにアップロードし、ダウンロードしたトークンを設定してください",
      line("ade token set", ["FILE"]),
    );
  }
  return lastSyncAt === null
    ? step("fetch the devices", "デバイスを取得してください", line("ade sync", []))
    : undefined;
}
