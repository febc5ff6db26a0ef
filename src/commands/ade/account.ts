import type { Column } from "../../lib/terminal/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { printEndpoint } from "./shown.ts";

type AdeAccountRow = Readonly<Record<(typeof ADE_ACCOUNT_FIELDS)[number][0], string | null>>;

const ADE_ACCOUNT_FIELDS = [
  ["serverName", "MDM server", "MDM サーバ"],
  ["serverUuid", "server ID", "MDM サーバ ID"],
  ["adminId", "token downloaded by", "トークンをダウンロードした人"],
  ["orgName", "organisation", "組織"],
  ["orgEmail", "email address", "メールアドレス"],
  ["orgPhone", "telephone number", "電話番号"],
  ["orgAddress", "address", "住所"],
  ["orgId", "organisation ID", "組織 ID"],
  ["orgType", "organisation type", "組織の種類"],
  ["orgVersion", "organisation version", "組織のバージョン"],
] as const;

const ADE_ACCOUNT_COLUMNS: readonly Column<AdeAccountRow>[] = ADE_ACCOUNT_FIELDS.map(([key, en, ja]) => ({
  key,
  header: text(en, ja),
  value: (account) => account[key],
}));

export default defineCommand({
  summary: text(
    "ask Apple which MDM server and organisation the token belongs to",
    "トークンの MDM サーバと組織を Apple に問い合わせる",
  ),
  args: {},
  options: {},
  examples: [{ line: "clomoctl ade account" }],
  exits: ["input-rejected", "not-permitted", "conflict", "unavailable"],
  async run(tools) {
    const { client } = await tools.tenant("ade");
    const { ade, account } = await client.ade.contact({});
    await printEndpoint(tools, ade);
    await tools.terminal.show(ADE_ACCOUNT_COLUMNS, account);
  },
});
