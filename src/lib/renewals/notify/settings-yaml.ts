import type Yaml from "yaml";
import type { LineCounter } from "yaml";
import { Failure } from "../../errors/index.ts";
import { text, type Text } from "../../text/index.ts";

/** A value of the file and the line it begins on. */
export interface Placed {
  readonly node: unknown;
  readonly line: number;
}

/** Keys of a mapping in the file's order. */
export type Entries = ReadonlyMap<string, Placed>;

/** Walks a parsed settings file; every failure names the file and the line. */
export class SettingsReader {
  readonly #yaml: typeof Yaml;
  readonly #lines: LineCounter;
  readonly #where: string;
  readonly root: Placed;

  private constructor(yaml: typeof Yaml, content: string, where: string) {
    this.#yaml = yaml;
    this.#where = where;
    this.#lines = new yaml.LineCounter();
    // failsafe: every scalar is text, so that a name 001 stays 001 and "no" stays "no"
    const document = yaml.parseDocument(content, {
      schema: "failsafe",
      lineCounter: this.#lines,
      prettyErrors: false,
    });
    const [fault] = [...document.errors, ...document.warnings];
    if (fault !== undefined) {
      throw this.refuse(
        this.#lines.linePos(fault.pos[0]).line,
        text(`not valid YAML: ${fault.message}`, `YAML として正しくありません: ${fault.message}`),
      );
    }
    this.root = { node: document.contents, line: 1 };
  }

  /** @throws `input-rejected` when it is not YAML */
  static async read(content: string, where: string): Promise<SettingsReader> {
    const { default: yaml } = await import("yaml");
    return new SettingsReader(yaml, content, where);
  }

  /** A failure at a line. */
  refuse(line: number, what: Text): Failure {
    return new Failure("input-rejected", {
      what,
      where: `${this.#where}:${line}`,
      hint: text(
        "clomoctl renewals notify --help shows what the file may say",
        "書き方は clomoctl renewals notify --help で確認できます",
      ),
    });
  }

  /** A mapping that has only `known` keys, each once. */
  entries({ node, line }: Placed, known: readonly string[], name: Text): Entries {
    if (!this.#yaml.isMap(node)) {
      throw this.refuse(
        line,
        text(`${name.en} must be a list of "name: value"`, `${name.ja}は「名前: 値」の並びにしてください`),
      );
    }
    const entries = new Map<string, Placed>();
    for (const pair of node.items) {
      const at = this.#lineOf(pair.key, line);
      const key = this.text({ node: pair.key, line: at });
      if (!known.includes(key)) {
        const list = known.join(", ");
        throw this.refuse(
          at,
          text(
            `${name.en} has no "${key}"; it may have ${list}`,
            `${name.ja}に「${key}」はありません。使えるもの: ${list}`,
          ),
        );
      }
      entries.set(key, { node: pair.value, line: this.#lineOf(pair.value, at) });
    }
    return entries;
  }

  list({ node, line }: Placed): readonly Placed[] {
    if (!this.#yaml.isSeq(node)) {
      throw this.refuse(line, text("a list is needed here", "ここにはリストを書いてください"));
    }
    return node.items.map((item) => ({ node: item, line: this.#lineOf(item, line) }));
  }

  /** A plain text that is not blank; a list, a mapping or an alias is refused. */
  text({ node, line }: Placed): string {
    if (this.#yaml.isScalar(node) && typeof node.value === "string" && node.value.trim() !== "") return node.value;
    throw this.refuse(line, text("a plain text is needed here", "ここには文字列を書いてください"));
  }

  /** A whole number from `min` to `max`. */
  number(placed: Placed, min: number, max: number): number {
    const written = this.text(placed);
    const value = Number(written);
    if (/^\d+$/.test(written) && value >= min && value <= max) return value;
    throw this.refuse(
      placed.line,
      text(`a number from ${min} to ${max} is needed here`, `ここには ${min} から ${max} の数を書いてください`),
    );
  }

  /** One of a few words. */
  choice<C extends string>(placed: Placed, choices: readonly C[]): C {
    const written = this.text(placed);
    const choice = choices.find((known) => known === written);
    if (choice !== undefined) return choice;
    const list = choices.join(", ");
    throw this.refuse(
      placed.line,
      text(`"${written}" is none of ${list}`, `「${written}」は使えません。使えるもの: ${list}`),
    );
  }

  #lineOf(node: unknown, usual: number): number {
    const offset = this.#yaml.isNode(node) ? node.range?.[0] : undefined;
    return offset === undefined ? usual : this.#lines.linePos(offset).line;
  }
}
