import { line } from "../../lib/advice/index.ts";
import { CONSOLE_STEPS } from "../../lib/model/console-steps.ts";
import { REQUEST_FILE } from "../../lib/model/ade.ts";
import { emailKey } from "../../lib/model/normalise.ts";
import { validateRequestField, DEFAULT_COUNTRY, type SigningRequestSubject } from "../../lib/model/push-certificate.ts";
import { text, type Text } from "../../lib/text/index.ts";
import { requireAppleAccess } from "../ade/fence.ts";
import { defineCommand } from "../command.ts";
import { STATE_UNCHANGED, STATE_MAYBE_CHANGED, STATE_CHANGED } from "../records/change-result.ts";
import { requireRight } from "../rights.ts";
import type { Tools } from "../tools.ts";
import { describeStepsAfterRequest, PUSH_CERTIFICATE_PURPOSE, resolvePortal } from "./columns.ts";

const CONSOLE_GUIDE = line("renewals guide", ["push-certificate"]);

/** The limit of the request, which people must know before they send it to Apple. */
const NOT_FOR_CLOMO = text(
  `Not for a CLOMO tenant, whose request comes from the console: ${CONSOLE_GUIDE}`,
  `CLOMO のテナントには使えません(CSR は管理画面から入手): ${CONSOLE_GUIDE}`,
);

export default defineCommand({
  summary: text("write a signing request (CSR) for the push certificate", "プッシュ通知証明書の CSR を書き出す"),
  caution: NOT_FOR_CLOMO,
  details: [
    PUSH_CERTIFICATE_PURPOSE,
    text(
      "Creates an RSA 2048 key, which is kept encrypted in the tenant, and its request (PKCS#10, PEM). Until the certificate is uploaded, running the command again writes the same request. --start-over creates a new key; a certificate for the earlier request is then refused.",
      "RSA 2048 の鍵(暗号化してテナント内に保持)と、その CSR(PKCS#10、PEM)を作成します。証明書をアップロードするまでは、もう一度実行すると同じ CSR を書き出します。--start-over で鍵から作り直すと、以前の CSR から作った証明書は使えなくなります。",
    ),
    text(
      "Use the email address of the Apple Account. Write the name in half-width letters and digits, with a half-width space between given and family name.",
      "メールアドレスは Apple Account と同じもの、氏名は半角英数字で、名と姓の間に半角スペースを入れます。",
    ),
  ],
  args: {},
  options: {
    email: {
      kind: "string",
      value: "MAIL",
      about: text("email address of the Apple Account", "ご担当者様メールアドレス(Apple Account と同じもの)"),
    },
    name: { kind: "string", about: text("given and family name", "ご担当者様氏名(半角英数)") },
    country: {
      kind: "string",
      value: "CODE",
      about: text(
        `country code, ISO 3166-1 (default: ${DEFAULT_COUNTRY})`,
        `会社所在地 国名コード(既定: ${DEFAULT_COUNTRY})`,
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
      about: text("discard the existing key and request, and create new ones", "作成済みの鍵と CSR を破棄して作り直す"),
    },
  },
  examples: [
    {
      line: `clomoctl push-cert csr --email mdm@example.co.jp --name 'Hanako Yamada' -o ${REQUEST_FILE}`,
    },
    {
      line: `clomoctl push-cert csr -o ${REQUEST_FILE}`,
      about: text("write the existing request again", "作成済みの CSR を再び書き出す"),
    },
  ],
  exits: ["input-rejected", "not-permitted", "locked"],
  changes: true,
  async run(tools, { output, startOver, ...typed }) {
    tools.describeState(() => STATE_UNCHANGED);
    await requireRight(tools, "apple.write");
    const { terminal, outputs } = tools;
    await requireAppleAccess(tools, CONSOLE_STEPS.push);
    const { client } = await tools.tenant("push-certificate", "ade");
    const before = await client["push-certificate"].show();
    const wanted = before.request === null ? await askMissingInput(tools, typed) : typed;
    if (wanted.email !== undefined && before.appleAccount !== null) {
      await warnOfOtherAccount(tools, wanted.email, before.appleAccount);
    }
    tools.describeState(() => STATE_MAYBE_CHANGED);
    const { request, created, certificate } = await client["push-certificate"].request({ ...wanted, startOver });
    tools.describeDone(STATE_CHANGED);
    await outputs.write(output, request);
    await terminal.note(NOT_FOR_CLOMO);
    await terminal.note(created ? describeCreatedRequest(certificate.request?.email ?? "") : EXISTING_REQUEST_WRITTEN);
    const portal = { ...(await resolvePortal(client, certificate)), ...(output !== "-" && { file: output }) };
    for (const line of describeStepsAfterRequest(certificate, portal)) await terminal.note(line);
  },
});

type CsrInput = Partial<Record<keyof SigningRequestSubject, string | undefined>>;

/** Asks for missing values of a first request; without a terminal, the tenant reports what is missing. */
async function askMissingInput({ terminal }: Tools, typed: CsrInput): Promise<CsrInput> {
  if (!terminal.interactive) return typed;
  const ask = async (part: "email" | "name", message: Text, flag: string): Promise<string> =>
    typed[part] ?? terminal.prompts.input({ message, flag, check: (value) => validateRequestField(part, value) });
  return {
    ...typed,
    email: await ask(
      "email",
      text("Email address of the Apple Account:", "Apple Account のメールアドレス:"),
      "--email MAIL",
    ),
    name: await ask(
      "name",
      text("Name (half-width, such as Hanako Yamada):", "氏名(半角英数。例: Hanako Yamada):"),
      "--name NAME",
    ),
  };
}

/** Warns if an email address is not the recorded Apple Account.  @see facts 3.3: it is the Apple Account's address */
const warnOfOtherAccount = async ({ terminal }: Tools, email: string, account: string): Promise<void> => {
  if (emailKey(email) === emailKey(account)) return;
  await terminal.warn(
    text(
      `${email} is not the recorded Apple Account (${account}). Renew with the recorded one: with another account, the topic changes and every enrolled device stops responding`,
      `${email} は、登録されている Apple Account(${account})と異なります。更新には登録されているものを使ってください。別のアカウントではトピックが変わり、登録済みの全デバイスが応答しなくなります`,
    ),
  );
};

const describeCreatedRequest = (email: string): Text =>
  text(
    `request created for ${email}; its key is kept in the tenant`,
    `${email} の CSR を作成しました。鍵はテナント内に保持しています`,
  );

const EXISTING_REQUEST_WRITTEN = text(
  "the existing request was written again; to create a new request, add --start-over",
  "作成済みの CSR を書き出しました。作り直すには --start-over を付けます",
);
