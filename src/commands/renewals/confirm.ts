import type { RenewalItem } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { shownWord } from "../../lib/text/shell-word.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { BEFORE_WRITING, WHILE_WRITING, WRITTEN } from "../records/written.ts";
import { requireRight } from "../rights.ts";
import type { Tools } from "../tools.ts";
import { findItem, ITEM_ARGUMENT } from "./items/find-item.ts";
import { asOfNow, showItem } from "./items/tenant-items.ts";
import { ITEM_COLUMNS } from "./items/columns.ts";
import { pastInstant } from "../../lib/model/typed-date.ts";

export default defineCommand({
  summary: text("record that the yearly login was done, and by whom", "年に一度のログインを済ませたことを記録する"),
  details: [
    text(
      "The next date is estimated as one year later. For owner accounts and other dates only; record renewed certificates and tokens with `renewals edit ITEM --file FILE`.",
      "次の期限は 1 年後と推定します。管理用 Gmail アカウントと「その他の期日」専用です。証明書とトークンの更新は renewals edit ITEM --file FILE で記録してください。",
    ),
  ],
  args: { item: ITEM_ARGUMENT },
  options: {
    by: {
      kind: "string",
      value: "NAME",
      about: text("who did it (default: your user name)", "実施者(既定: OS のユーザー名)"),
    },
    at: {
      kind: "date",
      value: "DATE",
      about: text("when: a date or a date and time (default: now)", "実施日時: 日付か日時(既定: 現在)"),
    },
  },
  examples: [
    { line: "clomoctl renewals confirm 第一所有者" },
    { line: "clomoctl renewals confirm 第一所有者 --by 髙橋 --at 2026-11-02" },
  ],
  exits: ["input-rejected", "not-found", "locked"],
  shows: ITEM_COLUMNS,
  async run(tools, { item: typed, by, at }) {
    tools.describeState(() => BEFORE_WRITING);
    await requireRight(tools, "renewals.write");
    const tenant = await tools.tenant("renewals");
    const { client } = tenant;
    const asOf = asOfNow(tools, tenant);
    const when = at === undefined ? asOf.now.toISOString() : pastInstant(at, { ...asOf, where: "--at" });
    const item = await findItem(client, typed);
    refuseUnlessLogin(item);
    const who = by ?? userHere(tools);
    tools.describeState(() => WHILE_WRITING);
    const confirmed = await client.renewals.confirm(item.id, { by: who, at: when });
    tools.describeDone(WRITTEN);
    await showItem(tools, tenant, confirmed);
  },
});

function refuseUnlessLogin({ kind, name }: RenewalItem): void {
  if (kind === "android-owner" || kind === "custom") return;
  throw new Failure("input-rejected", {
    what: text(`logins do not renew ${name}`, `「${name}」の期限はログインでは延びません`),
    hint: text(
      `record the renewed file: clomoctl renewals edit ${shownWord(name)} --file FILE`,
      `更新後のファイルを指定してください: clomoctl renewals edit ${shownWord(name)} --file FILE`,
    ),
  });
}

/** @throws Failure `usage` where the operating system has no user name, as in some containers */
function userHere({ machine }: Tools): string {
  if (machine.userName !== undefined) return machine.userName;
  throw new Failure("usage", {
    what: text("cannot determine your user name", "ユーザー名がわかりません"),
    hint: text("use --by NAME", "--by NAME で実施者を指定してください"),
  });
}
