import { text } from "../../text/index.ts";
import { isMailAddress, type SecretSource } from "./settings.ts";
import type { Entries, Placed, SettingsReader } from "./settings-yaml.ts";
import { fillTemplate } from "./ways/webhook-payload.ts";

const LONGEST_NAME = 100;

const LANGUAGES = ["ja", "en"] as const;

/** Reads the values that settings are made of; each failure names its line. */
export class SettingsFields {
  readonly #reader: SettingsReader;

  constructor(reader: SettingsReader) {
    this.#reader = reader;
  }

  /** JSON once its placeholders are filled in. */
  template(placed: Placed): string {
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
  secret(parts: Entries, name: string): SecretSource | undefined {
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

  /** Texts, at least one. */
  texts(placed: Placed): readonly string[] {
    const texts = this.#reader.list(placed).map((one) => this.#reader.text(one));
    if (texts.length > 0) return texts;
    throw this.#reader.refuse(placed.line, text("the list is empty", "リストが空です"));
  }

  /** What a recipient is called, and recorded under: short, on one line. */
  name(placed: Placed): string {
    const name = this.#reader.text(placed);
    if (name.length <= LONGEST_NAME && !/\p{Cc}/u.test(name)) return name;
    throw this.#reader.refuse(
      placed.line,
      text(
        `a name has at most ${LONGEST_NAME} characters, on one line`,
        `名前は改行なしの ${LONGEST_NAME} 文字までです`,
      ),
    );
  }

  /** One mail address. */
  address(placed: Placed): string {
    const address = this.#reader.text(placed);
    if (isMailAddress(address)) return address;
    throw this.#reader.refuse(
      placed.line,
      text(`"${address}" is no mail address`, `「${address}」はメールアドレスではありません`),
    );
  }

  /** An address, alone or as `name <address>`. */
  sender(placed: Placed): string {
    const from = this.#reader.text(placed);
    const address = /^[^<>\r\n]*<([^<>]+)>$/.exec(from)?.[1] ?? from;
    if (isMailAddress(address)) return from;
    throw this.#reader.refuse(
      placed.line,
      text(`"${from}" is no mail address`, `「${from}」はメールアドレスではありません`),
    );
  }

  language(parts: Entries): "ja" | "en" | undefined {
    return this.optional(parts, "language", (one) => this.#reader.choice(one, LANGUAGES));
  }

  needed(parts: Entries, key: string, line: number): Placed {
    return parts.get(key) ?? this.missing(key, line);
  }

  optional<T>(parts: Entries, key: string, read: (placed: Placed) => T): T | undefined {
    const placed = parts.get(key);
    return placed === undefined ? undefined : read(placed);
  }

  missing(key: string, line: number): never {
    throw this.#reader.refuse(line, text(`${key} is missing`, `${key} がありません`));
  }
}
