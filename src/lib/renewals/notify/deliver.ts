import { resolve } from "node:path";
import { Failure } from "../../errors/index.ts";
import { readLenientText } from "../../files/index.ts";
import { same, text, type Text, type Language } from "../../text/index.ts";
import type { DeliverMessage } from "./send.ts";
import { readSecret, type SecretReadOptions, getNotifyFile, readNotifySettings } from "./secret.ts";
import type { Heartbeat, NotifySettings, SmtpSettings, WebhookRecipient } from "./settings-schema.ts";
import type { Mailer } from "./mail.ts";
import type { ResolvedWebhook } from "./webhook.ts";
import { line, step } from "../../advice/index.ts";

export const openSmtp = async (
  { "password-file": file, ...smtp }: SmtpSettings,
  place: SecretReadOptions,
): Promise<Mailer> => {
  const { createMailer } = await import("./mail.ts");
  return createMailer({ ...smtp, password: file === undefined ? undefined : await readSecret(file, place) });
};

/**
 * Parses lines such as `X-ChatWorkToken: …`. The failure omits them, because they are secret. @throws `input-rejected`
 */
function parseHeaders(content: string, where: string): Readonly<Record<string, string>> {
  const lines = content.split(/\r?\n/).filter((line) => line.trim() !== "");
  return Object.fromEntries(
    lines.map((line) => {
      const [, name, value] = /^([\w-]+):\s*([\x20-\x7e]+)$/.exec(line) ?? [];
      if (name !== undefined && value !== undefined) return [name.toLowerCase(), value];
      throw new Failure("input-rejected", {
        what: text("each line must be a header, such as X-Token: …", "1 行に 1 つヘッダーを書いてください(X-Token: …)"),
        where,
      });
    }),
  );
}

const loadWebhook = async (
  { "url-file": urlFile, "headers-file": file, "template-file": templateFile }: WebhookRecipient,
  place: SecretReadOptions,
): Promise<ResolvedWebhook> => ({
  url: await readSecret(urlFile, place),
  headers: file === undefined ? {} : parseHeaders(await readSecret(file, place), file),
  template: templateFile === undefined ? undefined : await readLenientText(resolve(place.folder, templateFile)),
});

const describeDeliveryError = (error: unknown): Text => {
  if (!(error instanceof Failure)) return same(error instanceof Error ? error.message : "failure");
  const where = error.where === undefined ? "" : ` (${error.where})`;
  return text(`${error.what.en}${where}`, `${error.what.ja}${where}`);
};

/** The first message loads secrets and libraries and opens the mail connection. */
export const createDeliverer = (settings: NotifySettings, place: SecretReadOptions): DeliverMessage => {
  let mailer: Promise<Mailer> | undefined;
  return async (recipient, message) => {
    try {
      switch (recipient.way) {
        case "mail": {
          if (settings.smtp === undefined) throw new TypeError("mail requires smtp");
          const { LIST_ID } = await import("./mail.ts");
          const send = await (mailer ??= openSmtp(settings.smtp, place));
          return await send(recipient.address, { ...message, list: LIST_ID }, recipient.language);
        }
        case "webhook": {
          const { postReminder } = await import("./webhook.ts");
          return await postReminder(await loadWebhook(recipient, place), message);
        }
      }
    } catch (error) {
      return describeDeliveryError(error);
    }
  };
};

export const sendHeartbeat = async (
  { "url-file": file }: Heartbeat,
  place: SecretReadOptions,
): Promise<Text | undefined> => {
  try {
    const { requestOnce } = await import("./webhook.ts");
    return await requestOnce(await readSecret(file, place), { method: "GET" });
  } catch (error) {
    return describeDeliveryError(error);
  }
};

export interface TenantMail extends Readonly<Record<"to" | "subject" | "text", string>> {
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
