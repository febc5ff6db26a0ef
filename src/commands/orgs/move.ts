import type { MovedOrg } from "../../lib/client/index.ts";
import { counted, text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { DRY_RUN } from "../records/options.ts";
import { BEFORE_WRITING, showWritten, WHILE_WRITING } from "../records/written.ts";
import { ORG_COLUMNS } from "./columns.ts";
import { ORG_ARGUMENT, orgNamed, orgWord } from "./named.ts";
import { orgWritten } from "./written.ts";

export default defineCommand({
  summary: text("move an organisation, with all below it", "組織を、下位の組織ごと移動する"),
  details: [
    text(
      "Its users, and their devices, go with it. It cannot be moved below itself.",
      "所属するユーザーとそのデバイスも一緒に移ります。その組織自身の下には移動できません。",
    ),
  ],
  args: { org: ORG_ARGUMENT },
  options: {
    parent: {
      kind: "string",
      value: "ORG",
      required: true,
      names: "orgs",
      about: text("the organisation above it from then on (全社 for the top)", "移動先の上位組織(最上位は 全社)"),
    },
    dryRun: DRY_RUN,
  },
  examples: [{ line: "clomoctl orgs move 本社/営業部 --parent 全社 --dry-run" }],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: ORG_COLUMNS,
  async run(tools, { org, parent, dryRun }) {
    tools.describeState(() => BEFORE_WRITING);
    const { client } = await tools.tenant("orgs");
    const [moved, above, all] = [await orgNamed(tools, org), await orgNamed(tools, parent), await client.orgs.list()];
    const former = all.find(({ id }) => id === moved.parentId);
    tools.describeState(() => WHILE_WRITING);
    await showWritten(tools, await client.orgs.move(moved.id, { parent: above.id, dryRun }), {
      ...orgWritten(tools),
      along: ({ along }) => alongWith(along),
      back: async ({ after }) => {
        if (former === undefined) return undefined;
        return `clomoctl orgs move ${await orgWord(tools, after)} --parent ${await orgWord(tools, former)}`;
      },
    });
  },
});

/** What goes along: `with it go 2 organisations below it, 5 users and 3 devices`. */
const alongWith = ({ orgs, users, devices }: MovedOrg["along"]): Text => {
  if (orgs + users + devices === 0) {
    return text("it is empty: nobody and nothing goes along", "一緒に移る組織・ユーザー・デバイスはありません");
  }
  return text(
    `with it go ${counted(orgs, "organisation")} below it, ${counted(users, "user")} and ${counted(devices, "device")}`,
    `一緒に移るもの: 下位の組織 ${orgs} 件、ユーザー ${users} 人、デバイス ${devices} 台`,
  );
};
