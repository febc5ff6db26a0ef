import { resolve } from "node:path";
import { Failure } from "../../errors/index.ts";
import { readLenientText } from "../../files/index.ts";
import { same, text, type Text } from "../../text/index.ts";
import { failed } from "./outcome.ts";
import type { Deliver } from "./sender.ts";
import { readSecret, type SecretPlace } from "./secret.ts";
import type { NotifySettings, Recipient, SecretSource, SmtpSettings, WebhookRecipient } from "./settings.ts";
import type { Mailer } from "./ways/mail.ts";
import type { OpenWebhook } from "./ways/webhook.ts";

/** Variables of the environment that hold secrets of the settings. */
export const secretNames = ({ smtp, recipients }: NotifySettings): readonly string[] => {
  const hooks = recipients.flatMap((one) => (one.way === "webhook" ? [one.url, one.token] : []));
  return [smtp?.password, ...hooks].flatMap((source) => (source !== undefined && "env" in source ? [source.env] : []));
};

/** Opens the mail server of the settings. @throws Failure as `readSecret` and `readLenientText` */
export const openSmtp = async ({ password, caFile, ...smtp }: SmtpSettings, place: SecretPlace): Promise<Mailer> => {
  const { openMailer } = await import("./ways/mail.ts");
  return openMailer({
    ...smtp,
    password: password === undefined ? undefined : await readSecret(password, place),
    authority: caFile === undefined ? undefined : await readLenientText(resolve(place.folder, caFile)),
  });
};

const openWebhook = async (
  { service, template, url, token }: WebhookRecipient,
  place: SecretPlace,
): Promise<OpenWebhook> => {
  const lookUp = async (source: SecretSource | undefined): Promise<string | undefined> =>
    source === undefined ? undefined : readSecret(source, place);
  return { service, template, url: await readSecret(url, place), token: await lookUp(token) };
};

/** Why a missing secret, or a file that cannot be read, stands in the way. */
const hindrance = (error: unknown): Text => {
  if (!(error instanceof Failure)) return same(error instanceof Error ? error.message : "failure");
  const where = error.where === undefined ? "" : ` (${error.where})`;
  return text(`${error.what.en}${where}`, `${error.what.ja}${where}`);
};

const NO_SERVER = text("no mail server is set (smtp)", "smtp の設定がありません");

/**
 * What keeps recipients from being reached from here, as far as can be told without sending: a secret that is not set,
 * an address that is none, a file that cannot be read.
 */
export const hindrancesOf =
  (settings: NotifySettings, place: SecretPlace) =>
  async (recipient: Recipient): Promise<Text | undefined> => {
    try {
      if (recipient.way === "mail") {
        if (settings.smtp === undefined) return NO_SERVER;
        await openSmtp(settings.smtp, place);
      } else if (recipient.way === "webhook") {
        const { addressOf, NOT_HTTPS } = await import("./ways/webhook.ts");
        if (addressOf((await openWebhook(recipient, place)).url) === undefined) return NOT_HTTPS;
      }
      return undefined;
    } catch (error) {
      return hindrance(error);
    }
  };

/** Delivers by the ways of the settings; mail server, secrets and libraries are opened by the first use. */
export const deliveryOf = (settings: NotifySettings, place: SecretPlace): Deliver => {
  const hidden = secretNames(settings);
  const environment = Object.fromEntries(Object.entries(place.environment).filter(([name]) => !hidden.includes(name)));
  let mailer: Promise<Mailer> | undefined;
  return async (recipient, message, digest) => {
    try {
      switch (recipient.way) {
        case "mail": {
          if (settings.smtp === undefined) return failed(NO_SERVER);
          const { mailOfNotice } = await import("./ways/mail.ts");
          const send = await (mailer ??= openSmtp(settings.smtp, place));
          return await send(recipient.address, mailOfNotice(message), recipient.language);
        }
        case "webhook": {
          const { postNotice } = await import("./ways/webhook.ts");
          return await postNotice(await openWebhook(recipient, place), message);
        }
        case "command": {
          const { runCommand } = await import("./ways/command.ts");
          return await runCommand(recipient, { environment, folder: place.folder }, message, digest);
        }
      }
    } catch (error) {
      return failed(hindrance(error));
    }
  };
};
