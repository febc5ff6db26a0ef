import { line } from "../../lib/advice/index.ts";
import type { AdeSync } from "../../lib/client/index.ts";
import { SYNC_KINDS, type SyncKind } from "../../lib/nouns/ade-device.ts";
import { parseLimit } from "../../lib/plan/plan.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { formatCount, text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { PROFILE_STATE_NOTE } from "./status-columns.ts";
import { CONFIRM_DELETIONS_OPTION, LIMIT_OPTIONS } from "../kit/read-list/options.ts";

const SYNC_COUNTS = [
  ["created", "new", "新規"],
  ["changed", "changed", "変更"],
  ["released", "removed", "一覧から除外"],
  ["missing", "missing, not removed", "見つからない(一覧に残した)"],
  ["registered", "added to Devices", "「Devices」に追加"],
  ["devices", "fetched", "取得"],
] as const;

const SYNC_COLUMNS: readonly Column<AdeSync>[] = [
  { key: "kind", header: text("kind", "種類"), value: ({ kind }) => kind, name: ({ kind }) => SYNC_KINDS[kind] },
  ...SYNC_COUNTS.map(([key, en, ja]): Column<AdeSync> => ({
    key,
    header: text(en, ja),
    value: (sync) => sync[key],
    align: "end",
  })),
];

const describeMissing = (missing: number): Text =>
  text(
    `Apple no longer lists ${formatCount(missing, "device")}; nothing was changed`,
    `Apple の一覧にないデバイスが ${missing} 台あるため、何も変更していません`,
  );

export default defineCommand({
  summary: text("fetch devices from Apple", "Apple からデバイスを取得する"),
  details: text(
    "If a full sync finds that more than 5 devices, and more than 5 % of all, are missing at Apple, you must type their number to remove them from the list. Without a terminal, pass --confirm-deletions or --max-deletions; otherwise nothing is changed (exit 10).",
    "全件の取得で見つからないデバイスが 5 台を超え、かつ全体の 5 % を超えると、一覧から除く前に台数の入力を求めます。ターミナルがなければ、--confirm-deletions か --max-deletions を指定します。どちらもなければ何も変更しません(終了コード 10)。",
  ),
  args: {},
  options: {
    full: { kind: "boolean", about: text("fetch all devices", "全件を取得する") },
    delta: { kind: "boolean", about: text("fetch only the changes", "差分だけを取得する") },
    business: {
      kind: "boolean",
      about: text("use the Apple Business API (default in a mirror)", "Apple Business API を使う(ミラーでは既定)"),
    },
    confirmDeletions: CONFIRM_DELETIONS_OPTION,
    maxDeletions: LIMIT_OPTIONS.maxDeletions,
  },
  examples: [
    { line: "clomoctl ade sync" },
    { line: "clomoctl ade sync --full --max-deletions 5" },
    { line: "clomoctl ade sync --business" },
    { line: "clomoctl ade sync --no-input --quiet" },
  ],
  excludes: [["full", "delta", "business"]],
  exits: ["input-rejected", "not-permitted", "conflict", "unavailable", "limit-exceeded"],
  changes: true,
  shows: SYNC_COLUMNS,
  job: () => [],
  async run(tools, { full, delta, business, confirmDeletions, maxDeletions }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("ade");
    const limit = maxDeletions === undefined ? undefined : parseLimit("--max-deletions", maxDeletions);
    const fetchDevices = (kind: SyncKind | undefined, confirmed: number | undefined): Promise<AdeSync> =>
      terminal.progress.during({ id: "sync", name: text("Fetching devices", "デバイスの取得") }, () =>
        client.ade.sync({ kind, maxDeletions: limit, confirmDeletions: confirmed }),
      );
    const asked = (full && "full") || (delta && "delta") || (business && "business") || undefined;
    let result = await fetchDevices(asked, confirmDeletions);
    if (result.missing > 0 && terminal.interactive) {
      const expected = result.missing;
      const what = describeMissing(expected);
      const message = text(
        `${what.en}. Type ${expected} to remove them from the list of ADE devices:`,
        `${what.ja}。ADE デバイスの一覧から除くには台数を入力:`,
      );
      await terminal.prompts.typedNumber({ message, flag: `--confirm-deletions ${expected}`, expected });
      result = await fetchDevices(result.kind, expected);
    }
    await terminal.show(SYNC_COLUMNS, result);
    if (result.kind === "business") await terminal.note(PROFILE_STATE_NOTE);
    const { missing } = result;
    if (missing === 0) return undefined;
    const again = result.kind === "business" ? ({ business: true } as const) : ({ full: true } as const);
    const next = line("ade sync", [], { ...again, confirmDeletions: missing });
    await terminal.warn({ why: describeMissing(missing), line: next });
    return "limit-exceeded";
  },
});
