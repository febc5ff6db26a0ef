import type { RenewalItem } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { line, step } from "../../lib/advice/index.ts";
import { dayOf, resolvePastInstant, type TypedDate } from "../../lib/model/time.ts";
import { buildConfirmCommand, isUploadedKind } from "../../lib/renewals/download.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import type { Tools } from "../tools.ts";
import { findItem, ITEM_ARGUMENT } from "./items/find-item.ts";
import { createExpiryClock, showItem } from "./items/tenant-items.ts";
import { ITEM_COLUMNS } from "./items/columns.ts";

export default defineCommand({
  summary: text(
    "record who completed the upload or the yearly login, and when",
    "アップロード、または年に一度のログインを済ませたことを記録する",
  ),
  details: [
    text(
      "A renewed certificate or token (`renewals edit ITEM --file FILE`) counts once you confirm with --console-shows that the console (CLOMO PANEL) shows its expiry date; until then, the date of the file in use counts. If the console shows another date, nothing changes (exit 3). If you confirm a date that was typed (`renewals edit ITEM --expires DATE`), only this date counts, and the previously recorded file is no longer read. A difference of up to two days is accepted, because dates may be estimated or counted in another time zone.",
      "更新した証明書やトークン(renewals edit ITEM --file FILE)は、管理画面(CLOMO PANEL)にその期限が表示されたことを --console-shows で確認すると有効になります。それまでは更新前の期限で判定します。管理画面の期限が違うときは何も変更しません(終了コード 3)。手で入力した期限(renewals edit ITEM --expires DATE)を確認すると、その期限だけで判定し、先に登録したファイルは参照しません。期限は推定のことも、別のタイムゾーンで数えられることもあるため、2 日までの差は認めます。",
    ),
  ],
  args: { item: ITEM_ARGUMENT },
  options: {
    consoleShows: {
      kind: "date",
      value: "DATE",
      about: text(
        "expiry date that the console (HOME) shows after the upload",
        "アップロード後に管理画面(HOME)に表示される期限",
      ),
    },
    by: {
      kind: "string",
      value: "NAME",
      about: text("person who did it (default: your user name)", "実施者(既定: OS のユーザー名)"),
    },
    at: {
      kind: "date",
      value: "DATE",
      about: text("date, or date and time, when it was done (default: now)", "実施日時: 日付か日時(既定: 現在)"),
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
    const tenant = await tools.tenant("renewals");
    const { client } = tenant;
    const asOf = createExpiryClock(tools, tenant);
    const when = at === undefined ? asOf.now.toISOString() : resolvePastInstant(at, { ...asOf, where: "--at" });
    const item = await findItem(client, typed);
    refuseWrongConfirmation(item, consoleShows);
    const who = by ?? requireUserName(tools);
    const shown = consoleShows === undefined ? {} : { consoleShows: toCalendarDay(consoleShows, asOf.timezone) };
    const confirmed = await client.renewals.confirm(item.id, { by: who, at: when, ...shown });
    await showItem(tools, tenant, confirmed);
  },
});

/**
 * Refuses a confirmation that does not fit the kind of the item: with `--console-shows` the item must be renewed by an
 * upload to the console, otherwise by a login.
 *
 * @throws Failure `input-rejected`
 */
function refuseWrongConfirmation({ kind, name }: RenewalItem, consoleShows: TypedDate | undefined): void {
  if (consoleShows === undefined ? kind === "android-owner" : isUploadedKind(kind)) return;
  const edit = line("renewals edit", [name], kind === "custom" ? { expires: "DATE" } : { file: "FILE" });
  const [en, ja] = isUploadedKind(kind)
    ? [
        `; when the console shows the new expiry date: ${buildConfirmCommand({ name })}`,
        `。管理画面に新しい期限が表示されたら: ${buildConfirmCommand({ name })}`,
      ]
    : ["", ""];
  throw new Failure("input-rejected", {
    what:
      consoleShows === undefined
        ? text(`${name} is not renewed by a login`, `「${name}」の期限はログインでは延びません`)
        : text(`the console does not show an expiry date for ${name}`, `「${name}」の期限は管理画面に表示されません`),
    hint:
      kind === "android-owner"
        ? step("to record a login", "ログインの記録", line("renewals confirm", [name]))
        : text(`record the renewal: ${edit}${en}`, `更新を登録してください: ${edit}${ja}`),
  });
}

const toCalendarDay = (date: TypedDate, timezone: string): string =>
  "day" in date ? date.day : dayOf(date.instant, timezone);

/** Returns this computer's user name.  @throws Failure `usage` if there is none, as in some containers */
function requireUserName({ machine }: Tools): string {
  if (machine.userName !== undefined) return machine.userName;
  throw new Failure("usage", {
    what: text("cannot determine your user name", "ユーザー名がわかりません"),
    hint: text("use --by NAME to specify the person who did it", "--by NAME で実施者を指定してください"),
  });
}
