import type { MovedOrg, Org } from "../../lib/client/index.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { counted, same, text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { DRY_RUN } from "../records/options.ts";
import { BEFORE_WRITING, showWritten, WHILE_WRITING } from "../records/written.ts";
import { ORG_COLUMNS } from "./columns.ts";
import { ORG_ARGUMENT, orgNamed } from "./named.ts";
import { reachOfMove } from "./reach.ts";
import { ORG_WRITTEN } from "./written.ts";

export default defineCommand({
  summary: text("move an organisation, with all below it", "組織を、下位の組織ごと移動する"),
  details: [
    text(
      "Its users, and their devices, go with it. It cannot be moved below itself. Administrators who act in it from then on, or no more, are named; --dry-run names them first.",
      "所属するユーザーとそのデバイスも一緒に移ります。その組織自身の下には移動できません。範囲が変わる管理者を表示します(--dry-run なら移動前に確認できます)。",
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
    const reach = await reachOfMove(tools, { moved, parent: above.id, all });
    tools.describeState(() => WHILE_WRITING);
    const written = await client.orgs.move(moved.id, { parent: above.id, dryRun });
    for (const line of reach) await tools.terminal.warn(line);
    await showWritten(tools, written, {
      ...ORG_WRITTEN,
      tells: ORG_COLUMNS.map((column) => (column.key === "parentId" ? { ...PARENT, name: calledAmong(all) } : column)),
      along: ({ along }) => alongWith(along),
    });
  },
});

/** What an organisation is below, where its path is the same below another one. */
const PARENT: Column<Org> = {
  key: "parentId",
  header: text("parent", "上位組織"),
  value: ({ parentId }) => parentId,
};

/** What people call the parent of an organisation: by its path and code, else its id. */
const calledAmong =
  (all: readonly Org[]) =>
  ({ parentId }: Org): Text => {
    const { path = "", code = null } = all.find(({ id }) => id === parentId) ?? {};
    return same(code === null ? `${path} (${parentId})` : `${path} (${code})`);
  };

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
