import { line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import type { SecretPlace } from "./secret.ts";
import { notifyFileIn, readNotifySettings, type SettingsPlace } from "./settings-file.ts";
import { text, type Language, type Text } from "../../text/index.ts";

/** Where the settings and their secrets are. */
export interface MailPlace extends Pick<SecretPlace, "environment" | "modes"> {
  readonly home: SettingsPlace;
}

/** A mail in plain text. */
interface TenantMail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly language: Language;
}

/** Sends a mail; why it could not be sent, or undefined. */
type SendMail = (mail: TenantMail) => Promise<Text | undefined>;

/**
 * How an embedded tenant sends mail: by the mail server of `renewals notify`, as its settings say at that moment.
 *
 * @throws Failure `input-rejected` where no mail server is set, and as those of the settings and their secrets
 */
export const mailBy =
  ({ home, environment, modes }: MailPlace): (() => Promise<SendMail>) =>
  async () => {
    const settings = await readNotifySettings(home);
    if (settings?.smtp === undefined) throw noServer(notifyFileIn(home), settings !== undefined);
    const { openSmtp } = await import("./deliver.ts");
    const send = await openSmtp(settings.smtp, { environment, folder: home.settings, modes });
    return async ({ to, subject, text: body, language }) => {
      const messageId = `${crypto.randomUUID()}@clomoctl.invalid`;
      const delivery = await send(to, { subject, text: body, messageId }, language);
      return delivery.sent ? undefined : delivery.reason;
    };
  };

const noServer = (file: string, isThere: boolean): Failure =>
  new Failure("input-rejected", {
    what: text("no mail server is set (smtp)", "メールサーバー(smtp)の設定がありません"),
    where: file,
    hint: isThere
      ? step(
          "add smtp to this file; for its format",
          "このファイルに smtp を追加してください。書き方",
          line("renewals notify", [], { helpAll: true }),
        )
      : step("to write this file, without --as", "作成するには(--as なしで実行)", line("renewals notify", ["init"])),
  });
