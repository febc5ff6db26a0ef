import { line } from "../../lib/advice/index.ts";
import type { Ade, AdeSync } from "../../lib/client/index.ts";
import { ERRORS, Failure, type ErrorCode } from "../../lib/errors/index.ts";
import { NEVER_WITH_CLOMO, SYNC_KINDS, SYNC_REASONS, SYNC_STATES, type EndpointKind } from "../../lib/model/ade.ts";
import { ADE_STATUS, type AdeCondition } from "../../lib/model/ade-health.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { same, text, type Text } from "../../lib/text/index.ts";
import type { Tools } from "../tools.ts";

const KINDS: Readonly<Record<EndpointKind, Text>> = {
  apple: text("Apple", "Apple"),
  simulator: text("SIMULATOR", "シミュレーター"),
  other: text("other", "その他"),
};

/** What stands at the other end, in a few words. */
const describeEndpoint = ({ endpoint, server }: Pick<Ade, "endpoint" | "server">): Text => {
  if (endpoint === null) return text("endpoint: not set", "接続先: 未設定");
  const kind = KINDS[endpoint.kind];
  const name = server === null ? text("not asked yet", "未確認") : same(server.name);
  return text(
    `endpoint: ${kind.en} ${endpoint.url}; MDM server: ${name.en}`,
    `接続先: ${kind.ja} ${endpoint.url}、MDM サーバ: ${name.ja}`,
  );
};

/** Says on stderr what stands at the other end, as every command of ADE does. */
export const tellEndpoint = ({ terminal }: Pick<Tools, "terminal">, ade: Pick<Ade, "endpoint" | "server">) =>
  terminal.note(describeEndpoint(ade));

/** Says what must never be done with a key or token of CLOMO's; a simulator has none of them. */
export async function warnOfClomo({ terminal }: Pick<Tools, "terminal">, { endpoint }: Pick<Ade, "endpoint">) {
  if (endpoint?.kind !== "simulator") await terminal.warn(NEVER_WITH_CLOMO);
}

const column = <R>(key: keyof R & string, en: string, ja: string, more: Partial<Column<R>> = {}): Column<R> => ({
  key,
  header: text(en, ja),
  value: (record) => record[key],
  ...more,
});

const count = { align: "end" } as const;

/** A run of the sync. */
export const SYNC_COLUMNS: readonly Column<AdeSync>[] = [
  column("kind", "kind", "種類", { name: ({ kind }) => SYNC_KINDS[kind] }),
  column("reason", "because", "理由", { name: ({ reason }) => SYNC_REASONS[reason] }),
  column("state", "state", "状態", { name: ({ state }) => SYNC_STATES[state] }),
  column("created", "new", "新規", count),
  column("changed", "changed", "変更", count),
  column("released", "gone", "解除", count),
  column("missing", "missing", "見つからない", count),
  column("registered", "added to Devices", "「Devices」に追加", count),
  column("assigned", "got a profile", "プロファイル割り当て", count),
  column("unreadable", "not readable", "読み取れない記録", count),
  column("devices", "fetched", "取得", count),
  column("pages", "pages", "ページ", count),
  column("startedAt", "started", "開始", { instant: true }),
  column("finishedAt", "finished", "終了", { instant: true }),
  column("id", "id", "ID"),
];

/** Records of ADE itself: one for each value, as `status` and `token show` have them. */
export interface AdeFacts extends Readonly<Record<(typeof FACTS)[number][0], string | number | null>> {
  /** whether the token in force was never seen to work: Apple alone tells who downloaded it */
  readonly isUnseen: boolean;
}

const FACTS = [
  ["endpoint", "endpoint", "接続先"],
  ["endpointKind", "kind of endpoint", "接続先の種類"],
  ["server", "MDM server", "MDM サーバ"],
  ["serverUuid", "server's id", "MDM サーバ ID"],
  ["organisation", "organisation", "組織"],
  ["admin", "token downloaded by", "トークンをダウンロードした人"],
  ["tokenExpiresAt", "token expires", "トークンの期限"],
  ["tokenSetAt", "token set", "トークンの設定"],
  ["tokenSetBy", "token set by", "トークンを設定した人"],
  ["present", "devices at Apple", "ADE デバイス"],
  ["notReady", "not ready", "準備未完了"],
  ["missing", "missing", "見つからない"],
  ["released", "gone", "解除済み"],
  ["lastSyncAt", "last sync", "前回の同期"],
  ["lastFullAt", "last full sync", "前回の全件取得"],
  ["lastState", "last sync ended", "前回の結果"],
] as const;

export const FACT_COLUMNS: readonly Column<AdeFacts>[] = FACTS.map(([key, en, ja]) =>
  column<AdeFacts>(key, en, ja, {
    ...(key.endsWith("At") && { instant: true }),
    ...(key === "endpointKind" && {
      name: ({ endpointKind }) => (endpointKind === null ? null : KINDS[endpointKind as EndpointKind]),
    }),
    ...(key === "lastState" && {
      name: ({ lastState }) => (lastState === null ? null : SYNC_STATES[lastState as AdeSync["state"]]),
    }),
    ...(key === "admin" && {
      name: ({ admin, isUnseen }) => (admin === null && isUnseen ? UNSEEN : same(`${admin ?? ""}`)),
    }),
  }),
);

const UNSEEN = text(
  `not known until the next contact: ${line("ade account", [])}`,
  `次回の接続まで不明(${line("ade account", [])})`,
);

/** The columns of a token alone. */
export const TOKEN_COLUMNS = FACT_COLUMNS.filter(({ key }) => FACTS.slice(0, 9).some(([name]) => name === key));

export const factsOf = ({ endpoint, server, token, counts, sync, lastSyncAt, lastFullAt }: Ade): AdeFacts => ({
  endpoint: endpoint?.url ?? null,
  endpointKind: endpoint?.kind ?? null,
  server: server?.name ?? null,
  serverUuid: server?.uuid ?? null,
  organisation: server?.organisation ?? null,
  admin: server?.admin ?? null,
  tokenExpiresAt: token?.expiresAt ?? null,
  tokenSetAt: token?.setAt ?? null,
  tokenSetBy: token?.setBy ?? null,
  present: counts.present,
  notReady: counts.notReady,
  missing: counts.missing,
  released: counts.released,
  lastSyncAt,
  lastFullAt,
  lastState: sync?.state ?? null,
  isUnseen: token !== null && (server === null || server.seenAt < token.setAt),
});

/** Warns of what is wrong with ADE, each with the way out. */
export async function warnOfConditions(
  { terminal }: Pick<Tools, "terminal">,
  conditions: readonly AdeCondition[],
): Promise<void> {
  for (const { what, line, how } of conditions) {
    const isHere = how !== undefined || line === ADE_STATUS;
    await terminal.warn(isHere ? what : { why: what, line }, how === undefined ? [] : [how]);
  }
}

/** The failure that a run ended with. */
export const failureOf = ({ type, ...problem }: NonNullable<AdeSync["error"]>): Failure =>
  Failure.of({ ...problem, type: type in ERRORS ? (type as ErrorCode) : "unexpected" });
