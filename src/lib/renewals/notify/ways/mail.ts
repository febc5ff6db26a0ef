import { Socket } from "node:net";
import type { Options } from "nodemailer/lib/smtp-transport/index.js";
import { same, text, type Language } from "../../../text/index.ts";
import type { Message } from "../message.ts";
import { bounced, failed, SENT, unreached, type Delivery } from "../outcome.ts";
import { withoutSecrets } from "../secret.ts";
import type { SmtpSettings } from "../settings.ts";

/** A mail server whose secrets were looked up. */
export interface OpenSmtp extends Omit<SmtpSettings, "password" | "caFile"> {
  /** nobody is shown it */
  readonly password?: string | undefined;
  /** PEM */
  readonly authority?: string | undefined;
  readonly timeouts?: MailTimeouts | undefined;
}

/** Bounds of one mail, in milliseconds. */
interface MailTimeouts {
  readonly connectMs: number;
  /** between two signs of life */
  readonly silenceMs: number;
  /** from the first byte to the last: well below the lease of a notice */
  readonly wholeMs: number;
}

const TIMEOUTS: MailTimeouts = { connectMs: 15_000, silenceMs: 30_000, wholeMs: 120_000 };

/** Mails one message to one address. */
export type Mailer = (address: string, message: Message, language: Language) => Promise<Delivery>;

/** What nodemailer tells of a mail that was not taken. */
interface SmtpError {
  readonly code?: string | undefined;
  readonly responseCode?: number | undefined;
  readonly response?: string | undefined;
  readonly command?: string | undefined;
}

/** The server refused this recipient, or this mail to it, for good: not the sender, nor the password. */
const isBounce = ({ responseCode = 0, command = "" }: SmtpError): boolean =>
  responseCode >= 500 && responseCode < 600 && (command === "RCPT TO" || command === "DATA");

const optionsOf = (smtp: OpenSmtp, { connectMs, silenceMs }: MailTimeouts): Options => ({
  host: smtp.host,
  port: smtp.port,
  secure: smtp.security === "tls",
  requireTLS: smtp.security === "starttls",
  ignoreTLS: smtp.security === "none",
  connectionTimeout: connectMs,
  greetingTimeout: connectMs,
  socketTimeout: silenceMs,
  dnsTimeout: connectMs,
  // files and addresses in a message are never followed
  disableFileAccess: true,
  disableUrlAccess: true,
  ...(smtp.authority === undefined ? {} : { tls: { ca: smtp.authority } }),
  ...(smtp.user === undefined ? {} : { auth: { user: smtp.user, pass: smtp.password ?? "" } }),
});

const LIST_ID = "clomoctl renewals <renewals.clomoctl.invalid>";

const mailOf = (from: string, to: string, message: Message, language: Language) => ({
  from,
  to,
  subject: message.subject,
  text: message.text,
  html: message.html,
  messageId: `<${message.messageId}>`,
  attachments: [
    ...message.guides.map(({ name, html }) => ({
      filename: name,
      content: html,
      contentType: "text/html; charset=utf-8",
    })),
    {
      filename: "renewals.ics",
      content: message.calendar,
      contentType: "text/calendar; charset=utf-8; method=PUBLISH",
    },
  ],
  headers: {
    "List-Id": LIST_ID,
    "Auto-Submitted": "auto-generated",
    "X-Auto-Response-Suppress": "All",
    "Content-Language": language,
  },
});

const failureOf = (error: unknown, { host, port }: OpenSmtp, secrets: readonly string[]): Delivery => {
  const { response, code, ...refusal } = error as SmtpError;
  const reason =
    response === undefined || code === "ETLS"
      ? unreached(error, host, port)
      : same(withoutSecrets(response, secrets).slice(0, 500));
  return isBounce(refusal) ? bounced(reason) : failed(reason);
};

/**
 * Mails by SMTP, one connection a mail. Each is sent, failed, or given up within `timeouts`; what the server answered is
 * told without the password, and what kept it from answering with host, port and cause.
 *
 * @see RFC 3834 5 (Auto-Submitted), RFC 2919 (List-Id)
 */
export const openMailer = (smtp: OpenSmtp): Mailer => {
  const { timeouts = TIMEOUTS, password, user = "", from } = smtp;
  const secrets = password === undefined ? [] : [password, `\0${user}\0${password}`];
  return async (address, message, language) => {
    const { default: nodemailer } = await import("nodemailer");
    const socket = new Socket();
    const transport = nodemailer.createTransport({ ...optionsOf(smtp, timeouts), socket });
    const sent = transport.sendMail(mailOf(from, address, message, language)).then(
      () => SENT,
      (error: unknown) => failureOf(error, smtp, secrets),
    );
    const late = Promise.withResolvers<Delivery>();
    const bound = setTimeout(() => {
      late.resolve(
        failed(
          text(
            `${smtp.host}:${smtp.port}: mail server did not respond in time`,
            `${smtp.host}:${smtp.port}: メールサーバーが時間内に応答しませんでした`,
          ),
        ),
      );
      // else a server that trickles on would keep the program alive
      socket.destroy();
    }, timeouts.wholeMs);
    try {
      return await Promise.race([sent, late.promise]);
    } finally {
      clearTimeout(bound);
    }
  };
};
