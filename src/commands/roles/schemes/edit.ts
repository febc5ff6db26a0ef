import { commandName } from "../../../lib/advice/index.ts";
import { Failure, unlessFailing } from "../../../lib/errors/index.ts";
import type { HandValues } from "../../../lib/model/thing.ts";
import { counted, text, type Text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { DRY_RUN, refuseNothing } from "../../records/options.ts";
import { BEFORE_WRITING, showWritten, WHILE_WRITING } from "../../records/written.ts";
import { requireRight } from "../../rights.ts";
import {
  itemOption,
  itemsOf,
  SCHEME_ARGUMENT,
  SCHEME_COLUMNS,
  SCHEME_HELP,
  SCHEME_WRITTEN,
  schemeNamed,
} from "./columns.ts";

const EDIT = commandName("roles schemes edit");

export default defineCommand({
  summary: text("rename a custom scheme, or change its items", "カスタム管理権限スキームの名前や項目を変更する"),
  details: [
    text(
      "It changes what all accounts with it may, from their next command on: how many they are is told.",
      "このスキームを設定したすべてのアカウントの権限が、次のコマンドから変わります。アカウント数を表示します。",
    ),
    ...SCHEME_HELP,
  ],
  args: { scheme: SCHEME_ARGUMENT },
  options: {
    name: { kind: "string", value: "NEW", about: text("the new name", "新しい名前") },
    item: itemOption(text("its items from now on, in place of all others", "項目をこれだけにする")),
    addItem: itemOption(text("items to add", "追加する項目")),
    removeItem: itemOption(text("items to remove", "外す項目")),
    dryRun: DRY_RUN,
  },
  examples: [
    { line: "clomoctl roles schemes edit ユーザー登録係 --add-item orgs.write" },
    { line: "clomoctl roles schemes edit ユーザー登録係 --name 人事 --remove-item ユーザーの組織移動 --dry-run" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: SCHEME_COLUMNS,
  async run(tools, { scheme: typed, name, item, addItem, removeItem, dryRun }) {
    tools.describeState(() => BEFORE_WRITING);
    const [operations, addItems, removeItems] = [
      itemsOf(item, "--item"),
      itemsOf(addItem, "--add-item"),
      itemsOf(removeItem, "--remove-item"),
    ];
    if (operations.length > 0 && addItems.length + removeItems.length > 0) throw NOT_BOTH;
    const both = addItems.find((one) => removeItems.includes(one));
    if (both !== undefined) throw addedAndRemoved(both);
    const values: HandValues = {
      ...(name === undefined ? {} : { name }),
      ...(operations.length === 0 ? {} : { operations }),
      ...(addItems.length === 0 ? {} : { addItems }),
      ...(removeItems.length === 0 ? {} : { removeItems }),
    };
    refuseNothing(values, EDIT);
    await requireRight(tools, "schemes.write");
    const { client } = await tools.tenant("roles");
    const { id } = schemeNamed(typed, await client.roles.schemes());
    tools.describeState(() => WHILE_WRITING);
    const written = await client.roles.editScheme(id, { ...values, dryRun });
    await showWritten(tools, written, SCHEME_WRITTEN);
    const { before, after } = written;
    const isSame = JSON.stringify(before?.operations) === JSON.stringify(after.operations);
    if (isSame || after.accounts === 0) return;
    await tools.terminal.note(
      dryRun
        ? text(
            `${counted(after.accounts, "account")} with it: what they may would change`,
            `権限が変わるアカウント: ${after.accounts} 件`,
          )
        : text(
            `${counted(after.accounts, "account")} with it: what they may has changed`,
            `権限が変わったアカウント: ${after.accounts} 件`,
          ),
    );
    const gained = after.operations.filter((one) => one.startsWith("secured.") && !before?.operations.includes(one));
    const held = gained.length === 0 ? undefined : await unlessFailing(() => client.roles.scheme(id));
    const names = (held?.holders ?? []).filter(({ orgs }) => orgs !== null).map((holder) => holder.account ?? "");
    if (names.length > 0) await tools.terminal.warn(ofNoUse(gained, names));
  },
});

/** Maximum number of accounts that are named. */
const MAX_NAMED = 5;

/** SECURED APPs know no organisations: their items are of use over all of them alone (ours). */
const ofNoUse = (items: readonly string[], names: readonly string[]): Text => {
  const told = `${names.slice(0, MAX_NAMED).join(", ")}${names.length > MAX_NAMED ? ", …" : ""}`;
  return text(
    `${items.join(", ")} will do nothing for ${told}: over all organisations alone (ours)`,
    `${items.join("・")} は、管理対象組織が「全て」のときだけ有効なため(clomoctl 独自の規則)、効果がないアカウントがあります: ${told}`,
  );
};

const NOT_BOTH = new Failure("usage", {
  what: text(
    "--item sets all items: it does not go with --add-item or --remove-item",
    "--item は項目をすべて置き換えるため、--add-item や --remove-item と同時に指定できません",
  ),
  where: "--item",
});

const addedAndRemoved = (item: string): Failure =>
  new Failure("usage", {
    what: text(`${item} is both added and removed`, `${item} が追加と削除の両方に指定されています`),
    where: "--remove-item",
  });
