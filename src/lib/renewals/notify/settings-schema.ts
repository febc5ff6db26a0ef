import { line } from "../../advice/index.ts";
/** What `notify.yaml` may hold. It loads zod, so that only a run of `renewals notify` imports it. */
import { z } from "zod";
import { plainText, readYaml, wholeNumber, wording } from "../../files/yaml.ts";
import { RENEWAL_KINDS, type RenewalKind } from "../../model/renewal.ts";
import { fits, SENDABLE_ADDRESS } from "../../model/rules.ts";
import { text, type Text } from "../../text/index.ts";
import { USUAL_STAGES } from "../stages.ts";
import { isLoopback, SERVICES, type NotifySettings, type SecretSource } from "./settings.ts";
import { fillTemplate } from "./ways/webhook-payload.ts";

const MAX_LENGTH = 1_000_000;
const MAX_NAME_LENGTH = 100;
const SECOND_MS = 1000;
const PORTS = { tls: 465, starttls: 587, none: 25 } as const;

const HINT = text(
  `see ${line("renewals notify", [], { helpAll: true })} for the format`,
  `書き方は ${line("renewals notify", [], { helpAll: true })} で確認できます`,
);

const refineText = (isRight: (value: string) => boolean, error: (value: string) => Text) =>
  plainText().refine(isRight, { error: ({ input }) => wording(error(String(input))) });

const notAnAddress = (value: string): Text =>
  text(`"${value}" is not a mail address`, `「${value}」はメールアドレスではありません`);

const isSendable = (value: string): boolean => fits(SENDABLE_ADDRESS, value);

const ADDRESS = refineText(isSendable, notAnAddress);

/** An address, alone or as `name <address>`. */
const SENDER = refineText((from) => isSendable(/^[^<>\r\n]*<([^<>]+)>$/.exec(from)?.[1] ?? from), notAnAddress);

/** What a recipient is called, and recorded under: short, on one line. */
const NAME = refineText(
  (name) => name.length <= MAX_NAME_LENGTH && !/\p{Cc}/u.test(name),
  () =>
    text(
      `a name has at most ${MAX_NAME_LENGTH} characters on one line`,
      `名前は改行なしの ${MAX_NAME_LENGTH} 文字までです`,
    ),
);

/** The message does not repeat the value: it may be the secret itself. */
const variable = (key: string) =>
  refineText(
    (name) => /^[A-Za-z_]\w*$/.test(name),
    () =>
      text(
        `${key} takes the name of an environment variable, not the secret itself`,
        `${key} には環境変数の名前を書いてください(値そのものではありません)`,
      ),
  );

/** JSON once its placeholders are filled in. */
const TEMPLATE = refineText(isTemplate, () =>
  text(
    'the template is not JSON; put placeholders in quotes: {"text": "{{text}}"}',
    'template が JSON ではありません。差し込みは引用符の中に書いてください: {"text": "{{text}}"}',
  ),
);

function isTemplate(template: string): boolean {
  try {
    JSON.parse(fillTemplate(template, { subject: '"', text: "\n", messageId: "<1@clomoctl.invalid>" }));
    return true;
  } catch {
    return false;
  }
}

/** Refuses a value of a mapping for what the others say. */
type Refuse = (path: readonly (string | number)[], what: Text) => void;

/** A check of several values of `T` against each other. */
const together =
  <T>(check: (value: T, refuse: Refuse) => void) =>
  (value: T, context: z.RefinementCtx<T>): void =>
    check(value, (path, what) => context.addIssue({ code: "custom", path: [...path], message: wording(what) }));

/** The values of `NAME-env` and `NAME-file`. */
const sourcesOf = (mapping: object, name: string) => {
  const values = mapping as Readonly<Record<string, string | undefined>>;
  return { env: values[`${name}-env`], file: values[`${name}-file`] };
};

/** Where a secret is; the secret itself never stands in the file. */
function secretOf(mapping: object, name: string): SecretSource | undefined {
  const { env, file } = sourcesOf(mapping, name);
  if (file !== undefined) return { file };
  return env === undefined ? undefined : { env };
}

function refuseBoth(mapping: object, name: string, refuse: Refuse): void {
  const { env, file } = sourcesOf(mapping, name);
  if (env === undefined || file === undefined) return;
  refuse(
    [`${name}-file`],
    text(`set ${name}-env or ${name}-file, not both`, `${name}-env と ${name}-file は片方だけ指定してください`),
  );
}

/** Without what is undefined. */
const present = <T extends object>(values: T): T =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;

