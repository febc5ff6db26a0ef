import type { Ade } from "../../lib/client/index.ts";
import { FULL_EVERY_MS } from "../../lib/model/ade.ts";
import { counted, text, type Text } from "../../lib/text/index.ts";

/** What to do next, and what to type for it. */
export interface NextStep {
  readonly why: Text;
  /** null where it is not done by a command */
  readonly line: string | null;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** A token is to be renewed from so many days before it expires. */
const RENEWED_WITHIN_DAYS = 30;

const step = (en: string, ja: string, line: string | null): NextStep => ({ why: text(en, ja), line });

/**
 * What to do next about ADE: first what is lacking, else what is due.
 *
 * @param now in milliseconds
 */
export function nextSteps(ade: Ade, now: number): readonly NextStep[] {
  const { endpoint, mirror } = ade;
  if (mirror && endpoint?.kind !== "simulator") {
    return [
      step(
        "this tenant mirrors the console: devices are synced there; the steps",
        "管理画面のミラーのため、デバイスの同期は管理画面で行います。手順",
        "clomoctl ade guide purchased",
      ),
    ];
  }
  if (endpoint === null) {
    return [
      step("to rehearse without Apple", "Apple を使わずに練習するには", "clomoctl ade simulator start"),
      step(
        "for a server entry of this tenant's own in Apple Business Manager (never the one that CLOMO uses)",
        "Apple Business Manager にあるこのテナント専用の MDM サーバー(CLOMO が使うものではありません)を使うには",
        "clomoctl ade endpoint set --apple",
      ),
    ];
  }
  return setUpSteps(ade, now) ?? dueSteps(ade, now);
}

function setUpSteps({ endpoint, stagedKey, token }: Ade, now: number): readonly NextStep[] | undefined {
  const isSimulator = endpoint?.kind === "simulator";
  if (token === null && stagedKey === null) {
    return [step("make a public key", "公開鍵を作成する", "clomoctl ade keypair create -o CLOMO_ADE_PublicKey.pem")];
  }
  if (token === null) return [tokenStep(isSimulator, endpoint?.url ?? "URL")];
  const daysLeft = Math.floor((Date.parse(token.expiresAt) - now) / DAY_MS);
  if (daysLeft >= RENEWED_WITHIN_DAYS) return undefined;
  const left =
    daysLeft < 0
      ? text("has expired", "期限切れ")
      : text(`expires in ${counted(daysLeft, "day")}`, `あと ${daysLeft} 日`);
  return [
    step(
      `the server token ${left.en}: download a new one from the same MDM server entry, and`,
      `サーバートークンが${left.ja}です。同じ MDM サーバーから新しいトークンをダウンロードして`,
      "clomoctl ade token set FILE",
    ),
  ];
}

const tokenStep = (isSimulator: boolean, url: string): NextStep =>
  isSimulator
    ? step(
        "get a token for the public key from the simulator, then clomoctl ade token set",
        "公開鍵に対するトークンをシミュレーターから取得し、clomoctl ade token set で設定する",
        `clomoctl ade simulator token --url ${url} --public-key CLOMO_ADE_PublicKey.pem -o SIMULATOR_Token.p7m`,
      )
    : step(
        "upload the public key to this tenant's own MDM server entry in Apple Business Manager, download its token, and",
        "公開鍵を Apple Business Manager のこのテナント専用の MDM サーバーにアップロードし、トークンをダウンロードして",
        "clomoctl ade token set FILE",
      );

function dueSteps({ sync, lastSyncAt, lastFullAt, counts }: Ade, now: number): readonly NextStep[] {
  if (sync?.state === "running") {
    return [
      step("a sync is running: see again", "同期を実行中です。後でもう一度確認してください", "clomoctl ade status"),
    ];
  }
  if (sync?.state === "failed" || sync?.state === "cut-off") {
    return [
      step(
        "the last sync was not finished: go on with it",
        "前回の同期は完了していません。続きから実行する",
        "clomoctl ade sync",
      ),
    ];
  }
  if (lastSyncAt === null) {
    return [step("fetch the devices", "デバイスを取得する", "clomoctl ade sync")];
  }
  return [
    ...(sync?.state === "unconfirmed"
      ? [
          step(
            `${counted(counts.missing, "device")} that Apple no longer has: look at them, then confirm by a sync on a terminal`,
            `Apple 側で見つからないデバイスが ${counts.missing} 台あります。確認し、ターミナルで同期して確定する`,
            "clomoctl ade devices list --state missing",
          ),
        ]
      : []),
    ...(counts.notReady > 0
      ? [
          step(
            `${counted(counts.notReady, "device")} without an ADE profile: do not switch them on yet`,
            `ADE プロファイルが割り当てられていないデバイスが ${counts.notReady} 台あります(まだ電源を入れないでください)`,
            "clomoctl ade devices list --not-ready",
          ),
        ]
      : []),
    ...(lastFullAt === null || now - Date.parse(lastFullAt) > FULL_EVERY_MS
      ? [step("a full sync is due", "全件の取得の時期です", "clomoctl ade sync")]
      : []),
  ];
}
