import { line, step, type CommandLine, type Step } from "../advice/index.ts";
import type { Problem } from "../errors/index.ts";
import { counted, text, type Text } from "../text/index.ts";
import { CLOCK, FULL_EVERY_MS, simulatedToken, type AdeEndpoint, type SyncState } from "./ade.ts";

/** The facts that the health of a tenant's ADE is judged by; the tenant answers them. */
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
  /** the last run */
  readonly sync: {
    readonly state: SyncState;
    readonly startedAt: string;
    readonly finishedAt: string | null;
    readonly intervalMs: number | null;
    readonly error: (Pick<Problem, "detail" | "where" | "hint"> & { readonly type: string }) | null;
  } | null;
  /** when the last sync was completed */
  readonly lastSyncAt: string | null;
  readonly counts: {
    readonly present: number;
    readonly missing: number;
    readonly notReady: number;
    readonly unreadable: number;
  };
}

/** What may be wrong with ADE; programs read the keys. */
export const ADE_CONDITIONS = {
  "token-rejected": text("token rejected", "トークンの拒否"),
  "token-expired": text("token expired", "トークンの期限切れ"),
  "sync-failed": text("sync failed", "同期の失敗"),
  "sync-overdue": text("sync overdue", "同期の遅れ"),
  "unreadable-records": text("unreadable records", "読み取れない記録"),
  "missing-devices": text("missing devices", "見つからないデバイス"),
  "devices-not-ready": text("devices not ready", "準備未完了のデバイス"),
} as const satisfies Record<string, Text>;

export type AdeConditionId = keyof typeof ADE_CONDITIONS;

/** Something that is wrong with ADE. */
export interface AdeCondition {
  readonly id: AdeConditionId;
  readonly level: "critical" | "warning";
  readonly what: Text;
  /** the command that shows more, or mends it */
  readonly line: CommandLine;
  /** how to mend it, if that takes more than {@link line} */
  readonly how?: Step | undefined;
}

/** Shows how ADE stands, and the way out of what is wrong. */
export const ADE_STATUS = line("ade status", []);

/** How a tenant's ADE stands, and what is wrong. */
export interface AdeReport<F = AdeHealthFacts> {
  readonly facts: F;
  /** the most urgent first */
  readonly conditions: readonly AdeCondition[];
}

/** Failures that the next sync may well not meet. */
const PASSING: readonly string[] = ["unavailable", "locked"];

const HOUR_MS = 60 * 60 * 1000;

/** Returns whether what a failed sync lacked may have come with a token that was set since. A clock is not mended by one. */
export const isMended = ({ sync, token }: Pick<AdeHealthFacts, "sync" | "token">): boolean =>
  sync !== null && sync.error?.where !== CLOCK && token !== null && token.setAt > (sync.finishedAt ?? sync.startedAt);

const SET_TOKEN = line("ade token set", ["FILE"]);

const NEW_TOKEN = step(
  "download a new token from the same MDM server entry in Apple Business Manager, then",
  "Apple Business Manager の同じ MDM サーバから新しいトークンをダウンロードして設定してください",
  SET_TOKEN,
);

/** What a rejection of the server token means. */
export const TOKEN_REJECTED = text(
  "Apple rejected the server token: a newer one was issued, or it has expired",
  "Apple がサーバートークンを拒否しました。新しいトークンが発行されたか、有効期限が切れています",
);

function tokenRejected({ token, endpoint, server }: AdeHealthFacts): readonly AdeCondition[] {
  if (token === null || token.rejectedAt === null) return [];
  return [
    {
      id: "token-rejected",
      level: "critical",
      what: TOKEN_REJECTED,
      line: SET_TOKEN,
      how: endpoint?.kind === "simulator" ? simulatedToken({ url: endpoint.url, server: server?.name }) : NEW_TOKEN,
    },
  ];
}

/** Apple refuses an expired token, whether a sync has tried it or not. */
function tokenExpired({ token }: AdeHealthFacts, now: Date): readonly AdeCondition[] {
  if (token === null || token.rejectedAt !== null || Date.parse(token.expiresAt) > now.getTime()) return [];
  return [
    {
      id: "token-expired",
      level: "critical",
      what: text("the server token has expired", "サーバートークンの有効期限が切れています"),
      line: SET_TOKEN,
    },
  ];
}

