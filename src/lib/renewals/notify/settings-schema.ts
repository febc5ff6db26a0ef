/** This module loads zod: import it only if there are settings to read. */
import { line } from "../../advice/index.ts";
import { z } from "zod";
import { createPlainTextSchema, readYaml, createWholeNumberSchema, toZodMessage } from "../../files/yaml.ts";
import { satisfiesRule, SENDABLE_ADDRESS_RULE } from "../../model/rules.ts";
import { text, type Text } from "../../text/index.ts";
import { isLoopback } from "../../model/address.ts";

const MAX_SETTINGS_LENGTH = 1_000_000;
const MAX_NAME_LENGTH = 100;
const DEFAULT_PORTS = { tls: 465, starttls: 587, none: 25 } as const;

const FORMAT_HINT = text(
  `to see the format: ${line("renewals notify", ["init"], { helpAll: true })}`,
  `書き方は ${line("renewals notify", ["init"], { helpAll: true })} で確認できます`,
);

const refineWithText = (isRight: (value: string) => boolean, error: (value: string) => Text) =>
  createPlainTextSchema().refine(isRight, { error: ({ input }) => toZodMessage(error(String(input))) });

const describeInvalidAddress = (value: string): Text =>
  text(`"${value}" is not an email address`, `「${value}」はメールアドレスではありません`);

const isEmailAddress = (value: string): boolean => satisfiesRule(SENDABLE_ADDRESS_RULE, value);

const ADDRESS_SCHEMA = refineWithText(isEmailAddress, describeInvalidAddress);

const SENDER_SCHEMA = refineWithText(
  (from) => isEmailAddress(/^[^<>\r\n]*<([^<>]+)>$/.exec(from)?.[1] ?? from),
  describeInvalidAddress,
);

const NAME_SCHEMA = refineWithText(
  (name) => name.length <= MAX_NAME_LENGTH && !/\p{Cc}/u.test(name),
  () =>
    text(
      `a name must be on one line and have at most ${MAX_NAME_LENGTH} characters`,
      `名前は改行なしで ${MAX_NAME_LENGTH} 文字以内にしてください`,
    ),
);

const toRefinement =
  <T>(check: (value: T, refuse: (path: readonly (string | number)[], what: Text) => void) => void) =>
  (value: T, context: z.RefinementCtx<T>): void =>
    check(value, (path, what) => context.addIssue({ code: "custom", path: [...path], message: toZodMessage(what) }));

const SMTP_SCHEMA = z
  .strictObject({
    host: createPlainTextSchema(),
    port: createWholeNumberSchema(1, 65_535).optional(),
    security: z.enum(["tls", "starttls", "none"]).default("starttls"),
    from: SENDER_SCHEMA,
    user: createPlainTextSchema().optional(),
    "password-file": createPlainTextSchema().optional(),
  })
  .superRefine(
    toRefinement(({ security, host, user, "password-file": file }, refuse) => {
      if (security === "none" && file !== undefined && !isLoopback(host)) {
        refuse(
          ["security"],
          text(
            "without encryption, a password can be sent only to a mail server on this computer",
            "暗号化なしでは、このコンピューター上のメールサーバー以外にパスワードを送れません",
          ),
        );
      }
      if ((user === undefined) !== (file === undefined))
        refuse(
          ["user"],
          text("set both user and password-file, or neither", "user と password-file は両方指定するか省略してください"),
        );
    }),
  )
  .transform(({ port, ...smtp }) => ({ ...smtp, port: port ?? DEFAULT_PORTS[smtp.security] }));

const LANGUAGE_SCHEMA = z.enum(["ja", "en"]);

const COMMON_RECIPIENT_FIELDS = {
  // name under which reminders by webhook are recorded
  name: NAME_SCHEMA,
  language: LANGUAGE_SCHEMA.optional(),
  // default: all contexts
  contexts: z
    .array(createPlainTextSchema())
    .min(1, toZodMessage(text("the list is empty", "一覧が空です")))
    .readonly()
    .optional(),
};

const MAIL_SCHEMA = z.strictObject({ ...COMMON_RECIPIENT_FIELDS, way: z.literal("mail"), address: ADDRESS_SCHEMA });

const WEBHOOK_SCHEMA = z.strictObject({
  ...COMMON_RECIPIENT_FIELDS,
  way: z.literal("webhook"),
  // a file, because anybody who knows the URL can post messages
  "url-file": createPlainTextSchema(),
  "headers-file": createPlainTextSchema().optional(),
  "template-file": createPlainTextSchema().optional(),
});

const HEARTBEAT_SCHEMA = z.strictObject({
  name: NAME_SCHEMA,
  way: z.literal("heartbeat"),
  "url-file": createPlainTextSchema(),
});

const SETTINGS_SCHEMA = z
  .strictObject({
    language: LANGUAGE_SCHEMA.default("ja"),
    smtp: SMTP_SCHEMA.optional(),
    recipients: z
      .array(z.discriminatedUnion("way", [MAIL_SCHEMA, WEBHOOK_SCHEMA, HEARTBEAT_SCHEMA]))
      .readonly()
      .default([]),
  })
  .superRefine(
    toRefinement(({ smtp, recipients }, refuse) => {
      const known = new Set<string>();
      for (const [index, recipient] of recipients.entries()) {
        const name = recipient.way === "mail" ? recipient.address.toLowerCase() : recipient.name;
        const key = `${recipient.way} ${name}`;
        if (known.has(key)) {
          refuse(["recipients", index], text(`${name} is listed twice`, `「${name}」が 2 回指定されています`));
        }
        known.add(key);
        if (recipient.way === "mail" && smtp === undefined) {
          refuse(["recipients", index], text("way: mail requires smtp", "way: mail には smtp の設定が必要です"));
        }
      }
    }),
  )
  .transform(({ language, recipients, ...settings }) => ({
    ...settings,
    language,
    recipients: recipients
      .filter((one) => one.way !== "heartbeat")
      .map((recipient) => ({ ...recipient, language: recipient.language ?? language })),
    // services that raise an alarm if they are not called after the daily run
    heartbeats: recipients.filter((one) => one.way === "heartbeat"),
  }));

/** `language` also applies to owners who are not listed as recipients. */
export type NotifySettings = Omit<z.output<typeof SETTINGS_SCHEMA>, "heartbeats"> & {
  readonly heartbeats?: z.output<typeof SETTINGS_SCHEMA>["heartbeats"];
};

export type SmtpSettings = z.output<typeof SMTP_SCHEMA>;

export type Recipient = NotifySettings["recipients"][number];

export type Heartbeat = NonNullable<NotifySettings["heartbeats"]>[number];

export type WebhookRecipient = Extract<Recipient, { way: "webhook" }>;

/**
 * Rejects unknown settings, because a typing error could prevent reminders.
 * @throws `input-rejected` with the line number
 */
export const parseNotifySettings = (content: string, where: string): NotifySettings =>
  readYaml(SETTINGS_SCHEMA, { content, where, hint: FORMAT_HINT, maxLength: MAX_SETTINGS_LENGTH }).value;
