import type { Column } from "../../lib/terminal/index.ts";
import { text, type Language, formatCount, same, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { INPUT_ENCODING_OPTION, SHEET_OPTION } from "../kit/files/sheet.ts";
import { PROFILE_STATE_NOTE } from "./status-columns.ts";
import { line } from "../../lib/advice/index.ts";
import type { Ade, AdeDeviceRecord, Client } from "../../lib/client/index.ts";
import { PLATFORM_BY_APPLE_OS, READY_PROFILE_STATES } from "../../lib/nouns/ade-device.ts";
import { Failure } from "../../lib/errors/index.ts";
import { readTable, type TableRow } from "../kit/read-list/open-table.ts";
import type { Tools } from "../kit/tools.ts";

interface SerialRow {
  readonly serialNumber: string;
  readonly row: number;
}

/** Headers are in lower case, without spaces and punctuation. */
const SERIAL_HEADERS: ReadonlySet<string> = new Set([
  "シリアルナンバー",
  "シリアル番号",
  "シリアルno",
  "シリアル",
  "製造番号",
  "serialnumber",
  "serialno",
  "serial",
  "s/n",
  "sn",
]);

const HEADER_SEARCH_ROWS = 20;

const SERIAL_PATTERN = /^[!-~]{1,64}$/;

const normalizeCell = (cell: string): string => cell.normalize("NFKC").trim();

const toHeaderKey = (cell: string): string =>
  normalizeCell(cell)
    .toLowerCase()
    .replaceAll(/[\s._-]/g, "");

/** `column` is -1 if no column or several columns match. */
function findSerialColumn(rows: readonly TableRow[]): { readonly column: number; readonly headerRow: number } {
  for (const { row, cells } of rows.slice(0, HEADER_SEARCH_ROWS)) {
    const columns = cells.flatMap((cell, column) => (SERIAL_HEADERS.has(toHeaderKey(cell)) ? [column] : []));
    if (columns.length > 0) return { column: columns.length === 1 ? (columns[0] ?? -1) : -1, headerRow: row };
  }
  const filled = rows.flatMap(({ cells }) => cells.flatMap((cell, column) => (cell.trim() === "" ? [] : [column])));
  return { column: new Set(filled).size === 1 ? (filled[0] ?? -1) : -1, headerRow: 0 };
}

/** Reads the serial numbers of a list without duplicates. @throws `input-rejected` if a value is not a serial number */
async function readSerialList(tools: Tools, name: string, choice: Parameters<typeof readTable>[2]) {
  const { rows: all, label } = await readTable(tools, name, choice);
  const rows = all.filter(({ cells }) => cells.some((cell) => cell.trim() !== ""));
  const { column, headerRow } = findSerialColumn(rows);
  const listed = new Map<string, SerialRow>();
  for (const { row, cells } of rows) {
    const serialNumber = normalizeCell(cells[column] ?? "").toUpperCase();
    if (row <= headerRow || serialNumber === "") continue;
    if (!SERIAL_PATTERN.test(serialNumber))
      throw new Failure("input-rejected", {
        what: text(
          `"${serialNumber}" is not a serial number (1 to 64 letters and digits)`,
          `「${serialNumber}」はシリアルナンバーではありません(英数字 1〜64 文字)`,
        ),
        where: `${label}:${row}`,
      });
    if (!listed.has(serialNumber)) listed.set(serialNumber, { serialNumber, row });
  }
  if (listed.size > 0) return [...listed.values()];
  throw new Failure("input-rejected", {
    what: text("the list must have exactly one column of serial numbers", "シリアルナンバーの列が 1 つだけ必要です"),
    where: label,
    hint: text(
      "change the header of one column to シリアルナンバー or serial number, or keep only that column",
      "1 つの列の見出しを「シリアルナンバー」にするか、その列だけを残してください",
    ),
  });
}

const FULL_SYNC_COMMAND = line("ade sync", [], { full: true });

/** Each line has a key, a name in English and Japanese, and instructions in both languages. */
const VERDICT_TABLE = `
ready | ready | 準備完了
registered | in the tenant | テナントにあり
no-profile | without a profile | プロファイルなし | assign an ADE profile in the MDM that uses this server | このサーバーを使う MDM で ADE プロファイルを割り当てる
not-fetched | not fetched yet | 未取得 | fetch the devices: ${line("ade sync", [])} | デバイスを取得: ${line("ade sync", [])}
missing | missing | 見つからない | run a full sync: ${FULL_SYNC_COMMAND}; if it is still missing, check Apple Business | 全件を取得し(${FULL_SYNC_COMMAND})、それでもなければ Apple Business で確認する
not-in-clomo | not in CLOMO | CLOMO にない | in the console: 基本設定 > Automated Device Enrollment > 「全件を取得する」, 「ADE デバイスの一覧を更新する」; then import its export of devices | 管理画面の 基本設定 > Automated Device Enrollment で「全件を取得する」「ADE デバイスの一覧を更新する」の後、エクスポートしたデバイスを取り込む
unassigned | not assigned to an MDM server | MDM サーバー未割り当て | assign it to CLOMO's MDM server at Apple | Apple で CLOMO の MDM サーバーに割り当てる
other-server | assigned to another MDM server | 別の MDM サーバーに割り当て済み | to use it with CLOMO, assign it to CLOMO's MDM server at Apple, and wipe it | CLOMO で使うなら、Apple で CLOMO の MDM サーバーに割り当て、初期化する
not-at-apple | not at Apple | Apple にない | ask the seller to register it at Apple | 販売店に Apple への登録を依頼する
released | released at Apple | 所有解除済み | if it is no longer yours, delete it in CLOMO | 手放したものなら CLOMO から削除する
only-in-clomo | only in CLOMO | CLOMO だけにある | find out who sold it, and add it at Apple | 購入元を確認し、Apple に追加する
not-on-list | not on the list | 一覧にない | ask the seller whether the list is complete | 一覧に漏れがないか販売店に確認する`;

const VERDICT_TEXTS = new Map(
  VERDICT_TABLE.split("\n").map((row) => {
    const [verdict = "", en = "", ja = "", nextEn, nextJa = ""] = row.split(" | ");
    return [verdict, { name: text(en, ja), next: nextEn === undefined ? null : text(nextEn, nextJa) }] as const;
  }),
);

interface ReconciledDevice {
  readonly serialNumber: string;
  /** row in the seller's list; null if the device is not in the list */
  readonly row: number | null;
  readonly verdict: string;
}

const describeVerdict = (verdict: string) => VERDICT_TEXTS.get(verdict) ?? { name: same(verdict), next: null };

const judgeProfile = ({ profileStatus }: AdeDeviceRecord): string =>
  READY_PROFILE_STATES.includes(profileStatus ?? "") ? "ready" : "no-profile";

async function* reconcileWithTenant(
  client: Client<"ade" | "devices">,
  list: readonly SerialRow[],
  { mirror, lastSyncAt }: Ade,
): AsyncGenerator<ReconciledDevice> {
  for (const listed of list) {
    const query = { name: listed.serialNumber };
    const hasListedSerial = (one: { readonly serialNumber: string }): boolean =>
      one.serialNumber.toUpperCase() === listed.serialNumber;
    if (mirror) {
      const isRecorded = (await client.devices.find(query)).some(hasListedSerial);
      yield { ...listed, verdict: isRecorded ? "registered" : "not-in-clomo" };
    } else {
      const device = (await client.ade.findDevices(query)).find(hasListedSerial);
      const isMissing = device === undefined;
      yield { ...listed, verdict: !isMissing ? judgeProfile(device) : lastSyncAt === null ? "not-fetched" : "missing" };
    }
  }
}

function judgeOrganisationDevice(device: AdeDeviceRecord, isListed: boolean): string | undefined {
  const { difference, releasedAt, status, profileStatus } = device;
  if (releasedAt !== null) return isListed || difference === "released" ? "released" : undefined;
  if (difference !== null) return status === "UNASSIGNED" ? "unassigned" : difference;
  if (!isListed) return "not-on-list";
  return profileStatus === null ? "registered" : judgeProfile(device);
}

const APPLE_PLATFORMS: readonly string[] = Object.values(PLATFORM_BY_APPLE_OS);

async function* reconcileOrganisation(client: Client<"ade" | "devices">, list: readonly SerialRow[]) {
  const rows = new Map(list.map(({ serialNumber, row }) => [serialNumber, row]));
  const seen = new Set<string>();
  for await (const device of client.ade.devices({ organisation: "all" })) {
    const serialNumber = device.serialNumber.toUpperCase();
    const row = rows.get(serialNumber) ?? null;
    const verdict = judgeOrganisationDevice(device, row !== null);
    seen.add(serialNumber);
    if (verdict !== undefined) yield { serialNumber, row, verdict };
  }
  for (const listed of list) if (!seen.has(listed.serialNumber)) yield { ...listed, verdict: "not-at-apple" };
  for await (const { serialNumber: written, platform } of client.devices.list()) {
    const serialNumber = written?.toUpperCase() ?? "";
    if (serialNumber === "" || !APPLE_PLATFORMS.includes(platform ?? "")) continue;
    if (!seen.has(serialNumber) && !rows.has(serialNumber)) yield { serialNumber, row: null, verdict: "only-in-clomo" };
  }
}

async function reconcile(client: Client<"ade" | "devices">, list: readonly SerialRow[], ade: Ade) {
  const isOrganisationKnown = typeof ade.business?.lastSyncAt === "string";
  const all = isOrganisationKnown ? reconcileOrganisation(client, list) : reconcileWithTenant(client, list, ade);
  return (await Array.fromAsync(all)).toSorted(
    (one, other) => (one.row ?? Number.MAX_SAFE_INTEGER) - (other.row ?? Number.MAX_SAFE_INTEGER),
  );
}

function* summarise(all: readonly ReconciledDevice[]): Generator<Text> {
  for (const [verdict, { length: count }] of Map.groupBy(all, (one) => one.verdict)) {
    const { name, next } = describeVerdict(verdict);
    yield text(
      `${formatCount(count, "device")} ${name.en}${next === null ? "" : `: ${next.en}`}`,
      `${name.ja}: ${count} 台${next === null ? "" : `。${next.ja}`}`,
    );
  }
}

const createColumns = (language: Language): readonly Column<ReconciledDevice>[] => [
  { key: "serialNumber", header: text("serial number", "シリアルナンバー"), value: (one) => one.serialNumber },
  { key: "row", header: text("row", "行"), align: "end", value: ({ row }) => row },
  {
    key: "result",
    header: text("result", "結果"),
    value: ({ verdict }) => verdict,
    name: (one) => describeVerdict(one.verdict).name,
  },
  {
    key: "next",
    advice: true,
    header: text("what to do", "対処"),
    value: (one) => describeVerdict(one.verdict).next?.[language] ?? null,
  },
];

export default defineCommand({
  summary: text("compare a seller's list with Apple and CLOMO", "販売店のデバイス一覧を Apple・CLOMO と照合する"),
  details: text(
    "If ade sync has fetched your organisation's devices (this requires an Apple Business API key), the list is compared with Apple and CLOMO, and differences about devices that are not on the list are shown, too. Otherwise, the list is compared with this tenant's own MDM server. In a mirror of the console (CLOMO PANEL), it is compared with the last imported export of devices. Exit code 9: some devices need action.",
    "ade sync で組織のデバイスを取得済みなら(Apple Business API の鍵が必要)、指定した一覧を Apple・CLOMO と照合し、一覧にないデバイスについても Apple と CLOMO の違いを表示します。取得していなければ、このテナント専用の MDM サーバーのデバイスと照合します。管理画面(CLOMO PANEL)のミラーでは、最後に取り込んだデバイスのエクスポートと照合します。対応が必要なデバイスがあれば終了コードは 9 です。",
  ),
  args: {
    file: {
      kind: "file",
      required: true,
      about: text("the seller's list (- for stdin)", "販売店の一覧(- は標準入力)"),
    },
  },
  options: { encoding: INPUT_ENCODING_OPTION, sheet: SHEET_OPTION },
  examples: [
    { line: "clomoctl ade reconcile purchased.csv" },
    { line: "clomoctl ade reconcile purchased.xlsx --sheet 2026" },
  ],
  exits: ["usage", "input-rejected", "not-permitted", "not-found", "differs"],
  async run(tools, { file, encoding, sheet }) {
    const { terminal } = tools;
    const list = await readSerialList(tools, file, { encoding, sheet });
    const { client } = await tools.tenant("ade", "devices");
    const ade = await client.ade.show();
    const all = await reconcile(client, list, ade);
    await terminal.list(createColumns(terminal.language), all);
    for (const line of summarise(all)) await terminal.note(line);
    if (ade.mirror) await terminal.note(PROFILE_STATE_NOTE);
    return all.every(({ verdict }) => describeVerdict(verdict).next === null) ? undefined : "differs";
  },
});
