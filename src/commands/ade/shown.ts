import { line, step, type Step } from "../../lib/advice/index.ts";
import type { Ade } from "../../lib/client/index.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { text } from "../../lib/text/index.ts";
import type { Tools } from "../tools.ts";

const column = (key: string, en: string, ja: string, value: Column<Ade>["value"]): Column<Ade> => ({
  key,
  header: text(en, ja),
  value: (ade) => value(ade) ?? null,
  ...(key.endsWith("At") && { instant: true }),
});

export const FACT_COLUMNS: readonly Column<Ade>[] = [
  column("endpoint", "endpoint", "接続先", ({ endpoint }) => endpoint),
  column("server", "MDM server", "MDM サーバー", ({ server }) => server?.name),
  column("organisation", "organisation", "組織", ({ server }) => server?.organisation),
  column("admin", "token downloaded by", "トークンをダウンロードした人", ({ server }) => server?.admin),
  column("tokenExpiresAt", "token expires", "トークンの期限", ({ token }) => token?.expiresAt),
  column("tokenSetAt", "token set at", "トークンの設定日時", ({ token }) => token?.setAt),
  column("tokenSetBy", "token set by", "トークンを設定した人", ({ token }) => token?.setBy),
  column("devices", "ADE devices", "ADE デバイス", ({ devices }) => devices),
  column("notReady", "not ready", "準備の未完了", ({ notReady }) => notReady),
  column("lastSyncAt", "last sync", "前回の同期", ({ lastSyncAt }) => lastSyncAt),
  column("lastFullAt", "last full sync", "前回の全件取得", ({ lastFullAt }) => lastFullAt),
];

export async function showNextStep({ terminal }: Pick<Tools, "terminal">, ade: Ade): Promise<void> {
  const next = findNextStep(ade);
  if (next !== undefined) await terminal.note(next);
}

/** Returns the next step. There is none after the first sync, except in a mirror. */
function findNextStep({ mirror, endpoint, key, token, lastSyncAt }: Ade): Step | undefined {
  if (mirror) {
    return step(
      "this tenant is a mirror of the console, which syncs the ADE devices; to renew the token",
      "このテナントは管理画面のミラーで、ADE デバイスは管理画面で同期します。トークンの更新",
      line("renewals guide", ["ade-token"]),
    );
  }
  if (endpoint === null) {
    return step(
      "to use this tenant's own MDM server at Apple (never the one that CLOMO uses)",
      "このテナント専用の MDM サーバーを使うには(CLOMO が使うものではありません)",
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
      "公開鍵を Apple Business Manager のこのテナント専用の MDM サーバーにアップロードし、ダウンロードしたトークンを設定してください",
      line("ade token set", ["FILE"]),
    );
  }
  return lastSyncAt === null
    ? step("fetch the devices", "デバイスを取得してください", line("ade sync", []))
    : undefined;
}
