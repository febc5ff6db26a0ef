import { Failure } from "../../lib/errors/index.ts";
import { UNDELETABLE_CHOICES } from "../../lib/model/import.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { CONTEXT_DETAILS, PROTECTED, UNDELETABLE_DEFAULT } from "./columns.ts";

export default defineCommand({
  summary: text("change the settings of a context", "コンテキストの設定を変更する"),
  details: [
    text(
      "What is not named stays. --timezone is the zone in which days are counted.",
      "指定しないものは変わりません。--timezone は日付を数えるタイムゾーンです。",
    ),
  ],
  args: {
    name: { kind: "string", required: true, names: "contexts", about: text("the context's name", "コンテキスト名") },
  },
  options: {
    protected: PROTECTED,
    unprotected: { kind: "boolean", about: text("undo --protected", "--protected を取り消す") },
    undeletable: {
      ...UNDELETABLE_DEFAULT,
      choices: [...UNDELETABLE_CHOICES, "none"],
      about: text(
        `${UNDELETABLE_DEFAULT.about.en}; none refuses the file again`,
        `${UNDELETABLE_DEFAULT.about.ja}(none は既定をなくし、ファイルを拒否する)`,
      ),
    },
  },
  excludes: [["protected", "unprotected"]],
  examples: [
    { line: "clomoctl context set local --protected" },
    { line: "clomoctl context set local --timezone Asia/Tokyo" },
    { line: "clomoctl context set local --undeletable keep" },
  ],
  exits: ["input-rejected", "not-found", "locked"],
  opensTenant: false,
  shows: CONTEXT_DETAILS,
  async run({ terminal, contexts, globals }, { name, protected: on, unprotected: off, undeletable }) {
    const { timezone } = globals;
    if (!on && !off && timezone === undefined && undeletable === undefined) {
      throw new Failure("usage", {
        what: text("nothing to change", "変更する設定がありません"),
        hint: text(
          "pass --protected, --unprotected, --timezone ZONE or --undeletable keep|release|none",
          "--protected、--unprotected、--timezone ZONE、--undeletable keep|release|none のどれかを指定してください",
        ),
      });
    }
    const context = await contexts.set(name, {
      timezone,
      protected: on || (off ? false : undefined),
      undeletable: undeletable === "none" ? null : undeletable,
    });
    const used = (await contexts.inEffect(undefined, {}))?.context.name === context.name;
    await terminal.show(CONTEXT_DETAILS, { context, used });
  },
});
