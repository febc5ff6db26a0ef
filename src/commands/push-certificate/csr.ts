import { CONSOLE_STEPS } from "../../lib/model/console-steps.ts";
import { REQUEST_FILE } from "../../lib/model/ade.ts";
import { emailKey } from "../../lib/model/normalise.ts";
import { requestFault, USUAL_COUNTRY, type RequestFields } from "../../lib/model/push-certificate.ts";
import { text, type Text } from "../../lib/text/index.ts";
import { requireApple } from "../ade/fence.ts";
import { defineCommand } from "../command.ts";
import { BEFORE_WRITING, WHILE_WRITING, WRITTEN } from "../records/written.ts";
import { requireRight } from "../rights.ts";
import type { Tools } from "../tools.ts";
import { afterRequest, NOT_FOR_CLOMO, portalOf } from "./columns.ts";

export default defineCommand({
  summary: text("write a signing request (CSR) for the push certificate", "プッシュ通知証明書の CSR を書き出す"),
  details: [
    NOT_FOR_CLOMO,
    text(
      "Makes a key of RSA 2048, which is sealed and stays in the tenant, and its request (PKCS#10, PEM). Both are staged until the certificate comes: another run writes the same request again. --start-over makes another key; a certificate of the former request is then refused.",
      "RSA 2048 の鍵(暗号化してテナント内に保持)と、その CSR(PKCS#10、PEM)を作成します。証明書をアップロードするまでは、もう一度実行すると同じ CSR を書き出します。--start-over で鍵から作り直すと、以前の CSR から作った証明書は使えなくなります。",
    ),
    text(
      "The mail address is that of the Apple Account; the name has half-width letters and digits, with a half-width space between given and family name.",
      "メールアドレスは Apple Account と同じもの、氏名は半角英数字で、名と姓の間に半角スペースを入れます。",
    ),
  ],
  args: {},
  options: {
    email: {
      kind: "string",
      value: "MAIL",
      about: text("mail address of the Apple Account", "ご担当者様メールアドレス(Apple Account と同じもの)"),
    },
    name: { kind: "string", about: text("given and family name", "ご担当者様氏名(半角英数)") },
    country: {
      kind: "string",
      value: "CODE",
      about: text(
        `country code, ISO 3166-1 (default: ${USUAL_COUNTRY})`,
        `会社所在地 国名コード(既定: ${USUAL_COUNTRY})`,
      ),
    },
    output: {
      kind: "output",
      isPublic: true,
      short: "o",
      value: "FILE",
      required: true,
      about: text("write the request to this file (- for stdout)", "CSR の出力先(- は標準出力)"),
    },
    startOver: {
      kind: "boolean",
      about: text("throw the staged key and request away", "作成済みの鍵と CSR を破棄して作り直す"),
    },
  },
  examples: [
    {
      line: `clomoctl push-cert csr --email mdm@example.co.jp --name 'Hanako Yamada' -o ${REQUEST_FILE}`,
    },
    {
      line: `clomoctl push-cert csr -o ${REQUEST_FILE}`,
      about: text("the staged one again", "作成済みの CSR を再び書き出す"),
    },
  ],
  exits: ["input-rejected", "not-permitted", "locked"],
  changes: true,
  async run(tools, { output, startOver, ...typed }) {
    tools.describeState(() => BEFORE_WRITING);
    await requireRight(tools, "apple.write");
    const { terminal, outputs } = tools;
    await requireApple(tools, CONSOLE_STEPS.push);
    const { client } = await tools.tenant("push-certificate", "ade");
    const before = await client["push-certificate"].show();
    const wanted = before.request === null ? await asked(tools, typed) : typed;
    if (wanted.email !== undefined && before.appleAccount !== null) {
      await warnOfOther(tools, wanted.email, before.appleAccount);
    }
    tools.describeState(() => WHILE_WRITING);
    const { request, created, certificate } = await client["push-certificate"].request({ ...wanted, startOver });
    tools.describeDone(WRITTEN);
    await outputs.write(output, request);
    await terminal.note(created ? made(certificate.request?.email ?? "") : AGAIN);
    const portal = { ...(await portalOf(client, certificate)), ...(output !== "-" && { file: output }) };
    for (const line of afterRequest(certificate, portal)) await terminal.note(line);
  },
});

type CsrInput = Partial<Record<keyof RequestFields, string | undefined>>;

/** What a first request needs and the line does not say; without a terminal the tenant says what is missing. */
async function asked({ terminal }: Tools, typed: CsrInput): Promise<CsrInput> {
  if (!terminal.interactive) return typed;
  const ask = async (part: "email" | "name", message: Text, flag: string): Promise<string> =>
    typed[part] ?? terminal.prompts.input({ message, flag, check: (value) => requestFault(part, value) });
  return {
    ...typed,
    email: await ask(
      "email",
      text("Mail address of the Apple Account:", "Apple Account のメールアドレス:"),
      "--email MAIL",
    ),
    name: await ask(
      "name",
      text("Name (half-width, such as Hanako Yamada):", "氏名(半角英数。例: Hanako Yamada):"),
      "--name NAME",
    ),
  };
}

/** @see facts 3.3: the address is that of the Apple Account */
const warnOfOther = async ({ terminal }: Tools, email: string, account: string): Promise<void> => {
  if (emailKey(email) === emailKey(account)) return;
  await terminal.warn(
    text(
      `${email} is not the recorded Apple Account, ${account}: renew with that one, or the topic changes and every enrolled device stops responding`,
      `${email} は、記録されている Apple Account(${account})と異なります。更新には記録されているものを使ってください。別のアカウントではトピックが変わり、登録済みの全デバイスが応答しなくなります`,
    ),
  );
};

const made = (email: string): Text =>
  text(
    `made for ${email}; its key stays in the tenant`,
    `${email} の CSR を作成しました。鍵はテナント内に保持しています`,
  );

const AGAIN = text(
  "the staged request again; --start-over makes another one",
  "作成済みの CSR を書き出しました。作り直すには --start-over を付けます",
);
