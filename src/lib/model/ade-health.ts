import { line, step, type CommandLine, type Step } from "../advice/index.ts";
import type { Problem } from "../errors/index.ts";
import { formatCount, text, type Text } from "../text/index.ts";
import {
  CLOCK_ERROR_PLACE,
  FULL_SYNC_INTERVAL_MS,
  buildSimulatorTokenStep,
  type AdeEndpoint,
  type SyncState,
} from "./ade.ts";

/** The facts from which the health of a tenant's ADE is assessed. The tenant provides them. */
export interface AdeHealthFacts {
  readonly mirror: boolean;
  readonly endpoint: AdeEndpoint | null;
  readonly server: { readonly name: string } | null;
  readonly token: {
    readonly setAt: string;
    readonly expiresAt: string;
    readonly rejectedAt: string | null;
    readonly renewal: string | null;
  } | null;
  /** the last sync run */
  readonly sync: {
    readonly state: SyncState;
    readonly startedAt: string;
    readonly finishedAt: string | null;
    readonly intervalMs: number | null;
    readonly error: (Pick<Problem, "detail" | "where" | "hint"> & { readonly type: string }) | null;
  } | null;
  /** when the last completed sync ended */
  readonly lastSyncAt: string | null;
  readonly counts: {
    readonly present: number;
    readonly missing: number;
    readonly notReady: number;
    readonly unreadable: number;
  };
}

/** The conditions that ADE health checks report. Programs read the keys. */
export const ADE_CONDITIONS = {
  "token-rejected": text("token rejected", "トークンの拒否"),
  "token-expired": text("token expired", "トークンの期限切れ"),
  "sync-failed": text("sync failed", "同期の失敗"),
  "sync-overdue": text("sync overdue", "同期の遅れ"),
  "unreadable-records": text("unreadable records", "読み取れないデータ"),
  "missing-devices": text("missing devices", "見つからないデバイス"),
  "devices-not-ready": text("devices not ready", "準備未完了のデバイス"),
} as const satisfies Record<string, Text>;

export type AdeConditionId = keyof typeof ADE_CONDITIONS;

/** A problem with a tenant's ADE. */
export interface AdeCondition {
  readonly id: AdeConditionId;
  readonly level: "critical" | "warning";
  readonly what: Text;
  /** the command that shows details or fixes the problem */
  readonly line: CommandLine;
  /** how to fix the problem, if that takes more than {@link line} */
  readonly how?: Step | undefined;
}

/** The command that shows the state of ADE and how to fix its problems. */
export const ADE_STATUS_COMMAND = line("ade status", []);

/** The state of a tenant's ADE and its problems. */
export interface AdeReport<F = AdeHealthFacts> {
  readonly facts: F;
  /** the most urgent condition first */
  readonly conditions: readonly AdeCondition[];
}

/** Failures that may not occur again in the next sync. */
const TRANSIENT_FAILURES: readonly string[] = ["unavailable", "locked"];

const HOUR_MS = 60 * 60 * 1000;

/** Returns true if a token set after a failed sync may have fixed the cause. A token does not fix a wrong clock. */
export const isSyncFailureOutdated = ({ sync, token }: Pick<AdeHealthFacts, "sync" | "token">): boolean =>
  sync !== null &&
  sync.error?.where !== CLOCK_ERROR_PLACE &&
  token !== null &&
  token.setAt > (sync.finishedAt ?? sync.startedAt);

const SET_TOKEN_COMMAND = line("ade token set", ["FILE"]);

const NEW_TOKEN_STEP = step(
  "download a new token from the same MDM server in Apple Business Manager, then set it",
  "Apple Business Manager の同じ MDM サーバから新しいトークンをダウンロードして設定してください",
  SET_TOKEN_COMMAND,
);

/** The message shown if Apple rejects the server token. */
export const TOKEN_REJECTION_MESSAGE = text(
  "Apple rejected the server token: a newer token was issued, or this token has expired",
  "Apple がサーバートークンを拒否しました。新しいトークンが発行されたか、有効期限が切れています",
);

function checkTokenRejection({ token, endpoint, server }: AdeHealthFacts): readonly AdeCondition[] {
  if (token === null || token.rejectedAt === null) return [];
  return [
    {
      id: "token-rejected",
      level: "critical",
      what: TOKEN_REJECTION_MESSAGE,
      line: SET_TOKEN_COMMAND,
      how:
        endpoint?.kind === "simulator"
          ? buildSimulatorTokenStep({ url: endpoint.url, server: server?.name })
          : NEW_TOKEN_STEP,
    },
  ];
}

/** Reports an expired token. Apple refuses it, even if no sync has used it yet. */
function checkTokenExpiry({ token }: AdeHealthFacts, now: Date): readonly AdeCondition[] {
  if (token === null || token.rejectedAt !== null || Date.parse(token.expiresAt) > now.getTime()) return [];
  return [
    {
      id: "token-expired",
      level: "critical",
      what: text("the server token has expired", "サーバートークンの有効期限が切れています"),
      line: SET_TOKEN_COMMAND,
    },
  ];
}

