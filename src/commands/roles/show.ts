import { MATRIX_NOTE, PAGES_NOTE, roleFacts, type RoleFacts, type RoleOperation } from "../../lib/model/role-facts.ts";
import { REACH_NAMES } from "../../lib/model/role-policy.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { text, type Language, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { isUsualTable } from "../listing/list.ts";
import type { Tools } from "../tools.ts";
import { choiceColumns, ROLE_ARGUMENT } from "./choices.ts";
import { writeWords } from "./lines.ts";
import { sourceOf } from "./matrix-columns.ts";

export default defineCommand({
  summary: text("show what a role may, and who says so", "管理者権限でできることと、その根拠を表示する"),
  details: [
    text(
      "What the maker's manual says of it, sentence by sentence, how clomoctl reads that, and how far it reaches with each operation. `custom` explains schemes, `division` where the manual contradicts itself.",
      "メーカーのマニュアルの文、clomoctl での読み方、操作ごとの範囲を表示します。`custom` ではスキームについて、`division` ではマニュアルの記載が一致しない点について説明します。",
    ),
    MATRIX_NOTE,
  ],
  args: { role: ROLE_ARGUMENT },
  options: {},
  examples: [{ line: "clomoctl roles show division" }, { line: "clomoctl roles show カスタム管理者 --format json" }],
  exits: [],
  opensTenant: false,
  async run({ terminal }, { role }) {
    const facts = roleFacts(role);
    const columns = columnsIn(terminal.language);
    if (!isUsualTable(terminal)) return terminal.show(columns, facts);
    await terminal.show(
      columns.filter(({ key }) => HEAD.includes(key)),
      facts,
    );
    await writeFacts(terminal, facts);
  },
});

/** The columns of a role that stand in lines of their own. */
const HEAD = ["role", "scope", "about"];

const columnsIn = (language: Language): readonly Column<RoleFacts>[] => [
  ...choiceColumns(language),
  {
    key: "sentences",
    header: text("manual", "マニュアル"),
    value: ({ sentences }) => sentences.map((said) => ({ ...said, note: said.note?.[language] ?? null })),
  },
  { key: "notes", header: text("notes", "補足"), value: ({ notes }) => notes.map((note) => note[language]) },
  {
    key: "operations",
    header: text("operations", "操作"),
    value: ({ operations }) =>
      operations.map(({ operation, about, reach, manual }) => ({
        operation,
        about: about[language],
        reach,
        source: sourceOf({ reach, manual }),
      })),
  },
  {
    key: "makersMatrix",
    header: text("maker's own matrix", "メーカーの管理権限一覧"),
    value: () => "unknown",
    name: () => text("not known", "未確認"),
  },
];

const SAYS = text("what the manual says:", "マニュアルの記載:");
const MAY = text(
  "what it may (*: the manual says so; all else is ours):",
  "できること(* はマニュアルに基づく。ほかは clomoctl 独自):",
);
const MAY_NOT = text("what it may not:", "できないこと:");
const NOTHING = text("it may do nothing: who has it does not sign in", "ログインしないため、できる操作はありません");

async function writeFacts(terminal: Tools["terminal"], facts: RoleFacts): Promise<void> {
  const { sentences, notes, operations } = facts;
  const heading = async (what: Text): Promise<void> => {
    await terminal.out.write("\n");
    await writeWords(terminal, terminal.say(what));
  };
  await heading(SAYS);
  await writeWords(terminal, terminal.say(PAGES_NOTE), "  ");
  for (const { seed, sentence, note } of sentences) {
    await writeWords(terminal, `${seed}「${sentence}」`, "  ");
    if (note !== null) await writeWords(terminal, terminal.say(note), "    -> ");
  }
  for (const note of notes) {
    await terminal.out.write("\n");
    await writeWords(terminal, terminal.say(note));
  }
  if (operations.length === 0) return heading(NOTHING);
  for (const [what, isMeant] of [
    [MAY, ({ reach }: RoleOperation) => reach !== "no"],
    [MAY_NOT, ({ reach }: RoleOperation) => reach === "no"],
  ] as const) {
    const meant = operations.filter(isMeant);
    if (meant.length > 0) await heading(what);
    for (const { about, reach, manual } of meant) {
      const how = reach === "no" ? "" : ` (${terminal.say(REACH_NAMES[reach])})`;
      await writeWords(terminal, `${terminal.say(about)}${how}${manual.length > 0 ? " *" : ""}`, "  ");
    }
  }
  await terminal.out.write("\n");
  await writeWords(terminal, terminal.say(MATRIX_NOTE));
}
