import type { UserEvent, UserHistory } from "../../lib/client/index.ts";
import { IMPORT_MODE_NAMES, nameIn, ROW_ACTION_NAMES } from "../../lib/model/import.ts";
import { minuteIn } from "../../lib/model/time.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { line } from "../../lib/advice/line.ts";
import { joined, same, text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { changesOf, describeRow } from "../imports/plan/changes.ts";
import { listColumns } from "../listing/list.ts";
import { theOne, type NamedKind } from "../listing/named.ts";
import { rightsIn } from "../rights.ts";
import { zoneOf } from "../tools.ts";
import { nearUsers, USER_ARGUMENT } from "./columns.ts";

/** What an import did, and to whom. */
type Told = UserEvent & { readonly user: Pick<UserHistory, "id" | "name" | "email" | "deleted"> };

const calledOf = ({ name, email }: Told["user"]): string => `${name} <${email}>`;

const USER: NamedKind<UserHistory> = {
  noun: text("user", "ユーザー"),
  list: "clomoctl users list",
  search: "clomoctl users list --search",
  describe: ({ id, name, email, deleted }) => `${name} <${email}> ${id}${deleted ? " (-)" : ""}`,
};

/** The columns of what imports did to a user. @param zone of their times in tables */
const eventColumns = (zone: string): readonly Column<Told>[] => [
  { key: "change", header: text("change", "変更番号"), align: "end", value: ({ change }) => change },
  { key: "importId", header: text("import ID", "インポート ID"), value: ({ importId }) => importId },
  { key: "at", header: text("at", "日時"), value: ({ at }) => at, name: ({ at }) => same(minuteIn(at, zone)) },
  { key: "actor", header: text("by", "実行者"), value: ({ actor }) => actor },
  {
    key: "mode",
    header: text("mode", "インポート方法"),
    value: ({ mode }) => mode,
    name: ({ mode }) => nameIn(IMPORT_MODE_NAMES, mode),
  },
  { key: "fileName", header: text("file", "ファイル"), value: ({ fileName }) => fileName },
  {
    key: "revertsNumber",
    header: text("undoes import", "取り消すインポート"),
    value: ({ revertsNumber }) => revertsNumber,
  },
  {
    key: "revertedByNumber",
    header: text("undone by import", "取り消したインポート"),
    value: ({ revertedByNumber }) => revertedByNumber,
  },
  {
    key: "action",
    header: text("action", "動作"),
    value: ({ action }) => action,
    name: ({ action }) => nameIn(ROW_ACTION_NAMES, action),
  },
  { key: "setsSecret", header: text("sets a secret", "機密情報の設定"), value: ({ setsSecret }) => setsSecret },
  {
    key: "user",
    header: text("user", "ユーザー"),
    wraps: true,
    value: ({ user }) => user,
    name: ({ user }) => same(calledOf(user)),
  },
  {
    key: "changes",
    header: text("changes", "変更内容"),
    wraps: true,
    value: changesOf,
    name: (event) => joined(describeRow("users", event)),
  },
  { key: "before", header: text("before", "変更前"), value: ({ before }) => before },
  { key: "after", header: text("after", "変更後"), value: ({ after }) => after },
];

const USUAL = ["change", "at", "actor", "action", "changes"];

/** Of several users each line says whose it is. */
const USUAL_OF_SEVERAL = ["change", "at", "actor", "user", "action", "changes"];

const UNTOUCHED = text("no import touched this user", "このユーザーを変更したインポートはありません");

/** An import belongs to the part of a tenant that it was planned for: others may have touched the user. */
const UNTOUCHED_IN_SIGHT = text(
  "no import that you may see touched this user",
  "このユーザーを変更したインポートのうち、この権限で表示できるものはありません",
);

const NOT_LISTED = text(
  "changes by hand and by handover apply are not listed here",
  "手作業と handover apply による変更は、ここには表示されません",
);

const notListed = (user: string): Text => {
  const list = line("audit list", [], { object: user });
  return text(`${NOT_LISTED.en}: ${list}`, `${NOT_LISTED.ja}。確認: ${list}`);
};

export default defineCommand({
  summary: text("list what imports did to a user", "ユーザーに対するインポートの履歴を一覧する"),
  details: [
    text(
      "Oldest first: the number of the change, when, who, and every value from what to what. Changes by hand and by handover apply are not listed: clomoctl audit list has them. A deleted user is found too, by a former mail address, employee code or account name, or by the id. Of an address or a code that was given to another since, all who had it are told, each by name and address.",
      "古い順に、変更番号、日時、実行者、変更前と変更後の値を表示します。手作業と handover apply による変更は含まれません(clomoctl audit list で確認できます)。削除されたユーザーも、以前のメールアドレス・社員コード・アカウント名または ID で探せます。別の人が使うようになったアドレスやコードでは、使っていた全員の履歴を氏名とアドレスとともに表示します。",
    ),
  ],
  args: { user: USER_ARGUMENT },
  options: {},
  examples: [
    { line: "clomoctl users history taro.yamada@example.co.jp" },
    { line: "clomoctl users history E00000002 --format json" },
  ],
  exits: ["not-found"],
  async run(tools, { user }) {
    const { terminal } = tools;
    const chosen = await tools.tenant("users");
    const found = await chosen.client.users.history({ name: user });
    const near = found.length > 0 ? [] : await nearUsers(chosen.client, user);
    if (found.length === 0) theOne(user, found, USER, near);
    if (found.length > 1) {
      const all = found.map((person) => calledOf(person));
      await terminal.note(
        text(
          `${found.length} users have or had this: ${all.join(", ")}`,
          `${found.length} 人が使用中または使用していました: ${all.join("、")}`,
        ),
      );
    }
    const rights = await rightsIn(tools, chosen.context);
    const untouched = rights.isSystem ? UNTOUCHED : UNTOUCHED_IN_SIGHT;
    for (const { events, ...person } of found) {
      const called = calledOf(person);
      if (person.deleted) await terminal.note(text(`${called} was deleted`, `${called} は削除されています`));
      if (events.length > 0) continue;
      const whose = found.length === 1 ? untouched : text(`${called}: ${untouched.en}`, `${called}: ${untouched.ja}`);
      await terminal.note(whose);
    }
    const told = found.flatMap(({ events, ...person }) => events.map((event) => ({ ...event, user: person })));
    const usual = found.length === 1 ? USUAL : USUAL_OF_SEVERAL;
    const sorted = told.toSorted((one, other) => one.change - other.change);
    await terminal.list(listColumns(terminal, eventColumns(zoneOf(tools, chosen)), usual), sorted);
    await terminal.note(rights.may("audit.read") ? notListed(user) : NOT_LISTED);
  },
});
