import { line } from "../../../lib/advice/line.ts";
import { step } from "../../../lib/advice/step.ts";
import { FAULTS } from "../../../lib/apple/simulator/faults.ts";
import { Failure } from "../../../lib/errors/index.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { askSimulator, contentOf, CONTROL_EXITS, membersOf, URL_OPTION, WHILE_ASKING } from "./control.ts";

interface Fault {
  readonly fault: string;
  readonly count?: number;
  readonly after: number;
  readonly path?: string;
  readonly seconds?: number;
  readonly serials?: readonly string[];
}

const areFaults = (value: unknown): value is readonly Fault[] =>
  Array.isArray(value) && value.every((fault) => typeof membersOf(fault)["fault"] === "string");

const COLUMNS: readonly Column<Fault>[] = [
  { key: "fault", header: text("fault", "障害"), value: ({ fault }) => fault },
  {
    key: "count",
    header: text("still", "残り回数"),
    align: "end",
    value: ({ count }) => count,
    name: ({ count }) =>
      count === undefined ? text("until cleared", "解除するまで") : text(`${count}×`, `${count} 回`),
  },
  { key: "after", header: text("after", "発生までの回数"), align: "end", value: ({ after }) => after },
  { key: "path", header: text("path", "パス"), value: ({ path }) => path },
  { key: "seconds", header: text("seconds", "秒数"), align: "end", value: ({ seconds }) => seconds },
  { key: "serials", header: text("devices", "デバイス"), value: ({ serials }) => serials },
];

export default defineCommand({
  summary: text("let things go wrong at the simulator", "シミュレーターで障害を起こす"),
  details: [
    text(
      "Without FAULT those that are to come are listed. terms, access-denied, inactive, token-rejected, signature-invalid, clock, unreadable-device, throttled, failed and quoted last until --clear; the others happen once. --count and --always say otherwise.",
      "FAULT を付けないと、設定済みの障害を一覧します。次の障害は --clear するまで続きます: terms, access-denied, inactive, token-rejected, signature-invalid, clock, unreadable-device, throttled, failed, quoted 。ほかは 1 回だけ起きます。回数は --count か --always で変えられます。",
    ),
    text(
      "terms: terms and conditions not signed. inactive: the server is inactive. clock: the client's clock counts as wrong. unauthorized-once: the session ends. rate-limited (429), unavailable (503): with Retry-After of --seconds. reset: the connection breaks after the work is done. slow: the answer comes --seconds late. cut-json: half of it. stuck-cursor: the cursor does not move. duplicate-device: the same device twice. unreadable-device: the record of a device has an invalid date. throttled, failed, left-out: the answer for devices of an assignment. quoted: errors in quotation marks.",
      "terms: 利用規約に未同意。inactive: サーバーが無効。clock: 時計のずれ。unauthorized-once: セッション切れ。rate-limited(429)、unavailable(503): --seconds 秒の Retry-After 付き。reset: 処理のあとに接続が切れる。slow: 応答が --seconds 秒遅れる。cut-json: 応答が途中で切れる。stuck-cursor: カーソルが進まない。duplicate-device: 同じデバイスが 2 回届く。unreadable-device: デバイスの記録の日付が読み取れない。throttled、failed、left-out: 割り当て結果でのデバイスごとの応答。quoted: エラーが引用符で囲まれる。",
    ),
  ],
  args: { fault: { kind: "choice", choices: FAULTS, value: "FAULT", about: text("what goes wrong", "障害の種類") } },
  options: {
    count: { kind: "number", min: 1, about: text("how often", "起きる回数") },
    always: { kind: "boolean", about: text("until --clear", "--clear するまで続ける") },
    after: {
      kind: "number",
      default: 0,
      about: text("after so many requests that go well", "起きるまでに成功する要求の数"),
    },
    path: {
      kind: "string",
      value: "PATH",
      about: text("at paths that begin so, such as /devices/sync", "対象のパスの先頭(例: /devices/sync)"),
    },
    seconds: { kind: "number", max: 86_400, about: text("seconds to wait, or of delay", "待ち時間や遅れの秒数") },
    serial: { kind: "string", value: "SERIAL", repeatable: true, about: text("only of this device", "対象のデバイス") },
    clear: { kind: "boolean", about: text("end all faults", "すべての障害を解除する") },
    url: URL_OPTION,
  },
  excludes: [["count", "always"]],
  examples: [
    { line: "clomoctl ade simulator faults terms --url http://127.0.0.1:8600" },
    { line: "clomoctl ade simulator faults --clear --url http://127.0.0.1:8600" },
  ],
  exits: CONTROL_EXITS,
  opensTenant: false,
  shows: COLUMNS,
  async run(tools, { fault, count, always, after, path, seconds, serial, clear, url }) {
    if (fault !== undefined && clear) throw both("--clear", "FAULT");
    tools.describeState(() => WHILE_ASKING);
    const serials = serial.length === 0 ? undefined : serial;
    const body = { fault, count, lasting: always, after, path, seconds, serials };
    const method = clear ? "DELETE" : fault === undefined ? "GET" : "POST";
    const asked = { method, path: "/faults", body: method === "POST" ? body : undefined } as const;
    const answer = await askSimulator(tools, url, asked);
    await tools.terminal.list(COLUMNS, contentOf(answer, url, areFaults));
    if (fault === undefined || !tools.terminal.onTerminal) return;
    const next = [
      step("to meet it", "障害を起こしてみるには", line("ade sync", [])),
      step("to end it", "解除するには", line("ade simulator faults", [], { clear: true, url })),
    ];
    for (const one of next) await tools.terminal.note(one);
  },
});

const both = (one: string, other: string): Failure =>
  new Failure("usage", {
    what: text(`${one} and ${other} cannot go together`, `${one} と ${other} は同時に指定できません`),
  });
