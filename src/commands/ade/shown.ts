import { line } from "../../lib/advice/index.ts";
import type { Ade, AdeSync } from "../../lib/client/index.ts";
import { ERRORS, Failure, type ErrorCode } from "../../lib/errors/index.ts";
import { CLOMO_KEY_WARNING, SYNC_KINDS, SYNC_REASONS, SYNC_STATES, type EndpointKind } from "../../lib/model/ade.ts";
import { ADE_STATUS_COMMAND, type AdeCondition } from "../../lib/model/ade-health.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { same, text, type Text } from "../../lib/text/index.ts";
import type { Tools } from "../tools.ts";

const ENDPOINT_KIND_NAMES: Readonly<Record<EndpointKind, Text>> = {
  apple: text("Apple", "Apple"),
  simulator: text("SIMULATOR", "シミュレーター"),
  other: text("other", "その他"),
};

/** Describes the endpoint and the MDM server in a few words. */
const describeEndpoint = ({ endpoint, server }: Pick<Ade, "endpoint" | "server">): Text => {
  if (endpoint === null) return text("endpoint: not set", "接続先: 未設定");
  const kind = ENDPOINT_KIND_NAMES[endpoint.kind];
  const name = server === null ? text("not checked yet", "未確認") : same(server.name);
  return text(
    `endpoint: ${kind.en} ${endpoint.url}; MDM server: ${name.en}`,
    `接続先: ${kind.ja} ${endpoint.url}、MDM サーバ: ${name.ja}`,
  );
};

/** Prints the endpoint and the MDM server on stderr, as every ADE command does. */
export const printEndpoint = ({ terminal }: Pick<Tools, "terminal">, ade: Pick<Ade, "endpoint" | "server">) =>
  terminal.note(describeEndpoint(ade));

/** Warns what must never be done with the key or token of CLOMO's own MDM server. A simulator does not have any. */
export async function warnAboutClomoKeys({ terminal }: Pick<Tools, "terminal">, { endpoint }: Pick<Ade, "endpoint">) {
  if (endpoint?.kind !== "simulator") await terminal.warn(CLOMO_KEY_WARNING);
}

const createColumn = <R>(key: keyof R & string, en: string, ja: string, more: Partial<Column<R>> = {}): Column<R> => ({
  key,
  header: text(en, ja),
  value: (record) => record[key],
  ...more,
});

const COUNT_LAYOUT = { align: "end" } as const;

/** Columns of a sync run. */
export const SYNC_COLUMNS: readonly Column<AdeSync>[] = [
  createColumn("kind", "kind", "種類", { name: ({ kind }) => SYNC_KINDS[kind] }),
  createColumn("reason", "reason", "理由", { name: ({ reason }) => SYNC_REASONS[reason] }),
  createColumn("state", "state", "状態", { name: ({ state }) => SYNC_STATES[state] }),
  createColumn("created", "new", "新規", COUNT_LAYOUT),
  createColumn("changed", "changed", "変更", COUNT_LAYOUT),
  createColumn("released", "released", "解除", COUNT_LAYOUT),
  createColumn("missing", "missing", "見つからない", COUNT_LAYOUT),
  createColumn("registered", "added to Devices", "「Devices」に追加", COUNT_LAYOUT),
  createColumn("assigned", "profile assigned", "プロファイル割り当て", COUNT_LAYOUT),
  createColumn("unreadable", "unreadable records", "読み取れない記録", COUNT_LAYOUT),
  createColumn("devices", "fetched", "取得", COUNT_LAYOUT),
  createColumn("pages", "pages", "ページ", COUNT_LAYOUT),
  createColumn("startedAt", "started", "開始", { instant: true }),
  createColumn("finishedAt", "finished", "終了", { instant: true }),
  createColumn("id", "id", "ID"),
];

/** The ADE values of a tenant, one member for each value that `status` and `token show` display. */
export interface AdeFacts extends Readonly<Record<(typeof FACT_HEADERS)[number][0], string | number | null>> {
  /** true if the current token has not been used with Apple yet, so it is unknown who downloaded the token */
  readonly isUnseen: boolean;
}

const FACT_HEADERS = [
  ["endpoint", "endpoint", "接続先"],
  ["endpointKind", "endpoint kind", "接続先の種類"],
  ["server", "MDM server", "MDM サーバ"],
  ["serverUuid", "server ID", "MDM サーバ ID"],
  ["organisation", "organisation", "組織"],
  ["admin", "token downloaded by", "トークンをダウンロードした人"],
  ["tokenExpiresAt", "token expires", "トークンの期限"],
  ["tokenSetAt", "token set at", "トークンの設定日時"],
  ["tokenSetBy", "token set by", "トークンを設定した人"],
  ["present", "ADE devices", "ADE デバイス"],
  ["notReady", "not ready", "準備未完了"],
  ["missing", "missing", "見つからない"],
  ["released", "released", "解除済み"],
  ["lastSyncAt", "last sync", "前回の同期"],
  ["lastFullAt", "last full sync", "前回の全件取得"],
  ["lastState", "last sync result", "前回の結果"],
] as const;

export const FACT_COLUMNS: readonly Column<AdeFacts>[] = FACT_HEADERS.map(([key, en, ja]) =>
  createColumn<AdeFacts>(key, en, ja, {
    ...(key.endsWith("At") && { instant: true }),
    ...(key === "endpointKind" && {
      name: ({ endpointKind }) => (endpointKind === null ? null : ENDPOINT_KIND_NAMES[endpointKind as EndpointKind]),
    }),
    ...(key === "lastState" && {
      name: ({ lastState }) => (lastState === null ? null : SYNC_STATES[lastState as AdeSync["state"]]),
    }),
    ...(key === "admin" && {
      name: ({ admin, isUnseen }) => (admin === null && isUnseen ? ADMIN_NOT_KNOWN : same(`${admin ?? ""}`)),
    }),
  }),
);

const ADMIN_NOT_KNOWN = text(
  `not known until the next contact with Apple: ${line("ade account", [])}`,
  `次回の接続まで不明(${line("ade account", [])})`,
);

/** Columns for the endpoint, the MDM server and the server token. */
export const TOKEN_COLUMNS = FACT_COLUMNS.filter(({ key }) => FACT_HEADERS.slice(0, 9).some(([name]) => name === key));

export const toAdeFacts = ({ endpoint, server, token, counts, sync, lastSyncAt, lastFullAt }: Ade): AdeFacts => ({
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

/** Warns of each problem with ADE, and says how to solve it. */
export async function warnOfConditions(
  { terminal }: Pick<Tools, "terminal">,
  conditions: readonly AdeCondition[],
): Promise<void> {
  for (const { what, line, how } of conditions) {
    const isHere = how !== undefined || line === ADE_STATUS_COMMAND;
    await terminal.warn(isHere ? what : { why: what, line }, how === undefined ? [] : [how]);
  }
}

/** Converts the error of a failed sync run to a failure. */
export const toSyncFailure = ({ type, ...problem }: NonNullable<AdeSync["error"]>): Failure =>
  Failure.of({ ...problem, type: type in ERRORS ? (type as ErrorCode) : "unexpected" });
