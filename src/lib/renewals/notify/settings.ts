import type { Language } from "../../text/index.ts";

export const NOTIFY_FILE = "notify.yaml";

/** The settings of the mail server. */
export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  /** `tls`: from the first byte; `starttls`: required; `none`: only without a password, or to this computer */
  readonly security: "tls" | "starttls" | "none";
  /** `address` or `name <address>` */
  readonly from: string;
  readonly user?: string | undefined;
  /** a file that only its owner may read */
  readonly passwordFile?: string | undefined;
}

interface RecipientBase {
  /** the recipient's name for people; reminders by webhook or command are recorded under it */
  readonly name: string;
  readonly language: Language;
  /** only items of these contexts; all contexts if absent */
  readonly contexts?: readonly string[] | undefined;
}

export interface MailRecipient extends RecipientBase {
  readonly way: "mail";
  readonly address: string;
}

export interface WebhookRecipient extends RecipientBase {
  readonly way: "webhook";
  /** a file with the URL, which is a secret, because anybody who knows it can post there */
  readonly urlFile: string;
  /** a file with a header on each line, such as an API token; it is a secret */
  readonly headersFile?: string | undefined;
  /** a file with the body, in which `{{subject}}`, `{{text}}`, `{{messageId}}` are filled in */
  readonly templateFile?: string | undefined;
}

export interface CommandRecipient extends RecipientBase {
  readonly way: "command";
  /** the program and its arguments, run without a shell */
  readonly command: readonly [string, ...string[]];
  readonly timeoutMs: number;
}

export type Recipient = MailRecipient | WebhookRecipient | CommandRecipient;

/** Who is notified of renewals, how, and when. */
export interface NotifySettings {
  /** the language for owners who are not listed as recipients */
  readonly language: Language;
  readonly smtp?: SmtpSettings | undefined;
  readonly recipients: readonly Recipient[];
}

/** Returns true if a host is this computer. */
export const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || host === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(host);
