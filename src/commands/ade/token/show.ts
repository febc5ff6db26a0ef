import { commandName, line, renderAdvice, step } from "../../../lib/advice/index.ts";
import { readExpiring } from "../../../lib/apple/index.ts";
import type { Ade, Client } from "../../../lib/client/index.ts";
import { readNamedFile } from "../../../lib/files/index.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import { simulatedToken } from "../../../lib/model/ade.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import type { Tools } from "../../tools.ts";
import { adeHealth } from "../../../lib/model/ade-health.ts";
import { nextSteps } from "../next.ts";
import { factsOf, tellEndpoint, TOKEN_COLUMNS, warnOfConditions } from "../shown.ts";
import { MAX_TOKEN_BYTES, tooLong } from "./file.ts";

export default defineCommand({
  summary: text("show the server token, without its secrets", "サーバートークンの内容を表示する(秘密情報は除く)"),
  details: [
    text(
      "A FILE is opened by the tenant's keys and not set: when it expires, which key it is for, and whether it is the one in force; one of another key is refused. In a mirror of the console, whose key CLOMO has, only what the file's name tells. Nothing is asked of Apple.",
      "FILE を指定すると、設定せずにテナントの鍵で復号し、期限、対応する鍵、使用中のトークンかどうかを表示します。別の鍵のものはエラーになります。鍵を CLOMO が持つ管理画面のミラーでは、ファイル名からわかることだけを表示します。Apple には問い合わせません。",
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
  examples: [
    { line: "clomoctl ade token show" },
    { line: "clomoctl ade token show SIMULATOR_Token_2026-11-20T01-00-00Z_smime.p7m" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found"],
  async run(tools, { file }) {
    const { client } = await tools.tenant("ade");
    const ade = await client.ade.show();
    await tellEndpoint(tools, ade);
    if (file !== undefined) return showFile(tools, file, client, ade);
    await tools.terminal.show(TOKEN_COLUMNS, factsOf(ade));
    const now = tools.clock.now();
    await warnOfConditions(
      tools,
      adeHealth(ade, now).filter(({ id }) => id === "token-rejected"),
    );
    for (const one of nextSteps(ade, now.getTime())) if (one.line !== undefined) await tools.terminal.note(one);
  },
});

/** A token's file, as far as it is told. */
interface FileFacts {
  readonly server: string | null;
  readonly tokenExpiresAt: string | null;
  readonly key: keyof typeof KEY_NAMES | null;
  readonly inForce: boolean | null;
}

const KEY_NAMES = {
  staged: text("the key that waits for its token", "作成済みの鍵(トークン待ち)"),
  current: text("the key in force", "使用中の鍵"),
  former: text("the key before", "以前の鍵"),
} as const;

const FILE_COLUMNS: readonly Column<FileFacts>[] = [
  { key: "server", header: text("MDM server", "MDM サーバ"), value: ({ server }) => server },
  {
    key: "tokenExpiresAt",
    header: text("token expires", "トークンの期限"),
    value: ({ tokenExpiresAt }) => tokenExpiresAt,
    instant: true,
  },
  {
    key: "key",
    header: text("opened by", "復号した鍵"),
    value: ({ key }) => key,
    name: ({ key }) => key && KEY_NAMES[key],
  },
  {
    key: "inForce",
    header: text("is the one set", "設定中のトークン"),
    value: ({ inForce }) => inForce,
  },
];

/** @throws Failure `input-rejected` where it is no token, or no key of the tenant opens it */
async function showFile(tools: Tools, typed: string, client: Client<"ade">, ade: Ade): Promise<void> {
  const { terminal } = tools;
  const { name, bytes } = await readNamedFile(tools, typed, MAX_TOKEN_BYTES);
  if (bytes.length > MAX_TOKEN_BYTES) throw tooLong(typed);
  // what CLOMO has the key of is opened by nobody else
  if (ade.mirror && ade.endpoint?.kind !== "simulator") return showName(tools, { name, bytes });
  const told = await client.ade.inspectToken({ name, content: Buffer.from(bytes).toString("base64") });
  const { server, expiresAt, key, inForce } = told;
  await terminal.show(FILE_COLUMNS, { server, tokenExpiresAt: expiresAt, key, inForce });
  const isExpired = hasExpired(tools, expiresAt);
  if (isExpired) await terminal.warn(expired(ade));
  if (inForce) return terminal.note(text("this token is set already", "このトークンは設定済みです"));
  if (told.simulated !== (ade.endpoint?.kind === "simulator")) {
    return terminal.note(told.simulated ? OF_SIMULATOR : NOT_OF_SIMULATOR);
  }
  if (isExpired) return undefined;
  const next =
    told.sameAdmin === false
      ? step(
          "another administrator downloaded it than the one in force, or it is of another MDM server (--other-server); if it is of the same one",
          "使用中のものとは別の管理者がダウンロードしたか、別の MDM サーバのもの(--other-server)です。同じ MDM サーバのものなら",
          line("ade token set", [typed], { otherAdmin: true }),
        )
      : step("to set it", "設定するには", line("ade token set", [typed]));
  return terminal.note(next);
}

const hasExpired = ({ clock }: Pick<Tools, "clock">, expiresAt: string): boolean =>
  Date.parse(expiresAt) <= clock.now().getTime();

const expired = ({ endpoint, server }: Pick<Ade, "endpoint" | "server">): Text => {
  const way =
    endpoint?.kind === "simulator"
      ? renderAdvice(simulatedToken({ url: endpoint.url, server: server?.name }))
      : DOWNLOAD;
  return text(`this token has expired: ${way.en}`, `このトークンは期限切れです。${way.ja}`);
};

const DOWNLOAD = text(
  `download a new one from the same MDM server entry, then ${line("ade token set", ["FILE"])}`,
  `同じ MDM サーバから新しいトークンをダウンロードし、${line("ade token set", ["FILE"])} で設定してください`,
);

const OF_SIMULATOR = text(
  "it was made by a simulator, and is of no use at this endpoint",
  "シミュレーターで作られたもので、この接続先では使えません",
);

const NOT_OF_SIMULATOR = text(
  "it is not from a simulator, and the endpoint is one: it would be refused",
  "接続先はシミュレーターですが、このトークンはシミュレーターのものではないため設定できません",
);

/** What the file's name tells. @throws Failure `input-rejected` where it is no token, or its name tells nothing */
async function showName(tools: Tools, file: Parameters<typeof readExpiring>[0]): Promise<void> {
  const { terminal } = tools;
  const [token] = readExpiring(file);
  if (token === undefined) return;
  const { name: server, expiresAt: tokenExpiresAt } = token;
  await terminal.show(FILE_COLUMNS.slice(0, 2), { server, tokenExpiresAt, key: null, inForce: null });
  if (hasExpired(tools, tokenExpiresAt)) {
    await terminal.warn(
      text(
        `by its name this token has expired; the steps to renew it: ${commandName("renewals guide")} ade-token`,
        `ファイル名によると、このトークンは期限切れです。更新の手順: ${commandName("renewals guide")} ade-token`,
      ),
    );
  }
  await terminal.note(
    text(
      `CLOMO has the key of this tenant's tokens: the date is estimated from the file's name; what to do with the file: ${commandName("renewals guide")} ade-token`,
      `このテナントのトークンの鍵は CLOMO が持っているため、期限はファイル名から推定したものです。アップロードの手順: ${commandName("renewals guide")} ade-token`,
    ),
  );
}
