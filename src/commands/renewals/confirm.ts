import type { RenewalItem } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { judge } from "../../lib/renewals/judge.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import type { Tools } from "../tools.ts";
import { asOfNow, findItem, ITEM_ARGUMENT } from "./items/tenant-items.ts";
import { ITEM_COLUMNS } from "./items/columns.ts";
import { readPast } from "./items/read-options.ts";

export default defineCommand({
  summary: text("record that a yearly login was done, and by whom", "年に一度のログインを済ませたことを記録する"),
  details: [
    text(
      "A year is counted from it, as an estimate. It is for owner accounts and dates of one's own; certificates and tokens are renewed by `renewals edit ITEM --file FILE`.",
      "そこから 1 年と見積もります。管理用アカウントと「その他の期日」のためのものです。証明書とトークンは renewals edit 項目 --file FILE で更新してください。",
    ),
  ],
  args: { item: ITEM_ARGUMENT },
  options: {
    by: {
      kind: "string",
      value: "NAME",
      about: text("who did it (default: the operating system's user)", "行った人(既定: OS のユーザー)"),
    },
    at: {
      kind: "string",
      value: "DATE",
      about: text("when: a day or an instant (default: now)", "いつ: 日付か日時(既定: 現在)"),
    },
  },
  examples: [
    { line: "clomoctl renewals confirm 第一所有者" },
    { line: "clomoctl renewals confirm 第一所有者 --by 髙橋 --at 2026-11-02" },
  ],
  exits: ["input-rejected", "not-found", "locked"],
  shows: ITEM_COLUMNS,
  async run(tools, { item: typed, by, at }) {
    const tenant = await tools.tenant();
    const { client, context } = tenant;
    const asOf = asOfNow(tools, tenant);
    const when = at === undefined ? asOf.now.toISOString() : readPast(at, { ...asOf, where: "--at" });
    const item = await findItem(client, typed);
    refuseUnlessLogin(item);
    const confirmed = await client.renewals.confirm(item.id, { by: by ?? userHere(tools), at: when });
    await tools.terminal.show(ITEM_COLUMNS, judge(confirmed, context.name, asOf));
  },
});

function refuseUnlessLogin({ kind, name }: RenewalItem): void {
  if (kind === "android-owner" || kind === "custom") return;
  throw new Failure("input-rejected", {
    what: text(`${name} does not live by logins`, `「${name}」の期限はログインでは延びません`),
    hint: text(
      "give the renewed file: clomoctl renewals edit ITEM --file FILE",
      "更新後のファイルを指定してください: clomoctl renewals edit 項目 --file FILE",
    ),
  });
}

/** @throws Failure `usage` where the operating system knows no name, as in some containers */
function userHere({ machine }: Tools): string {
  if (machine.userName !== undefined) return machine.userName;
  throw new Failure("usage", {
    what: text("this user has no name", "このユーザーには名前がありません"),
    hint: text("say who it was: --by NAME", "--by NAME で行った人を指定してください"),
  });
}
