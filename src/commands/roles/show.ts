import { buildMatrixRows } from "../../lib/model/role-policy.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import {
  describeReach,
  OPERATION_COLUMN,
  GROUP_COLUMN,
  buildAboutColumn,
  ROLE_ARGUMENT,
  REACH_HELP,
} from "./choices.ts";

export default defineCommand({
  summary: text("show what a role may do", "管理者権限でできることを表示する"),
  details: REACH_HELP,
  args: { role: ROLE_ARGUMENT },
  options: {},
  examples: [{ line: "clomoctl roles show division" }, { line: "clomoctl roles show カスタム管理者 --format json" }],
  exits: [],
  opensTenant: false,
  async run({ terminal }, { role }) {
    const rows = role === "none" ? [] : buildMatrixRows().map((row) => ({ ...row, reach: row.cells[role] }));
    await terminal.list(
      [
        OPERATION_COLUMN,
        GROUP_COLUMN,
        buildAboutColumn(terminal.language),
        {
          key: "reach",
          header: text("reach", "範囲"),
          value: ({ reach }) => reach,
          name: ({ reach }) => describeReach(reach),
        },
      ],
      rows,
    );
  },
});
