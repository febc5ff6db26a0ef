import { Failure } from "../../errors/index.ts";
import { RENEWAL_KINDS, type RenewalKind } from "../../model/renewal.ts";
import { text } from "../../text/index.ts";
import { isLoopback, SERVICES, type NotifySettings, type Recipient, type SmtpSettings } from "./settings.ts";
import { SettingsFields } from "./settings-fields.ts";
import { SettingsReader, type Entries, type Placed } from "./settings-yaml.ts";
import { USUAL_STAGES } from "../stages.ts";

const LONGEST = 1_000_000;
const SECOND_MS = 1000;
const KINDS = Object.keys(RENEWAL_KINDS) as readonly RenewalKind[];

const TOLD_OF = ["name", "way", "language", "contexts", "kinds"];
const WAYS = {
  mail: [...TOLD_OF, "address"],
  webhook: [...TOLD_OF, "service", "url-env", "url-file", "token-env", "token-file", "template"],
  command: [...TOLD_OF, "command", "timeout"],
} as const;
const WAY_NAMES = Object.keys(WAYS) as readonly (keyof typeof WAYS)[];
const SMTP_KEYS = ["host", "port", "security", "from", "user", "password-env", "password-file", "ca-file"];
const PORTS = { tls: 465, starttls: 587, none: 25 } as const;

/** Reads one file; the same word always means the same. */
class Parser {
  readonly #reader: SettingsReader;
  readonly #fields: SettingsFields;

  constructor(reader: SettingsReader) {
    this.#reader = reader;
    this.#fields = new SettingsFields(reader);
  }

