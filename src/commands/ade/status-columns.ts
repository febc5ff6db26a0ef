import { line, step, type Step } from "../../lib/advice/index.ts";
import type { Ade } from "../../lib/client/index.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { text } from "../../lib/text/index.ts";
import type { Tools } from "../kit/tools.ts";

const column = (key: string, en: string, ja: string, value: Column<Ade>["value"]): Column<Ade> => ({
  key,
  header: text(en, ja),
  value: (ade) => value(ade) ?? null,
  ...(key.endsWith("At") && { instant: true }),
});

const getSynced = ({ business }: Ade): Ade["business"] => (business?.lastSyncAt === null ? null : business);

export const FACT_COLUMNS: readonly Column<Ade>[] = [
  column("endpoint", "endpoint", "接続先", ({ endpoint }) => endpoint),
  column("server", "MDM server", "MDM サーバー", ({ server }) => server?.name),
  column("organisation", "organisation", "組織", ({ server }) => server?.organisation),
  column("admin", "token downloaded by", "トークンをダウンロードした人", ({ server }) => server?.admin),
  column("tokenExpiresAt", "token expires", "トークンの期限", ({ token }) => token?.expiresAt),
  column("tokenSetAt", "token set at", "トークンの設定日時", ({ token }) => token?.setAt),
  column("tokenSetBy", "token set by", "トークンを設定した人", ({ token }) => token?.setBy),
  column("devices", "ADE devices", "ADE デバイス", ({ devices }) => devices),
  column("notReady", "devices not ready", "準備未完了のデバイス", ({ notReady }) => notReady),
  column("lastSyncAt", "last sync", "前回の同期", ({ lastSyncAt }) => lastSyncAt),
  column("lastFullAt", "last full sync", "前回の全件取得", ({ lastFullAt }) => lastFullAt),
  column("apiKeyId", "API key ID", "API のキー ID", ({ business }) => business?.key?.id),
  column("clomoServer", "CLOMO's MDM server", "CLOMO の MDM サーバー", ({ business }) => business?.server),
  column("organisationDevices", "devices at Apple", "Apple のデバイス", (ade) => getSynced(ade)?.devices),
  column("notInClomo", "not in CLOMO", "CLOMO にない", (ade) => getSynced(ade)?.notInClomo),
  column("otherServer", "not on CLOMO's server", "CLOMO のサーバーにない", (ade) => getSynced(ade)?.otherServer),
  column("released", "released, still in CLOMO", "所有解除済み(CLOMO に残る)", (ade) => getSynced(ade)?.released),
  column("lastApiSyncAt", "last API sync", "前回の API の同期", ({ business }) => business?.lastSyncAt),
];

/** @see facts 4.4; apple 6 */
export const PROFILE_STATE_NOTE = text(
  "Apple Business does not report ADE profile states. Check them in the console (ADE プロファイル状態) before you switch devices on",
  "Apple Business からは ADE プロファイル状態がわかりません。電源を入れる前に、管理画面の「ADE プロファイル状態」を確認してください",
);

export async function showNextStep({ terminal }: Pick<Tools, "terminal">, ade: Ade): Promise<void> {
  const next = findNextStep(ade);
  if (next !== undefined) await terminal.note(next);
}

const FETCH_STEP = step("fetch the devices", "デバイスを取得してください", line("ade sync", []));

function findNextStep({ mirror, endpoint, key, token, lastSyncAt, business }: Ade): Step | undefined {
  const isApiOnly = mirror || (business !== null && token === null);
  if (isApiOnly && !business?.key) {
    return step(
      "to see which of your devices are not in CLOMO, create an API account in Apple Business, and set its key",
      "CLOMO にないデバイスを調べるには、Apple Business で API アカウントを作成し、鍵を設定してください",
      line("ade business-key set", ["FILE"]),
    );
  }
  if (isApiOnly) return business?.lastSyncAt === null ? FETCH_STEP : undefined;
  if (endpoint === null) {
    return step(
      "to use this tenant's own MDM server at Apple (not the server that CLOMO uses)",
      "このテナント専用の MDM サーバーを使うには(CLOMO が使う MDM サーバーとは別)",
      line("ade endpoint set", [], { apple: true }),
    );
  }
  if (token === null && key === null) {
    return step(
      "create the public key",
      "公開鍵を作成してください",
      line("ade keypair create", [], { output: "clomoctl_ADE_PublicKey.pem" }),
    );
  }
  if (token === null) {
    return step(
      "upload the public key to this tenant's own MDM server in Apple Business Manager, download its token, and set it",
      "公開鍵を Apple Business Manager のこのテナント専用の MDM サーバーにアップロードし、ダウンロードしたトークンを設定してください",
      line("ade token set", ["FILE"]),
    );
  }
  return lastSyncAt === null ? FETCH_STEP : undefined;
}
