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

async function* renderPasswords(tools: Tools, source: SecretSource, { column, generate }: PasswordGenerator) {
  const { client } = await tools.tenant("imports");
  const fields = ["userId", "displayName", "groups", column.field];
  yield [fields.map((field) => FORMATS[source.plan.kind].columns.find((one) => one.field === field)?.header ?? field)];
  const given = new RowCursor(readSecretRows(source));
  try {
    for await (const batch of client.imports.rows(source.plan.id, {}).batches()) {
      tools.signal.throwIfAborted();
      await given.advanceTo(batch.at(-1)?.row ?? 0);
      yield batch.flatMap((row) => {
        const password = generate(row, given.at(row.row)?.secrets);
        const valueOf = (name: string) =>
          [row.after.find(({ field }) => field === name)?.value ?? ""].flat().join(", ");
        const values = [row.key, valueOf("displayName"), valueOf("groups")].map(guardFormula);
        return password === undefined ? [] : [[...values, password]];
      });
    }
    await given.finish();
  } finally {
    await given.close();
  }
}

/** Returns the file of generated passwords, which goes if the plan or the upload file, if any, cannot be settled. */
export const preparePasswords = (
  tools: Tools,
  name: string,
  { source, passwords }: { readonly source: SecretSource; readonly passwords: PasswordGenerator },
  upload: PlanOutputFile | undefined,
): PlanOutputFile => ({
  name: upload?.name ?? name,
  write: async (settle) => {
    let leftOut: LeftOutSummary | undefined;
    let users = -1;
    async function* counted() {
      for await (const rows of renderPasswords(tools, source, passwords)) {
        users += rows.length;
        yield rows;
      }
    }
    await tools.outputs.write(
      name,
      async (writer) => {
        for await (const bytes of encodeTable(name, counted())) await writer.write(bytes);
      },
      {
        settle: async () => {
          if (upload === undefined) await settle();
          else leftOut = await upload.write(settle);
        },
        isEmpty: () => users === 0,
      },
    );
    const note = text(
      `${name} has the passwords of ${formatCount(users, "new user")}: hand them out, then delete it. They are not stored anywhere else`,
      `${name} に新しいユーザー ${users} 人のパスワードを書き出しました。本人に渡したら削除してください。ほかには保存していません`,
    );
    if (users > 0) await tools.terminal.note(note);
    return leftOut;
  },
});
