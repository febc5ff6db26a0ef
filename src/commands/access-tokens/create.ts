import type { AccessToken } from "../../lib/client/index.ts";
import { ignoreFailure } from "../../lib/errors/index.ts";
import { TOKEN_DAYS } from "../../lib/model/credential.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { isRecordOutputRequested } from "../listing/list.ts";
import { TOKEN_COLUMNS } from "./columns.ts";

export default defineCommand({
  summary: text("create an access token for a program", "プログラム用のアクセストークンを作る"),
  args: { name: { kind: "string", required: true, about: text("name of the token", "トークンの名前") } },
  options: {
    readOnly: { kind: "boolean", about: text("allow the token only to read data", "閲覧だけを許可する") },
    expires: {
      kind: "duration",
      value: "DAYS",
      about: text(
        `days until it expires, such as 30d (default: ${TOKEN_DAYS.default}d; at most a year)`,
        `有効な日数。30d のように指定する(既定: ${TOKEN_DAYS.default}d、最長 1 年)`,
      ),
    },
    output: {
      kind: "output",
      short: "o",
      value: "FILE",
      about: text(
        "file to write the secret to, readable only by you (default: stdout)",
        "シークレットの書き出し先(自分だけが読めるファイルを作成。既定: 標準出力)",
      ),
    },
  },
  examples: [
    { line: "clomoctl access-tokens create cron --read-only --expires 90d" },
    { line: "clomoctl access-tokens create nightly -o token" },
  ],
  exits: ["not-signed-in", "not-permitted", "input-rejected"],
  async run(tools, { name, readOnly, expires, output }) {
    const { client } = await tools.tenant("access-tokens");
    const { clock, terminal, outputs } = tools;
    const expiresAt = new Date(clock.now().getTime() + (expires ?? 0) * DAY_MS).toISOString();
    const asked = { name, readOnly, ...(expires !== undefined && { expiresAt }) };
    const isRecord = isRecordOutputRequested(tools);
    const columns = output === undefined ? NEW_TOKEN_COLUMNS : TOKEN_COLUMNS;
    if (isRecord) terminal.checkOutput(columns);
    const created = await client["access-tokens"].create(asked);
    if (isRecord) await terminal.show(columns, created);
    if (output !== undefined || !isRecord) {
      await outputs.write(output ?? "-", `${created.secret}\n`).catch(async (error: unknown) => {
        // revoke the token: its secret could not be written, so nobody can use the token
        await ignoreFailure(() => client["access-tokens"].revoke(created.id));
        throw error;
      });
    }
    const end = terminal.moment(created.expiresAt);
    await terminal.note(
      output === undefined || output === "-"
        ? text(
            `store the secret now: it cannot be shown again; the token ${name} expires at ${end}`,
            `シークレットは後から表示できません。今すぐ保存してください。トークン ${name} の有効期限は ${end} です`,
          )
        : text(
            `the secret of the token ${name} was written to ${output}; the token expires at ${end}`,
            `トークン ${name} のシークレットを ${output} に書き出しました。有効期限は ${end} です`,
          ),
    );
  },
});

const NEW_TOKEN_COLUMNS: readonly Column<AccessToken & { readonly secret: string }>[] = [
  { key: "secret", header: text("secret", "シークレット"), value: ({ secret }) => secret },
  ...TOKEN_COLUMNS,
];

const DAY_MS = 24 * 60 * 60 * 1000;
