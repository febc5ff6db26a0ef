import type { RenewalItem } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { line, step } from "../../lib/advice/index.ts";
import { dayOf } from "../../lib/model/time.ts";
import { confirmLine, isUploaded } from "../../lib/renewals/download.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { BEFORE_WRITING, WHILE_WRITING, WRITTEN } from "../records/written.ts";
import { requireRight } from "../rights.ts";
import type { Tools } from "../tools.ts";
import { findItem, ITEM_ARGUMENT } from "./items/find-item.ts";
import { asOfNow, showItem } from "./items/tenant-items.ts";
import { ITEM_COLUMNS } from "./items/columns.ts";
import { pastInstant, type TypedDate } from "../../lib/model/typed-date.ts";

export default defineCommand({
  summary: text(
    "record that the upload or the yearly login was done, and by whom",
    "アップロード、または年に一度のログインを済ませたことを記録する",
  ),
  details: [
    text(
      "A renewed certificate or token (`renewals edit ITEM --file FILE`) counts once you confirm with --console-shows that the console shows its date; until then the date of the one in use counts. If the console shows another date, nothing changes (exit 3). A date that was typed (`renewals edit ITEM --expires DATE`) and is confirmed counts alone, and the file that was recorded before is no longer looked at. A difference of up to two days is accepted, as dates may be estimated or counted in another time zone.",
      "更新した証明書やトークン(renewals edit ITEM --file FILE)は、管理画面にその期限が表示されたことを --console-shows で確認すると有効になります。それまでは更新前の期限で判定します。管理画面の期限が違うときは何も変更しません(終了コード 3)。手で入力した期限(renewals edit ITEM --expires DATE)を確認すると、その期限だけで判定し、先に登録したファイルは参照しません。期限は推定のことも、別のタイムゾーンで数えられることもあるため、2 日までの差は認めます。",
    ),
    text(
      "Without --console-shows, a login is recorded, and the next date is estimated as one year later: for owner accounts and other dates only.",
      "--console-shows がなければログインを記録し、次の期限は 1 年後と推定します。管理用 Gmail アカウントと「その他の期日」専用です。",
    ),
  ],
  args: { item: ITEM_ARGUMENT },
  options: {
    consoleShows: {
      kind: "date",
      value: "DATE",
      about: text(
        "expiry date that the console shows after the upload (HOME)",
        "アップロード後に管理画面(HOME)に表示される期限",
      ),
    },
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
    {
      line: "clomoctl renewals confirm 本社 --console-shows 2027-11-24",
      about: text("after the upload", "アップロードのあと"),
    },
    { line: "clomoctl renewals confirm 第一所有者" },
    { line: "clomoctl renewals confirm 第一所有者 --by 髙橋 --at 2026-11-02" },
  ],
  exits: ["input-rejected", "not-found", "locked"],
  shows: ITEM_COLUMNS,
  async run(tools, { item: typed, by, at, consoleShows }) {
    tools.describeState(() => BEFORE_WRITING);
    await requireRight(tools, "renewals.write");
    const tenant = await tools.tenant("renewals");
    const { client } = tenant;
    const asOf = asOfNow(tools, tenant);
    const when = at === undefined ? asOf.now.toISOString() : pastInstant(at, { ...asOf, where: "--at" });
    const item = await findItem(client, typed);
    refuseMisfit(item, consoleShows);
    const who = by ?? userHere(tools);
    const shown = consoleShows === undefined ? {} : { consoleShows: dayShown(consoleShows, asOf.timezone) };
    tools.describeState(() => WHILE_WRITING);
    const confirmed = await client.renewals.confirm(item.id, { by: who, at: when, ...shown });
    tools.describeDone(WRITTEN);
    await showItem(tools, tenant, confirmed);
  },
});

/** @throws Failure `input-rejected` if the item is not renewed in this way */
function refuseMisfit({ kind, name }: RenewalItem, consoleShows: TypedDate | undefined): void {
  const byLogin = kind === "android-owner" || kind === "custom";
  if (consoleShows === undefined ? byLogin : isUploaded(kind)) return;
  const edit = line("renewals edit", [name], { file: "FILE" });
  const [en, ja] = isUploaded(kind)
    ? [
        `; once the console shows its date: ${confirmLine({ name })}`,
        `。管理画面に新しい期限が表示されたら: ${confirmLine({ name })}`,
      ]
    : ["", ""];
  throw new Failure("input-rejected", {
    what:
      consoleShows === undefined
        ? text(`logins do not renew ${name}`, `「${name}」の期限はログインでは延びません`)
        : text(`the console shows no date for ${name}`, `「${name}」の期限は管理画面に表示されません`),
    hint: byLogin
      ? step("to record a login", "ログインの記録", line("renewals confirm", [name]))
      : text(`record the renewed file: ${edit}${en}`, `更新後のファイルを登録してください: ${edit}${ja}`),
  });
}

/** The calendar day of a typed date. */
const dayShown = (date: TypedDate, timezone: string): string =>
  "day" in date ? date.day : dayOf(date.instant, timezone);

/** @throws Failure `usage` where the operating system has no user name, as in some containers */
function userHere({ machine }: Tools): string {
  if (machine.userName !== undefined) return machine.userName;
  throw new Failure("usage", {
    what: text("cannot determine your user name", "ユーザー名がわかりません"),
    hint: text("use --by NAME", "--by NAME で実施者を指定してください"),
  });
}
