import type { CustomField, Client } from "../../../lib/client/index.ts";
import { RecordReader } from "../../../lib/csv/records/reader.ts";
import { counted, text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { revisionSeen } from "../../records/seen.ts";
import { WHILE_WRITING, WRITTEN } from "../../records/written.ts";
import type { ChosenTenant, Tools } from "../../tools.ts";
import { FIELD_COLUMNS, fieldNamed } from "./columns.ts";

export default defineCommand({
  summary: text(
    "remove a custom user field and its values",
    "カスタムユーザー情報の項目と、全ユーザーのその値を削除する",
  ),
  args: {
    field: {
      kind: "string",
      required: true,
      names: "custom-fields",
      about: text("the field's name or id", "項目名か ID"),
    },
  },
  options: {},
  examples: [{ line: "clomoctl users fields remove 入社年度 --yes", about: text("without confirmation", "確認なし") }],
  exits: ["not-found", "conflict", "locked"],
  shows: FIELD_COLUMNS,
  async run(tools, { field: name }) {
    const { terminal, globals } = tools;
    tools.describeState(() => text("nothing was removed", "何も削除していません"));
    const tenant = await tools.tenant("users");
    const { client } = tenant;
    const seen = globals.yes ? undefined : await revisionSeen(tools);
    const fields = await client.users.fields();
    const field = fieldNamed(name, fields);
    const users = await usersWith(client, field, tools.signal);
    if (!globals.yes && !(await confirm(tools, tenant, field, users))) {
      await terminal.note(text("nothing was removed", "何も削除していません"));
      return;
    }
    tools.describeState(() => WHILE_WRITING);
    const removed = await client.users.removeField(field.id, { seen });
    tools.describeDone(WRITTEN);
    await terminal.note(
      text(
        `${removed.name} was removed, with the values of ${counted(users, "user")}`,
        `${removed.name} を削除しました(値のあったユーザー: ${users} 人)`,
      ),
    );
    await terminal.show(FIELD_COLUMNS, removed);
  },
});

const confirm = (
  { terminal }: Pick<Tools, "terminal">,
  { context }: ChosenTenant,
  { name }: CustomField,
  users: number,
): Promise<boolean> =>
  terminal.prompts.confirm({
    message: text(
      `Remove ${name} from the tenant ${context.name}, with the values of ${counted(users, "user")}?`,
      `テナント ${context.name} の項目「${name}」を、${users} 人分の値とともに削除しますか?`,
    ),
    flag: "--yes",
  });

/** Number of users who have a value, counted in an export, which is faster than paging through the users. */
async function usersWith(client: Client<"users">, { name }: CustomField, signal: AbortSignal): Promise<number> {
  let position = -1;
  let users = 0;
  const reader = new RecordReader(
    { encoding: "utf-8" },
    {
      record(cells, count, row) {
        if (row === 1) position = cells.slice(0, count).lastIndexOf(name);
        else if ((cells[position] ?? "") !== "") users += 1;
      },
      problem: () => undefined,
    },
  );
  for await (const chunk of await client.users.export()) {
    signal.throwIfAborted();
    reader.write(chunk);
  }
  reader.end();
  return users;
}
