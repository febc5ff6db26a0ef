/**
 * YAML files written by people: read by a zod schema, every failure with its line. zod and yaml are heavy, so import
 * this module, and those that declare schemas, only when such a file is read: `await import("../files/yaml.ts")`.
 */
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Node } from "yaml";
import { z, type core } from "zod";
import { Failure } from "../errors/index.ts";
import { text, type Text } from "../text/index.ts";
import { unprintableAt } from "../text/yaml-text.ts";

/** The place of a value: keys of mappings and indexes of lists, from the top of the file. */
export type YamlPath = readonly (string | number)[];

/** A YAML file, and how to read it. */
export interface YamlFile {
  readonly content: string;
  /** the file's name, for messages */
  readonly where: string;
  /** where to find out what the file may contain; added to every failure that has a line */
  readonly hint: Text;
  /** a longer content, in UTF-16 code units, is not parsed */
  readonly maxLength: number;
  /** Mappings whose keys are chosen by the user; the schema receives them as a `Map` in the file's order (`z.map`). */
  readonly hasOwnKeys?: ((path: YamlPath) => boolean) | undefined;
}

/** The content of a file, and how to reject it for faults that no schema can detect. */
export interface YamlContent<T> {
  readonly value: T;
  /** The failure at the line of a value or, if it is missing, of its parent. */
  readonly refuse: (path: YamlPath, what: Text) => Failure;
}

/** Separates the two languages of one zod message; no text for people contains it. */
const SEPARATOR = "\0";

/** A message in both languages in the form zod takes: `z.string().min(1, wording(text("…", "…")))`. */
export const wording = ({ en, ja }: Text): string => `${en}${SEPARATOR}${ja}`;

const PLAIN_TEXT = text("plain text is needed here", "ここには文字列を書いてください");

/** A scalar that is not blank. */
export const plainText = (): z.ZodString =>
  z.string().refine((value) => value.trim() !== "", { error: wording(PLAIN_TEXT), abort: true });

/** A whole number from `min` to `max`, in digits. */
export const wholeNumber = (min: number, max: number) =>
  plainText()
    .refine((written) => /^\d+$/.test(written) && Number(written) >= min && Number(written) <= max, {
      error: wording(
        text(`a number from ${min} to ${max} is needed here`, `ここには ${min} から ${max} の数を書いてください`),
      ),
    })
    .transform(Number);

/**
 * Reads a YAML file by a schema. The schema receives every scalar as the text that was written (`001`, `no`), a list as
 * an array, a mapping as an object without a prototype, so that no key is special, or as a `Map`; a blank value is "".
 * Aliases, tags and duplicate keys are rejected, so that the same words always mean the same.
 *
 * @throws `input-rejected` at `FILE:LINE` of the first fault
 */
export function readYaml<S extends z.ZodType>(schema: S, file: YamlFile): YamlContent<z.output<S>> {
  const { content, where, maxLength } = file;
  if (content.length > maxLength) {
    throw new Failure("input-rejected", {
      what: text(`longer than ${maxLength} characters`, `${maxLength} 文字を超えています`),
      where,
    });
  }
  const document = new YamlDocument(file);
  const result = schema.safeParse(document.value(), { error: wordingOf });
  if (result.success) return { value: result.data, refuse: (path, what) => document.refuse(path, what) };
  throw document.failureOf(result.error.issues);
}

