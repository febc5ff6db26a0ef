import { line, type CommandLine } from "../advice/index.ts";
import { formatCount, text, type Text } from "../text/index.ts";

export interface AdeHealthFacts {
  readonly mirror: boolean;
  readonly token: {
    readonly setAt: string;
    readonly expiresAt: string;
    readonly rejectedAt: string | null;
    readonly renewal: string | null;
  } | null;
  readonly lastSyncAt: string | null;
  readonly devices: number;
  readonly notReady: number;
}

export interface AdeCondition {
  readonly id: "token-rejected" | "token-expired" | "sync-overdue" | "devices-not-ready";
  readonly level: "critical" | "warning";
  readonly what: Text;
  readonly line: CommandLine;
}

export interface AdeReport<F = AdeHealthFacts> {
  readonly facts: F;
  readonly conditions: readonly AdeCondition[];
}

const SET_TOKEN_COMMAND = line("ade token set", ["FILE"]);

export const TOKEN_REJECTION_MESSAGE = text(
  "Apple rejected the server token: a newer token was issued, or this token has expired",
  "Apple がサーバートークンを拒否しました。新しいトークンが発行されたか、有効期限が切れています",
);

const DAY_MS = 24 * 60 * 60 * 1000;

const OVERDUE_AFTER_DAYS = 2;

/** Returns true if clomoctl monitors a tenant's ADE. Does not monitor mirrors, because the console syncs their ADE. */
export const isAdeMonitored = ({ mirror, token }: { readonly mirror: boolean; readonly token: unknown }): boolean =>
  !mirror && token !== null;

/** Returns a tenant's ADE problems, the most urgent first. A mirror, or a tenant without a token, has no problems. */
export function assessAdeHealth(facts: AdeHealthFacts, now: Date): readonly AdeCondition[] {
  const { token, lastSyncAt, notReady } = facts;
  if (token === null || !isAdeMonitored(facts)) return [];
  const found: AdeCondition[] = [];
  if (token.rejectedAt !== null)
    found.push({ id: "token-rejected", level: "critical", what: TOKEN_REJECTION_MESSAGE, line: SET_TOKEN_COMMAND });
  else if (Date.parse(token.expiresAt) <= now.getTime()) {
    found.push({
      id: "token-expired",
      level: "critical",
      what: text("the server token has expired", "サーバートークンの有効期限が切れています"),
      line: SET_TOKEN_COMMAND,
    });
  }
  const days = Math.floor((now.getTime() - Date.parse(lastSyncAt ?? token.setAt)) / DAY_MS);
  if (days >= OVERDUE_AFTER_DAYS) {
    found.push({
      id: "sync-overdue",
      level: "warning",
      what: text(
        `no sync has completed for ${formatCount(days, "day")}`,
        `${days} 日間、ADE デバイスの同期が完了していません`,
      ),
      line: line("ade sync", []),
    });
  }
  if (notReady > 0) {
    found.push({
      id: "devices-not-ready",
      level: "warning",
      what: text(
        `${formatCount(notReady, "device")} without an ADE profile: do not switch them on yet`,
        `ADE プロファイルが割り当てられていないデバイスが ${notReady} 台あります(まだ電源を入れないでください)`,
      ),
      line: line("ade devices list", [], { notReady: true }),
    });
  }
  return found;
}
