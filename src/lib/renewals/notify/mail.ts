import { Socket } from "node:net";
import type { SendMailOptions } from "nodemailer";
import type { Options } from "nodemailer/lib/smtp-transport/index.js";
import { same, text, type Language, type Text } from "../../text/index.ts";
import { describeConnectionError, type DeliveryFault, type Message } from "./message.ts";
import { maskSecrets } from "./secret.ts";
import type { SmtpSettings } from "./settings-schema.ts";

export interface ResolvedSmtpSettings extends Omit<SmtpSettings, "password-file"> {
  readonly password?: string | undefined;
  readonly timeouts?: MailTimeouts | undefined;
}

type MailTimeouts = Readonly<typeof DEFAULT_TIMEOUTS>;

/** The whole delivery takes less time than a claim lasts, so that no other process sends the reminder again. */
const DEFAULT_TIMEOUTS = { connectMs: 15_000, silenceMs: 30_000, wholeMs: 120_000 };

type Mail = Message & { readonly list?: string };

export type Mailer = (address: string, mail: Mail, language: Language) => Promise<DeliveryFault>;

const buildTransportOptions = (smtp: ResolvedSmtpSettings, { connectMs, silenceMs }: MailTimeouts): Options => ({
  host: smtp.host,
  port: smtp.port,
  secure: smtp.security === "tls",
  requireTLS: smtp.security === "starttls",
  ignoreTLS: smtp.security === "none",
  connectionTimeout: connectMs,
  greetingTimeout: connectMs,
  socketTimeout: silenceMs,
  dnsTimeout: connectMs,
  // prevents a message from making the program read files or URLs
  disableFileAccess: true,
  disableUrlAccess: true,
  ...(smtp.user === undefined ? {} : { auth: { user: smtp.user, pass: smtp.password ?? "" } }),
});

export const LIST_ID = "clomoctl renewals <renewals.clomoctl.invalid>";

const toSendMailOptions = ({ subject, text: body, messageId, list }: Mail, language: Language): SendMailOptions => ({
  subject,
  text: body,
  messageId: `<${messageId}>`,
  headers: {
    ...(list !== undefined && { "List-Id": list }),
    "Auto-Submitted": "auto-generated",
    "X-Auto-Response-Suppress": "All",
    "Content-Language": language,
  },
});

const describeSmtpError = (error: unknown, { host, port }: ResolvedSmtpSettings, secrets: readonly string[]): Text => {
  const { response, code } = error as { readonly response?: string; readonly code?: string };
  return response === undefined || code === "ETLS"
    ? describeConnectionError(error, host, port)
    : same(maskSecrets(response, secrets).slice(0, 500));
};

/** @see RFC 3834 5 (Auto-Submitted), RFC 2919 (List-Id) */
export const createMailer = (smtp: ResolvedSmtpSettings): Mailer => {
  const { timeouts = DEFAULT_TIMEOUTS, password, user = "", from } = smtp;
  const secrets = password === undefined ? [] : [password, `\0${user}\0${password}`];
  return async (address, mail, language) => {
    const { default: nodemailer } = await import("nodemailer");
    const socket = new Socket();
    const transport = nodemailer.createTransport({ ...buildTransportOptions(smtp, timeouts), socket });
    const sent = transport.sendMail({ ...toSendMailOptions(mail, language), from, to: address }).then(
      () => undefined,
      (error: unknown) => describeSmtpError(error, smtp, secrets),
    );
    const late = Promise.withResolvers<DeliveryFault>();
    const bound = setTimeout(() => {
      late.resolve(
        text(
          `${smtp.host}:${smtp.port}: the mail server did not respond in time`,
          `${smtp.host}:${smtp.port}: メールサーバーが時間内に応答しませんでした`,
        ),
      );
      // a server that sends data very slowly would keep the program running
      socket.destroy();
    }, timeouts.wholeMs);
    try {
      return await Promise.race([sent, late.promise]);
    } finally {
      clearTimeout(bound);
    }
  };
};
