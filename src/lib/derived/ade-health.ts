import { DAY_MS } from "../model/time.ts";
import { line, type CommandLine } from "../advice/index.ts";
import type { DeviceDifference } from "../nouns/ade-device.ts";
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
  readonly business:
    | ({
        readonly key: { readonly setAt: string; readonly rejectedAt: string | null } | null;
        readonly server: string | null;
        readonly servers: readonly string[];
        readonly lastSyncAt: string | null;
      } & Readonly<Record<"notInClomo" | "otherServer" | "released", number>>)
    | null;
}

export interface AdeCondition {
  readonly id:
    | "token-rejected"
    | "token-expired"
    | "sync-overdue"
    | "devices-not-ready"
    | "api-key-rejected"
    | "api-sync-overdue"
    | "clomo-server-unknown"
    | DeviceDifference;
  readonly level: "critical" | "warning";
  readonly what: Text;
  readonly line: CommandLine;
}

const SET_TOKEN_COMMAND = line("ade token set", ["FILE"]);

export const TOKEN_REJECTION_MESSAGE = text(
  "Apple rejected the server token: a newer token was issued, or this token has expired",
  "Apple がサーバートークンを拒否しました。新しいトークンが発行されたか、有効期限が切れています",
);

const OVERDUE_AFTER_DAYS = 2;

export const isAdeMonitored = ({ token, business }: Pick<AdeHealthFacts, "token" | "business">): boolean =>
  token !== null || business !== null;

export const assessAdeHealth = (facts: AdeHealthFacts, now: Date): readonly AdeCondition[] => [
  ...assessAdeServer(facts, now),
  ...assessAppleOrganisation(facts, now),
];

const findOverdueSync = (
  id: AdeCondition["id"],
  since: string,
  now: Date,
  next: CommandLine,
): readonly AdeCondition[] => {
  const days = Math.floor((now.getTime() - Date.parse(since)) / DAY_MS);
  if (days < OVERDUE_AFTER_DAYS) return [];
  const what = text(
    `no sync has completed for ${formatCount(days, "day")}`,
    `ADE デバイスを ${days} 日間同期できていません`,
  );
  return [{ id, level: "warning", what, line: next }];
};

function assessAdeServer({ mirror, token, lastSyncAt, notReady }: AdeHealthFacts, now: Date): readonly AdeCondition[] {
  if (mirror || token === null) return [];
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
  found.push(...findOverdueSync("sync-overdue", lastSyncAt ?? token.setAt, now, line("ade sync", [])));
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

const DEVICE_DIFFERENCE_CONDITIONS = [
  ["not-in-clomo", "notInClomo", "bought but not in CLOMO", "CLOMO にない購入済みデバイス"],
  ["other-server", "otherServer", "not on CLOMO's MDM server", "CLOMO の MDM サーバーにないデバイス"],
  ["released", "released", "in CLOMO, but released at Apple", "CLOMO にあるが所有解除されたデバイス"],
] as const;

function assessAppleOrganisation({ business }: AdeHealthFacts, now: Date): readonly AdeCondition[] {
  if (business === null) return [];
  const { key, server, servers, lastSyncAt } = business;
  const found: AdeCondition[] = [];
  if (key !== null && key.rejectedAt !== null) {
    const what = text("Apple rejected the Apple Business API key", "Apple Business API の鍵を Apple が拒否しました");
    found.push({ id: "api-key-rejected", level: "critical", what, line: line("ade business-key set", ["FILE"]) });
  }
  if (key !== null)
    found.push(
      ...findOverdueSync("api-sync-overdue", lastSyncAt ?? key.setAt, now, line("ade sync", [], { business: true })),
    );
  if (server === null && servers.length > 0) {
    const what = text(
      `it is not known which of ${servers.length} MDM servers CLOMO uses`,
      `${servers.length} 件の MDM サーバーのうち、CLOMO がどれを使っているかわかりません`,
    );
    const next = line("ade business-key set", [], { server: "NAME" });
    return [...found, { id: "clomo-server-unknown", level: "warning", what, line: next }];
  }
  for (const [id, name, en, ja] of DEVICE_DIFFERENCE_CONDITIONS) {
    const { [name]: count } = business;
    const what = text(`${formatCount(count, "device")} ${en}`, `${ja}: ${count} 台`);
    if (count > 0) found.push({ id, level: "warning", what, line: line("ade devices list", [], { [name]: true }) });
  }
  return found;
}
