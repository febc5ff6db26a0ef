import { line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import type { SecretReadOptions } from "./secret.ts";
import { getNotifyFile, readNotifySettings } from "./settings-file.ts";
import { text, type Language, type Text } from "../../text/index.ts";

export interface TenantMail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly language: Language;
}

/** Sends an email. If sending fails, returns the reason, which contains no secrets. */
export type SendMail = (mail: TenantMail) => Promise<Text | undefined>;

/** Reads the settings for each connection. @throws `input-rejected` if no mail server is configured */
export const createMailOpener =
  (home: SecretReadOptions): (() => Promise<SendMail>) =>
  async () => {
    const settings = await readNotifySettings(home);
    if (settings?.smtp === undefined) throw createNoServerFailure(getNotifyFile(home));
    const { openSmtp } = await import("./deliver.ts");
    const send = await openSmtp(settings.smtp, home);
    return async ({ to, subject, text: body, language }) => {
      const messageId = `${crypto.randomUUID()}@clomoctl.invalid`;
      return send(to, { subject, text: body, messageId }, language);
    };
  };

const createNoServerFailure = (where: string): Failure =>
  new Failure("input-rejected", {
    what: text("no mail server is configured (smtp)", "メールサーバー(smtp)の設定がありません"),
    where,
    hint: step(
      "add smtp to this file; to see its format",
      "このファイルに smtp を追加してください。書き方を見るには",
      line("renewals notify", ["init"], { helpAll: true }),
    ),
  });
