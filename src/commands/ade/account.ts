import type { Column } from "../../lib/terminal/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { tellEndpoint } from "./shown.ts";

type AdeAccountRow = Readonly<Record<(typeof MEMBERS)[number][0], string | null>>;

const MEMBERS = [
  ["serverName", "MDM server", "MDM サーバ"],
  ["serverUuid", "server's id", "MDM サーバ ID"],
  ["adminId", "token downloaded by", "トークンをダウンロードした人"],
  ["orgName", "organisation", "組織"],
  ["orgEmail", "mail address", "メールアドレス"],
  ["orgPhone", "telephone", "電話番号"],
  ["orgAddress", "address", "住所"],
  ["orgId", "organisation's id", "組織 ID"],
  ["orgType", "type", "種類"],
  ["orgVersion", "version", "版"],
] as const;

const COLUMNS: readonly Column<AdeAccountRow>[] = MEMBERS.map(([key, en, ja]) => ({
  key,
  header: text(en, ja),
  value: (account) => account[key],
}));

export default defineCommand({
  summary: text(
    "ask Apple which server and organisation the token is of",
    "トークンの MDM サーバと組織を Apple に問い合わせる",
  ),
  args: {},
  options: {},
  examples: [{ line: "clomoctl ade account" }],
  exits: ["input-rejected", "not-permitted", "conflict", "unavailable"],
  async run(tools) {
    const { client } = await tools.tenant("ade");
    const { ade, account } = await client.ade.contact({});
    await tellEndpoint(tools, ade);
    await tools.terminal.show(COLUMNS, account);
  },
});
