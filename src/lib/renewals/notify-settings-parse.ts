import { Failure } from "../errors/index.ts";
import { RENEWAL_KINDS, type RenewalKind } from "../model/renewal.ts";
import { text } from "../text/index.ts";
import {
  isLoopback,
  isMailAddress,
  SERVICES,
  type NotifySettings,
  type Recipient,
  type SecretSource,
  type SmtpSettings,
} from "./notify-settings.ts";
import { SettingsReader, type Entries, type Placed } from "./notify-settings-yaml.ts";
import { USUAL_STAGES } from "./stages.ts";
import { fillTemplate } from "./webhook-payload.ts";

const LONGEST = 1_000_000;
const SECOND_MS = 1000;
const LANGUAGES = ["ja", "en"] as const;
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

  constructor(reader: SettingsReader) {
    this.#reader = reader;
  }

  settings(): NotifySettings {
    const reader = this.#reader;
    const parts = reader.entries(
      reader.root,
      ["language", "stages", "smtp", "recipients"],
      text("the file", "ファイル"),
    );
    const language = this.#language(parts) ?? "ja";
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
    const security = this.#optional(parts, "security", (one) =>
      reader.choice(one, ["tls", "starttls", "none"] as const),
    );
    const host = reader.text(this.#needed(parts, "host", placed.line));
    const chosen = security ?? "starttls";
    const from = this.#needed(parts, "from", placed.line);
    const user = this.#optional(parts, "user", (one) => reader.text(one));
    const password = this.#secret(parts, "password");
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
        placed.line,
        text("user and password go together", "user と password-env(または password-file)は両方指定してください"),
      );
    }
    const caFile = this.#optional(parts, "ca-file", (one) => reader.text(one));
    return {
      host,
      port: this.#optional(parts, "port", (one) => reader.number(one, 1, 65_535)) ?? PORTS[chosen],
      security: chosen,
      from: this.#sender(from),
      ...(user === undefined ? {} : { user }),
      ...(password === undefined ? {} : { password }),
      ...(caFile === undefined ? {} : { caFile }),
    };
  }

  #recipient(placed: Placed, usual: "ja" | "en"): Recipient {
    const reader = this.#reader;
    const name = text("a recipient", "recipients の項目");
    const all = reader.entries(placed, [...new Set(Object.values(WAYS).flat())], name);
    const way = reader.choice(this.#needed(all, "way", placed.line), WAY_NAMES);
    const parts = reader.entries(placed, WAYS[way], text(`a recipient by ${way}`, `way: ${way} の項目`));
    const contexts = this.#optional(parts, "contexts", (one) => this.#texts(one));
    const kinds = this.#optional(parts, "kinds", (one) => reader.list(one).map((kind) => reader.choice(kind, KINDS)));
    const told = {
      name: reader.text(this.#needed(parts, "name", placed.line)),
      language: this.#language(parts) ?? usual,
      ...(contexts === undefined ? {} : { contexts }),
      ...(kinds === undefined ? {} : { kinds }),
    };
    switch (way) {
      case "mail":
        return { ...told, way, address: this.#address(this.#needed(parts, "address", placed.line)) };
      case "webhook":
        return { ...told, ...this.#webhook(parts, placed.line) };
      case "command": {
        const [program = "", ...rest] = this.#texts(this.#needed(parts, "command", placed.line));
        const seconds = this.#optional(parts, "timeout", (one) => reader.number(one, 1, 300)) ?? 60;
        return { ...told, way, command: [program, ...rest], timeoutMs: seconds * SECOND_MS };
      }
    }
  }

  #webhook(parts: Entries, line: number) {
    const reader = this.#reader;
    const service = reader.choice(this.#needed(parts, "service", line), SERVICES);
    const url = this.#secret(parts, "url") ?? this.#missing("url-env", line);
    const token = this.#secret(parts, "token");
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
    const template = written === undefined ? {} : { template: this.#template(written) };
    return { way: "webhook" as const, service, url, ...(token === undefined ? {} : { token }), ...template };
  }

  #template(placed: Placed): string {
    const template = this.#reader.text(placed);
    try {
      JSON.parse(fillTemplate(template, { subject: '"', text: "\n", messageId: "<1@clomoctl.invalid>" }));
      return template;
    } catch {
      throw this.#reader.refuse(
        placed.line,
        text(
          'the template is not JSON; placeholders stand in quotes: {"text": "{{text}}"}',
          'template が JSON ではありません。差し込みは引用符の中に書いてください: {"text": "{{text}}"}',
        ),
      );
    }
  }

  /** `NAME-env` or `NAME-file`, not both; the secret itself never stands in the file. */
  #secret(parts: Entries, name: string): SecretSource | undefined {
    const reader = this.#reader;
    const [env, file] = [parts.get(`${name}-env`), parts.get(`${name}-file`)];
    if (env !== undefined && file !== undefined) {
      throw reader.refuse(
        file.line,
        text(`say ${name}-env or ${name}-file, not both`, `${name}-env と ${name}-file は片方だけ指定してください`),
      );
    }
    if (file !== undefined) return { file: reader.text(file) };
    if (env === undefined) return undefined;
    const variable = reader.text(env);
    if (/^[A-Za-z_]\w*$/.test(variable)) return { env: variable };
    throw reader.refuse(
      env.line,
      text(
        `${name}-env takes the name of a variable, not the secret itself`,
        `${name}-env には環境変数の名前を書いてください(値そのものではありません)`,
      ),
    );
  }

  #texts(placed: Placed): readonly string[] {
    const texts = this.#reader.list(placed).map((one) => this.#reader.text(one));
    if (texts.length > 0) return texts;
    throw this.#reader.refuse(placed.line, text("the list is empty", "リストが空です"));
  }

  #address(placed: Placed): string {
    const address = this.#reader.text(placed);
    if (isMailAddress(address)) return address;
    throw this.#reader.refuse(
      placed.line,
      text(`"${address}" is no mail address`, `「${address}」はメールアドレスではありません`),
    );
  }

  #sender(placed: Placed): string {
    const from = this.#reader.text(placed);
    const address = /^[^<>\r\n]*<([^<>]+)>$/.exec(from)?.[1] ?? from;
    if (isMailAddress(address)) return from;
    throw this.#reader.refuse(
      placed.line,
      text(`"${from}" is no mail address`, `「${from}」はメールアドレスではありません`),
    );
  }

  #language(parts: Entries): "ja" | "en" | undefined {
    return this.#optional(parts, "language", (one) => this.#reader.choice(one, LANGUAGES));
  }

  #optional<T>(parts: Entries, key: string, read: (placed: Placed) => T): T | undefined {
    const placed = parts.get(key);
    return placed === undefined ? undefined : read(placed);
  }

  #needed(parts: Entries, key: string, line: number): Placed {
    return parts.get(key) ?? this.#missing(key, line);
  }

  #missing(key: string, line: number): never {
    throw this.#reader.refuse(line, text(`${key} is missing`, `${key} がありません`));
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
