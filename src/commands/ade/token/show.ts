import { line, renderAdvice, step } from "../../../lib/advice/index.ts";
import { readExpiringItems } from "../../../lib/apple/index.ts";
import type { Ade, Client } from "../../../lib/client/index.ts";
import { readNamedFile } from "../../../lib/files/index.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import { buildSimulatorTokenStep } from "../../../lib/model/ade.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import type { Tools } from "../../tools.ts";
import { assessAdeHealth } from "../../../lib/model/ade-health.ts";
import { buildNextSteps } from "../next.ts";
import { toAdeFacts, printEndpoint, TOKEN_COLUMNS, warnOfConditions } from "../shown.ts";
import { MAX_TOKEN_BYTES, createTokenTooLongFailure } from "./file.ts";

export default defineCommand({
  summary: text("show the server token, without its secrets", "サーバートークンの内容を表示する(秘密情報は除く)"),
  details: [
    text(
      "FILE is decrypted with the tenant's keys but not set. Shows when the token expires, which key it is for, and whether it is the token in use; a token for another key is rejected. In a mirror of the console (CLOMO PANEL), whose key CLOMO holds, shows only what the file name says. Apple is not contacted.",
      "FILE を指定すると、設定せずにテナントの鍵で復号し、期限、対応する鍵、使用中のトークンかどうかを表示します。別の鍵のものはエラーになります。鍵を CLOMO が持つ管理画面(CLOMO PANEL)のミラーでは、ファイル名からわかることだけを表示します。Apple には問い合わせません。",
    ),
  ],
  args: {
    file: {
      kind: "file",
      value: "FILE",
      about: text("a downloaded server token", "ダウンロードした .p7m ファイル"),
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
    await printEndpoint(tools, ade);
    if (file !== undefined) return showTokenFile(tools, file, client, ade);
    await tools.terminal.show(TOKEN_COLUMNS, toAdeFacts(ade));
    const now = tools.clock.now();
    await warnOfConditions(
      tools,
      assessAdeHealth(ade, now).filter(({ id }) => id === "token-rejected"),
    );
    for (const one of buildNextSteps(ade, now.getTime())) if (one.line !== undefined) await tools.terminal.note(one);
  },
});

/** What is known about a token file. A member is null if it is not known. */
interface TokenFileFacts {
  readonly server: string | null;
  readonly tokenExpiresAt: string | null;
  readonly key: keyof typeof KEY_NAMES | null;
  readonly inForce: boolean | null;
}

const KEY_NAMES = {
  staged: text("the key waiting for its token", "作成済みの鍵(トークン待ち)"),
  current: text("the key in use", "使用中の鍵"),
  former: text("the previous key", "以前の鍵"),
} as const;

const FILE_COLUMNS: readonly Column<TokenFileFacts>[] = [
  { key: "server", header: text("MDM server", "MDM サーバ"), value: ({ server }) => server },
  {
    key: "tokenExpiresAt",
    header: text("token expires", "トークンの期限"),
    value: ({ tokenExpiresAt }) => tokenExpiresAt,
    instant: true,
  },
  {
    key: "key",
    header: text("decrypted with", "復号した鍵"),
    value: ({ key }) => key,
    name: ({ key }) => key && KEY_NAMES[key],
  },
  {
    key: "inForce",
    header: text("currently set", "設定中のトークン"),
    value: ({ inForce }) => inForce,
  },
];

/**
 * Shows a token file that the tenant decrypts, and proposes what to do with it.
 *
 * @throws Failure `input-rejected` if the file is not a token, or if no key of the tenant decrypts it
 */
async function showTokenFile(tools: Tools, typed: string, client: Client<"ade">, ade: Ade): Promise<void> {
  const { terminal } = tools;
  const { name, bytes } = await readNamedFile(tools, typed, MAX_TOKEN_BYTES);
  if (bytes.length > MAX_TOKEN_BYTES) throw createTokenTooLongFailure(typed);
  // only CLOMO can decrypt a token for a key that CLOMO holds
  if (ade.mirror && ade.endpoint?.kind !== "simulator") return showTokenFileName(tools, { name, bytes });
  const told = await client.ade.inspectToken({ name, content: Buffer.from(bytes).toString("base64") });
  const { server, expiresAt, key, inForce } = told;
  await terminal.show(FILE_COLUMNS, { server, tokenExpiresAt: expiresAt, key, inForce });
  const isExpired = hasExpired(tools, expiresAt);
  if (isExpired) await terminal.warn(describeExpiry(ade));
  if (inForce) return terminal.note(text("this token is already set", "このトークンは設定済みです"));
  if (told.simulated !== (ade.endpoint?.kind === "simulator")) {
    return terminal.note(told.simulated ? SIMULATOR_TOKEN_NOT_USABLE_NOTE : SIMULATOR_TOKEN_REQUIRED_NOTE);
  }
  if (isExpired) return undefined;
  const next =
    told.sameAdmin === false
      ? step(
          "this token was downloaded by a different administrator than the current token, or it is from another MDM server (--other-server); if it is from the same MDM server",
          "このトークンは、使用中のものとは別の管理者がダウンロードしたか、別の MDM サーバのもの(--other-server)です。同じ MDM サーバのものなら",
          line("ade token set", [typed], { otherAdmin: true }),
        )
      : step("to set this token", "このトークンを設定するには", line("ade token set", [typed]));
  return terminal.note(next);
}

const hasExpired = ({ clock }: Pick<Tools, "clock">, expiresAt: string): boolean =>
  Date.parse(expiresAt) <= clock.now().getTime();

const describeExpiry = ({ endpoint, server }: Pick<Ade, "endpoint" | "server">): Text => {
  const way =
    endpoint?.kind === "simulator"
      ? renderAdvice(buildSimulatorTokenStep({ url: endpoint.url, server: server?.name }))
      : DOWNLOAD_NEW_TOKEN_HINT;
  return text(`this token has expired: ${way.en}`, `このトークンは期限切れです。${way.ja}`);
};

const DOWNLOAD_NEW_TOKEN_HINT = text(
  `download a new token from the same MDM server entry, then run ${line("ade token set", ["FILE"])}`,
  `同じ MDM サーバから新しいトークンをダウンロードし、${line("ade token set", ["FILE"])} で設定してください`,
);

const SIMULATOR_TOKEN_NOT_USABLE_NOTE = text(
  "this token was made by a simulator and cannot be used at this endpoint",
  "このトークンはシミュレーターで作成されたため、この接続先では使えません",
);

const SIMULATOR_TOKEN_REQUIRED_NOTE = text(
  "the endpoint is a simulator, but this token is not from a simulator and would be rejected",
  "接続先はシミュレーターですが、このトークンはシミュレーターのものではないため設定できません",
);

/**
 * Shows the server and the estimated expiry date from the name of a token file.
 *
 * @throws Failure `input-rejected` if the file is not a token, or if its name does not contain them
 */
async function showTokenFileName(tools: Tools, file: Parameters<typeof readExpiringItems>[0]): Promise<void> {
  const { terminal } = tools;
  const [token] = readExpiringItems(file);
  if (token === undefined) return;
  const { name: server, expiresAt: tokenExpiresAt } = token;
  await terminal.show(FILE_COLUMNS.slice(0, 2), { server, tokenExpiresAt, key: null, inForce: null });
  if (hasExpired(tools, tokenExpiresAt)) {
    await terminal.warn(
      text(
        `according to its name, this token has expired; steps to renew it: ${line("renewals guide", ["ade-token"])}`,
        `ファイル名によると、このトークンは期限切れです。更新の手順: ${line("renewals guide", ["ade-token"])}`,
      ),
    );
  }
  await terminal.note(
    text(
      `CLOMO holds the key of this tenant's tokens, so the expiry date is estimated from the file name; steps to upload the file: ${line("renewals guide", ["ade-token"])}`,
      `このテナントのトークンの鍵は CLOMO が持っているため、期限はファイル名から推定したものです。アップロードの手順: ${line("renewals guide", ["ade-token"])}`,
    ),
  );
}
