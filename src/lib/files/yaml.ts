/** Import this module only when needed: zod and yaml load slowly. */
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Document } from "yaml";
import { z, type core } from "zod";
import { Failure } from "../errors/index.ts";
import { text, type Text } from "../text/index.ts";

export type YamlPath = readonly (string | number)[];

export interface YamlFile {
  readonly content: string;
  readonly where: string;
  readonly hint: Text;
  readonly maxLength: number;
  /** Returns true for a mapping with keys chosen by the user, which becomes a `Map`. */
  readonly hasOwnKeys?: ((path: YamlPath) => boolean) | undefined;
}

const LANGUAGE_SEPARATOR = "\0";

export const toZodMessage = ({ en, ja }: Text): string => `${en}${LANGUAGE_SEPARATOR}${ja}`;

const PLAIN_TEXT_NEEDED = text("this value must be plain text", "この値は文字列で書いてください");

export const createPlainTextSchema = (): z.ZodString =>
  z.string().refine((value) => value.trim() !== "", { error: toZodMessage(PLAIN_TEXT_NEEDED), abort: true });

export const createWholeNumberSchema = (min: number, max: number) =>
  createPlainTextSchema()
    .refine((written) => /^\d+$/.test(written) && Number(written) >= min && Number(written) <= max, {
      error: toZodMessage(
        text(
          `this value must be a whole number from ${min} to ${max}`,
          `この値には ${min} から ${max} の整数を書いてください`,
        ),
      ),
    })
    .transform(Number);

/**
 * Passes every scalar to the schema as written (`001`, `no`). Rejects aliases, tags and duplicate keys.
 * @throws `input-rejected` at `FILE:LINE`
 */
export function readYaml<S extends z.ZodType>(schema: S, file: YamlFile) {
  const { content, where, maxLength } = file;
  if (content.length > maxLength) {
    throw new Failure("input-rejected", {
      what: text(`the content is longer than ${maxLength} characters`, `内容が ${maxLength} 文字を超えています`),
      where,
    });
  }
  const document = new YamlDocument(file);
  const result = schema.safeParse(document.value(), { error: createIssueMessage });
  if (result.success)
    return { value: result.data, refuse: (path: YamlPath, what: Text) => document.refuse(path, what) };
  throw document.failureOf(result.error.issues);
}

class YamlDocument {
  readonly #file: YamlFile;
  readonly #lines = new LineCounter();
  readonly #document: Document.Parsed;

  constructor(file: YamlFile) {
    this.#file = file;
    // the failsafe schema reads every scalar as text, so that the name 001 does not become 1
    const options = { schema: "failsafe", lineCounter: this.#lines, prettyErrors: false } as const;
    this.#document = parseDocument(file.content, options);
    // the parser accepts characters that YAML does not allow @see https://yaml.org/spec/1.2.2/#51-character-set
    const at = file.content.search(/[^\t\n\r -~\u0085\u00a0-\ufffd\u{10000}-\u{10ffff}]|\r(?!\n)/u);
    const characters = at < 0 ? [] : [{ pos: [at] as const, code: undefined, message: "control character" }];
    const [fault] = [...characters, ...this.#document.errors, ...this.#document.warnings];
    if (fault === undefined) return;
    throw this.#refuseAt(
      this.#lines.linePos(fault.pos[0]).line,
      fault.code === "RESOURCE_EXHAUSTION"
        ? text("the content is nested too deeply", "内容の入れ子が深すぎます")
        : text(`not valid YAML: ${fault.message}`, `YAML として正しくありません: ${fault.message}`),
    );
  }

  value(): unknown {
    return this.#valueOf(this.#document.contents, []);
  }

  #valueOf(node: unknown, path: YamlPath): unknown {
    if (node === null) return "";
    if (isScalar(node)) return node.value;
    if (isSeq(node)) return node.items.map((item, index) => this.#valueOf(item, [...path, index]));
    if (!isMap(node))
      throw this.#refuseAt(this.#lineOf(node) ?? 1, isAlias(node) ? ALIAS_NOT_ALLOWED : PLAIN_TEXT_NEEDED);
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
    throw this.#refuseAt(this.#lineOf(key) ?? 1, PLAIN_TEXT_NEEDED);
  }

  refuse(path: YamlPath, what: Text): Failure {
    return this.#refuseAt(this.#lineAt(path), what);
  }

  failureOf(issues: readonly core.$ZodIssue[]): Failure {
    const placed = issues.map((issue) => {
      const path = issue.path.filter((part) => typeof part !== "symbol");
      const line = issue.code === "unrecognized_keys" ? this.#lineOfKey(path, issue.keys[0] ?? "") : this.#lineAt(path);
      return { line, message: issue.message };
    });
    const { line, message } = placed.reduce((first, other) => (other.line < first.line ? other : first));
    const [en = message, ja = en] = message.split(LANGUAGE_SEPARATOR);
    return this.#refuseAt(line, text(en, ja));
  }

  #refuseAt(line: number, what: Text): Failure {
    const { where, hint } = this.#file;
    return new Failure("input-rejected", { what, where: `${where}:${line}`, hint });
  }