const SMTP = z
  .strictObject({
    host: plainText(),
    port: wholeNumber(1, 65_535).optional(),
    security: z.enum(["tls", "starttls", "none"]).default("starttls"),
    from: SENDER,
    user: plainText().optional(),
    "password-env": variable("password-env").optional(),
    "password-file": plainText().optional(),
    "ca-file": plainText().optional(),
  })
  .superRefine(
    together((smtp, refuse) => {
      refuseBoth(smtp, "password", refuse);
      const password = secretOf(smtp, "password");
      if (smtp.security === "none" && password !== undefined && !isLoopback(smtp.host)) {
        refuse(
          ["security"],
          text(
            "a password is sent unencrypted only to a server on this machine",
            "暗号化なしでパスワードを送れるのは、この PC 上のメールサーバーだけです",
          ),
        );
      }
      if ((smtp.user === undefined) !== (password === undefined)) {
        refuse(
          ["user"],
          text("user and password go together", "user と password-env(または password-file)は両方指定してください"),
        );
      }
    }),
  )
  .transform(({ host, port, security, from, user, "ca-file": caFile, ...parts }) =>
    present({
      host,
      port: port ?? PORTS[security],
      security,
      from,
      user,
      password: secretOf(parts, "password"),
      caFile,
    }),
  );

const LANGUAGE = z.enum(["ja", "en"]);

const OF_ALL = {
  name: NAME,
  language: LANGUAGE.optional(),
  contexts: textList().optional(),
  kinds: z.array(z.enum(Object.keys(RENEWAL_KINDS) as RenewalKind[])).optional(),
};

function textList() {
  return z.array(plainText()).min(1, wording(text("the list is empty", "リストが空です")));
}

const MAIL = z.strictObject({ ...OF_ALL, way: z.literal("mail"), address: ADDRESS });

const WEBHOOK = z
  .strictObject({
    ...OF_ALL,
    way: z.literal("webhook"),
    service: z.enum(SERVICES),
    "url-env": variable("url-env").optional(),
    "url-file": plainText().optional(),
    "token-env": variable("token-env").optional(),
    "token-file": plainText().optional(),
    template: TEMPLATE.optional(),
  })
  .superRefine(
    together((hook, refuse) => {
      refuseBoth(hook, "url", refuse);
      refuseBoth(hook, "token", refuse);
      if (secretOf(hook, "url") === undefined) refuse(["url-env"], text("url-env is missing", "url-env がありません"));
      if ((hook.service === "chatwork") !== (secretOf(hook, "token") !== undefined)) {
        refuse(
          [],
          text(
            "token-env is required for service: chatwork, and only there",
            "token-env は service: chatwork のときだけ必要です",
          ),
        );
      }
      if ((hook.service === "template") !== (hook.template !== undefined)) {
        refuse(
          ["template"],
          text("template and service: template go together", "template は service: template と一緒に指定してください"),
        );
      }
    }),
  )
  .transform(({ "url-env": urlEnv, "url-file": urlFile, "token-env": tokenEnv, "token-file": tokenFile, ...hook }) =>
    present({
      ...hook,
      // one of the two is there: it was checked
      url: urlFile === undefined ? { env: urlEnv ?? "" } : { file: urlFile },
      token: secretOf({ "token-env": tokenEnv, "token-file": tokenFile }, "token"),
    }),
  );

const COMMAND = z
  .strictObject({
    ...OF_ALL,
    way: z.literal("command"),
    command: textList(),
    timeout: wholeNumber(1, 300).default(60),
  })
  .transform(({ command: [program = "", ...rest], timeout, ...recipient }) => ({
    ...recipient,
    command: [program, ...rest] as const,
    timeoutMs: timeout * SECOND_MS,
  }));

const SETTINGS = z
  .strictObject({
    language: LANGUAGE.default("ja"),
    stages: z
      .array(wholeNumber(0, 3650))
      .transform((stages) => [...new Set(stages)].toSorted((one, other) => other - one))
      .default([...USUAL_STAGES]),
    smtp: SMTP.optional(),
    recipients: z.array(z.discriminatedUnion("way", [MAIL, WEBHOOK, COMMAND])).default([]),
  })
  .superRefine(
    together(({ smtp, recipients }, refuse) => {
      const known = new Set<string>();
      for (const [index, recipient] of recipients.entries()) {
        const name = recipient.way === "mail" ? recipient.address.toLowerCase() : recipient.name;
        const key = `${recipient.way} ${name}`;
        if (known.has(key)) {
          refuse(["recipients", index], text(`${name} is listed twice`, `「${name}」が 2 回指定されています`));
        }
        known.add(key);
        if (recipient.way === "mail" && smtp === undefined) {
          refuse(["recipients", index], text("way: mail needs smtp", "way: mail には smtp の設定が必要です"));
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
 * Reads `notify.yaml`. Whatever is unknown, missing or ambiguous is refused: a notice that is not sent is noticed too
 * late.
 *
 * @param where the file's name, for messages
 * @throws `input-rejected` with the line
 */
export const parseNotifySettings = (content: string, where: string): NotifySettings =>
  readYaml(SETTINGS, { content, where, hint: HINT, maxLength: MAX_LENGTH }).value;
