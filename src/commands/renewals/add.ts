import { resolve } from "node:path";
import { commandName } from "../../lib/advice/index.ts";
import type { NewRenewalItem } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { text } from "../../lib/text/index.ts";
import { isFolder } from "../../lib/files/index.ts";
import { defineCommand } from "../kit/command.ts";
import { requireFreeTextConfirmation } from "../kit/password-question.ts";
import { ITEM_COLUMNS, showItem } from "../kit/items/columns.ts";
import { NEW_ITEM_OPTIONS } from "../kit/items/options.ts";
import { readItemOptions, readRenewable, toItemFields } from "../kit/items/read-options.ts";
import { warnOfSharedFiles } from "../kit/items/shared-file.ts";
import { resolveTimezone } from "../kit/tools.ts";
import { RECORDED_FIELDS, type RenewalKind } from "../../lib/nouns/renewal.ts";
import { addOneYear, resolvePastInstant, type TypedDate } from "../../lib/model/time.ts";

export default defineCommand({
  summary: text("record a renewal item", "年次更新・期限の項目を登録する"),
  details: [
    text(
      "With --file, the expiry date is read from the certificate, token or profile, and --kind may be omitted. An item can also be recorded without a date; every check then reports it as unknown.",
      "--file を指定すると期限をファイルから読み取り、--kind は省略できます。期限なしでも登録できますが、確認のたびに「期限不明」と報告されます。",
    ),
  ],
  args: {
    name: {
      kind: "string",
      value: "NAME|FOLDER",
      names: "files",
      required: true,
      about: text(
        "name of the item, or a folder, to record all files in it",
        "項目の名前か、まとめて登録するフォルダー",
      ),
    },
  },
  options: NEW_ITEM_OPTIONS,
  excludes: [["expires", "file", "lastLogin"]],
  examples: [
    { line: "clomoctl renewals add 本社 --file push.pem --owner it@example.jp --account push@example.jp" },
    {
      line: "clomoctl renewals add 第一所有者 --kind android-owner --last-login 2026-04-01 --phone-holder 情報システム部の金庫",
    },
    { line: "clomoctl renewals add example.jp --kind custom --expires 2027-03-31 --notes ドメイン" },
    {
      line: "clomoctl renewals add certificates/ --owner it@example.jp",
      about: text("record all files in a folder", "フォルダー内のファイルをまとめて登録"),
    },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked", "partial"],
  shows: ITEM_COLUMNS,
  async run(tools, { name, file, key, csr, lastLogin, ...options }) {
    const tenant = await tools.tenant("renewals");
    const timezone = resolveTimezone(tools, tenant);
    await requireFreeTextConfirmation(tools, RECORDED_FIELDS, {
      ...options,
      name: options.kind === undefined && file === undefined ? undefined : name,
    });
    const sharedFields = readItemOptions(options, timezone);
    const { kind } = options;
    if (kind === undefined && file === undefined) {
      if (!name.endsWith("/") && !(await isFolder(resolve(tools.workingFolder, name))))
        throw new Failure("usage", {
          what: text("the kind is missing", "種類を指定してください"),
          where: commandName("renewals add"),
          hint: text("use --kind KIND or --file FILE", "--kind か --file を指定してください"),
        });
      const { addFolder } = await import("../kit/items/add-folder.ts");
      return addFolder(tools, tenant, { folder: name, key, csr, sharedFields });
    }
    const read = file === undefined ? undefined : await readRenewable(tools, { file, kind, key });
    const item: NewRenewalItem = {
      ...(read === undefined ? {} : toItemFields(read.expiring, read.path)),
      ...(lastLogin === undefined ? {} : readLogin(lastLogin, kind, { now: tools.clock.now(), timezone })),
      ...sharedFields,
      kind: kind ?? read?.expiring.kind ?? "custom",
      name,
    };
    const added = await tenant.client.renewals.add(item);
    if (added.expiresAt === null) {
      await tools.terminal.warn(
        text("no expiry date: to set one, use `renewals edit`", "期限が登録されていません。登録するには renewals edit"),
      );
    }
    await showItem(tools, tenant, added);
    await warnOfSharedFiles(tools, tenant.context, [added]);
  },
});

function readLogin(
  date: TypedDate,
  kind: RenewalKind | undefined,
  asOf: { readonly now: Date; readonly timezone: string },
): Pick<NewRenewalItem, "expiresAt" | "certainty"> {
  if (kind === "android-owner")
    return {
      expiresAt: addOneYear(resolvePastInstant(date, { ...asOf, where: "--last-login" })),
      certainty: "estimated",
    };
  throw new Failure("usage", {
    what: text("--last-login requires the kind android-owner", "--last-login には種類 android-owner が必要です"),
  });
}
