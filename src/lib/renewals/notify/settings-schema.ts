import { line } from "../../advice/index.ts";
/** The schema of `notify.yaml`. This module loads zod, so it is imported only when there are settings to read. */
import { z } from "zod";
import { createPlainTextSchema, readYaml, createWholeNumberSchema, toZodMessage } from "../../files/yaml.ts";
import { RENEWAL_KINDS, type RenewalKind } from "../../model/renewal.ts";
import { satisfiesRule, SENDABLE_ADDRESS_RULE } from "../../model/rules.ts";
import { text, type Text } from "../../text/index.ts";
import { DEFAULT_STAGES } from "../stages.ts";
import { isLoopback, type NotifySettings, type SecretSource } from "./settings.ts";

const MAX_SETTINGS_LENGTH = 1_000_000;
const MAX_NAME_LENGTH = 100;
const SECOND_MS = 1000;
const DEFAULT_PORTS = { tls: 465, starttls: 587, none: 25 } as const;

const FORMAT_HINT = text(
  `to see the format: ${line("renewals notify", [], { helpAll: true })}`,
  `書き方は ${line("renewals notify", [], { helpAll: true })} で確認できます`,
);

const refineWithText = (isRight: (value: string) => boolean, error: (value: string) => Text) =>
  createPlainTextSchema().refine(isRight, { error: ({ input }) => toZodMessage(error(String(input))) });

const describeInvalidAddress = (value: string): Text =>
  text(`"${value}" is not an email address`, `「${value}」はメールアドレスではありません`);

const isEmailAddress = (value: string): boolean => satisfiesRule(SENDABLE_ADDRESS_RULE, value);

const ADDRESS_SCHEMA = refineWithText(isEmailAddress, describeInvalidAddress);

/** Accepts an email address, alone or as `name <address>`. */
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

const createVariableSchema = (key: string) =>
  refineWithText(
    (name) => /^[A-Za-z_]\w*$/.test(name),
    () =>
      text(
        `${key} must be the name of an environment variable, not the secret itself`,
        `${key} には環境変数の名前を書いてください(値そのものではありません)`,
      ),
  );

/** Refuses a value of a mapping because of the other values in the mapping. */
type RefuseValue = (path: readonly (string | number)[], what: Text) => void;

/** Turns a check that compares several values of `T` into a refinement for zod. */
const toRefinement =
  <T>(check: (value: T, refuse: RefuseValue) => void) =>
  (value: T, context: z.RefinementCtx<T>): void =>
    check(value, (path, what) => context.addIssue({ code: "custom", path: [...path], message: toZodMessage(what) }));

/** Returns the values of `NAME-env` and `NAME-file`. */
const getSecretReferences = (mapping: object, name: string) => {
  const values = mapping as Readonly<Record<string, string | undefined>>;
  return { env: values[`${name}-env`], file: values[`${name}-file`] };
};

/** Returns where a secret is stored. The settings file never contains the secret itself. */
function getSecretSource(mapping: object, name: string): SecretSource | undefined {
  const { env, file } = getSecretReferences(mapping, name);
  if (file !== undefined) return { file };
  return env === undefined ? undefined : { env };
}

function refuseBothSources(mapping: object, name: string, refuse: RefuseValue): void {
  const { env, file } = getSecretReferences(mapping, name);
  if (env === undefined || file === undefined) return;
  refuse(
    [`${name}-file`],
    text(`set ${name}-env or ${name}-file, not both`, `${name}-env と ${name}-file は片方だけ指定してください`),
  );
}

const omitUndefined = <T extends object>(values: T): T =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;

