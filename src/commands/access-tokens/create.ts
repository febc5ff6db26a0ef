import type { AccessToken } from "../../lib/client/index.ts";
import { Failure, ignoreFailure } from "../../lib/errors/index.ts";
import { TOKEN_DAYS } from "../../lib/model/credential.ts";
import { parseDurationDays, parseTypedDate, toUtcInstant } from "../../lib/model/time.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { isRecordOutputRequested } from "../listing/list.ts";
import { TOKEN_COLUMNS } from "./columns.ts";
import { resolveTimezone, type Tools } from "../tools.ts";

export default defineCommand({
  summary: text("create an access token for a program", "プログラム用のアクセストークンを作る"),
  args: { name: { kind: "string", required: true, about: text("name of the token", "トークンの名前") } },
  options: {
    readOnly: { kind: "boolean", about: text("allow the token only to read data", "閲覧だけを許可する") },
    expires: {
      kind: "string",
      value: "DAYS|DATE",
      about: text(
        `expiry: a number of days (30d) or a date (default: ${TOKEN_DAYS.default}d; at most a year)`,
        `有効期限。30d(日数)か日付(既定: ${TOKEN_DAYS.default}d、最長 1 年)`,
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
    const expiresAt = await resolveTokenExpiry(tools, expires);
    const asked = { name, readOnly, ...(expiresAt !== undefined && { expiresAt }) };
    const { terminal, outputs } = tools;
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

const resolveTokenExpiry = async (tools: Tools, typed: string | undefined): Promise<string | undefined> => {
  if (typed === undefined) return undefined;
  const days = parseDurationDays(typed);
  if (days !== undefined) return new Date(tools.clock.now().getTime() + days * DAY_MS).toISOString();
  const date = parseTypedDate(typed);
  if (date !== undefined) return toUtcInstant(date, resolveTimezone(tools, await tools.tenant()));
  throw new Failure("usage", {
    what: text("neither a duration (30d) nor a date (2027-03-31)", "期間(30d)でも日付(2027-03-31)でもありません"),
    where: "--expires",
  });
};
