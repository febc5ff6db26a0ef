import type { RenewalKind } from "../../model/renewal.ts";
import type { Language } from "../../text/index.ts";

export const NOTIFY_FILE = "notify.yaml";

/** Where a secret is: in an environment variable, or in a file that only its owner may read. Never in the settings. */
export type SecretSource = { readonly env: string } | { readonly file: string };

/** The settings of the mail server. */
export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  /** `tls`: from the first byte; `starttls`: required; `none`: only without a password, or to this computer */
  readonly security: "tls" | "starttls" | "none";
  /** `address` or `name <address>` */
  readonly from: string;
  readonly user?: string | undefined;
  readonly password?: SecretSource | undefined;
  /** PEM file of a certificate authority to trust instead of those of the platform */
  readonly caFile?: string | undefined;
}

interface RecipientBase {
  /** the recipient's name for people; reminders by webhook or command are recorded under it */
  readonly name: string;
  readonly language: Language;
  /** only items of these contexts; all contexts if absent */
  readonly contexts?: readonly string[] | undefined;
  /** only items of these kinds; all kinds if absent */
  readonly kinds?: readonly RenewalKind[] | undefined;
}

export interface MailRecipient extends RecipientBase {
  readonly way: "mail";
  readonly address: string;
}

export interface WebhookRecipient extends RecipientBase {
  readonly way: "webhook";
  /** the URL is a secret, because anybody who knows it can post there */
  readonly url: SecretSource;
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
  /** numbers of days before expiry at which reminders are sent */
  readonly stages: readonly number[];
  readonly smtp?: SmtpSettings | undefined;
  readonly recipients: readonly Recipient[];
}

/** Returns true if a host is this computer. */
export const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || host === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(host);