const unprintable = ({ content }: YamlFile, at: number): Text => {
  const code = `U+${(content.codePointAt(at) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
  return text(
    `not valid YAML: it contains the character ${code}`,
    `YAML として正しくありません: 文字 ${code} が含まれています`,
  );
};

/** A parsed file, whose values know their lines. */
class YamlDocument {
  readonly #file: YamlFile;
  readonly #lines = new LineCounter();
  readonly #root: Node | null;

  constructor(file: YamlFile) {
    this.#file = file;
    const odd = unprintableAt(file.content);
    if (odd !== undefined)
      throw this.#refuseAt(file.content.slice(0, odd).split(/\r\n|[\r\n]/).length, unprintable(file, odd));
    // failsafe: every scalar is text, so that a name 001 stays 001 and "no" stays "no"
    const { contents, errors, warnings } = parseDocument(file.content, {
      schema: "failsafe",
      lineCounter: this.#lines,
      prettyErrors: false,
    });
    this.#root = contents;
    const [fault] = [...errors, ...warnings];
    if (fault === undefined) return;
    throw this.#refuseAt(
      this.#lines.linePos(fault.pos[0]).line,
      fault.code === "RESOURCE_EXHAUSTION"
        ? text("nested too deeply", "入れ子が深すぎます")
        : text(`not valid YAML: ${fault.message}`, `YAML として正しくありません: ${fault.message}`),
    );
  }

  /** The content in the form schemas take. */
  value(): unknown {
    return this.#valueOf(this.#root, []);
  }

  #valueOf(node: unknown, path: YamlPath): unknown {
    if (node === null) return "";
    if (isScalar(node)) return node.value;
    if (isSeq(node)) return node.items.map((item, index) => this.#valueOf(item, [...path, index]));
    if (!isMap(node)) throw this.#refuseAt(this.#lineOf(node) ?? 1, isAlias(node) ? ALIAS : PLAIN_TEXT);
    const entries = node.items.map(({ key, value }): [string, unknown] => {
      const name = this.#keyOf(key);
      return [name, this.#valueOf(value, [...path, name])];
    });
    if (this.#file.hasOwnKeys?.(path) === true) return new Map(entries);
    const mapping = Object.create(null) as Record<string, unknown>;
    for (const [name, value] of entries) mapping[name] = value;
    return mapping;
  }

  #keyOf(key: unknown): string {
    if (isScalar(key) && typeof key.value === "string") return key.value;
    throw this.#refuseAt(this.#lineOf(key) ?? 1, PLAIN_TEXT);
  }

  /** The failure of a path. */
  refuse(path: YamlPath, what: Text): Failure {
    return this.#refuseAt(this.#lineAt(path), what);
  }

  /** The failure for the first issue in the file. */
  failureOf(issues: readonly core.$ZodIssue[]): Failure {
    const placed = issues.map((issue) => {
      const path = issue.path.filter((part) => typeof part !== "symbol");
      const line = issue.code === "unrecognized_keys" ? this.#lineOfKey(path, issue.keys[0] ?? "") : this.#lineAt(path);
      return { line, message: issue.message };
    });
    const { line, message } = placed.reduce((first, other) => (other.line < first.line ? other : first));
    const [en = message, ja = en] = message.split(SEPARATOR);
    return this.#refuseAt(line, text(en, ja));
  }

  #refuseAt(line: number, what: Text): Failure {
    const { where, hint } = this.#file;
    return new Failure("input-rejected", { what, where: `${where}:${line}`, hint });
  }

  /** The line on which a value begins: else that of its key, else that of its parent. */
  #lineAt(path: YamlPath): number {
    let node: unknown = this.#root;
    let line = this.#lineOf(this.#root) ?? 1;
    for (const part of path) {
      if (typeof part === "number") {
        node = isSeq(node) ? node.items[part] : undefined;
      } else {
        const pair = pairOf(node, part);
        line = this.#lineOf(pair?.key) ?? line;
        node = pair?.value;
      }
      line = this.#lineOf(node) ?? line;
    }
    return line;
  }

  #lineOfKey(path: YamlPath, name: string): number {
    const node = path.reduce<unknown>(
      (inner, part) => (typeof part === "number" ? isSeq(inner) && inner.items[part] : pairOf(inner, part)?.value),
      this.#root,
    );
    return this.#lineOf(pairOf(node, name)?.key) ?? this.#lineAt(path);
  }

  #lineOf(node: unknown): number | undefined {
    const offset = isNode(node) ? node.range?.[0] : undefined;
    return offset === undefined ? undefined : this.#lines.linePos(offset).line;
  }
}

const ALIAS = text("plain text is needed here, not an alias", "ここには文字列を書いてください(エイリアスは使えません)");

const pairOf = (node: unknown, name: string) =>
  isMap(node) ? node.items.find(({ key }) => isScalar(key) && key.value === name) : undefined;

/** The message for an issue, if the schema itself has none. */
function wordingOf(issue: core.$ZodRawIssue): string | undefined {
  const { path = [], input } = issue;
  const name = nameOf(path);
  const missing = text(`${name.en} is missing`, `${name.ja} がありません`);
  if (input === undefined) return wording(missing);
  if (issue.code === "unrecognized_keys") {
    const { keys, inst } = issue;
    const known = inst instanceof z.ZodObject ? Object.keys(inst.shape).join(", ") : "";
    return wording(
      text(
        `${name.en} has no "${keys[0]}"; it may have ${known}`,
        `${name.ja}に「${keys[0]}」はありません。使えるもの: ${known}`,
      ),
    );
  }
  if (issue.code === "invalid_value") return wording(choiceOf(input, issue.values));
  if (issue.code === "invalid_union" && issue.discriminator !== undefined) {
    const chosen = (input as Readonly<Record<string, unknown>>)[issue.discriminator];
    return wording(chosen === undefined ? missing : choiceOf(chosen, (issue.options ?? []) as readonly unknown[]));
  }
  return issue.code === "invalid_type" ? wording(neededOf(issue.expected, name)) : undefined;
}

const nameOf = (path: readonly PropertyKey[]): Text => {
  const [last, list] = [path.at(-1), path.at(-2)];
  if (last === undefined) return text("the file", "ファイル");
  if (typeof last !== "number") return text(String(last), String(last));
  return list === undefined
    ? text("an entry of the list", "リストの項目")
    : text(`an entry of ${String(list)}`, `${String(list)} の項目`);
};

function choiceOf(input: unknown, choices: readonly unknown[]): Text {
  if (typeof input !== "string" || input.trim() === "") return PLAIN_TEXT;
  const list = choices.filter((choice) => choice !== "").join(", ");
  return text(`"${input}" is not one of ${list}`, `「${input}」は使えません。使えるもの: ${list}`);
}

function neededOf(expected: string, name: Text): Text {
  if (expected === "array") return text("a list is needed here", "ここにはリストを書いてください");
  if (expected === "string") return PLAIN_TEXT;
  return text(`${name.en} must consist of "name: value" entries`, `${name.ja}は「名前: 値」の並びにしてください`);
}