  #lineAt(path: YamlPath): number {
    const lengths = Array.from({ length: path.length }, (_, at) => path.length - at);
    const lines = lengths.map((length) => this.#lineOf(this.#document.getIn(path.slice(0, length), true)));
    return lines.find((line) => line !== undefined) ?? this.#lineOf(this.#document.contents) ?? 1;
  }

  #lineOfKey(path: YamlPath, name: string): number {
    const node = this.#document.getIn(path, true);
    const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && key.value === name) : undefined;
    return this.#lineOf(pair?.key) ?? this.#lineAt(path);
  }

  #lineOf(node: unknown): number | undefined {
    const offset = isNode(node) ? node.range?.[0] : undefined;
    return offset === undefined ? undefined : this.#lines.linePos(offset).line;
  }
}

const ALIAS_NOT_ALLOWED = text(
  "this value must be plain text, not an alias",
  "この値は文字列で書いてください(エイリアスは使えません)",
);

function createIssueMessage(issue: core.$ZodRawIssue): string | undefined {
  const { path = [], input } = issue;
  const name = path.findLast((part) => typeof part === "string") ?? "the file";
  const missing = text(`${name} is missing`, `${name} がありません`);
  if (input === undefined) return toZodMessage(missing);
  if (issue.code === "unrecognized_keys") {
    const { keys, inst } = issue;
    const known = inst instanceof z.ZodObject ? Object.keys(inst.shape).join(", ") : "";
    return toZodMessage(
      text(
        `unknown key "${keys[0]}" in ${name}; allowed keys: ${known}`,
        `${name} に「${keys[0]}」は書けません。使えるキー: ${known}`,
      ),
    );
  }
  if (issue.code === "invalid_value") return toZodMessage(describeInvalidChoice(input, issue.values));
  if (issue.code === "invalid_union" && issue.discriminator !== undefined) {
    const chosen = (input as Readonly<Record<string, unknown>>)[issue.discriminator];
    return toZodMessage(
      chosen === undefined ? missing : describeInvalidChoice(chosen, (issue.options ?? []) as readonly unknown[]),
    );
  }
  return issue.code === "invalid_type" ? toZodMessage(describeExpected(issue.expected, name)) : undefined;
}

function describeInvalidChoice(input: unknown, choices: readonly unknown[]): Text {
  if (typeof input !== "string" || input.trim() === "") return PLAIN_TEXT_NEEDED;
  const list = choices.filter((choice) => choice !== "").join(", ");
  return text(`"${input}" is not one of these values: ${list}`, `「${input}」は使えません。使える値: ${list}`);
}

function describeExpected(expected: string, name: string): Text {
  if (expected === "array") return text("this value must be a list", "この値はリストで書いてください");
  if (expected === "string") return PLAIN_TEXT_NEEDED;
  return text(`${name} must consist of "name: value" entries`, `${name} は「名前: 値」の並びにしてください`);
}