function syncFailed(facts: AdeHealthFacts): readonly AdeCondition[] {
  const { sync, token } = facts;
  if (sync?.state !== "failed" || sync.error === null || token?.rejectedAt !== null) return [];
  const { type, detail, hint } = sync.error;
  return [
    {
      id: "sync-failed",
      level: PASSING.includes(type) || isMended(facts) ? "warning" : "critical",
      what: text(`the last sync failed: ${detail.en}`, `前回の同期は失敗しました: ${detail.ja}`),
      line: ADE_STATUS,
      how: isMended(facts) || hint === undefined ? undefined : { why: hint },
    },
  ];
}

/** A duration in days, or in hours or minutes if it is short. */
function durationText(ms: number): Text {
  const hours = Math.round(ms / HOUR_MS);
  if (hours >= 72) return text(counted(Math.floor(hours / 24), "day"), `${Math.floor(hours / 24)} 日`);
  if (hours > 0) return text(counted(hours, "hour"), `${hours} 時間`);
  const minutes = Math.max(1, Math.round(ms / 60_000));
  return text(counted(minutes, "minute"), `${minutes} 分`);
}

/** Returns how often a tenant is synced: by its schedule, else once a day. */
export const syncIntervalMs = ({ sync }: Pick<AdeHealthFacts, "sync">): number => sync?.intervalMs ?? FULL_EVERY_MS;

/** A sync is overdue after twice its interval. */
function syncOverdue({ sync, token, lastSyncAt }: AdeHealthFacts, now: Date): readonly AdeCondition[] {
  const since = lastSyncAt ?? token?.setAt;
  if (since === undefined || sync?.state === "running") return [];
  const intervalMs = syncIntervalMs({ sync });
  const ageMs = now.getTime() - Date.parse(since);
  if (ageMs <= 2 * intervalMs) return [];
  const [age, interval] = [durationText(ageMs), durationText(intervalMs)];
  return [
    {
      id: "sync-overdue",
      level: "warning",
      what: text(
        `no sync was completed for ${age.en}; one is expected every ${interval.en}`,
        `${age.ja}の間、同期が完了していません(予定の間隔: ${interval.ja})`,
      ),
      line: line("ade sync", []),
    },
  ];
}

function deviceConditions({ counts: { unreadable, missing, notReady } }: AdeHealthFacts): readonly AdeCondition[] {
  const conditions: readonly (AdeCondition & { readonly count: number })[] = [
    {
      count: unreadable,
      id: "unreadable-records",
      level: "warning",
      what: text(
        `${counted(unreadable, "device record")} in Apple's answer could not be read`,
        `Apple の応答に読み取れないデバイスの記録が ${unreadable} 件ありました`,
      ),
      line: line("ade sync", []),
    },
    {
      count: missing,
      id: "missing-devices",
      level: "warning",
      what: text(
        `${counted(missing, "device")} that Apple no longer has`,
        `Apple 側で見つからないデバイスが ${missing} 台あります`,
      ),
      line: line("ade devices list", [], { state: "missing" }),
    },
    {
      count: notReady,
      id: "devices-not-ready",
      level: "warning",
      what: text(
        `${counted(notReady, "device")} without an ADE profile: do not switch them on yet`,
        `ADE プロファイルが割り当てられていないデバイスが ${notReady} 台あります(まだ電源を入れないでください)`,
      ),
      line: line("ade devices list", [], { notReady: true }),
    },
  ];
  return conditions.flatMap(({ count, ...condition }) => (count > 0 ? [condition] : []));
}

/** Returns whether a tenant's ADE is watched: a mirror's devices are synced in the console. */
export const watchesAde = ({ mirror, token }: { readonly mirror: boolean; readonly token: unknown }): boolean =>
  !mirror && token !== null;

/** Returns what is wrong with a tenant's ADE, the most urgent first; nothing in a mirror, and before a token is set. */
export function adeHealth(facts: AdeHealthFacts, now: Date): readonly AdeCondition[] {
  if (!watchesAde(facts)) return [];
  const all = [
    ...tokenRejected(facts),
    ...tokenExpired(facts, now),
    ...syncFailed(facts),
    ...syncOverdue(facts, now),
    ...deviceConditions(facts),
  ];
  return all.toSorted((one, other) => Number(other.level === "critical") - Number(one.level === "critical"));
}
