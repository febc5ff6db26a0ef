import type { Send } from "../../../apple/send.ts";
import { Failure } from "../../../errors/index.ts";
import type { AdeEndpoint } from "../../../model/ade.ts";
import { text, type Text } from "../../../text/index.ts";
import { isMirror, readServer, type StoredServer } from "../../store/ade/server.ts";
import type { Reader } from "../../store/store.ts";

/** How a tenant reaches Apple's services, and seals what it keeps for them. */
export interface AppleAccess {
  /** opened by the first call */
  readonly send: () => Promise<Send>;
  /** seals secrets by a key that is not in the tenant's database; each for a purpose */
  readonly sealing: {
    seal(purpose: string, secret: string): Promise<string>;
    unseal(purpose: string, sealed: string): Promise<string>;
  };
  readonly wait: (delayMs: number, signal?: AbortSignal) => Promise<void>;
  /** name and version: `clomoctl/0.1.0` */
  readonly program: string;
}

/** What to do in the console instead, in its own words. @see facts 3.5, 4.1 */
export const CONSOLE_STEPS = {
  key: text(
    "in the console: Settings › Mobile Device Management › iOS/macOS › 基本設定 › Automated Device Enrollment › ADE サーバートークン用公開鍵 › 作成とダウンロード",
    "管理画面の Settings › Mobile Device Management › iOS/macOS › 基本設定 › Automated Device Enrollment で、「ADE サーバートークン用公開鍵」の「作成とダウンロード」から行ってください",
  ),
  token: text(
    "in the console: Settings › Mobile Device Management › iOS/macOS › 基本設定 › Automated Device Enrollment: upload the server token, then 保存; see clomoctl renewals guide ade-token",
    "管理画面の Settings › Mobile Device Management › iOS/macOS › 基本設定 › Automated Device Enrollment でサーバートークンをアップロードし、「保存」してください。手順: clomoctl renewals guide ade-token",
  ),
  sync: text(
    "in the console: Settings › Mobile Device Management › iOS/macOS › 基本設定 › Automated Device Enrollment › ADE デバイス情報 › 全件を取得する › ADE デバイスの一覧を更新する; see clomoctl ade guide purchased",
    "管理画面の Settings › Mobile Device Management › iOS/macOS › 基本設定 › Automated Device Enrollment › ADE デバイス情報 で「全件を取得する」を選び、「ADE デバイスの一覧を更新する」をクリックしてください。手順: clomoctl ade guide purchased",
  ),
  profile: text(
    "in the console: Settings › Mobile Device Management › iOS/macOS › ADE プロファイル, and 基本設定 › 自動適用プロファイル › ADE プロファイル; see clomoctl ade guide purchased",
    "管理画面の Settings › Mobile Device Management › iOS/macOS › ADE プロファイル と、基本設定 › 自動適用プロファイル › ADE プロファイル で設定してください。手順: clomoctl ade guide purchased",
  ),
} as const satisfies Record<string, Text>;

/** What a guarded request finds. */
export interface Guarded {
  readonly server: StoredServer;
  readonly endpoint: AdeEndpoint;
}

/** Where a tenant finds Apple's services; null while nobody has said it. */
export const endpointOf = ({ endpointKind: kind, endpointUrl: url }: StoredServer): AdeEndpoint | null =>
  kind === null || url === null ? null : { kind, url };

const inMirror = (steps: Text): Failure =>
  new Failure("not-permitted", {
    what: text(
      "this tenant mirrors the console, and CLOMO holds its keys: only a simulator may be asked here",
      "このテナントは管理画面のミラーで、鍵は CLOMO が持っています。ここで接続できるのはシミュレーターだけです",
    ),
    hint: steps,
  });

const NO_ENDPOINT = new Failure("input-rejected", {
  what: text("nobody has said yet where Apple's services are", "Apple のサービスの接続先が設定されていません"),
  where: "ade endpoint",
  hint: text(
    "to rehearse: clomoctl ade simulator start, then clomoctl ade endpoint set --simulator URL; for a server entry of this tenant's own: clomoctl ade endpoint set --apple",
    "練習するには clomoctl ade simulator start のあと clomoctl ade endpoint set --simulator URL、このテナント専用の MDM サーバーを使うには clomoctl ade endpoint set --apple を実行してください",
  ),
});

/**
 * What everything asks that makes or takes a key and contacts nobody: in a mirror only a simulator may be at the other end.
 *
 * @param steps what to do in the console instead
 * @throws Failure `not-permitted` in a mirror
 */
export const refuseMirror = async (
  reader: Reader,
  steps: Text,
): Promise<{ readonly server: StoredServer; readonly endpoint: AdeEndpoint | null }> => {
  const server = await readServer(reader);
  const endpoint = endpointOf(server);
  if (endpoint?.kind !== "simulator" && (await isMirror(reader))) throw inMirror(steps);
  return { server, endpoint };
};

/**
 * What everything asks that contacts Apple, or makes or takes a key: in a mirror only a simulator may be at the other end.
 *
 * @param steps what to do in the console instead
 * @throws Failure `not-permitted` in a mirror, `input-rejected` while no endpoint is set
 */
export const guardApple = async (reader: Reader, steps: Text): Promise<Guarded> => {
  const { server, endpoint } = await refuseMirror(reader, steps);
  if (endpoint === null) throw NO_ENDPOINT;
  return { server, endpoint };
};

/** Refuses what a simulator made where no simulator is. @throws Failure `input-rejected` */
export const refuseSimulated = ({ endpoint }: { readonly endpoint: AdeEndpoint | null }, where: string): void => {
  if (endpoint?.kind === "simulator") return;
  throw new Failure("input-rejected", {
    what: text("made by a simulator, and good for nothing else", "シミュレーターで作られたもので、実際には使えません"),
    where,
    hint: text(
      "take the file that Apple's portal gives; the endpoint: clomoctl ade endpoint show",
      "Apple のポータルからダウンロードしたファイルを指定してください。接続先: clomoctl ade endpoint show",
    ),
  });
};
