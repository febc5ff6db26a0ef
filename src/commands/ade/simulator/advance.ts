import { text } from "../../../lib/text/index.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import { defineCommand } from "../../command.ts";
import { askSimulator, contentOf, CONTROL_EXITS, membersOf, URL_OPTION, WHILE_ASKING } from "./control.ts";

interface Clock {
  readonly now: string;
}

const COLUMNS: readonly Column<Clock>[] = [
  { key: "now", header: text("now", "現在日時"), instant: true, value: ({ now }) => now },
];

const isClock = (value: unknown): value is Clock => typeof membersOf(value)["now"] === "string";

const DAY_MS = 24 * 3600 * 1000;

export default defineCommand({
  summary: text("put the simulator's clock forward", "シミュレーターの時計を進める"),
  details: [
    text(
      "Cursors age, and tokens and certificates expire, by this clock. Signatures are still checked by the real time.",
      "カーソルやトークン、証明書の期限は、この時計で判定されます。署名の時刻は実際の時刻で確認します。",
    ),
  ],
  args: {
    by: {
      kind: "duration",
      value: "DURATION",
      required: true,
      about: text("by how much: 8d, 52w", "進める期間: 8d、52w"),
    },
  },
  options: { url: URL_OPTION },
  examples: [{ line: "clomoctl ade simulator advance 8d --url http://127.0.0.1:8600" }],
  exits: CONTROL_EXITS,
  opensTenant: false,
  shows: COLUMNS,
  async run(tools, { by, url }) {
    tools.describeState(() => WHILE_ASKING);
    const answer = await askSimulator(tools, url, { method: "POST", path: "/advance", body: { ms: by * DAY_MS } });
    await tools.terminal.show(COLUMNS, contentOf(answer, url, isClock));
  },
});
