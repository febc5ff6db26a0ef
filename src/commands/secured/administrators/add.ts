import type { App, Client } from "../../../lib/client/index.ts";
import { nearNames } from "../../../lib/text/near-names.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import { ADD, addMarks, MARKING, toMark } from "../../administrators/marks.ts";
import { defineCommand } from "../../command.ts";
import { APP } from "../app.ts";

export default defineCommand({
  ...ADD,
  details: [
    ...ADD.details,
    text(
      "No export has the administrators of an app, so who is not known yet is added with the ユーザーID alone, and a warning names him with those who are spelled nearly so.",
      "アプリの管理者はエクスポートに含まれません。そのため、まだ登録のない人はユーザーID だけで追加し、よく似たユーザーID とともに警告で示します。",
    ),
  ],
  args: { users: toMark(text("ユーザーID", "ユーザーID")) },
  options: { app: APP, ...MARKING },
  examples: [
    { line: "clomoctl secured administrators add admin01 --app docs" },
    { line: "clomoctl secured administrators add --none --app docs" },
  ],
  async run(tools, { app, ...given }) {
    const { client } = await tools.tenant("secured");
    const unknown: Text[] = [];
    await addMarks(tools, app, given, async (names) => {
      unknown.push(...(await addedAlone(client, app, names)));
      return names;
    });
    for (const one of unknown) await tools.terminal.warn(one);
  },
});

/** What is told of those who are no users of an app yet. */
async function addedAlone(
  { secured }: Client<"secured">,
  app: App,
  names: readonly string[],
): Promise<readonly Text[]> {
  const unknown: string[] = [];
  for (const name of names) if ((await secured.find(app, { name })).length === 0) unknown.push(name);
  if (unknown.length === 0) return [];
  const known = new Set<string>();
  for await (const { userId } of secured.list(app)) known.add(userId);
  const near = nearNames(unknown, known);
  return unknown.map((name) => {
    const other = near.get(name);
    const [meant, meantJa] =
      other === undefined ? ["", ""] : [` (did you mean ${other}?)`, `(${other} ではありませんか?)`];
    return text(
      `${name}: no user of ${app} is known by this ユーザーID; added by it alone${meant}`,
      `${name}: このユーザーID の ${app} のユーザーは登録されていないため、ユーザーID だけで追加しました${meantJa}`,
    );
  });
}
