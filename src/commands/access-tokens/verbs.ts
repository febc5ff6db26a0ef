import { line, step } from "../../lib/advice/index.ts";
import type { AccessToken } from "../../lib/client/index.ts";
import { Failure, ignoreFailure } from "../../lib/errors/index.ts";
import { TOKEN_DAYS } from "../../lib/model/credential.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { defineOption, defineSwitch } from "../kit/field.ts";
import { listOfContexts } from "../kit/list/contexts.ts";
import { ALL_CONTEXTS_OPTION, isRecordOutputRequested } from "../kit/list/list.ts";
import { noteNotRestored } from "../kit/columns/change-result.ts";

export const TOKEN_COLUMNS: readonly Column<AccessToken>[] = [
  { key: "name", header: text("name", "名前"), value: ({ name }) => name },
  { key: "readOnly", header: text("read-only", "閲覧のみ"), value: ({ readOnly }) => readOnly },
  { key: "jobs", header: text("jobs", "自動実行の記録"), value: ({ jobs }) => jobs },
  { key: "expiresAt", header: text("expires", "有効期限"), instant: true, value: ({ expiresAt }) => expiresAt },
  { key: "lastUsedAt", header: text("last used", "最終利用"), instant: true, value: ({ lastUsedAt }) => lastUsedAt },
  { key: "createdAt", header: text("created", "作成日時"), instant: true, value: ({ createdAt }) => createdAt },
  { key: "account", header: text("account", "アカウント"), value: ({ account }) => account },
  { key: "id", header: text("ID", "ID"), value: ({ id }) => id },
];

const create = defineCommand({
  summary: text("create an access token for a program", "プログラム用のアクセストークンを作る"),
  args: { name: { kind: "string", required: true, about: text("name of the token", "トークンの名前") } },
  options: {
    readOnly: { kind: "boolean", about: text("allow the token only to read data", "閲覧だけを許可する") },
    jobs: defineSwitch(
      "with --read-only: also allow records of jobs and reminders",
      "--read-only と併用: 自動実行と通知の記録も許可",
    ),
    expires: defineOption(
      "duration",
      "DAYS",
      `days until it expires (default: ${TOKEN_DAYS.default}d; at most 1 year)`,
      `有効な日数(既定: ${TOKEN_DAYS.default}d、最長 1 年)`,
    ),
    output: defineOption(
      "output",
      "FILE",
      "file for the secret, readable only by you (default: stdout)",
      "自分だけが読める書き出し先(既定: 標準出力)",
      { short: "o" },
    ),
  },
  examples: [
    { line: "clomoctl access-tokens create cron --read-only --expires 90d" },
    { line: "clomoctl access-tokens create nightly -o token" },
  ],
  exits: ["not-signed-in", "not-permitted", "input-rejected"],
  async run(tools, { name, readOnly, jobs, expires, output }) {
    const { client } = await tools.tenant("access-tokens");
    const { clock, terminal, outputs } = tools;
    const expiresAt = new Date(clock.now().getTime() + (expires ?? 0) * DAY_MS).toISOString();
    const asked = { name, readOnly, jobs, ...(expires !== undefined && { expiresAt }) };
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

const list = defineCommand({
  summary: text("list your access tokens", "自分のアクセストークンを一覧する"),
  args: {},
  options: {
    all: {
      kind: "boolean",
      about: text("list all accounts' tokens (system administrators)", "全アカウントのトークンの一覧(システム管理者)"),
    },
    allContexts: ALL_CONTEXTS_OPTION,
  },
  examples: [{ line: "clomoctl access-tokens list" }],
  exits: ["not-signed-in", "not-permitted", "input-rejected", "partial"],
  run: (tools, { all, allContexts }) =>
    listOfContexts(tools, { allContexts }, async (here) => {
      const { client } = await here.tenant("access-tokens");
      return { columns: TOKEN_COLUMNS, records: await client["access-tokens"].list(all ? { all } : {}) };
    }),
});

const revoke = defineCommand({
  summary: text("revoke an access token", "アクセストークンを失効させる"),
  args: { token: { kind: "string", required: true, about: text("name or ID of the token", "トークンの名前か ID") } },
  options: {},
  examples: [{ line: "clomoctl access-tokens revoke cron" }],
  exits: ["not-signed-in", "input-rejected", "not-found"],
  shows: TOKEN_COLUMNS,
  async run(tools, { token: typed }) {
    const { client } = await tools.tenant("access-tokens");
    // system administrators revoke the tokens of others by ID
    const isId = ID_PATTERN.test(typed);
    const own = isId ? undefined : (await client["access-tokens"].list()).find(({ name }) => name === typed);
    if (own === undefined && !isId)
      throw new Failure("not-found", {
        what: text(`you do not have a token named "${typed}"`, `「${typed}」というトークンはありません`),
        hint: step("to list your tokens", "トークンの一覧", line("access-tokens list", [])),
      });
    await noteNotRestored(tools, text(`the token ${typed}`, `トークン ${typed}`));
    const revoked = await client["access-tokens"].revoke(own?.id ?? typed);
    await tools.terminal.show(TOKEN_COLUMNS, revoked);
    await tools.terminal.note(text(`revoked the token ${revoked.name}`, `トークン ${revoked.name} を失効させました`));
  },
});

const ID_PATTERN = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export default { create, list, revoke };
