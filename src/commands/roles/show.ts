import { MATRIX_NOTE, buildRoleFacts, type RoleFacts, type RoleOperation } from "../../lib/model/role-facts.ts";
import { REACH_LABELS } from "../../lib/model/role-policy.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { text, type Language, type Text } from "../../lib/text/index.ts";
import { citeSentence } from "../../lib/model/role-policy.ts";
import { defineCommand } from "../command.ts";
import { isDefaultTable } from "../listing/list.ts";
import type { Tools } from "../tools.ts";
import { buildRoleColumns, ROLE_ARGUMENT } from "./choices.ts";
import { writeWrappedText } from "./wrapped-text.ts";
import { formatSource } from "./matrix-columns.ts";

export default defineCommand({
  summary: text(
    "show what a role may do, and the source of each right",
    "管理者権限でできることと、その根拠を表示する",
  ),
  details: [
    text(
      "Shows what CLOMO's manual says about the role, how clomoctl interprets each sentence, and the scope in which the role may do each operation. `custom` also explains schemes; `division` also explains where the manual contradicts itself.",
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
    const facts = buildRoleFacts(role);
    const columns = buildRoleFactColumns(terminal.language);
    if (!isDefaultTable(terminal)) return terminal.show(columns, facts);
    await terminal.show(
      columns.filter(({ key }) => ROLE_SUMMARY_COLUMNS.includes(key)),
      facts,
    );
    await writeRoleFacts(terminal, facts);
  },
});

/** Keys of the columns that are shown above the paragraphs about the role. */
const ROLE_SUMMARY_COLUMNS = ["role", "scope", "about"];

const buildRoleFactColumns = (language: Language): readonly Column<RoleFacts>[] => [
  ...buildRoleColumns(language),
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
        source: formatSource({ reach, manual }),
      })),
  },
  {
    key: "makersMatrix",
    header: text("CLOMO's own matrix", "メーカーの管理権限一覧"),
    value: () => "unknown",
    name: () => text("not known", "未確認"),
  },
];

const MANUAL_HEADING = text("what CLOMO's manual says:", "マニュアルの記載:");
const PERMITTED_HEADING = text(
  "what the role may do (*: based on CLOMO's manual; everything else is a clomoctl rule):",
  "できること(* はマニュアルに基づく。ほかは clomoctl 独自):",
);
const NOT_PERMITTED_HEADING = text("what the role may not do:", "できないこと:");
const NO_OPERATIONS_NOTE = text(
  "the role does not permit any operation: its accounts do not sign in",
  "ログインしないため、できる操作はありません",
);

async function writeRoleFacts(terminal: Tools["terminal"], facts: RoleFacts): Promise<void> {
  const { sentences, notes, operations } = facts;
  const heading = async (what: Text): Promise<void> => {
    await terminal.out.write("\n");
    await writeWrappedText(terminal, terminal.say(what));
  };
  await heading(MANUAL_HEADING);
  for (const { note, ...cited } of sentences) {
    await writeWrappedText(terminal, citeSentence(cited), "  ");
    if (note !== null) await writeWrappedText(terminal, terminal.say(note), "    -> ");
  }
  for (const note of notes) {
    await terminal.out.write("\n");
    await writeWrappedText(terminal, terminal.say(note));
  }
  if (operations.length === 0) return heading(NO_OPERATIONS_NOTE);
  for (const [what, isListed] of [
    [PERMITTED_HEADING, ({ reach }: RoleOperation) => reach !== "no"],
    [NOT_PERMITTED_HEADING, ({ reach }: RoleOperation) => reach === "no"],
  ] as const) {
    const listed = operations.filter(isListed);
    if (listed.length > 0) await heading(what);
    for (const { about, reach, manual } of listed) {
      const how = reach === "no" ? "" : ` (${terminal.say(REACH_LABELS[reach])})`;
      await writeWrappedText(terminal, `${terminal.say(about)}${how}${manual.length > 0 ? " *" : ""}`, "  ");
    }
  }
  await terminal.out.write("\n");
  await writeWrappedText(terminal, terminal.say(MATRIX_NOTE));
}
