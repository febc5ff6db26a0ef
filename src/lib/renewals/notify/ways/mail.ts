import { Socket } from "node:net";
import type { SendMailOptions } from "nodemailer";
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

/** A mail, of whatever it tells. */
export interface Mail {
  readonly subject: string;
  readonly text: string;
  readonly html?: string | undefined;
  readonly messageId: string;
  readonly attachments?:
    | readonly { readonly filename: string; readonly content: string; readonly contentType: string }[]
    | undefined;
  /** whose mail it is, for filters: a List-Id */
  readonly list?: string | undefined;
}

/** Mails one message to one address. */
export type Mailer = (address: string, mail: Mail, language: Language) => Promise<Delivery>;

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

/** A notice as a mail: with its calendar, and its guides as files. */
export const mailOfNotice = ({ subject, text: body, html, messageId, guides, calendar }: Message): Mail => ({
  subject,
  text: body,
  html,
  messageId,
  attachments: [
    ...guides.map((guide) => ({
      filename: guide.name,
      content: guide.html,
      contentType: "text/html; charset=utf-8",
    })),
    { filename: "renewals.ics", content: calendar, contentType: "text/calendar; charset=utf-8; method=PUBLISH" },
  ],
  list: LIST_ID,
});

const sentAs = (
  { subject, text: body, html, messageId, attachments = [], list }: Mail,
  language: Language,
): SendMailOptions => ({
  subject,
  text: body,
  ...(html !== undefined && { html }),
  messageId: `<${messageId}>`,
  attachments: [...attachments],
  headers: {
    ...(list !== undefined && { "List-Id": list }),
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
  return async (address, mail, language) => {
    const { default: nodemailer } = await import("nodemailer");
    const socket = new Socket();
    const transport = nodemailer.createTransport({ ...optionsOf(smtp, timeouts), socket });
    const sent = transport.sendMail({ ...sentAs(mail, language), from, to: address }).then(
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