function checkSyncFailure(facts: AdeHealthFacts): readonly AdeCondition[] {
  const { sync, token } = facts;
  if (sync?.state !== "failed" || sync.error === null || token?.rejectedAt !== null) return [];
  const { type, detail, hint } = sync.error;
  return [
    {
      id: "sync-failed",
      level: TRANSIENT_FAILURES.includes(type) || isSyncFailureOutdated(facts) ? "warning" : "critical",
      what: text(`the last sync failed: ${detail.en}`, `前回の同期は失敗しました: ${detail.ja}`),
      line: ADE_STATUS_COMMAND,
      how: isSyncFailureOutdated(facts) || hint === undefined ? undefined : { why: hint },
    },
  ];
}

/** Formats a duration in days, or in hours or minutes if it is short. */
function formatDuration(ms: number): Text {
  const hours = Math.round(ms / HOUR_MS);
  if (hours >= 72) return text(formatCount(Math.floor(hours / 24), "day"), `${Math.floor(hours / 24)} 日`);
  if (hours > 0) return text(formatCount(hours, "hour"), `${hours} 時間`);
  const minutes = Math.max(1, Math.round(ms / 60_000));
  return text(formatCount(minutes, "minute"), `${minutes} 分`);
}

/** Returns the interval between syncs: the interval of the schedule, or one day if there is no schedule. */
export const getSyncIntervalMs = ({ sync }: Pick<AdeHealthFacts, "sync">): number =>
  sync?.intervalMs ?? FULL_SYNC_INTERVAL_MS;

/** Reports an overdue sync: the last completed sync is older than twice the interval. */
function checkSyncAge({ sync, token, lastSyncAt }: AdeHealthFacts, now: Date): readonly AdeCondition[] {
  const since = lastSyncAt ?? token?.setAt;
  if (since === undefined || sync?.state === "running") return [];
  const intervalMs = getSyncIntervalMs({ sync });
  const ageMs = now.getTime() - Date.parse(since);
  if (ageMs <= 2 * intervalMs) return [];
  const [age, interval] = [formatDuration(ageMs), formatDuration(intervalMs)];
  return [
    {
      id: "sync-overdue",
      level: "warning",
      what: text(
        `no sync has completed for ${age.en}; a sync is expected every ${interval.en}`,
        `${age.ja}の間、同期が完了していません(予定の間隔: ${interval.ja})`,
      ),
      line: line("ade sync", []),
    },
  ];
}

function checkAdeDevices({ counts: { unreadable, missing, notReady } }: AdeHealthFacts): readonly AdeCondition[] {
  const conditions: readonly (AdeCondition & { readonly count: number })[] = [
    {
      count: unreadable,
      id: "unreadable-records",
      level: "warning",
      what: text(
        `${formatCount(unreadable, "device record")} in Apple's response could not be read`,
        `Apple の応答に読み取れないデバイスの情報が ${unreadable} 件ありました`,
      ),
      line: line("ade sync", []),
    },
    {
      count: missing,
      id: "missing-devices",
      level: "warning",
      what: text(
        `${formatCount(missing, "device")} missing at Apple`,
        `Apple 側で見つからないデバイスが ${missing} 台あります`,
      ),
      line: line("ade devices list", [], { state: "missing" }),
    },
    {
      count: notReady,
      id: "devices-not-ready",
      level: "warning",
      what: text(
        `${formatCount(notReady, "device")} without an ADE profile: do not switch them on yet`,
        `ADE プロファイルが割り当てられていないデバイスが ${notReady} 台あります(まだ電源を入れないでください)`,
      ),
      line: line("ade devices list", [], { notReady: true }),
    },
  ];
  return conditions.flatMap(({ count, ...condition }) => (count > 0 ? [condition] : []));
}

/** Returns true if clomoctl monitors a tenant's ADE. It does not for a mirror, whose devices the console syncs. */
export const isAdeMonitored = ({ mirror, token }: { readonly mirror: boolean; readonly token: unknown }): boolean =>
  !mirror && token !== null;

/** Returns a tenant's ADE problems, the most urgent first; none for a mirror or a tenant without a token. */
export function assessAdeHealth(facts: AdeHealthFacts, now: Date): readonly AdeCondition[] {
  if (!isAdeMonitored(facts)) return [];
  const all = [
    ...checkTokenRejection(facts),
    ...checkTokenExpiry(facts, now),
    ...checkSyncFailure(facts),
    ...checkSyncAge(facts, now),
    ...checkAdeDevices(facts),
  ];
  return all.toSorted((one, other) => Number(other.level === "critical") - Number(one.level === "critical"));
}
