import { readExpiring } from "../../../lib/apple/index.ts";
import { readNamedFile } from "../../../lib/files/index.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import type { Tools } from "../../tools.ts";
import { nextSteps } from "../next.ts";
import { factsOf, propose, tellEndpoint, TOKEN_COLUMNS } from "../shown.ts";
import { MOST_TOKEN_BYTES, tooLong } from "./file.ts";

export default defineCommand({
  summary: text("show the server token, without its secrets", "サーバートークンの内容を表示する(秘密情報は除く)"),
  details: [
    text(
      "With a FILE, only what the file tells without a key: the server and the time in its name, and a year from then. Nothing is asked of Apple.",
      "FILE を指定すると、ファイル名の MDM サーバー名と日時、そこから 1 年後の期限(推定)だけを表示します。Apple には問い合わせません。",
    ),
  ],
  args: {
    file: {
      kind: "file",
      value: "FILE",
      about: text("a server token as downloaded", "ダウンロードした .p7m ファイル"),
    },
  },
  options: {},
  examples: [{ line: "clomoctl ade token show" }],
  exits: ["not-found", "input-rejected"],
  async run(tools, { file }) {
    const { client } = await tools.tenant("ade");
    const ade = await client.ade.show();
    await tellEndpoint(tools, ade);
    if (file !== undefined) return showFile(tools, file);
    await tools.terminal.show(TOKEN_COLUMNS, factsOf(ade));
    for (const { line, why } of nextSteps(ade, tools.clock.now().getTime())) {
      if (line !== null) await propose(tools, line, why);
    }
  },
});

/** @throws Failure `input-rejected` where it is no token, or its name tells nothing */
async function showFile(tools: Tools, file: string): Promise<void> {
  const { name, bytes } = await readNamedFile(tools, file, MOST_TOKEN_BYTES);
  if (bytes.length > MOST_TOKEN_BYTES) throw tooLong(file);
  const [token] = readExpiring({ name, bytes });
  if (token === undefined) return;
  await tools.terminal.show(
    TOKEN_COLUMNS.filter(({ key }) => key === "server" || key === "tokenExpiresAt"),
    { ...NOTHING, server: token.name, tokenExpiresAt: token.expiresAt },
  );
  await tools.terminal.note(
    text(
      "the date is estimated from the file's name; to set it: clomoctl ade token set FILE",
      "期限はファイル名から推定したものです。設定するには clomoctl ade token set FILE を実行してください",
    ),
  );
}

const NOTHING = {
  endpoint: null,
  endpointKind: null,
  serverUuid: null,
  organisation: null,
  admin: null,
  tokenSetAt: null,
  tokenSetBy: null,
  present: null,
  notReady: null,
  missing: null,
  released: null,
  lastSyncAt: null,
  lastFullAt: null,
  lastState: null,
};
