import { Failure } from "../../lib/errors/index.ts";
import { line, step } from "../../lib/advice/index.ts";
import { resolvePastInstant, toDay } from "../../lib/model/time.ts";
import { compareFiles, describeChecks } from "../../lib/renewals/compare.ts";
import { findCurrentItem } from "../../lib/renewals/sources.ts";
import { isUploadedKind, RENEWAL_ITEM } from "../../lib/nouns/renewal.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { defineOption } from "../kit/field.ts";
import { requireFreeTextConfirmation } from "../kit/password-question.ts";
import { resolveTimezone, type Tools } from "../kit/tools.ts";
import { findItem, ITEM_ARGUMENT, ITEM_COLUMNS, showItem } from "../kit/items/columns.ts";
import { COMPARISON_OPTIONS } from "../kit/items/options.ts";
import { readCsr, readKeyFiles, readRenewable, toItemFields, warnOfSharedFiles } from "../kit/items/read-options.ts";

export default defineCommand({
  summary: text("record a renewal: a new file or a yearly login", "更新(新しいファイル、年に一度のログイン)を記録する"),
  details: text(
    "Compares FILE with the file in use, as `renewals verify` does, and refuses a file that is wrong, older or identical (exit 3). For a certificate or token that is uploaded to the console (CLOMO PANEL), --console-shows must have the expiry date that the console shows after the upload. Without it, nothing is recorded, and the old expiry date stays (exit 8). A difference of up to two days is accepted.",
    "`renewals verify` と同じように FILE を使用中のファイルと比べ、誤ったファイル、古いファイル、同じファイルは拒否します(終了コード 3)。管理画面(CLOMO PANEL)にアップロードする証明書やトークンは、アップロード後に管理画面に表示される期限を --console-shows で指定します。指定がなければ何も登録せず、更新前の期限のままです(終了コード 8)。2 日までの差は認めます。",
  ),
  args: {
    item: ITEM_ARGUMENT,
    file: defineOption("file", "FILE", "new certificate, token or profile", "新しい証明書・トークン・プロファイル"),
  },
  options: {
    consoleShows: {
      kind: "date",
      requires: "file",
      value: "DATE",
      about: text("expiry date in the console (HOME) after the upload", "アップロード後に管理画面(HOME)に出る期限"),
    },
    signedIn: {
      kind: "date",
      value: "DATE",
      about: text("for android-owner: date of the login", "android-owner のとき: ログインした日"),
    },
    by: {
      kind: "string",
      value: "NAME",
      about: text("person who renewed the item (default: your user name)", "更新した人(既定: OS のユーザー名)"),
    },
    ...COMPARISON_OPTIONS,
  },
  excludes: [["file", "signedIn"]],
  examples: [
    {
      line: "clomoctl renewals renew 本社 push-2027.pem --csr CertificateSigningRequest.csr --console-shows 2027-11-24",
      about: text("after the upload", "アップロードのあと"),
    },
    { line: "clomoctl renewals renew 第一所有者 --signed-in 2026-11-02 --by 髙橋" },
  ],
  exits: ["input-rejected", "not-found", "locked", "partial"],
  shows: ITEM_COLUMNS,
  async run(tools, { item: typed, file, consoleShows, signedIn, csr, key, ...input }) {
    const { terminal, clock } = tools;
    const tenant = await tools.tenant("renewals");
    const { client } = tenant;
    const item = await findItem(client, typed);
    const timezone = resolveTimezone(tools, tenant);
    await requireFreeTextConfirmation(tools, { by: RENEWAL_ITEM.fields.confirmedBy }, input);
    const by = input.by ?? requireUserName(tools);
    if (signedIn !== undefined) {
      const at = resolvePastInstant(signedIn, { now: clock.now(), timezone, where: "--signed-in" });
      return showItem(tools, tenant, await client.renewals.renew(item.id, { by, at }));
    }
    const { name, kind, id } = item;
    if (file === undefined)
      throw new Failure("usage", {
        what: text(`"${name}" needs a file or --signed-in`, `「${name}」の更新には、ファイルか --signed-in が必要です`),
        hint: step("to see how to renew this item", "更新の手順を見るには", line("renewals guide", [name])),
      });
    const next = await readRenewable(tools, { file, kind, key });
    const current = await findCurrentItem(item, await readKeyFiles(tools, { key }));
    const now = clock.now();
    const { bad, left } = compareFiles({ current, next, csr: await readCsr(tools, csr), now, timezone });
    if (bad.length > 0) {
      const { en, ja } = describeChecks(bad);
      throw new Failure("input-rejected", {
        what: text(`this file cannot renew "${name}": ${en}`, `このファイルでは「${name}」を更新できません: ${ja}`),
        where: file,
        hint: step("to get the right file", "正しいファイルの入手手順を見るには", line("renewals guide", [name])),
      });
    }
    if (left.length > 0) {
      const { en, ja } = describeChecks(left);
      await terminal.warn(text(`check these yourself: ${en}`, `確認が必要な項目: ${ja}`));
    }
    const isUploaded = isUploadedKind(kind);
    const shown = isUploaded ? consoleShows : undefined;
    if (isUploaded && shown === undefined) {
      const again = line("renewals renew", [name, file], { consoleShows: "DATE" });
      await terminal.note(
        step(
          "nothing was recorded; upload the file, and when the console shows the new date",
          "何も記録していません。アップロード後、管理画面に新しい期限が表示されたら",
          again,
        ),
      );
      await warnOfSharedFiles(tools, tenant.context, [{ ...next.expiring, id }]);
      return "partial";
    }
    const renewed = await client.renewals.renew(id, {
      by,
      at: now.toISOString(),
      ...(shown === undefined ? {} : { consoleShows: toDay(shown, timezone) }),
      file: toItemFields(next.expiring, next.path),
    });
    await showItem(tools, tenant, renewed);
    await warnOfSharedFiles(tools, tenant.context, [renewed]);
  },
});

/** @throws Failure `usage` if the user has no name, as in some containers */
function requireUserName({ machine }: Tools): string {
  if (machine.userName !== undefined) return machine.userName;
  throw new Failure("usage", {
    what: text("cannot determine your user name", "ユーザー名がわかりません"),
    hint: text("use --by NAME to specify the person who renewed the item", "更新した人を --by NAME で指定してください"),
  });
}
