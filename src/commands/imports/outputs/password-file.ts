import { FORMATS } from "../../../lib/model/formats.ts";
import type { LeftOutSummary } from "../../../lib/plan/columns.ts";
import { guardFormula } from "../../../lib/terminal/output.ts";
import { formatCount, text } from "../../../lib/text/index.ts";
import type { Tools } from "../../tools.ts";
import type { PlanOutputFile } from "../plan/settle.ts";
import { readSecretRows, type SecretSource } from "./console/secrets.ts";
import type { PasswordGenerator } from "./passwords.ts";
import { RowCursor } from "./row-cursor.ts";
import { encodeTable } from "./table-file.ts";

const FIELDS = ["userId", "displayName", "groups"];

async function* renderPasswords(
  tools: Pick<Tools, "tenant" | "signal">,
  source: SecretSource,
  { column, generate }: PasswordGenerator,
  count: (users: number) => void,
): AsyncGenerator<readonly (readonly string[])[]> {
  const { client } = await tools.tenant("imports");
  const { columns } = FORMATS[source.plan.kind];
  yield [[...FIELDS, column.field].map((field) => columns.find((one) => one.field === field)?.header ?? field)];
  const given = new RowCursor(readSecretRows(source));
  try {
    for await (const batch of client.imports.rows(source.plan.id, {}).batches()) {
      tools.signal.throwIfAborted();
      await given.advanceTo(batch.at(-1)?.row ?? 0);
      const users = batch.flatMap((row) => {
        const password = generate(row, given.at(row.row)?.secrets);
        if (password === undefined) return [];
        const valueOf = (name: string) => row.after.find(({ field }) => field === name)?.value ?? "";
        const values = ["displayName", "groups"].map((name) => [valueOf(name)].flat().join(", "));
        return [[...[row.key, ...values].map(guardFormula), password]];
      });
      count(users.length);
      yield users;
    }
    await given.finish();
  } finally {
    await given.close();
  }
}

/**
 * Returns the file of generated passwords. Its `write` settles the plan once this file, and the upload file if any, are
 * in place; if that fails, the file is removed.
 */
export const preparePasswords = (
  tools: Tools,
  name: string,
  { source, passwords }: { readonly source: SecretSource; readonly passwords: PasswordGenerator },
  upload: PlanOutputFile | undefined,
): PlanOutputFile => ({
  name: upload?.name ?? name,
  write: async (settle) => {
    let leftOut: LeftOutSummary | undefined;
    const settleBoth = async (): Promise<void> => {
      if (upload === undefined) await settle();
      else leftOut = await upload.write(settle);
    };
    let users = 0;
    const rows = renderPasswords(tools, source, passwords, (count) => (users += count));
    await tools.outputs.write(
      name,
      async (writer) => {
        for await (const bytes of encodeTable(name, rows)) await writer.write(bytes);
        return users;
      },
      { settle: settleBoth, isEmpty: (written) => written === 0 },
    );
    const [en, ja] =
      users === 0
        ? [
            `${name} was not written: no new user needs a password`,
            `パスワードの必要な新しいユーザーがいないため、${name} は書き出していません`,
          ]
        : [
            `${name} has the passwords of ${formatCount(users, "new user")}: hand them out, then delete it. They are not stored anywhere else`,
            `${name} に新しいユーザー ${users} 人のパスワードを書き出しました。本人に渡したら削除してください。ほかには保存していません`,
          ];
    await tools.terminal.note(text(en, ja));
    return leftOut;
  },
});
