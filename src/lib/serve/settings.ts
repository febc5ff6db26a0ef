/** This module loads zod: import it only if there are settings to read. */
import { z } from "zod";
import { line } from "../advice/index.ts";
import { createPlainTextSchema, createWholeNumberSchema, readYaml, toZodMessage } from "../files/yaml.ts";
import { parseSecureUrl } from "../model/address.ts";
import { parseDurationDays } from "../model/time.ts";
import { ADMINISTRATOR_ROLES } from "../nouns/account.ts";
import { text, type Text } from "../text/index.ts";

const FORMAT_HINT = text(
  `to see the format: ${line("serve", [], { helpAll: true })}`,
  `書き方は ${line("serve", [], { helpAll: true })} で確認できます`,
);

const refuse = (what: Text) => ({ error: toZodMessage(what) });

const ISSUER_SCHEMA = createPlainTextSchema().refine(
  (issuer) => parseSecureUrl(issuer) !== undefined && !/[?#]/.test(issuer),
  refuse(
    text(
      "the issuer must be an https:// URL (http:// only on this computer) without a part after ? or #",
      "issuer には https:// の URL を指定してください(http:// はこのコンピューターだけ。? や # 以降は書けません)",
    ),
  ),
);

const OIDC_SCHEMA = z.strictObject({
  issuer: ISSUER_SCHEMA,
  clientId: createPlainTextSchema(),
  audience: createPlainTextSchema(),
  scope: createPlainTextSchema().default("openid profile offline_access"),
  // claim that lists a person's groups
  groups: createPlainTextSchema().default("groups"),
});

const WHO_PATTERN = /^(?<kind>group|subject):(?<value>.+)$/;

const OPERATOR_SCHEMA = z
  .strictObject({
    // a mail address can pass to another person, and a group could be named like somebody's subject
    who: createPlainTextSchema()
      .refine(
        (who) => WHO_PATTERN.test(who),
        refuse(
          text("write who as group:NAME or subject:ID", "who は「group:名前」か「subject:ID」の形で指定してください"),
        ),
      )
      .transform((who) => ({ ...WHO_PATTERN.exec(who)?.groups })),
    tenants: z
      .array(createPlainTextSchema())
      .min(1, toZodMessage(text("the list is empty", "一覧が空です")))
      .readonly(),
    // the fourth role, オペレーター, belongs to one organisation of one tenant
    role: z.enum(ADMINISTRATOR_ROLES).exclude(["operator"]),
    scheme: createPlainTextSchema().optional(),
  })
  .refine(({ role, scheme }) => (role === "custom") === (scheme !== undefined), {
    ...refuse(text("role: custom, and no other role, needs scheme", "scheme は role: custom のときにだけ必要です")),
    path: ["role"],
  });

const SETTINGS_SCHEMA = z
  .strictObject({
    listen: createPlainTextSchema().optional(),
    open: createWholeNumberSchema(1, 10_000).default(200),
    keep: createPlainTextSchema()
      .default("30d")
      .transform((typed) => parseDurationDays(typed) ?? 0)
      .refine((days) => days > 0, refuse(text("write keep as 30d or 4w", "keep は 30d や 4w の形で指定してください"))),
    oidc: OIDC_SCHEMA.optional(),
    operators: z.array(OPERATOR_SCHEMA).readonly().default([]),
    passwords: z
      .enum(["true", "false"])
      .default("true")
      .transform((written) => written === "true"),
    metrics: createPlainTextSchema().optional(),
  })
  .refine(({ oidc, operators }) => oidc !== undefined || operators.length === 0, {
    ...refuse(text("operators requires oidc", "operators には oidc の設定が必要です")),
    path: ["operators"],
  })
  .refine(({ oidc, passwords }) => oidc !== undefined || passwords, {
    ...refuse(
      text(
        "without oidc and passwords, nobody could sign in",
        "oidc も passwords もないと、だれもサインインできません",
      ),
    ),
    path: ["passwords"],
  });

export type ServeSettings = z.output<typeof SETTINGS_SCHEMA>;

export type OidcSettings = NonNullable<ServeSettings["oidc"]>;

/** Rejects unknown settings. @param content default: an empty file @throws `input-rejected` with the line number */
export const parseServeSettings = (content: string | undefined, where: string): ServeSettings =>
  content === undefined
    ? SETTINGS_SCHEMA.parse({})
    : readYaml(SETTINGS_SCHEMA, { content, where, hint: FORMAT_HINT, maxLength: 100_000 }).value;
