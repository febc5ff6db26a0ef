import type { App, Client } from "../../../lib/client/index.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import { ADD_COMMAND, addMarks, MARKING_OPTIONS, createMarkArgument } from "../../administrators/marks.ts";
import { defineCommand } from "../../command.ts";
import { APP_OPTION } from "../app.ts";

export default defineCommand({
  ...ADD_COMMAND,
  details: [...ADD_COMMAND.details],
  args: { users: createMarkArgument(text("ユーザーID", "ユーザーID")) },
  options: { app: APP_OPTION, ...MARKING_OPTIONS },
  examples: [
    { line: "clomoctl secured administrators add admin01 --app docs" },
    { line: "clomoctl secured administrators add --none --app docs" },
  ],
  async run(tools, { app, ...given }) {
    const { client } = await tools.tenant("secured");
    const unknown: Text[] = [];
    await addMarks(tools, app, given, async (names) => {
      unknown.push(...(await describeUnknownUsers(client, app, names)));
      return names;
    });
    for (const one of unknown) await tools.terminal.warn(one);
  },
});

async function describeUnknownUsers(
  { secured }: Client<"secured">,
  app: App,
  names: readonly string[],
): Promise<readonly Text[]> {
  const unknown: string[] = [];
  for (const name of names) if ((await secured.find(app, { name })).length === 0) unknown.push(name);
  return unknown.map((name) =>
    text(
      `${name}: no user of ${app} with this ユーザーID is recorded; added with the ユーザーID alone`,
      `${name}: このユーザーID を持つ ${app} のユーザーは登録されていないため、ユーザーID だけで追加しました`,
    ),
  );
}
