import { resolve } from "node:path";
import { commandName, line, step } from "../../lib/advice/index.ts";
import type { Renewable } from "../../lib/apple/index.ts";
import type { NewRenewalItem, RenewalItem, Client } from "../../lib/client/index.ts";
import { Failure, unlessFailing } from "../../lib/errors/index.ts";
import { text } from "../../lib/text/index.ts";
import { isFolder } from "../../lib/files/index.ts";
import { defineCommand } from "../command.ts";
import { BEFORE_WRITING, WHILE_WRITING, WRITTEN } from "../records/written.ts";
import { requireRight } from "../rights.ts";
import { askMissing, tellUnnoticed, warnOfSecrets } from "./items/missing.ts";
import { showItem } from "./items/tenant-items.ts";
import { ITEM_COLUMNS } from "./items/columns.ts";
import { ITEM_OPTIONS } from "./items/options.ts";
import { readOptions } from "./items/read-options.ts";
import { zoneOf, type Tools } from "../tools.ts";

export default defineCommand({
  summary: text("record an item that expires", "期限のあるものを登録する"),
  details: [
    text(
      "With --file the date is read from the certificate, token or profile, and --kind may be omitted. An item can also be recorded without a date; every check then reports it as unknown.",
      "--file を指定すると期限をファイルから読み取り、--kind は省略できます。期限なしでも登録できますが、確認のたびに「期限不明」と報告されます。",
    ),
    text(
      "An Android Enterprise environment can have two owner accounts and should: record both. Passwords are never recorded.",
      "Android Enterprise の管理用 Gmail アカウントは 2 つ登録できます。2 つ用意して両方を登録してください。パスワードはどこにも記録しません。",
    ),
  ],
  args: {
    name: {
      kind: "string",
      value: "NAME|FOLDER",
      names: "files",
      required: true,
      about: text(
        "name of the item; or a folder, of which each certificate, token and profile is recorded",
        "名前。またはフォルダー(中の証明書・トークン・プロファイルをすべて登録する)",
      ),
    },
  },
  options: ITEM_OPTIONS,
  examples: [
    { line: "clomoctl renewals add 本社 --file push.pem --owner it@example.jp --account push@example.jp" },
    {
      line: "clomoctl renewals add 第一所有者 --kind android-owner --last-login 2026-04-01 --phone-holder 情報システム部の金庫",
    },
    { line: "clomoctl renewals add example.jp --kind custom --expires 2027-03-31 --notes ドメイン" },
    { line: "clomoctl renewals add certificates/ --owner it@example.jp", about: text("a folder", "フォルダー") },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked", "partial"],
  shows: ITEM_COLUMNS,
  async run(tools, { name, ...options }) {
    tools.describeState(() => BEFORE_WRITING);
    await requireRight(tools, "renewals.write");
    const tenant = await tools.tenant("renewals");
    const { client } = tenant;
    const { kind } = options;
    if (kind === undefined && options.file === undefined) {
      if (!name.endsWith("/") && !(await isFolder(resolve(tools.workingFolder, name)))) throw kindMissing();
      const { addFolder } = await import("./items/add-folder.ts");
      return addFolder(tools, tenant, { folder: name, options });
    }
    const said = await readOptions(tools, {
      options,
      kind,
      timezone: zoneOf(tools, tenant),
      accept: (found) => refuseSimulated(tools, found, options.file),
    });
    const item: NewRenewalItem = { ...said, kind: said.kind ?? "custom", name };
    await refuseDuplicate(client, item);
    await warnOfSecrets(tools, name, item);
    const whole = { ...item, ...(await askMissing(tools, item)) };
    tools.describeState(() => WHILE_WRITING);
    const added = await client.renewals.add(whole);
    tools.describeDone(WRITTEN);
    if (added.expiresAt === null) {
      await tools.terminal.warn(
        text(
          "no expiry date: every check reports the item as unknown until you set one with `renewals edit`",
          "期限がわかりません。renewals edit で登録するまで、確認のたびに「期限不明」と報告されます",
        ),
      );
    }
    await showItem(tools, tenant, added);
    await tellUnnoticed(tools, [added]);
  },
});

const kindMissing = (): Failure =>
  new Failure("usage", {
    what: text("kind is missing", "種類を指定してください"),
    where: commandName("renewals add"),
    hint: text("pass --kind KIND, or --file FILE", "--kind か --file を指定してください"),
  });

/** What our simulator of Apple made is for rehearsals. @throws Failure `input-rejected` where none is the endpoint */
async function refuseSimulated(tools: Tools, { simulated }: Renewable, where: string | undefined): Promise<void> {
  if (simulated !== true) return;
  const ade = await unlessFailing(async () => (await tools.tenant("ade")).client.ade.show());
  if (ade?.endpoint?.kind === "simulator") return;
  throw new Failure("input-rejected", {
    what: text(
      "made by a simulator (SIMULATOR), for rehearsals alone: not recorded",
      "シミュレーター(SIMULATOR)で作成された練習用のものです。登録していません",
    ),
    where,
    hint: step(
      "name the file of the real one; the endpoint",
      "実際に使うファイルを指定してください。接続先",
      line("ade endpoint show", []),
    ),
  });
}

/** @throws Failure `input-rejected` when the very same certificate or token is recorded already */
async function refuseDuplicate(client: Client<"renewals">, { fingerprint }: NewRenewalItem): Promise<void> {
  if (fingerprint === undefined || fingerprint === null) return;
  const known: RenewalItem | undefined = (await client.renewals.list()).find(
    (item) => item.fingerprint === fingerprint,
  );
  if (known === undefined) return;
  throw new Failure("input-rejected", {
    what: text(`already recorded as ${known.name}`, `「${known.name}」として登録済みです`),
    where: fingerprint,
  });
}
