import type { RenewalKind } from "../../model/renewal.ts";
import type { Language } from "../../text/index.ts";

/** The settings' file, in the settings folder of the home. */
export const NOTIFY_FILE = "notify.yaml";

/** Where a secret is: in a variable of the environment, or in a file that only its owner may read. Never in the settings. */
export type SecretSource = { readonly env: string } | { readonly file: string };

/** The mail server. */
export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  /** `tls` from the first byte, `starttls` required, `none` without a password or to this machine */
  readonly security: "tls" | "starttls" | "none";
  /** `address` or `name <address>` */
  readonly from: string;
  readonly user?: string | undefined;
  readonly password?: SecretSource | undefined;
  /** a PEM file of an authority to trust instead of the platform's */
  readonly caFile?: string | undefined;
}

/** Chats whose webhooks are known by name; `template` is any other. */
export const SERVICES = ["slack", "teams", "google-chat", "chatwork", "line-works", "template"] as const;
export type Service = (typeof SERVICES)[number];

interface RecipientBase {
  /** what people call the recipient; notices to a webhook or a command are recorded under it */
  readonly name: string;
  readonly language: Language;
  /** only items of these contexts; all when absent */
  readonly contexts?: readonly string[] | undefined;
  /** only items of these kinds; all when absent */
  readonly kinds?: readonly RenewalKind[] | undefined;
}

export interface MailRecipient extends RecipientBase {
  readonly way: "mail";
  readonly address: string;
}

export interface WebhookRecipient extends RecipientBase {
  readonly way: "webhook";
  readonly service: Service;
  /** the address is a secret: who knows it can write there */
  readonly url: SecretSource;
  /** the API token of Chatwork */
  readonly token?: SecretSource | undefined;
  /** the body to send to another service: JSON in which `{{subject}}`, `{{text}}` and `{{messageId}}` are filled in */
  readonly template?: string | undefined;
}

export interface CommandRecipient extends RecipientBase {
  readonly way: "command";
  /** the program and its arguments; no shell sees them */
  readonly command: readonly [string, ...string[]];
  readonly timeoutMs: number;
}

export type Recipient = MailRecipient | WebhookRecipient | CommandRecipient;

/** Who is notified, how, and when. */
export interface NotifySettings {
  /** the language of owners who are not listed as recipients */
  readonly language: Language;
  /** days before expiry */
  readonly stages: readonly number[];
  readonly smtp?: SmtpSettings | undefined;
  readonly recipients: readonly Recipient[];
}

/** A host that is this machine. */
export const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || host === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(host);
