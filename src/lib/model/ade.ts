import { line, step, type Step } from "../advice/index.ts";
import { text, type Text } from "../text/index.ts";

/** The servers that a tenant can connect to: Apple, clomoctl's simulator, or any other with the same protocol. */
export const ENDPOINT_KINDS = ["apple", "simulator", "other"] as const;

export type EndpointKind = (typeof ENDPOINT_KINDS)[number];

/** The server that a tenant uses as Apple's service. */
export interface AdeEndpoint {
  readonly kind: EndpointKind;
  /** without a trailing slash */
  readonly url: string;
}

/** The URL of Apple's device service. @see apple 2 */
export const APPLE_ADE_URL = "https://mdmenrollment.apple.com";

/** What a sync fetches: all devices, or only the changes since the last sync. @see apple 3 */
export const SYNC_KINDS = {
  full: text("full", "全件"),
  delta: text("delta", "差分"),
} as const satisfies Record<string, Text>;

export type SyncKind = keyof typeof SYNC_KINDS;

/** The reasons why a sync is full or a delta. */
export const SYNC_REASONS = {
  asked: text("requested", "指定による"),
  "never-full": text("no full sync has completed yet", "全件の取得がまだ完了していないため"),
  "other-server": text("the token may belong to another MDM server", "別の MDM サーバのトークンの可能性があるため"),
  "full-due": text("the last full sync began about a day ago or earlier", "前回の全件取得から 1 日ほどたっているため"),
  "cursor-old": text("the last sync was more than 7 days ago", "前回から 7 日以上たっているため"),
  "cursor-refused": text(
    "Apple no longer accepts the cursor from the last sync",
    "前回の位置を Apple が受け付けないため",
  ),
  unreadable: text(
    "the last sync could not read a record in Apple's response",
    "前回の同期で読み取れないデータがあったため",
  ),
  "full-recent": text("a full sync was completed in the last 24 hours", "24 時間以内に全件を取得済みのため"),
  resumed: text("continues an interrupted sync", "中断した取得の続き"),
} as const satisfies Record<string, Text>;

export type SyncReason = keyof typeof SYNC_REASONS;

/** States of a sync. `unconfirmed`: missing devices count as released only after somebody confirms their number. */
export const SYNC_STATES = {
  running: text("running", "実行中"),
  done: text("done", "完了"),
  unconfirmed: text("done, releases not confirmed", "完了(解除は未確認)"),
  failed: text("failed", "失敗"),
  "cut-off": text("interrupted", "中断"),
} as const satisfies Record<string, Text>;

export type SyncState = keyof typeof SYNC_STATES;

/**
 * The maximum number of missing devices that a full sync releases without confirmation: `count` or, if that is more,
 * `percent` of all earlier devices.
 */
export const UNCONFIRMED_RELEASE_LIMITS = { count: 5, percent: 5 } as const;

/** The file to which suggested commands write the public key. */
export const PUBLIC_KEY_FILE = "CLOMO_ADE_PublicKey.pem";

/** File name of a signing request in suggested commands, the same as in the console.  @see facts 3.3 */
export const REQUEST_FILE = "CertificateSigningRequest.csr";

/** The MDM server for which a simulator issues a token if no server is specified. */
export const DEFAULT_SIMULATOR_SERVER = "SIMULATOR MDM Server";

/** A simulator and an MDM server in it. */
export interface SimulatorServer {
  readonly url: string;
  /** the name of the MDM server, if known */
  readonly server?: string | null | undefined;
}

/** The simulator commands that replace the steps in Apple's portals. @param url the URL of the simulator */
export const SIMULATOR_COMMANDS = {
  /** @param keyFile the file that `ade keypair create` has just written; an older file may contain a previous key */
  token: ({ url, server }: SimulatorServer, keyFile = PUBLIC_KEY_FILE) =>
    line("ade simulator do token", [], { publicKey: keyFile, server: omitDefaultServer(server), url }),
  clear: (url: string) => line("ade simulator do faults", [], { clear: true, url }),
  assign: (url: string) => line("ade simulator do devices assign", ["SERIAL"], { url }),
  vppToken: (url: string, org = "NAME") => line("ade simulator do vpp-token", [], { org, url }),
  /** @param topic the topic of the certificate to renew; null for the first certificate */
  pushCertificate: (url: string, topic: string | null, requestFile = REQUEST_FILE) =>
    line("ade simulator do push-certificate", [], { csr: requestFile, renew: topic ?? undefined, url }),
} as const;

const omitDefaultServer = (name: string | null | undefined): string | undefined =>
  typeof name === "string" && name !== DEFAULT_SIMULATOR_SERVER ? name : undefined;

/** Builds the step that gets a valid token from a simulator and sets it. */
export const buildSimulatorTokenStep = (place: SimulatorServer): Step => {
  const keypair = line("ade keypair create", [], { output: PUBLIC_KEY_FILE });
  const token = SIMULATOR_COMMANDS.token(place);
  return step(
    `write the public key (${keypair}), get a token for the key from the simulator (${token}), then set the token with the command that is shown`,
    `公開鍵を書き出し(${keypair})、シミュレーターから対応するトークンを取得して(${token})、表示されたコマンドで設定してください`,
    line("ade token set", ["FILE"]),
  );
};

const HOUR_MS = 60 * 60 * 1000;

/** The time after which the next sync is full. */
export const FULL_SYNC_INTERVAL_MS = 24 * HOUR_MS;

/**
 * How much earlier than {@link FULL_SYNC_INTERVAL_MS} a sync can be full, because daily syncs sometimes begin slightly
 * early.
 */
export const FULL_SYNC_TOLERANCE_MS = HOUR_MS;

/** The age after which Apple refuses a cursor. @see apple 3 */
export const CURSOR_LIFETIME_MS = 7 * 24 * HOUR_MS;

/**
 * The warning that commands show first if they may affect a key. It lists what nobody must ever do to a CLOMO tenant.
 *
 * @see facts 3.5
 */
export const CLOMO_KEY_WARNING = text(
  "never upload this public key to the MDM server entry that CLOMO uses in Apple Business Manager, and never download a new token from that entry as a test: a new token immediately invalidates the current token",
  "Apple Business Manager で CLOMO が使っている MDM サーバに、この公開鍵をアップロードしないでください。試しにトークンをダウンロードすることも避けてください。新しいトークンを作成すると、それまでのトークンは直ちに無効になります",
);

/** The `where` of a sync error if Apple refused the request because of the clock of this computer. */
export const CLOCK_ERROR_PLACE = "clock";