  settings(): NotifySettings {
    const reader = this.#reader;
    const parts = reader.entries(
      reader.root,
      ["language", "stages", "smtp", "recipients"],
      text("the file", "ファイル"),
    );
    const language = this.#fields.language(parts) ?? "ja";
    const smtp = parts.get("smtp");
    const recipients = parts.get("recipients");
    const placed = recipients === undefined ? [] : reader.list(recipients);
    const settings = {
      language,
      stages: this.#stages(parts.get("stages")),
      ...(smtp === undefined ? {} : { smtp: this.#smtp(smtp) }),
      recipients: placed.map((one) => this.#recipient(one, language)),
    };
    this.#refuseTwins(settings.recipients, placed);
    this.#refuseMailWithoutServer(settings, placed);
    return settings;
  }

  #stages(placed: Placed | undefined): readonly number[] {
    if (placed === undefined) return USUAL_STAGES;
    const stages = this.#reader.list(placed).map((one) => this.#reader.number(one, 0, 3650));
    return [...new Set(stages)].toSorted((one, other) => other - one);
  }

  #smtp(placed: Placed): SmtpSettings {
    const reader = this.#reader;
    const parts = reader.entries(placed, SMTP_KEYS, text("smtp", "smtp "));
    const security = this.#fields.optional(parts, "security", (one) =>
      reader.choice(one, ["tls", "starttls", "none"] as const),
    );
    const host = reader.text(this.#fields.needed(parts, "host", placed.line));
    const chosen = security ?? "starttls";
    const from = this.#fields.needed(parts, "from", placed.line);
    const user = this.#fields.optional(parts, "user", (one) => reader.text(one));
    const password = this.#fields.secret(parts, "password");
    if (chosen === "none" && password !== undefined && !isLoopback(host)) {
      throw reader.refuse(
        parts.get("security")?.line ?? placed.line,
        text(
          "a password goes unencrypted only to a server on this machine",
          "暗号化なしでパスワードを送れるのは、この端末上のメールサーバーだけです",
        ),
      );
    }
    if ((user === undefined) !== (password === undefined)) {
      throw reader.refuse(
        (parts.get("user") ?? placed).line,
        text("user and password go together", "user と password-env(または password-file)は両方指定してください"),
      );
    }
    const caFile = this.#fields.optional(parts, "ca-file", (one) => reader.text(one));
    return {
      host,
      port: this.#fields.optional(parts, "port", (one) => reader.number(one, 1, 65_535)) ?? PORTS[chosen],
      security: chosen,
      from: this.#fields.sender(from),
      ...(user === undefined ? {} : { user }),
      ...(password === undefined ? {} : { password }),
      ...(caFile === undefined ? {} : { caFile }),
    };
  }

  #recipient(placed: Placed, usual: "ja" | "en"): Recipient {
    const reader = this.#reader;
    const name = text("a recipient", "recipients の項目");
    const all = reader.entries(placed, [...new Set(Object.values(WAYS).flat())], name);
    const way = reader.choice(this.#fields.needed(all, "way", placed.line), WAY_NAMES);
    const parts = reader.entries(placed, WAYS[way], text(`a recipient by ${way}`, `way: ${way} の項目`));
    const contexts = this.#fields.optional(parts, "contexts", (one) => this.#fields.texts(one));
    const kinds = this.#fields.optional(parts, "kinds", (one) =>
      reader.list(one).map((kind) => reader.choice(kind, KINDS)),
    );
    const told = {
      name: this.#fields.name(this.#fields.needed(parts, "name", placed.line)),
      language: this.#fields.language(parts) ?? usual,
      ...(contexts === undefined ? {} : { contexts }),
      ...(kinds === undefined ? {} : { kinds }),
    };
    switch (way) {
      case "mail":
        return { ...told, way, address: this.#fields.address(this.#fields.needed(parts, "address", placed.line)) };
      case "webhook":
        return { ...told, ...this.#webhook(parts, placed.line) };
      case "command": {
        const [program = "", ...rest] = this.#fields.texts(this.#fields.needed(parts, "command", placed.line));
        const seconds = this.#fields.optional(parts, "timeout", (one) => reader.number(one, 1, 300)) ?? 60;
        return { ...told, way, command: [program, ...rest], timeoutMs: seconds * SECOND_MS };
      }
    }
  }

  #webhook(parts: Entries, line: number) {
    const reader = this.#reader;
    const service = reader.choice(this.#fields.needed(parts, "service", line), SERVICES);
    const url = this.#fields.secret(parts, "url") ?? this.#fields.missing("url-env", line);
    const token = this.#fields.secret(parts, "token");
    if ((service === "chatwork") !== (token !== undefined)) {
      throw reader.refuse(
        line,
        text("Chatwork, and only Chatwork, needs token-env", "token-env は service: chatwork のときだけ必要です"),
      );
    }
    const written = parts.get("template");
    if ((service === "template") !== (written !== undefined)) {
      throw reader.refuse(
        written?.line ?? line,
        text("template goes with service: template", "template は service: template と一緒に指定してください"),
      );
    }
    const template = written === undefined ? {} : { template: this.#fields.template(written) };
    return { way: "webhook" as const, service, url, ...(token === undefined ? {} : { token }), ...template };
  }

  #refuseTwins(recipients: readonly Recipient[], placed: readonly Placed[]): void {
    const known = new Set<string>();
    for (const [index, recipient] of recipients.entries()) {
      const said = recipient.way === "mail" ? recipient.address.toLowerCase() : recipient.name;
      const key = `${recipient.way} ${said}`;
      if (known.has(key)) {
        throw this.#reader.refuse(
          placed[index]?.line ?? 1,
          text(`${said} is named twice`, `「${said}」が 2 回指定されています`),
        );
      }
      known.add(key);
    }
  }

  #refuseMailWithoutServer({ smtp, recipients }: NotifySettings, placed: readonly Placed[]): void {
    const index = recipients.findIndex(({ way }) => way === "mail");
    if (smtp === undefined && index !== -1) {
      throw this.#reader.refuse(
        placed[index]?.line ?? 1,
        text("mail needs the part smtp", "way: mail には smtp の設定が必要です"),
      );
    }
  }
}

/**
 * Reads `notify.yaml`. Whatever is not known, missing or ambiguous is refused: a notice that is not sent is noticed too
 * late.
 *
 * @param where the file's name, for messages
 * @throws `input-rejected` with the line
 */
export const parseNotifySettings = async (content: string, where: string): Promise<NotifySettings> => {
  if (content.length > LONGEST) {
    throw new Failure("input-rejected", { what: text("too long for settings", "設定ファイルとして長すぎます"), where });
  }
  return new Parser(await SettingsReader.read(content, where)).settings();
};