const SMTP_SCHEMA = z
  .strictObject({
    host: createPlainTextSchema(),
    port: createWholeNumberSchema(1, 65_535).optional(),
    security: z.enum(["tls", "starttls", "none"]).default("starttls"),
    from: SENDER_SCHEMA,
    user: createPlainTextSchema().optional(),
    "password-env": createVariableSchema("password-env").optional(),
    "password-file": createPlainTextSchema().optional(),
    "ca-file": createPlainTextSchema().optional(),
  })
  .superRefine(
    toRefinement((smtp, refuse) => {
      refuseBothSources(smtp, "password", refuse);
      const password = getSecretSource(smtp, "password");
      if (smtp.security === "none" && password !== undefined && !isLoopback(smtp.host)) {
        refuse(
          ["security"],
          text(
            "without encryption, a password can be sent only to a mail server on this computer",
            "暗号化なしでパスワードを送れるのは、このコンピューター上のメールサーバーだけです",
          ),
        );
      }
      if ((smtp.user === undefined) !== (password === undefined)) {
        refuse(
          ["user"],
          text(
            "set both user and password-env (or password-file), or neither",
            "user と password-env(または password-file)は、両方指定するか、両方省略してください",
          ),
        );
      }
    }),
  )
  .transform(({ host, port, security, from, user, "ca-file": caFile, ...parts }) =>
    omitUndefined({
      host,
      port: port ?? DEFAULT_PORTS[security],
      security,
      from,
      user,
      password: getSecretSource(parts, "password"),
      caFile,
    }),
  );

const LANGUAGE_SCHEMA = z.enum(["ja", "en"]);

const COMMON_RECIPIENT_FIELDS = {
  name: NAME_SCHEMA,
  language: LANGUAGE_SCHEMA.optional(),
  contexts: createTextListSchema().optional(),
  kinds: z.array(z.enum(Object.keys(RENEWAL_KINDS) as RenewalKind[])).optional(),
};

function createTextListSchema() {
  return z.array(createPlainTextSchema()).min(1, toZodMessage(text("the list is empty", "リストが空です")));
}

const MAIL_SCHEMA = z.strictObject({ ...COMMON_RECIPIENT_FIELDS, way: z.literal("mail"), address: ADDRESS_SCHEMA });

const WEBHOOK_SCHEMA = z
  .strictObject({
    ...COMMON_RECIPIENT_FIELDS,
    way: z.literal("webhook"),
    "url-env": createVariableSchema("url-env").optional(),
    "url-file": createPlainTextSchema().optional(),
    "headers-file": createPlainTextSchema().optional(),
    "template-file": createPlainTextSchema().optional(),
  })
  .superRefine(
    toRefinement((hook, refuse) => {
      refuseBothSources(hook, "url", refuse);
      if (getSecretSource(hook, "url") === undefined)
        refuse(["url-env"], text("url-env or url-file is missing", "url-env または url-file がありません"));
    }),
  )
  .transform(
    ({ "url-env": env, "url-file": file, "headers-file": headersFile, "template-file": templateFile, ...hook }) =>
      // the refinement above has checked that one of the two is set
      omitUndefined({ ...hook, url: file === undefined ? { env: env ?? "" } : { file }, headersFile, templateFile }),
  );

const COMMAND_SCHEMA = z
  .strictObject({
    ...COMMON_RECIPIENT_FIELDS,
    way: z.literal("command"),
    command: createTextListSchema(),
    timeout: createWholeNumberSchema(1, 300).default(60),
  })
  .transform(({ command: [program = "", ...rest], timeout, ...recipient }) => ({
    ...recipient,
    command: [program, ...rest] as const,
    timeoutMs: timeout * SECOND_MS,
  }));

const SETTINGS_SCHEMA = z
  .strictObject({
    language: LANGUAGE_SCHEMA.default("ja"),
    stages: z
      .array(createWholeNumberSchema(0, 3650))
      .transform((stages) => [...new Set(stages)].toSorted((one, other) => other - one))
      .default([...DEFAULT_STAGES]),
    smtp: SMTP_SCHEMA.optional(),
    recipients: z.array(z.discriminatedUnion("way", [MAIL_SCHEMA, WEBHOOK_SCHEMA, COMMAND_SCHEMA])).default([]),
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
    recipients: recipients.map((recipient) => ({ ...recipient, language: recipient.language ?? language })),
  }));

/**
 * Parses `notify.yaml`. Anything unknown, missing or ambiguous is refused, because a reminder that is not sent is
 * noticed too late.
 *
 * @param where name of the file, for messages
 * @throws `input-rejected` with the line
 */
export const parseNotifySettings = (content: string, where: string): NotifySettings =>
  readYaml(SETTINGS_SCHEMA, { content, where, hint: FORMAT_HINT, maxLength: MAX_SETTINGS_LENGTH }).value;
