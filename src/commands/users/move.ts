import type { User } from "../../lib/client/index.ts";
import { USER } from "../../lib/model/user.ts";
import { counted, text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { orgNamed, orgWord } from "../orgs/named.ts";
import { DRY_RUN } from "../records/options.ts";
import { BEFORE_WRITING, showAllWritten, WHILE_WRITING } from "../records/written.ts";
import { listColumns } from "../listing/list.ts";
import { USER_ARGUMENT, USER_COLUMNS, userNamed } from "./columns.ts";
import { USER_WRITTEN, userWord } from "./written.ts";

export default defineCommand({
  summary: text("move users into another organisation", "ユーザーを別の組織に移動する"),
  details: [
    text(
      "All of them or none. A device counts in the organisation of the user who owns it, so their devices go with them.",
      "全員を移動するか、1 人も移動しないかのどちらかです。デバイスは所有者であるユーザーの組織に属するため、一緒に移ります。",
    ),
  ],
  args: { user: { ...USER_ARGUMENT, repeatable: true } },
  options: {
    org: {
      kind: "string",
      value: "ORG",
      required: true,
      names: "orgs",
      about: text("the organisation (全社 for none in particular)", "移動先の組織(特定の組織に属さないときは 全社)"),
    },
    dryRun: DRY_RUN,
  },
  examples: [{ line: "clomoctl users move hanako.yamazaki@example.jp A0003 --org 本社/営業部 --dry-run" }],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: USER_COLUMNS,
  async run(tools, { user, org, dryRun }) {
    tools.describeState(() => BEFORE_WRITING);
    const { client } = await tools.tenant("users");
    const { id } = await orgNamed(tools, org);
    const ids: string[] = [];
    for (const name of user) ids.push((await userNamed(client, name)).id);
    tools.describeState(() => WHILE_WRITING);
    const words = new Map<string, string>();
    const wordOf = async (former: User["org"]): Promise<string> => {
      const word = words.get(former.id) ?? (await orgWord(tools, former));
      words.set(former.id, word);
      return word;
    };
    await showAllWritten(tools, await client.users.move({ ids: [...new Set(ids)], org: id, dryRun }), {
      ...USER_WRITTEN,
      along: ({ devices }) =>
        devices === 0
          ? undefined
          : text(
              `${counted(devices, "device")} ${devices === 1 ? "goes" : "go"} along`,
              `一緒に移るデバイス: ${devices} 台`,
            ),
      listed: listColumns(tools.terminal, USER_COLUMNS, USER.usual),
      back: async ({ before, after }) =>
        before === null ? undefined : `clomoctl users move ${userWord(after)} --org ${await wordOf(before.org)}`,
    });
  },
});
