import { line, step, type Step } from "../advice/index.ts";
import { text, type Text } from "../text/index.ts";

/** What stands at the other end: Apple, a simulator of ours, or something else that speaks the same protocol. */
export const ENDPOINT_KINDS = ["apple", "simulator", "other"] as const;

export type EndpointKind = (typeof ENDPOINT_KINDS)[number];

/** Where a tenant finds Apple's services. */
export interface AdeEndpoint {
  readonly kind: EndpointKind;
  /** without a slash at its end */
  readonly url: string;
}

/** Apple's own device service. @see apple 2 */
export const APPLE_ADE = "https://mdmenrollment.apple.com";

/** What a sync fetches: all devices, or what has changed since the last one. @see apple 3 */
export const SYNC_KINDS = {
  full: text("full", "全件"),
  delta: text("delta", "差分"),
} as const satisfies Record<string, Text>;

export type SyncKind = keyof typeof SYNC_KINDS;

/** Why a sync is full or a delta. */
export const SYNC_REASONS = {
  asked: text("asked for", "指定による"),
  "never-full": text("no full one was completed yet", "全件の取得がまだ完了していないため"),
  "other-server": text("the token may be of another MDM server", "別の MDM サーバのトークンになるため"),
  "full-due": text("the last full one is about a day ago, or more", "前回の全件取得から 1 日ほどたっているため"),
  "cursor-old": text("the last one is more than 7 days ago", "前回から 7 日以上たっているため"),
  "cursor-refused": text("Apple no longer takes the last position", "前回の位置を Apple が受け付けないため"),
  unreadable: text(
    "the last sync could not read a record of Apple's answer",
    "前回の同期で読み取れない記録があったため",
  ),
  "full-recent": text("a full one was completed in the last 24 hours", "24 時間以内に全件を取得済みのため"),
  resumed: text("goes on where one was cut off", "中断した取得の続き"),
} as const satisfies Record<string, Text>;

export type SyncReason = keyof typeof SYNC_REASONS;

/** How a sync stands: `unconfirmed` waits for somebody to confirm how many devices are gone. */
export const SYNC_STATES = {
  running: text("running", "実行中"),
  done: text("done", "完了"),
  unconfirmed: text("done, releases not confirmed", "完了(解除は未確認)"),
  failed: text("failed", "失敗"),
  "cut-off": text("cut off", "中断"),
} as const satisfies Record<string, Text>;

export type SyncState = keyof typeof SYNC_STATES;

/** How many devices a full sync may find gone without being asked: this number, or this share if that is more. */
export const GONE_WITHOUT_ASKING = { count: 5, percent: 5 } as const;

/** The file that proposed commands write the public key to. */
export const PUBLIC_KEY_FILE = "CLOMO_ADE_PublicKey.pem";

/** The file that proposed commands write a signing request to: the name that the console gives it. @see facts 3.3 */
export const REQUEST_FILE = "CertificateSigningRequest.csr";

/** The MDM server of which a simulator gives a token where none is named. */
export const SIMULATED_SERVER = "SIMULATOR MDM Server";

/** A simulator, and the MDM server there. */
export interface SimulatorPlace {
  readonly url: string;
  /** its name, where it is known */
  readonly server?: string | null | undefined;
}

/** What is typed at a simulator in place of what is done in Apple's portals. @param url the simulator's */
export const SIMULATOR_LINES = {
  /** @param keyFile what `ade keypair create` has just written: a file of before may have a former key */
  token: ({ url, server }: SimulatorPlace, keyFile = PUBLIC_KEY_FILE) =>
    line("ade simulator do token", [], { publicKey: keyFile, server: namedServer(server), url }),
  clear: (url: string) => line("ade simulator do faults", [], { clear: true, url }),
  assign: (url: string) => line("ade simulator do devices assign", ["SERIAL"], { url }),
  vppToken: (url: string, org = "NAME") => line("ade simulator do vpp-token", [], { org, url }),
  /** @param topic of the certificate that is renewed; null for a first one */
  pushCertificate: (url: string, topic: string | null, requestFile = REQUEST_FILE) =>
    line("ade simulator do push-certificate", [], { csr: requestFile, renew: topic ?? undefined, url }),
} as const;

const namedServer = (name: string | null | undefined): string | undefined =>
  typeof name === "string" && name !== SIMULATED_SERVER ? name : undefined;

/** The way to a token that works, at a simulator. */
export const simulatedToken = (place: SimulatorPlace): Step => {
  const keypair = line("ade keypair create", [], { output: PUBLIC_KEY_FILE });
  const token = SIMULATOR_LINES.token(place);
  return step(
    `write the public key (${keypair}), get a token for it from the simulator (${token}), then set it by the command that it proposes`,
    `公開鍵を書き出し(${keypair})、シミュレーターから対応するトークンを取得して(${token})、表示されたコマンドで設定してください`,
    line("ade token set", ["FILE"]),
  );
};

const HOUR_MS = 60 * 60 * 1000;

/** A full sync is due after this time. */
export const FULL_EVERY_MS = 24 * HOUR_MS;

/** A sync is full from so much earlier on: one that runs daily begins now and then a little earlier than the day before. */
export const FULL_SLACK_MS = HOUR_MS;

/** Apple refuses a cursor that is older. @see apple 3 */
export const CURSOR_LIFE_MS = 7 * 24 * HOUR_MS;

/** The first line of everything that may touch a key: what must never be done to a tenant of CLOMO's. @see facts 3.5 */
export const NEVER_WITH_CLOMO = text(
  "never upload this public key to the MDM server entry in Apple Business Manager that CLOMO uses, and never download a new token from that entry to try: a new token ends the old one at once",
  "Apple Business Manager で CLOMO が使っている MDM サーバに、この公開鍵をアップロードしないでください。試しにトークンをダウンロードすることも避けてください。新しいトークンを作成すると、それまでのトークンは直ちに無効になります",
);

/** Where a sync failed that Apple refused because of the clock of this machine. */
export const CLOCK = "clock";
